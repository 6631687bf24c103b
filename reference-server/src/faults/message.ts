/** Faults of posting, order and counters. */

import type { MessageEnvelope } from '@channel-protocol/schemas/types'
import type { Awaitable, Counters } from '../broker-port.ts'
import type { Fault } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'

/** A message on its way, or nothing for any other frame. */
function readMessage(frame: string | Uint8Array): MessageEnvelope | undefined {
  if (typeof frame !== 'string' || !frame.startsWith('{"type":"message"')) return undefined
  return JSON.parse(frame) as MessageEnvelope
}

/** A fault that sends what one client is sent to every client id that folds to the same text. */
function confuses(name: string, fold: (clientId: string) => string, misdeed: string): Fault {
  return {
    name,
    misdeed,
    breaks: ['message.post.isolated'],
    apply: ({ wraps }) => {
      const groups = new Map<string, Map<string, ConnectionWriter>>()
      wraps.writer = (writer, clientId) => {
        const group = groups.get(fold(clientId)) ?? new Map<string, ConnectionWriter>()
        groups.set(fold(clientId), group.set(clientId, writer))
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          writer.write(frame, envelope)
          if (!readMessage(frame)) return
          for (const [other, neighbour] of group)
            if (other !== clientId) neighbour.write(frame, envelope)
        }
        return { ...writer, write }
      }
    },
  }
}

/** A fault that changes the data of messages on their way. */
function changesData(name: string, change: (data: string) => string, misdeed: string): Fault {
  return {
    name,
    misdeed,
    breaks: ['message.post.deliver'],
    apply: ({ rules }) => {
      const make = rules.makeMessage
      rules.makeMessage = (id, seq, data) => make(id, seq, change(data))
    },
  }
}

