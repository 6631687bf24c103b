/** Faults of silence by a moment: Pings and heartbeats a little too early or too late, or after the wrong silence. */
import type { Fault } from '../parts.ts'

/** Seconds that are too few, and those beyond the largest delay. */
const EARLY_SECONDS = 0.25
const TOO_LATE_SECONDS = 2.1

/** Each breaks what a chapter promises about when a sign of life is due. */
export const silenceMomentFaults: readonly Fault[] = [
  {
    name: 'pings-a-moment-too-late',
    misdeed: 'A silent client is pinged a little later than the largest delay allows.',
    breaks: ['connection.heartbeat.ping'],
    apply: ({ rules }) => {
      const decide = rules.decidePing
      rules.decidePing = (vitals, seconds) => decide(vitals, seconds + TOO_LATE_SECONDS)
    },
  },
  {
    name: 'pings-a-moment-early',
    misdeed: 'A client is pinged a quarter of a second before it has been silent for so long.',
    breaks: ['connection.heartbeat.heard'],
    apply: ({ rules }) => {
      const decide = rules.decidePing
      rules.decidePing = (vitals, seconds) => decide(vitals, seconds - EARLY_SECONDS)
    },
  },
  {
    name: 'pings-whom-it-wrote-nothing',
    misdeed: 'A client is pinged when nothing was written to it, whatever came from it.',
    breaks: ['connection.heartbeat.heard'],
    apply: ({ rules }) => {
      const decide = rules.decidePing
      rules.decidePing = (vitals, seconds) =>
        decide(vitals, seconds) ||
        decide({ ...vitals, lastReadMs: vitals.lastEnvelopeMs ?? vitals.lastReadMs }, seconds)
    },
  },
  {
    name: 'sends-heartbeats-a-moment-too-late',
    misdeed: 'A heartbeat envelope comes a little later than the largest delay allows.',
    breaks: ['connection.heartbeat.envelope'],
    apply: ({ rules }) => {
      const decide = rules.decideHeartbeat
      rules.decideHeartbeat = (vitals, seconds) => decide(vitals, seconds + TOO_LATE_SECONDS)
    },
  },
  {
    name: 'sends-heartbeats-a-moment-early',
    misdeed: 'A heartbeat envelope comes a quarter of a second before it is due.',
    breaks: ['connection.heartbeat.written'],
    apply: ({ rules }) => {
      const decide = rules.decideHeartbeat
      rules.decideHeartbeat = (vitals, seconds) => decide(vitals, seconds - EARLY_SECONDS)
    },
  },
  {
    name: 'sends-heartbeats-to-who-is-silent',
    misdeed: 'A client that is silent gets a heartbeat envelope, whatever it was sent.',
    breaks: ['connection.heartbeat.written'],
    apply: ({ rules }) => {
      const decide = rules.decideHeartbeat
      rules.decideHeartbeat = (vitals, seconds) =>
        decide(vitals, seconds) || decide({ ...vitals, lastEnvelopeMs: vitals.lastReadMs }, seconds)
    },
  },
  {
    name: 'pings-sockets-a-moment-too-late',
    misdeed: 'A silent page is pinged a little later than the largest delay allows.',
    breaks: ['socket.heartbeat.ping'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketPing
      rules.decideSocketPing = (vitals, seconds) => decide(vitals, seconds + TOO_LATE_SECONDS)
    },
  },
  {
    name: 'pings-sockets-a-moment-early',
    misdeed: 'A page is pinged a quarter of a second before it has been silent for so long.',
    breaks: ['socket.heartbeat.heard'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketPing
      rules.decideSocketPing = (vitals, seconds) => decide(vitals, seconds - EARLY_SECONDS)
    },
  },
  {
    name: 'ends-silent-sockets-a-moment-early',
    misdeed: 'A Ping on a socket has a quarter of a second less than is advertised to be answered.',
    breaks: ['socket.heartbeat.timeout'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketSilence
      rules.decideSocketSilence = (vitals, seconds) => decide(vitals, seconds - EARLY_SECONDS)
    },
  },
  {
    name: 'sends-streams-heartbeats-a-moment-early',
    misdeed: 'A heartbeat on a stream comes a quarter of a second before it is due.',
    breaks: ['sse.heartbeat.written'],
    apply: ({ rules }) => {
      const decide = rules.decideStreamHeartbeat
      rules.decideStreamHeartbeat = (vitals, seconds) => decide(vitals, seconds - EARLY_SECONDS)
    },
  },
]
