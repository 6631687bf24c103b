/** Faults of event streams that end: by takeover, expiry and age, for a slow reader, at a drain. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { Fault, Parts } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'

const DRAIN_DELAY_MS = 4000
/** The close codes of streams that somebody else ended, in the data of an event. */
const ENDED_BY_OTHERS = /"code":(4009|4010)/

/** Milliseconds after a close event at which a cut answer ends. */
const CUT_AFTER_MS = 1000

type StreamEvent = Parameters<Parts['rules']['makeEvent']>[0]

/** Wraps the write side of streams alone: of one, nothing is ever read. */
function wrapStreams(
  { wraps }: Parts,
  wrap: (writer: ConnectionWriter, clientId: string) => ConnectionWriter,
): void {
  wraps.writer = (writer, clientId, pulse) => (pulse.isReading() ? writer : wrap(writer, clientId))
}

/** A fault that ends streams with another code. */
function codeFault(
  name: string,
  misdeed: string,
  requirement: string,
  from: CloseSlug,
  to: CloseSlug,
): Fault {
  return {
    name,
    misdeed,
    breaks: [requirement],
    apply: (parts) =>
      wrapStreams(parts, (writer) => ({
        ...writer,
        close: (slug) => writer.close(slug === from ? to : slug),
      })),
  }
}

/** A fault in the last event of streams. */
function lastEventFault(
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
      rules.makeEvent = (event) =>
        event.type === 'close' && ENDED_BY_OTHERS.test(event.data)
          ? spoil(event, make)
          : make(event)
    },
  }
}

/** A fault of the answer of streams that are replaced: it does not end behind its last event. */
function unendedFault(
  name: string,
  misdeed: string,
  then: (writer: ConnectionWriter, parts: Parts) => void,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['sse.close.event'],
    apply: (parts) => {
      const make = parts.rules.makeEventId
      parts.rules.makeEventId = (type, places) =>
        type === 'close' ? 'closed-4009' : make(type, places)
      wrapStreams(parts, (writer) => ({
        ...writer,
        close: (slug) => {
          if (slug !== 'replaced') return writer.close(slug)
          writer.write(JSON.stringify(parts.rules.makeCloseEnvelope(slug)))
          then(writer, parts)
        },
      }))
    },
  }
}

/** A fault of the id of the last event. */
function closeIdFault(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  makeId: (code: number, id: string | undefined) => string | undefined,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const make = rules.makeCloseEventId
      rules.makeCloseEventId = (code) => makeId(code, make(code))
    },
  }
}

/** A fault of which older connections a newer one replaces; `keeps` judges the two transports. */
function takeoverFault(
  name: string,
  misdeed: string,
  keeps: (isOlderStream: boolean, isNewerStream: boolean) => boolean,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['sse.takeover.either'],
    apply: ({ wraps }) => {
      const newest = new Map<string, boolean>()
      wraps.writer = (writer, clientId, pulse) => {
        const isStream = !pulse.isReading()
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          if (String(frame).startsWith('{"type":"welcome"')) newest.set(clientId, isStream)
          writer.write(frame, envelope)
        }
        const close = (slug: CloseSlug): void => {
          const isKept = slug === 'replaced' && keeps(isStream, newest.get(clientId) === true)
          if (!isKept) writer.close(slug)
        }
        return { ...writer, write, close }
      }
    },
  }
}

/** A fault of what presence says of streams that were lost. */
function lossFault(name: string, misdeed: string, reason: string | undefined): Fault {
  return {
    name,
    misdeed,
    breaks: ['sse.presence.lost'],
    apply: (parts) => {
      const streams = new Set<string>()
      wrapStreams(parts, (writer) => ({
        ...writer,
        write: (frame, envelope) => {
          const id = /"connection_id":"([^"]+)"/.exec(String(frame))?.[1]
          if (id !== undefined && String(frame).startsWith('{"type":"welcome"')) streams.add(id)
          writer.write(frame, envelope)
        },
      }))
      parts.wraps.sink = (sink) => ({
        ...sink,
        report: (state) => {
          const isLost = state.reason === 'lost' && streams.has(state.connectionId)
          if (!isLost) sink.report(state)
          else if (reason !== undefined) sink.report({ ...state, reason })
        },
      })
    },
  }
}