/** Each breaks what the chapter on messages promises about posting, order and counters. */
export const messageFaults: readonly Fault[] = [
  {
    name: 'answers-without-receipt-seq',
    misdeed: 'The receipt of a message has no seq.',
    breaks: ['message.post.receipt', 'problem.answer.schema'],
    apply: ({ rules }) => {
      const make = rules.makeReceipt
      rules.makeReceipt = (...facts) => {
        const { seq: _seq, ...rest } = make(...facts)
        return rest as ReturnType<typeof make>
      }
    },
  },
  {
    name: 'writes-epoch-as-text',
    misdeed: 'The epoch of a receipt is a string of digits.',
    breaks: ['message.post.receipt', 'problem.answer.schema'],
    apply: ({ rules }) => {
      const make = rules.makeReceipt
      rules.makeReceipt = (...facts) => {
        const receipt = make(...facts)
        return { ...receipt, epoch: String(receipt.epoch) as unknown as number }
      }
    },
  },
  {
    name: 'claims-a-connection',
    misdeed: 'A receipt counts a connection where nobody is connected.',
    breaks: ['message.post.connections'],
    apply: ({ rules }) => {
      const make = rules.makeReceipt
      rules.makeReceipt = (id, counters) => make(id, counters, 1)
    },
  },
  {
    name: 'claims-no-connection',
    misdeed: 'A receipt counts no connection where somebody is connected.',
    breaks: ['message.post.connections'],
    apply: ({ rules }) => {
      const make = rules.makeReceipt
      rules.makeReceipt = (id, counters) => make(id, counters, 0)
    },
  },
  {
    name: 'counts-connection-in-grace',
    misdeed: 'A receipt counts a connection for a client id that is in its grace.',
    breaks: ['message.post.connections'],
    apply: ({ rules, wraps }) => {
      const make = rules.makeReceipt
      const online = new Set<number>()
      wraps.sink = (sink) => ({
        ...sink,
        report: (state) => {
          if (state.online) online.add(state.epoch)
          else online.delete(state.epoch)
          sink.report(state)
        },
      })
      rules.makeReceipt = (id, counters, connections) =>
        make(id, counters, online.has(counters.epoch) ? 1 : connections)
    },
  },
  changesData('trims-data', (data) => data.trim(), 'Blanks at the ends of data are dropped.'),
  changesData(
    'strips-mark-of-data',
    (data) => data.replace(/^\ufeff/, ''),
    'U+FEFF in front of data is dropped.',
  ),
  changesData('composes-data', (data) => data.normalize('NFC'), 'Data is put in composed form.'),
  changesData(
    'escapes-markup-in-data',
    (data) => data.replace(/&/g, '&amp;').replace(/</g, '&lt;'),
    'Data is escaped as if it were for a page.',
  ),
  {
    name: 'names-another-message',
    misdeed: 'A message travels with another id than that of its receipt.',
    breaks: ['message.post.deliver', 'sse.resume.header'],
    apply: ({ rules }) => {
      const make = rules.makeMessage
      rules.makeMessage = (id, seq, data) => make(`${id}_`, seq, data)
    },
  },
  {
    name: 'drops-repeated-data',
    misdeed: 'A message with the same data as the one before it is accepted and never sent.',
    breaks: ['message.post.deliver'],
    apply: ({ wraps }) => {
      wraps.writer = (writer) => {
        let last: string | undefined
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          const data = readMessage(frame)?.data
          if (data === undefined || data !== last) writer.write(frame, envelope)
          last = data ?? last
        }
        return { ...writer, write }
      }
    },
  },
  confuses(
    'ignores-case-of-client-ids',
    (clientId) => clientId.toLowerCase(),
    'Messages also go to client ids that differ in case only.',
  ),
  confuses(
    'ignores-composition-of-client-ids',
    (clientId) => clientId.normalize('NFC'),
    'Messages also go to client ids that differ in their Unicode composition only.',
  ),
  {
    name: 'skips-a-number',
    misdeed: 'After four messages a seq is left out.',
    breaks: ['message.seq.contiguous'],
    apply: ({ rules }) => {
      rules.nextSeq = (seq) => (seq % 5 === 4 ? seq + 2 : seq + 1)
    },
  },
  {
    name: 'numbers-all-clients-together',
    misdeed: 'One counter numbers the messages of all client ids.',
    breaks: ['message.seq.contiguous'],
    apply: ({ rules }) => {
      let newest = 0
      rules.nextSeq = () => {
        newest += 1
        return newest
      }
    },
  },
  {
    name: 'numbers-refused-posts',
    misdeed: 'A post that is refused for the size of its data takes a seq.',
    breaks: ['message.seq.contiguous'],
    apply: ({ rules, ports }) => {
      const { readClientId, decideDataSize } = rules
      let clientId = ''
      rules.readClientId = (...facts) => {
        clientId = readClientId(...facts)
        return clientId
      }
      rules.decideDataSize = (...facts) => {
        const refusal = decideDataSize(...facts)
        if (refusal) void ports.broker.accept(clientId, '')
        return refusal
      }
    },
  },
  {
    name: 'names-messages-by-seq',
    misdeed: 'Messages of two client ids have the same id where they have the same seq.',
    breaks: ['message.id.unique'],
    apply: ({ rules }) => {
      rules.makeMessageId = ({ seq }) => `msg_${seq}`
    },
  },
  {
    name: 'names-messages-by-epoch',
    misdeed: 'All messages of a client id have the same id.',
    breaks: ['message.id.unique'],
    apply: ({ rules }) => {
      rules.makeMessageId = ({ epoch }) => `msg_${epoch}`
    },
  },
  {
    name: 'counts-message-ids',
    misdeed: 'The ids of messages count client ids and messages, from one after every start.',
    breaks: ['message.id.unique'],
    apply: ({ rules }) => {
      const places = new Map<number, number>()
      rules.makeMessageId = ({ epoch, seq }) => {
        const place = places.get(epoch) ?? places.size + 1
        places.set(epoch, place)
        return `m-${place}-${seq}`
      }
    },
  },
  {
    name: 'delivers-in-reverse-order',
    misdeed: 'Of twenty messages on a connection two change places.',
    breaks: ['message.order.delivered', 'sse.event.delivered'],
    apply: ({ wraps }) => {
      wraps.writer = (writer) => {
        let held: Parameters<ConnectionWriter['write']> | undefined
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          const isHeld = held === undefined && (readMessage(frame)?.seq ?? 0) % 20 === 18
          if (!isHeld) writer.write(frame, envelope)
          if (!isHeld && held !== undefined) writer.write(...held)
          held = isHeld ? [frame, envelope] : undefined
        }
        return { ...writer, write }
      }
    },
  },
  {
    name: 'delivers-twice',
    misdeed: 'Of twenty messages one is sent twice.',
    breaks: ['message.order.delivered'],
    apply: ({ rules }) => {
      rules.makeDelivery = (frame, seq) => (seq % 20 === 17 ? [frame, frame] : [frame])
    },
  },
  {
    name: 'begins-smaller-epochs',
    misdeed: 'Each new epoch is smaller than the one before.',
    breaks: ['message.epoch.grows'],
    apply: ({ rules }) => {
      const farAheadUs = 1e12
      let next: number | undefined
      rules.decideEpoch = (nowMs) => {
        next = next === undefined ? nowMs * 1000 + farAheadUs : next - 1
        return next
      }
    },
  },
  {
    name: 'begins-epochs-by-the-clock-alone',
    misdeed: 'Client ids that begin in the same millisecond have the same epoch.',
    breaks: ['message.epoch.grows'],
    apply: ({ rules }) => {
      rules.decideEpoch = (nowMs) => nowMs * 1000
    },
  },
  {
    name: 'begins-epochs-anew',
    misdeed: 'Epochs count from one, anew after every start.',
    breaks: ['message.epoch.grows'],
    apply: ({ rules }) => {
      let last = 0
      rules.decideEpoch = () => {
        last += 1
        return last
      }
    },
  },
  {
    name: 'reads-with-newest-epoch',
    misdeed: 'The presence of a client id without counters has the epoch that was begun last.',
    breaks: ['message.epoch.grows'],
    apply: ({ ports }) => {
      const { broker } = ports
      let newest = 0
      const note = async <C extends Counters>(pending: Awaitable<C>): Promise<C> => {
        const counters = await pending
        newest = Math.max(newest, counters.epoch)
        return counters
      }
      ports.broker = {
        ...broker,
        accept: (clientId, data) => note(broker.accept(clientId, data)),
        read: async (clientId) => {
          const counters = await broker.read(clientId)
          return counters.version > 0 ? counters : { ...counters, epoch: newest }
        },
      }
    },
  },
]
