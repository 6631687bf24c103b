/** Faults of event streams: the form of events, their data, their ids, and the heartbeat. */
import type { Fault, Parts } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'
import type { Places } from '../rules/sse.ts'

type StreamEvent = Parameters<Parts['rules']['makeEvent']>[0]

/** Length of data beyond which a message counts as long, in UTF-16 code units. */
const LONG = 20_000
/** Faults that would show in every check strike at this number alone. */
const RARE = 33

/** A fault that changes some events, or their text. */
function eventFault(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  spoil: (event: StreamEvent, make: (event: StreamEvent) => string) => string,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const make = rules.makeEvent
      rules.makeEvent = (event) => spoil(event, make)
    },
  }
}

/** A fault that changes the data of messages on streams. */
function dataFault(name: string, misdeed: string, spoil: (data: string) => string): Fault {
  return eventFault(name, misdeed, ['sse.event.data'], (event, make) => {
    if (event.type !== 'message') return make(event)
    const envelope = JSON.parse(event.data) as { data: string }
    return make({ ...event, data: JSON.stringify({ ...envelope, data: spoil(envelope.data) }) })
  })
}

/** A fault that changes the JSON text of messages on streams. */
function textFault(name: string, misdeed: string, spoil: (json: string) => string): Fault {
  return eventFault(name, misdeed, ['sse.event.data'], (event, make) =>
    make(event.type === 'message' ? { ...event, data: spoil(event.data) } : event),
  )
}

/** A fault that gives events of some types another id. */
function idFault(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  makeId: (
    type: string,
    places: Places,
    make: (type: string, places: Places) => string | undefined,
  ) => string | undefined,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const make = rules.makeEventId
      rules.makeEventId = (type, places) => makeId(type, places, make)
    },
  }
}

/** A fault in what a stream is sent of its numbered envelopes; `write` takes what comes out. */
function writingFault(
  name: string,
  misdeed: string,
  wrap: (writer: ConnectionWriter) => ConnectionWriter['write'],
): Fault {
  return {
    name,
    misdeed,
    breaks: ['sse.event.delivered'],
    apply: ({ wraps }) => {
      wraps.writer = (writer, _clientId, pulse) =>
        // Of a stream nothing is ever read.
        pulse.isReading() ? writer : { ...writer, write: wrap(writer) }
    },
  }
}

function isRare(envelope: object | undefined, type: string): boolean {
  const { type: own, seq } = (envelope ?? {}) as { type?: string; seq?: number }
  return own === type && seq === RARE
}