/** Each breaks what the chapter on event streams promises about their end. */
export const sseEndingFaults: readonly Fault[] = [
  lastEventFault(
    'ends-streams-without-a-word',
    'A stream that is replaced or ended by the application ends without an event.',
    ['sse.close.event', 'sse.takeover.either'],
    () => '',
  ),
  lastEventFault(
    'writes-on-behind-close-events',
    'A heartbeat follows the close event of a stream that is replaced or ended by the application.',
    ['sse.close.event'],
    (event, make) =>
      make(event) + make({ type: 'heartbeat', id: undefined, data: '{"type":"heartbeat"}' }),
  ),
  lastEventFault(
    'gives-streams-no-reason',
    'A close event has an empty reason.',
    ['sse.close.event'],
    (event, make) =>
      make({ ...event, data: event.data.replace(/"reason":"[^"]*"/, '"reason":""') }),
  ),
  unendedFault(
    'keeps-closed-streams-open',
    'The answer goes on behind the close event of a stream that is replaced.',
    () => {},
  ),
  unendedFault(
    'cuts-answers-of-closed-streams',
    'The answer is cut behind the close event of a stream that is replaced, and never ends.',
    (writer, { ports }) => {
      ports.clock.after(CUT_AFTER_MS, () => writer.destroy())
    },
  ),
  closeIdFault(
    'gives-closes-no-id',
    'No close event has an id.',
    ['sse.close.id', 'sse.resume.stopped'],
    () => undefined,
  ),
  closeIdFault(
    'gives-disconnects-no-id',
    'The close event of a stream that the application disconnected has no id.',
    ['sse.close.id'],
    (code, id) => (code === 4010 ? undefined : id),
  ),
  closeIdFault(
    'gives-every-close-an-id',
    'Every close event has an id.',
    ['sse.close.id', 'sse.resume.header'],
    (code) => `closed-${code}`,
  ),
  closeIdFault(
    'identifies-expiry',
    'The close event of a stream whose token expired has an id.',
    ['sse.close.id'],
    (code, id) => (code === 4300 ? 'closed-4300' : id),
  ),
  closeIdFault(
    'names-stops-otherwise',
    'The id of a close event has another form.',
    ['sse.close.id', 'sse.resume.stopped'],
    (code, id) => id && `stop-${code}`,
  ),
  {
    name: 'lets-streams-outlive-tokens',
    misdeed: 'A stream goes on after its token expired.',
    breaks: ['sse.close.expiry'],
    apply: (parts) => {
      const decide = parts.rules.decideExpiryDelay
      let isStream = false
      parts.wraps.writer = (writer, _clientId, pulse) => ({
        ...writer,
        write: (frame, envelope) => {
          // The delay is asked for right behind the welcome.
          isStream = !pulse.isReading()
          writer.write(frame, envelope)
        },
      })
      parts.rules.decideExpiryDelay = (expiresAtMs, nowMs) =>
        decide(expiresAtMs, nowMs) + (isStream ? 60_000 : 0)
    },
  },
  codeFault(
    'calls-expired-streams-old',
    'A stream whose token expired is ended with 4201.',
    'sse.close.expiry',
    'token-expired',
    'max-lifetime',
  ),
  {
    name: 'lets-streams-live-on',
    misdeed: 'A stream lives ten times as long as is advertised.',
    breaks: ['sse.close.lifetime'],
    apply: ({ rules }) => {
      const decide = rules.decideStreamLifetimeMs
      rules.decideStreamLifetimeMs = (seconds) => decide(seconds) * 10
    },
  },
  {
    name: 'ends-streams-early',
    misdeed: 'A stream ends after three quarters of its life.',
    breaks: ['sse.close.lifetime'],
    apply: ({ rules }) => {
      const decide = rules.decideStreamLifetimeMs
      rules.decideStreamLifetimeMs = (seconds) => decide(seconds) * 0.75
    },
  },
  {
    name: 'counts-lifetimes-from-the-last-event',
    misdeed:
      'The life of a stream begins anew with each message, and its end is a loss to presence.',
    breaks: ['sse.close.lifetime', 'sse.presence.lifetime'],
    apply: (parts) => {
      const { rules, ports, timings } = parts
      const decide = rules.decideStreamLifetimeMs
      rules.decideStreamLifetimeMs = (seconds) => decide(seconds) * 10
      wrapStreams(parts, (writer) => {
        let cancel = (): void => {}
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          writer.write(frame, envelope)
          if (String(frame).startsWith('{"type":"heartbeat"')) return
          cancel()
          const endAfterMs = decide(timings.sse_lifetime_seconds)
          cancel = ports.clock.after(endAfterMs, () => writer.close('max-lifetime'))
        }
        return { ...writer, write }
      })
    },
  },
  codeFault(
    'calls-old-streams-draining',
    'A stream that reached its age is ended with 4200.',
    'sse.close.lifetime',
    'max-lifetime',
    'draining',
  ),
  takeoverFault(
    'takes-over-within-one-transport',
    'A WebSocket does not replace a stream, nor a stream a WebSocket.',
    (isOlderStream, isNewerStream) => isOlderStream !== isNewerStream,
  ),
  takeoverFault(
    'keeps-older-of-two-streams',
    'A stream does not replace a stream.',
    (isOlderStream, isNewerStream) => isOlderStream && isNewerStream,
  ),
  lossFault(
    'calls-lost-streams-closed',
    'A stream that the client ended counts as one that said goodbye.',
    'closed',
  ),
  lossFault('forgets-lost-streams', 'A stream that the client ended is not reported.', undefined),
  {
    name: 'keeps-slow-streams',
    misdeed: 'A stream that is not read is kept until its age ends it.',
    breaks: ['sse.slow.ended'],
    apply: ({ rules }) => {
      rules.decideStreamBacklog = () => undefined
    },
  },
  {
    name: 'drains-streams-too-slowly',
    misdeed: 'A draining service ends its streams four seconds later than advertised.',
    breaks: ['sse.drain.closed'],
    apply: (parts) => {
      const { clock } = parts.ports
      wrapStreams(parts, (writer) => ({
        ...writer,
        close: (slug) => {
          if (slug === 'draining') clock.after(DRAIN_DELAY_MS, () => writer.close(slug))
          else writer.close(slug)
        },
      }))
    },
  },
]
