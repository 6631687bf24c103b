/** Faults of heartbeats and of how slow peers are met. */
import type { Pulse } from '../outbound/connection.ts'
import type { Fault } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'

const BACKLOG_BYTES = 65_536
const HEARTBEAT = '{"type":"heartbeat"}'

/** Each breaks what the chapter on connections promises about silent and slow peers. */
export const livenessFaults: readonly Fault[] = [
  {
    name: 'never-pings',
    misdeed: 'No Ping is ever sent.',
    breaks: ['connection.heartbeat.ping'],
    apply: ({ rules }) => {
      rules.decidePing = () => false
    },
  },
  {
    name: 'pings-once',
    misdeed: 'A connection gets one Ping and then no other.',
    breaks: ['connection.heartbeat.ping'],
    apply: ({ wraps }) => {
      wraps.writer = (writer, _clientId, pulse) => {
        const { ping } = pulse
        let isDone = false
        pulse.ping = (onSent) => {
          if (!isDone) ping(onSent)
          isDone = true
        }
        return writer
      }
    },
  },
  {
    name: 'sends-no-heartbeat',
    misdeed: 'No heartbeat envelope is ever sent.',
    breaks: ['connection.heartbeat.envelope'],
    apply: ({ rules }) => {
      rules.decideHeartbeat = () => false
    },
  },
  {
    name: 'sends-heartbeats-late',
    misdeed: 'Heartbeat envelopes come after five times the advertised silence.',
    breaks: ['connection.heartbeat.envelope'],
    apply: ({ rules }) => {
      const decide = rules.decideHeartbeat
      rules.decideHeartbeat = (vitals, seconds) => decide(vitals, 5 * seconds)
    },
  },
  {
    name: 'sends-one-heartbeat',
    misdeed: 'A connection gets one heartbeat envelope and then no other.',
    breaks: ['connection.heartbeat.envelope'],
    apply: ({ wraps }) => {
      wraps.writer = (writer) => {
        let beats = 0
        const write = (frame: string | Uint8Array): void => {
          if (frame === HEARTBEAT) beats += 1
          if (frame !== HEARTBEAT || beats === 1) writer.write(frame)
        }
        return { ...writer, write }
      }
    },
  },
  {
    name: 'sends-busy-clients-no-heartbeat',
    misdeed: 'A client that sends bytes itself gets no heartbeat envelope.',
    breaks: ['connection.heartbeat.envelope'],
    apply: ({ rules }) => {
      const decide = rules.decideHeartbeat
      rules.decideHeartbeat = (vitals, heartbeatSeconds) =>
        vitals.nowMs - vitals.lastReadMs > heartbeatSeconds * 500 &&
        decide(vitals, heartbeatSeconds)
    },
  },
  {
    name: 'promises-heartbeats-later',
    misdeed: 'The welcome promises heartbeats after twice the silence after which they come.',
    breaks: ['connection.heartbeat.envelope'],
    apply: ({ rules }) => {
      const make = rules.makeWelcome
      rules.makeWelcome = (facts) =>
        make({ ...facts, heartbeatSeconds: facts.heartbeatSeconds * 2 })
    },
  },
  {
    name: 'forgives-silence',
    misdeed: 'A connection whose Pings stay unanswered is kept.',
    breaks: ['connection.heartbeat.timeout'],
    apply: ({ rules }) => {
      rules.decideSilence = () => undefined
    },
  },
  {
    name: 'gives-silence-another-code',
    misdeed: 'A connection whose Pings stay unanswered is closed as a slow reader.',
    breaks: ['connection.heartbeat.timeout'],
    apply: ({ rules }) => {
      const decide = rules.decideSilence
      rules.decideSilence = (vitals, seconds) => decide(vitals, seconds) && 'slow-consumer'
    },
  },
  {
    name: 'ends-quiet-connections',
    misdeed: 'A connection is closed after its fourth heartbeat, although its Pings are answered.',
    breaks: ['connection.heartbeat.kept'],
    apply: ({ wraps }) => {
      wraps.writer = (writer) => {
        let beats = 0
        const write = (frame: string | Uint8Array): void => {
          writer.write(frame)
          if (frame === HEARTBEAT) beats += 1
          if (beats === 4) writer.close('heartbeat-timeout')
        }
        return { ...writer, write }
      }
    },
  },
  {
    name: 'keeps-slow-readers',
    misdeed: 'What a client does not read is queued without bound and for ever.',
    breaks: ['connection.slow.ended'],
    apply: ({ rules }) => {
      rules.decideBacklog = () => undefined
    },
  },
  {
    name: 'holds-everyone-for-a-slow-reader',
    misdeed: 'While much waits for one of two clients, messages to the other are dropped.',
    breaks: ['connection.slow.others', 'broadcast.slow.others'],
    apply: ({ wraps }) => {
      const everyone = new Map<Pulse, ConnectionWriter>()
      wraps.writer = (writer, _clientId, own) => {
        everyone.set(own, writer)
        const mayWrite = (): boolean => {
          const open = [...everyone].filter(([, { isOpen }]) => isOpen())
          const slow = open.find(([pulse]) => pulse !== own && pulse.queuedBytes() > BACKLOG_BYTES)
          return slow === undefined || open.length > 2
        }
        return { ...writer, write: (frame) => (mayWrite() ? writer.write(frame) : undefined) }
      }
    },
  },
  {
    name: 'waits-long-for-heads',
    misdeed: 'A header section may take 30 seconds longer than advertised.',
    breaks: ['connection.idle.ended'],
    apply: ({ rules }) => {
      const decide = rules.decideRequestTimeoutSeconds
      rules.decideRequestTimeoutSeconds = (seconds, part) =>
        decide(seconds, part) + (part === 'headers' ? 30 : 0)
    },
  },
]
