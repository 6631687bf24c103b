/** Faults of a server that is full or about to stop. */
import type { Fault } from '../parts.ts'

/** Each breaks what the chapter on connections promises about overload and drain. */
export const drainFaults: readonly Fault[] = [
  {
    name: 'takes-connections-beyond-the-limit',
    misdeed: 'Connections beyond the advertised limit are welcomed.',
    breaks: ['connection.capacity.refuse', 'sse.capacity.counted'],
    apply: ({ rules }) => {
      rules.decideCapacity = () => undefined
    },
  },
  {
    name: 'drains-without-notice',
    misdeed: 'A draining service closes its connections without a reconnect envelope.',
    breaks: ['connection.drain.announced', 'sse.drain.closed'],
    apply: ({ rules }) => {
      rules.makeFarewell = () => []
    },
  },
  {
    name: 'keeps-latecomers',
    misdeed: 'A draining service takes new connections and does not close them.',
    breaks: ['connection.drain.close', 'sse.drain.closed'],
    apply: ({ rules }) => {
      rules.decideLatecomer = () => undefined
    },
  },
  {
    name: 'drains-too-slowly',
    misdeed: 'A draining service closes its connections four seconds later than advertised.',
    breaks: ['connection.drain.close', 'sse.drain.closed'],
    apply: ({ rules }) => {
      const decide = rules.decideDrainDelayMs
      rules.decideDrainDelayMs = (...spread) => decide(...spread) + 4000
    },
  },
  {
    name: 'drains-with-another-code',
    misdeed: 'A draining service closes its connections as if their state were lost.',
    breaks: ['connection.drain.close', 'sse.drain.closed'],
    apply: ({ wraps }) => {
      wraps.writer = (writer) => ({
        ...writer,
        close: (slug) => writer.close(slug === 'draining' ? 'state-lost' : slug),
      })
    },
  },
]
