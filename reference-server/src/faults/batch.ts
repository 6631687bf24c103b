/** Faults of what becomes of the messages that a batch has accepted. */
import type { BatchResult, MessageEnvelope, Receipt } from '@channel-protocol/schemas/types'
import type { Fault } from '../parts.ts'
import { Refusal } from '../refusal.ts'

function isReceipt(result: BatchResult): result is Receipt {
  return 'seq' in result
}

/** A fault that answers with other results. */
function answers(
  name: string,
  breaks: readonly string[],
  change: (results: readonly BatchResult[]) => readonly BatchResult[],
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const make = rules.makeBatchAnswer
      rules.makeBatchAnswer = (results) => make(change(results))
    },
  }
}

/** A fault that answers with other receipts. */
function receipts(
  name: string,
  breaks: readonly string[],
  change: (receipt: Receipt, at: number, all: readonly Receipt[]) => Receipt,
  misdeed: string,
): Fault {
  const changeAll = (results: readonly BatchResult[]): BatchResult[] => {
    const all = results.filter(isReceipt)
    return results.map((result, at) => (isReceipt(result) ? change(result, at, all) : result))
  }
  return answers(name, ['batch.post.receipts', ...breaks], changeAll, misdeed)
}

/** A fault that accepts the items in another order. */
function reorders(
  name: string,
  change: (places: readonly number[], items: readonly unknown[]) => readonly number[],
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['batch.order.kept'],
    apply: ({ rules }) => {
      const decide = rules.decideBatchOrder
      rules.decideBatchOrder = (items) => change(decide(items), items)
    },
  }
}

/** A fault that numbers some of the messages of a batch and never sends them. */
function keepsBack(
  name: string,
  select: (items: readonly Readonly<Record<string, unknown>>[]) => readonly { data?: unknown }[],
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['batch.post.deliver'],
    apply: ({ rules, wraps }) => {
      const kept = new Set<unknown>()
      const read = rules.readBatch
      rules.readBatch = (...facts) => {
        const items = read(...facts)
        for (const { data } of select(items.filter(isObject))) kept.add(data)
        return items
      }
      wraps.writer = (writer) => ({
        ...writer,
        write: (frame) => {
          const envelope = JSON.parse(String(frame)) as Partial<MessageEnvelope>
          if (envelope.type !== 'message' || !kept.has(envelope.data)) writer.write(frame)
        },
      })
    },
  }
}

function isObject(item: unknown): item is Readonly<Record<string, unknown>> {
  return typeof item === 'object' && item !== null
}

function lengthOf(item: unknown): number {
  return isObject(item) ? String(item.data).length : 0
}

