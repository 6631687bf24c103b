/** Faults of heartbeats and of how slow peers are met. */
import type { Fault } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'
import { pingsOnce, waitsForSlow } from './writes.ts'

const HEARTBEAT = '{"type":"heartbeat"}'

/** Each breaks what the chapter on connections promises about silent and slow peers. */
export const livenessFaults: readonly Fault[] = [
  {
    name: 'answers-no-pings',
    misdeed: 'The Pings of a client stay unanswered.',
    breaks: ['connection.ping.answered'],
    apply: ({ rules }) => {
      rules.decidePongs = () => false
    },
  },
  {
    name: 'never-pings',
    misdeed: 'No Ping is ever sent.',
    breaks: ['connection.heartbeat.ping'],
    apply: ({ rules }) => {
      rules.decidePing = () => false
    },
  },
  {
    name: 'pings-quiet-connections-alone',
    misdeed: 'A client that is sent something is not pinged, however long it says nothing.',
    breaks: ['connection.heartbeat.ping'],
    apply: ({ rules }) => {
      const decide = rules.decidePing
      rules.decidePing = (vitals, seconds) => {
        const lastReadMs = Math.max(vitals.lastReadMs, vitals.lastEnvelopeMs ?? 0)
        return decide({ ...vitals, lastReadMs }, seconds)
      }
    },
  },
  {
    name: 'pings-once',
    misdeed: 'A connection gets one Ping and then no other.',
    breaks: ['connection.heartbeat.ping'],
    apply: ({ wraps }) => {
      wraps.writer = pingsOnce
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
    breaks: ['connection.heartbeat.envelope', 'sse.heartbeat.sent'],
    apply: ({ wraps }) => {
      wraps.writer = (writer) => {
        let beats = 0
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          if (frame === HEARTBEAT) beats += 1
          if (frame !== HEARTBEAT || beats === 1) writer.write(frame, envelope)
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
    breaks: ['connection.heartbeat.envelope', 'sse.heartbeat.sent'],
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
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          writer.write(frame, envelope)
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
    breaks: ['connection.slow.others', 'broadcast.slow.others', 'sse.slow.others'],
    apply: ({ wraps }) => {
      wraps.writer = waitsForSlow((_frame, openConnections) => openConnections <= 2)
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
