/** Faults of a server that is full or about to stop. */
import type { Fault, Parts } from '../parts.ts'

/** More connections than a service with few has. */
const SEVERAL = 4

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
    name: 'drains-few-without-notice',
    misdeed: 'A draining service with three connections or fewer sends no reconnect envelope.',
    breaks: ['connection.drain.announced'],
    apply: (parts) => {
      const { rules } = parts
      const make = rules.makeFarewell
      const hasFew = noteFew(parts)
      rules.makeFarewell = (afterSeconds) => (hasFew() ? [] : make(afterSeconds))
    },
  },
  {
    name: 'drops-few-when-draining',
    misdeed: 'A draining service with three connections or fewer ends them without a Close frame.',
    breaks: ['connection.drain.close'],
    apply: (parts) => {
      const hasFew = noteFew(parts)
      const { writer: wrap } = parts.wraps
      parts.wraps.writer = (inner, clientId, pulse) => {
        const writer = wrap(inner, clientId, pulse)
        const close: typeof writer.close = (slug) =>
          slug === 'draining' && hasFew() ? writer.destroy() : writer.close(slug)
        return { ...writer, close }
      }
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

/** Says whether few connections were open when the drain began. */
function noteFew({ rules, wraps }: Parts): () => boolean {
  const { decideComeback } = rules
  const writers = new Set<{ isOpen(): boolean }>()
  let few: boolean | undefined
  wraps.writer = (writer) => {
    writers.add(writer)
    return writer
  }
  rules.decideComeback = (...spread) => {
    few ??= [...writers].filter((writer) => writer.isOpen()).length < SEVERAL
    return decideComeback(...spread)
  }
  return () => few === true
}
