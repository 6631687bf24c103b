/** Faults of event streams whose clients come back. */
import type { Fault, Parts } from '../parts.ts'

const HEADER = ['sse.event.id', 'sse.resume.header']
const KNOWN_STOPS = /^closed-40(00|03|08|09|10)$/

type Rules = Parts['rules']

/** A fault of what a `Last-Event-ID` stands for. */
function idFault(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  spoil: (read: Rules['readEventId']) => Rules['readEventId'],
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      rules.readEventId = spoil(rules.readEventId)
    },
  }
}

/** A fault of who is told to stay away. */
function stopFault(
  name: string,
  misdeed: string,
  requirement: string,
  decide: (before: Rules['decideStopped'], rules: Rules) => Rules['decideStopped'],
): Fault {
  return {
    name,
    misdeed,
    breaks: [requirement],
    apply: ({ rules }) => {
      rules.decideStopped = decide(rules.decideStopped, rules)
    },
  }
}

/** A cursor one place earlier. */
function before(cursor: string): string {
  return cursor.replace(/[0-9a-z]+$/, (seq) =>
    Math.max(0, Number.parseInt(seq, 36) - 1).toString(36),
  )
}

/** Each breaks what the chapter on event streams promises about coming back. */
export const sseReturnFaults: readonly Fault[] = [
  idFault(
    'ignores-last-event-id',
    'No Last-Event-ID names a place.',
    HEADER,
    () => () => undefined,
  ),
  idFault(
    'takes-last-event-id-as-inclusive',
    'The message whose event id comes back is sent again.',
    HEADER,
    (read) => (id, offersBroadcast) => {
      const places = read(id, offersBroadcast)
      return places && { ...places, message: before(places.message) }
    },
  ),
  {
    name: 'asks-for-messages-alone',
    misdeed: 'Of the places in a Last-Event-ID that in the broadcasts is forgotten.',
    breaks: [...HEADER, 'sse.resume.unknown'],
    apply: ({ rules }) => {
      const select = rules.selectCursors
      rules.selectCursors = (fromHeader, fromQuery) =>
        select(fromHeader && { ...fromHeader, afterBroadcast: [] }, fromQuery)
    },
  },
  {
    name: 'lets-query-outrank-last-event-id',
    misdeed: 'Cursors in the query count instead of those in Last-Event-ID.',
    breaks: ['sse.resume.header', 'sse.resume.unknown'],
    apply: ({ rules }) => {
      rules.selectCursors = (fromHeader, fromQuery) =>
        fromQuery.after.length + fromQuery.afterBroadcast.length > 0
          ? fromQuery
          : (fromHeader ?? fromQuery)
    },
  },
  {
    name: 'falls-back-to-the-query',
    misdeed: 'Cursors in the query count where Last-Event-ID names no place.',
    breaks: ['sse.resume.unknown'],
    apply: ({ rules }) => {
      const select = rules.selectCursors
      rules.selectCursors = (fromHeader, fromQuery) =>
        select(fromHeader?.after[0] === '' ? undefined : fromHeader, fromQuery)
    },
  },
  {
    name: 'takes-first-of-several-last-ids',
    misdeed: 'Of several values of Last-Event-ID the first counts.',
    breaks: ['sse.resume.unknown'],
    apply: ({ rules }) => {
      const select = rules.selectLastEventId
      rules.selectLastEventId = (value) => select(value.split(', ')[0] ?? '')
    },
  },
  {
    name: 'ignores-query-of-streams',
    misdeed: 'Cursors in the query of a stream mean nothing.',
    breaks: ['sse.resume.query'],
    apply: ({ rules }) => {
      rules.selectCursors = (fromHeader) => fromHeader ?? { after: [], afterBroadcast: [] }
    },
  },
  {
    name: 'takes-empty-last-event-id-for-an-id',
    misdeed: 'An empty Last-Event-ID is one that names no place.',
    breaks: ['sse.resume.query'],
    apply: ({ rules }) => {
      rules.selectLastEventId = (value) => value
    },
  },
  {
    name: 'resumes-at-any-id',
    misdeed: 'A client that comes back with any Last-Event-ID is told that it missed nothing.',
    breaks: ['sse.resume.unknown'],
    apply: ({ rules, wraps }) => {
      let newest = { lies: false }
      wraps.writer = (writer) => {
        const own = { lies: false }
        newest = own
        return {
          ...writer,
          write: (frame) =>
            writer.write(
              own.lies ? String(frame).replace('"resumed":false', '"resumed":true') : frame,
            ),
        }
      }
      const select = rules.selectCursors
      // Cursors are read right behind the making of the writer that they are for.
      rules.selectCursors = (fromHeader, fromQuery) => {
        newest.lies = fromHeader !== undefined
        return select(fromHeader, fromQuery)
      }
    },
  },
  {
    name: 'refuses-unknown-ids',
    misdeed: 'A client with a Last-Event-ID that names no place is refused.',
    breaks: ['sse.resume.unknown'],
    apply: ({ rules }) => {
      const stop = rules.decideStopped
      rules.decideStopped = (id, ...facts) =>
        stop(id, ...facts) || (id !== undefined && rules.readEventId(id, true) === undefined)
    },
  },
  stopFault(
    'stops-at-every-closing-id',
    'A client is told to stay away after every close that had an id like one.',
    'sse.resume.unknown',
    () => (id) => id?.startsWith('closed-') === true,
  ),
  stopFault(
    'looks-for-stops-anywhere-in-ids',
    'A client is told to stay away where its last id has a stop somewhere in it.',
    'sse.resume.unknown',
    () => (id) => /closed-40\d\d/i.test(id ?? ''),
  ),
  idFault(
    'reads-starts-of-event-ids',
    'Of a Last-Event-ID only the beginning is read.',
    ['sse.resume.unknown'],
    (read) => (id, offersBroadcast) =>
      read(
        id
          .split(',')
          .slice(0, offersBroadcast ? 2 : 1)
          .join(','),
        offersBroadcast,
      ),
  ),
  stopFault(
    'welcomes-whoever-was-told-to-stop',
    'A client that comes back with the id of a stop is welcomed.',
    'sse.resume.stopped',
    () => () => false,
  ),
  stopFault(
    'stops-at-known-codes-alone',
    'A client that comes back with a stop that is not in the table is welcomed.',
    'sse.resume.stopped',
    () => (id) => KNOWN_STOPS.test(id ?? ''),
  ),
  stopFault(
    'stops-with-tokens-alone',
    'A client that was told to stop and comes back without a token is refused for that.',
    'sse.resume.stopped',
    (decide) => (id, tokens, arrival) => decide(id, tokens, arrival) && tokens.length === 1,
  ),
  stopFault(
    'stops-known-origins-alone',
    'A client that was told to stop and comes back from a foreign page is refused for that.',
    'sse.resume.stopped',
    (decide, rules) => (id, tokens, arrival) =>
      decide(id, tokens, arrival) && rules.decideOrigin(arrival) === undefined,
  ),
]