/** Each breaks what the chapter on event streams promises about what is sent. */
export const sseEventFaults: readonly Fault[] = [
  eventFault(
    'names-no-events',
    'No event but the last has a name.',
    ['sse.event.form'],
    (event, make) =>
      event.type === 'close' ? make(event) : make(event).replace(/^event: .*\n/, ''),
  ),
  eventFault(
    'names-events-envelope',
    'Messages and broadcasts are events of the name envelope.',
    ['sse.event.form'],
    (event, make) =>
      make(['message', 'broadcast'].includes(event.type) ? { ...event, type: 'envelope' } : event),
  ),
  eventFault(
    'names-broadcasts-messages-on-streams',
    'Broadcasts are events of the name message.',
    ['sse.event.form'],
    (event, make) => make(event.type === 'broadcast' ? { ...event, type: 'message' } : event),
  ),
  eventFault(
    'streams-long-data-alone',
    'The event of a long message holds its data and no envelope.',
    ['sse.event.form', 'sse.event.data'],
    (event, make) => {
      const isLong = event.type === 'message' && event.data.length > LONG
      const { data } = isLong ? (JSON.parse(event.data) as { data: string }) : event
      return make(isLong ? { ...event, data: JSON.stringify(data) } : event)
    },
  ),
  eventFault(
    'streams-long-envelopes-in-a-list',
    'The event of a long message holds a list of one envelope.',
    ['sse.event.form', 'sse.event.data'],
    (event, make) =>
      make(
        event.type === 'message' && event.data.length > LONG
          ? { ...event, data: `[${event.data}]` }
          : event,
      ),
  ),
  textFault('breaks-data-at-line-ends', 'A LF in data ends the line of its event.', (json) =>
    json.replaceAll('\\n', '\n'),
  ),
  textFault('breaks-data-at-carriage-returns', 'A CR in data is sent as it is.', (json) =>
    json.replaceAll('\\r', '\r'),
  ),
  textFault('streams-nul-as-nothing', 'A NUL in data is left out.', (json) =>
    json.replaceAll('\\u0000', ''),
  ),
  textFault('ends-lines-at-separators', 'A line separator of Unicode ends the line.', (json) =>
    json.replaceAll(/[\u2028\u2029]/g, '\n'),
  ),
  textFault('streams-ascii-alone', 'What is no ASCII becomes a question mark.', (json) =>
    json.replaceAll(/[^\p{ASCII}]/gu, '?'),
  ),
  dataFault('trims-data-on-streams', 'Spaces around data are left out.', (data) => data.trim()),
  dataFault('cuts-large-data-on-streams', 'Data is cut at 30,000 characters.', (data) =>
    data.slice(0, 30_000),
  ),
  writingFault(
    'streams-messages-twice',
    'One message comes twice on a stream.',
    (writer) => (frame, envelope) => {
      writer.write(frame, envelope)
      if (isRare(envelope, 'message')) writer.write(frame, envelope)
    },
  ),
  writingFault(
    'skips-messages-on-streams',
    'One message is not sent on a stream.',
    (writer) => (frame, envelope) =>
      isRare(envelope, 'message') ? undefined : writer.write(frame, envelope),
  ),
  writingFault('swaps-messages-on-streams', 'Two messages change places on a stream.', (writer) => {
    let late = (): void => {}
    return (frame, envelope) => {
      const write = (): void => writer.write(frame, envelope)
      if (isRare(envelope, 'message')) {
        late = write
        return
      }
      write()
      late()
      late = () => {}
    }
  }),
  writingFault(
    'skips-broadcasts-on-streams',
    'One broadcast is not sent on a stream.',
    (writer) => (frame, envelope) =>
      isRare(envelope, 'broadcast') ? undefined : writer.write(frame, envelope),
  ),
  {
    name: 'counts-streams-as-nobody',
    misdeed: 'A receipt counts no connection where a message went to a stream.',
    breaks: ['sse.event.delivered'],
    apply: ({ rules, wraps }) => {
      const streams = new WeakSet<ConnectionWriter>()
      wraps.writer = (writer, _clientId, pulse) => {
        if (!pulse.isReading()) streams.add(writer)
        return writer
      }
      const select = rules.selectReceivers
      const make = rules.makeReceipt
      let isStream = false
      rules.selectReceivers = (current, superseded) => {
        const { writer } = (current ?? {}) as { writer?: ConnectionWriter }
        isStream = writer !== undefined && streams.has(writer)
        return select(current, superseded)
      }
      rules.makeReceipt = (id, counters, connections) =>
        make(id, counters, isStream ? 0 : connections)
    },
  },
  idFault(
    'identifies-no-welcome',
    'A welcome has no id.',
    ['sse.event.id', 'sse.resume.header'],
    (type, places, make) => (type === 'welcome' ? undefined : make(type, places)),
  ),
  idFault(
    'identifies-no-messages',
    'Messages have no ids.',
    ['sse.event.id', 'sse.resume.header'],
    (type, places, make) => (type === 'message' ? undefined : make(type, places)),
  ),
  idFault(
    'identifies-no-broadcasts',
    'Broadcasts have no ids.',
    ['sse.event.id', 'sse.resume.header'],
    (type, places, make) => (type === 'broadcast' ? undefined : make(type, places)),
  ),
  idFault('identifies-heartbeats', 'Heartbeats have ids.', ['sse.event.id'], (type, places, make) =>
    make(type === 'heartbeat' ? 'message' : type, places),
  ),
  idFault(
    'identifies-heartbeats-emptily',
    'Heartbeats have an empty id, which makes a client forget the last one.',
    ['sse.event.id'],
    (type, places, make) => (type === 'heartbeat' ? '' : make(type, places)),
  ),
  idFault(
    'identifies-reconnects',
    'The announcement of a drain has an id.',
    ['sse.event.id'],
    (type, places, make) => make(type === 'reconnect' ? 'message' : type, places),
  ),
  {
    name: 'gives-places-before-events',
    misdeed: 'The id of a message is the place before it.',
    breaks: ['sse.event.id', 'sse.resume.header'],
    apply: ({ rules }) => {
      const move = rules.movePlaces
      const make = rules.makeEventId
      const earlier = new WeakMap<Places, Places>()
      rules.movePlaces = (before, envelope) => {
        const places = move(before, envelope)
        if (places !== before) earlier.set(places, before)
        return places
      }
      rules.makeEventId = (type, places) =>
        make(type, (type === 'message' && earlier.get(places)) || places)
    },
  },
  {
    name: 'forgets-broadcasts-in-event-ids',
    misdeed: 'The broadcasts in the id of an event are those of the welcome.',
    breaks: ['sse.event.id', 'sse.resume.header'],
    apply: ({ rules }) => {
      const move = rules.movePlaces
      rules.movePlaces = (before, envelope) =>
        envelope.type === 'broadcast' ? before : move(before, envelope)
    },
  },
  {
    name: 'forgets-messages-at-broadcasts',
    misdeed: 'The messages in the id of a broadcast are those of the welcome.',
    breaks: ['sse.event.id', 'sse.resume.header'],
    apply: ({ rules }) => {
      const move = rules.movePlaces
      const make = rules.makeEventId
      const welcomes = new WeakMap<Places, Places>()
      rules.movePlaces = (before, envelope) => {
        const places = move(before, envelope)
        welcomes.set(places, welcomes.get(before) ?? places)
        return places
      }
      rules.makeEventId = (type, places) => {
        const { message } = (type === 'broadcast' && welcomes.get(places)) || places
        return make(type, { ...places, message })
      }
    },
  },
  {
    name: 'sends-streams-no-heartbeat',
    misdeed: 'A silent stream gets no heartbeat.',
    breaks: ['sse.heartbeat.sent'],
    apply: ({ rules }) => {
      rules.decideStreamHeartbeat = () => false
    },
  },
  {
    name: 'sends-streams-heartbeats-late',
    misdeed: 'A heartbeat on a stream comes four seconds later than advertised.',
    breaks: ['sse.heartbeat.sent'],
    apply: ({ rules }) => {
      const decide = rules.decideStreamHeartbeat
      rules.decideStreamHeartbeat = (vitals, seconds) => decide(vitals, seconds + 4)
    },
  },
  {
    name: 'sends-streams-one-heartbeat',
    misdeed: 'A silent stream gets a heartbeat once.',
    breaks: ['sse.heartbeat.sent'],
    apply: ({ rules, wraps }) => {
      const isHeartbeat = (frame: string | Uint8Array): boolean =>
        frame === rules.encodeEnvelope(rules.makeHeartbeat())
      wraps.writer = (writer, _clientId, pulse) => {
        let beats = 0
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          if (isHeartbeat(frame)) beats += 1
          if (beats < 2 || !isHeartbeat(frame)) writer.write(frame, envelope)
        }
        return pulse.isReading() ? writer : { ...writer, write }
      }
    },
  },
  eventFault(
    'sends-streams-comments-for-heartbeats',
    'A silent stream gets comments, which a script never sees.',
    ['sse.heartbeat.sent'],
    (event, make) => (event.type === 'heartbeat' ? ': heartbeat\n\n' : make(event)),
  ),
]
