/** Faults of messages. */
import type { Fault } from '../parts.ts'

/** Each breaks what the chapter on messages promises. */
export const messageFaults: readonly Fault[] = [
  {
    name: 'delivers-in-reverse-order',
    misdeed: 'Of two messages on a connection the second is sent first.',
    breaks: ['message.order.delivered'],
    apply: ({ wraps }) => {
      wraps.writer = (writer) => {
        let held: string | Uint8Array | undefined
        const write = (frame: string | Uint8Array): void => {
          const isMessage = typeof frame === 'string' && frame.startsWith('{"type":"message"')
          if (isMessage && held === undefined) {
            held = frame
            return
          }
          writer.write(frame)
          if (!isMessage || held === undefined) return
          writer.write(held)
          held = undefined
        }
        return { ...writer, write }
      }
    },
  },
  {
    name: 'answers-without-receipt-seq',
    misdeed: 'The receipt of a message has no seq.',
    breaks: ['message.post.receipt'],
    apply: ({ rules }) => {
      const make = rules.makeReceipt
      rules.makeReceipt = (...facts) => {
        const { seq: _seq, ...rest } = make(...facts)
        return rest as ReturnType<typeof make>
      }
    },
  },
]
