/** Faults of what a batch as a whole is taken or refused for. */
import type { Fault } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import type { Rules } from '../rules/rule-book.ts'
import { needsNoKey } from './without-key.ts'

type ReadBatch = Rules['readBatch']

/** A fault that reads the list of a batch otherwise. */
function reads(
  name: string,
  breaks: string,
  change: (read: ReadBatch) => ReadBatch,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: [breaks],
    apply: ({ rules }) => {
      rules.readBatch = change(rules.readBatch)
    },
  }
}

/** A fault that reads bodies of another length. */
function bounds(
  name: string,
  breaks: string,
  bound: (batchBytes: number, rules: Rules, dataBytes: number) => number,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: [breaks],
    apply: ({ rules, limits }) => {
      const decide = rules.decideMaxBatchBytes
      rules.decideMaxBatchBytes = (batchBytes) =>
        bound(decide(batchBytes), rules, limits.data_bytes)
    },
  }
}

/** A fault that accepts the first message of a batch that is refused as a whole. */
function acceptsFirst(
  name: string,
  breaks: string,
  select: (value: unknown) => unknown,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: [breaks],
    apply: ({ rules, ports }) => {
      const read = rules.readBatch
      rules.readBatch = (value, most) => {
        try {
          return read(value, most)
        } catch (refusal) {
          const clientId = (select(value) as { client_id?: unknown } | undefined)?.client_id
          if (typeof clientId === 'string') void ports.broker.accept(clientId, 'x')
          throw refusal
        }
      }
    },
  }
}

/** Each breaks what the chapter on batches promises about batches as a whole. */
export const batchSizeFaults: readonly Fault[] = [
  reads(
    'takes-half-as-many-messages-in-batches',
    'batch.size.messages',
    (read) => (value, most) => read(value, most / 2),
    'A batch of more than half the advertised messages is refused.',
  ),
  reads(
    'refuses-as-many-messages-as-allowed',
    'batch.size.messages',
    (read) => (value, most) => read(value, most - 1),
    'A batch of as many messages as are advertised is refused.',
  ),
  reads(
    'cuts-batches-to-half',
    'batch.size.messages',
    (read) => (value, most) =>
      read(value, most).map((item, at) => (at < most / 2 + 100 ? item : null)),
    'Messages far behind the middle of the largest batch are refused.',
  ),
  bounds(
    'refuses-batches-of-half-the-bytes',
    'batch.size.messages',
    (batchBytes) => batchBytes / 2,
    'A body of more than half the advertised bytes is refused.',
  ),
  bounds(
    'holds-batches-to-the-bytes-of-a-message',
    'batch.size.messages',
    (_batchBytes, rules, dataBytes) => rules.decideMaxBodyBytes(dataBytes),
    'The body of a batch may be as long as that of one message.',
  ),
  reads(
    'takes-longer-batches',
    'batch.size.too-many',
    (read) => (value, most) => read(value, most + 1),
    'A batch may have one message more than advertised.',
  ),
  reads(
    'cuts-long-batches',
    'batch.size.too-many',
    (read) => (value, most) => read(Array.isArray(value) ? value.slice(0, most) : value, most),
    'Of a batch with too many messages those that fit are taken.',
  ),
  reads(
    'calls-long-batches-malformed',
    'batch.size.too-many',
    (read) => (value, most) => {
      if (Array.isArray(value) && value.length > most) throw new Refusal('malformed-request')
      return read(value, most)
    },
    'A batch of too many messages is refused as malformed.',
  ),
  acceptsFirst(
    'accepts-first-of-long-batches',
    'batch.size.too-many',
    (value) => (Array.isArray(value) ? value[0] : undefined),
    'A batch of too many messages is refused after its first was accepted.',
  ),
  bounds(
    'reads-batches-a-byte-too-long',
    'batch.size.too-large',
    (batchBytes) => batchBytes + 1,
    'A body may be one byte longer than advertised.',
  ),
  bounds(
    'reads-batches-of-twice-the-bytes',
    'batch.size.too-large',
    (batchBytes) => 2 * batchBytes,
    'A body may be twice as long as advertised.',
  ),
  {
    name: 'names-limit-of-data-for-batches',
    misdeed: 'The refusal of a batch that is too large names the limit of data.',
    breaks: ['batch.size.too-large'],
    apply: ({ rules, limits }) => {
      const make = rules.makeProblem
      rules.makeProblem = (refusal) => {
        const problem = make(refusal)
        const isOfBatch = problem.max_bytes === limits.batch_bytes
        return isOfBatch ? { ...problem, max_bytes: limits.data_bytes } : problem
      }
    },
  },
  reads(
    'takes-absent-messages-for-none',
    'batch.shape.refused',
    (read) => (value, most) => read(value === undefined ? [] : value, most),
    'A batch without messages is taken for an empty one.',
  ),
  reads(
    'takes-null-for-an-empty-batch',
    'batch.shape.refused',
    (read) => (value, most) => read(value === null ? [] : value, most),
    'Null is taken for an empty list of messages.',
  ),
  reads(
    'takes-one-message-for-a-batch',
    'batch.shape.refused',
    (read) => (value, most) =>
      read(typeof value === 'object' && value !== null ? [value].flat() : value, most),
    'A message where the list should be is taken for a list of one.',
  ),
  reads(
    'takes-texts-for-batches',
    'batch.shape.refused',
    (read) => (value, most) => read(typeof value === 'string' ? [...value] : value, most),
    'A text is taken for the list of its characters.',
  ),
  acceptsFirst(
    'accepts-the-message-of-bad-batches',
    'batch.shape.refused',
    (value) => (Array.isArray(value) ? undefined : value),
    'A message where the list should be is accepted, and the batch is refused.',
  ),
  needsNoKey('posts-batches-without-key', '/v1/batches', 'A batch needs no application key.'),
  {
    name: 'refuses-unknown-members-of-messages-in-batches',
    misdeed: 'A message with an unknown member is refused in a batch.',
    breaks: ['problem.unknown.ignored'],
    apply: ({ rules }) => {
      const read = rules.readBatchItem
      rules.readBatchItem = (value) => {
        const item = read(value)
        if (Object.keys(item).every((name) => name === 'client_id' || name === 'data')) return item
        throw new Refusal('malformed-request', 'the message has an unknown member')
      }
    },
  },
]