/** Each breaks what the chapter on batches promises about messages that are accepted. */
export const batchFaults: readonly Fault[] = [
  answers(
    'leaves-problems-out-of-results',
    ['batch.post.results'],
    (results) => (results.some(isReceipt) ? results.filter(isReceipt) : results),
    'Where something was accepted, the results are the receipts alone.',
  ),
  answers(
    'answers-receipts-first',
    ['batch.post.results'],
    (results) => [...results.filter(isReceipt), ...results.filter((one) => !isReceipt(one))],
    'The results have all receipts in front of all problems.',
  ),
  answers(
    'answers-by-client-id',
    ['batch.post.results'],
    (results) =>
      results.toSorted((a, b) => (isReceipt(a) ? a.epoch : 0) - (isReceipt(b) ? b.epoch : 0)),
    'The results are grouped by client id.',
  ),
  {
    name: 'answers-equal-messages-once',
    misdeed: 'A message that is in a batch several times gets one result.',
    breaks: ['batch.post.results'],
    apply: ({ rules }) => {
      const read = rules.readBatch
      rules.readBatch = (...facts) => {
        const items = read(...facts)
        const texts = items.map((item) => JSON.stringify(item))
        const isLegal = (item: unknown): boolean => lengthOf(item) > 0
        return items.filter((item, at) => !isLegal(item) || texts.indexOf(texts[at] ?? '') === at)
      }
    },
  },
  {
    name: 'refuses-empty-batches',
    misdeed: 'An empty list of messages is refused.',
    breaks: ['batch.post.results'],
    apply: ({ rules }) => {
      const read = rules.readBatch
      rules.readBatch = (...facts) => {
        const items = read(...facts)
        if (items.length === 0) throw new Refusal('malformed-request', 'messages is empty')
        return items
      }
    },
  },
  {
    name: 'refuses-batches-without-good-messages',
    misdeed: 'A batch of which no message is accepted is refused as a whole.',
    breaks: ['batch.post.results'],
    apply: ({ rules }) => {
      const make = rules.makeBatchAnswer
      rules.makeBatchAnswer = (results) => {
        if (results.length > 0 && !results.some(isReceipt)) throw new Refusal('malformed-request')
        return make(results)
      }
    },
  },
  receipts(
    'answers-batches-with-bare-seqs',
    ['problem.answer.schema'],
    ({ id, seq, epoch }) => ({ id, seq, epoch }) as Receipt,
    'The receipts in a batch have no connections.',
  ),
  receipts(
    'claims-no-connection-in-batches',
    [],
    (receipt) => ({ ...receipt, connections: 0 }),
    'The receipts in a batch say that nobody is connected.',
  ),
  receipts(
    'names-messages-of-a-batch-alike',
    ['batch.post.deliver'],
    (receipt, _at, all) => ({ ...receipt, id: all[0]?.id ?? receipt.id }),
    'All receipts of a batch have the id of the first.',
  ),
  receipts(
    'numbers-receipts-of-batches-from-one',
    ['message.seq.contiguous', 'batch.post.deliver'],
    (receipt, at) => ({ ...receipt, seq: at + 1 }),
    'The seq of a receipt in a batch is the place of its message.',
  ),
  receipts(
    'gives-receipts-of-batches-one-seq',
    ['message.seq.contiguous', 'batch.post.deliver', 'batch.order.kept'],
    (receipt, _at, all) => ({
      ...receipt,
      seq: Math.max(...all.filter(({ epoch }) => epoch === receipt.epoch).map(({ seq }) => seq)),
    }),
    'The receipts of one client id in a batch all have the newest seq.',
  ),
  keepsBack(
    'keeps-batches-from-connections',
    (items) => items,
    'Messages of a batch are numbered and never sent.',
  ),
  keepsBack(
    'delivers-newest-of-a-batch-alone',
    (items) => {
      const newest = new Map(items.map((item) => [item.client_id, item]))
      return items.filter((item) => newest.get(item.client_id) !== item)
    },
    'Of the messages of a batch to one client id the last alone is sent.',
  ),
  keepsBack(
    'delivers-first-hundred-of-a-batch',
    (items) => items.slice(100),
    'Of the messages of a batch the first hundred are sent.',
  ),
  {
    name: 'quotes-data-of-batches',
    misdeed: 'The data of a message in a batch is delivered as a JSON text.',
    breaks: ['batch.post.deliver'],
    apply: ({ rules }) => {
      const read = rules.readBatchItem
      rules.readBatchItem = (value) => {
        const item = read(value)
        const { data } = item
        const isLegal = typeof data === 'string' && data !== '' && data.isWellFormed()
        return isLegal ? { ...item, data: JSON.stringify(data) } : item
      }
    },
  },
  reorders(
    'takes-batches-backwards',
    (places) => places.toReversed(),
    'The last message of a batch is accepted first.',
  ),
  reorders(
    'takes-batches-in-two-shares',
    (places) => [...places.filter((at) => at % 2 === 0), ...places.filter((at) => at % 2 === 1)],
    'Every other message of a batch is accepted after the rest.',
  ),
  reorders(
    'takes-short-messages-first',
    (places, items) => places.toSorted((a, b) => lengthOf(items[a]) - lengthOf(items[b])),
    'The messages of a batch are accepted by their length.',
  ),
  reorders(
    'takes-rest-of-batches-backwards',
    (places) => [...places.slice(0, 100), ...places.slice(100).toReversed()],
    'Beyond the first hundred the messages of a batch are accepted in reverse.',
  ),
]
