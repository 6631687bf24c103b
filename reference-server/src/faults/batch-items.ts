/** Faults of the messages of a batch that are refused, and of those beside them. */
import type { BatchResult, Problem } from '@channel-protocol/schemas/types'
import type { Fault } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import type { Rules } from '../rules/rule-book.ts'

/** Characters of data that may be too long; what these faults spoil is shorter. */
const LONG = 10_000

/** A fault that gives another result for a message that was refused. */
function refuses(
  name: string,
  breaks: string,
  change: (problem: Problem, at: number) => unknown,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: [breaks],
    apply: ({ rules }) => {
      const make = rules.makeBatchProblem
      rules.makeBatchProblem = (problem, at) =>
        change(make(problem, at) as Problem, at) as BatchResult
    },
  }
}

/** A fault that points elsewhere. */
function points(
  name: string,
  point: (pointer: string, at: number) => string,
  misdeed: string,
): Fault {
  const change = ({ errors, ...problem }: Problem, at: number): Problem => {
    if (!errors) return problem
    const own = `/messages/${at}`.length
    const changed = errors.map((one) => ({ ...one, pointer: point(one.pointer.slice(own), at) }))
    return { ...problem, errors: changed }
  }
  return refuses(name, 'batch.item.pointer', change, misdeed)
}

/** A fault that spoils messages of a batch in which some are bad, before any is judged. */
function spoils(
  name: string,
  isSpoilt: (
    item: unknown,
    at: number,
    bad: readonly unknown[],
    items: readonly unknown[],
  ) => boolean,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['batch.item.others'],
    apply: ({ rules }) => {
      const read = rules.readBatch
      rules.readBatch = (...facts) => {
        const items = read(...facts)
        const bad = items.filter(isBad)
        return items.map((item, at) => (isSpoilt(item, at, bad, items) ? null : item))
      }
    },
  }
}

function isBad(item: unknown): boolean {
  const { data } = (item ?? {}) as { data?: unknown }
  const isText = typeof data === 'string' && data !== '' && data.isWellFormed()
  return clientIdOf(item) === undefined || !isText || data.length > LONG
}

function clientIdOf(item: unknown): unknown {
  return (item as { client_id?: unknown } | null)?.client_id
}

/** Tells from now on whether the message that is being judged stands in a batch. */
function watchBatches(rules: Rules): () => boolean {
  let next = false
  let isItem = false
  const { readBatchItem, readClientId } = rules
  rules.readBatchItem = (value) => {
    next = true
    return readBatchItem(value)
  }
  rules.readClientId = (...facts) => {
    isItem = next
    next = false
    return readClientId(...facts)
  }
  return () => isItem
}

/** Each breaks what the chapter on batches promises about messages that are refused. */
export const batchItemFaults: readonly Fault[] = [
  refuses(
    'answers-bad-messages-with-null',
    'batch.item.problem',
    (problem) => (problem.status === 429 ? problem : null),
    'The result of a bad message in a batch is null.',
  ),
  refuses(
    'answers-bad-messages-with-words',
    'batch.item.problem',
    (problem) => (problem.status === 429 ? problem : { error: problem.title }),
    'The result of a bad message in a batch is a text and no problem document.',
  ),
  refuses(
    'calls-every-bad-message-malformed',
    'batch.item.problem',
    (problem) => (problem.status === 400 ? { ...problem, code: 'malformed-request' } : problem),
    'Every bad message in a batch is called malformed, whatever is wrong with it.',
  ),
  refuses(
    'hides-limit-of-messages-in-batches',
    'batch.item.problem',
    ({ max_bytes: _limit, ...problem }) => problem,
    'The refusal of too long data in a batch does not name the limit.',
  ),
  {
    name: 'takes-what-is-no-object-for-empty-messages',
    misdeed: 'What is no object in a batch is refused as a message without a client id.',
    breaks: ['batch.item.problem'],
    apply: ({ rules }) => {
      rules.readBatchItem = (value) => ({ ...(value as object) })
    },
  },
  points(
    'points-into-each-message',
    (rest) => rest,
    'Pointers in a batch are those of the message alone.',
  ),
  points(
    'counts-messages-from-one',
    (rest, at) => `/messages/${at + 1}${rest}`,
    'Pointers in a batch count its messages from 1.',
  ),
  points(
    'points-to-first-message',
    (rest) => `/messages/0${rest}`,
    'Pointers in a batch all point to its first message.',
  ),
  points(
    'points-without-messages',
    (pointer, at) => `/${at}${pointer}`,
    'A pointer begins with the position of its message.',
  ),
  points(
    'points-without-slash',
    (pointer, at) => `messages/${at}${pointer}`,
    'A pointer does not begin with a slash.',
  ),
  points(
    'points-with-brackets',
    (rest, at) => `/messages[${at}]${rest}`,
    'Pointers in a batch are no JSON Pointers.',
  ),
  {
    name: 'refuses-batches-with-a-bad-message',
    misdeed: 'A batch with a bad message is refused as a whole.',
    breaks: ['batch.item.others', 'batch.post.results'],
    apply: ({ rules }) => {
      const make = rules.makeBatchAnswer
      rules.makeBatchAnswer = (results) => {
        const bad = results.some((result) => 'status' in result && result.status !== 429)
        if (bad) throw new Refusal('invalid-data', 'a message of the batch is bad')
        return make(results)
      }
    },
  },
  spoils(
    'stops-batches-at-a-bad-message',
    (_item, at, bad, items) => at > items.indexOf(bad[0]) && bad.length > 0,
    'What stands in a batch behind a bad message is refused.',
  ),
  spoils(
    'refuses-clients-of-bad-messages',
    (item, _at, bad) => !isBad(item) && bad.some((one) => clientIdOf(one) === clientIdOf(item)),
    'Where one message of a batch is bad, all others to its client id are refused.',
  ),
  {
    name: 'counts-batches-once-in-rate',
    misdeed: 'A batch takes as much of the rate of a client id as one message.',
    breaks: ['batch.item.rate'],
    apply: ({ rules }) => {
      const isItem = watchBatches(rules)
      const { readBatch, decideRate } = rules
      let isFirst = true
      rules.readBatch = (...facts) => {
        isFirst = true
        return readBatch(...facts)
      }
      rules.decideRate = (bucket, nowMs, perSecond) => {
        const isFree = isItem() && !isFirst && bucket !== undefined
        isFirst = false
        return isFree ? { bucket, waitSeconds: 0 } : decideRate(bucket, nowMs, perSecond)
      }
    },
  },
  {
    name: 'counts-batches-apart-from-posts',
    misdeed: 'Messages in batches and messages alone are counted in rates of their own.',
    breaks: ['batch.item.rate'],
    apply: ({ rules }) => {
      const isItem = watchBatches(rules)
      const select = rules.selectRateKey
      rules.selectRateKey = (clientId) => `${isItem() ? 'batch' : 'alone'} ${select(clientId)}`
    },
  },
  {
    name: 'refuses-batches-that-exceed-rate',
    misdeed: 'A batch with a message that exceeds the rate is refused as a whole.',
    breaks: ['batch.item.rate'],
    apply: ({ rules }) => {
      const make = rules.makeBatchAnswer
      rules.makeBatchAnswer = (results) => {
        const isExceeded = results.some((result) => 'status' in result && result.status === 429)
        if (isExceeded) throw new Refusal('rate-limited', undefined, { retryAfterSeconds: 1 })
        return make(results)
      }
    },
  },
  {
    name: 'refuses-rest-of-batches-that-exceed-rate',
    misdeed:
      'Behind a message that exceeds the rate of its client id all others of the batch are refused.',
    breaks: ['batch.item.others'],
    apply: ({ rules }) => {
      const isItem = watchBatches(rules)
      const { readBatch, decideRate } = rules
      let isExceeded = false
      rules.readBatch = (...facts) => {
        isExceeded = false
        return readBatch(...facts)
      }
      rules.decideRate = (...facts) => {
        const decision = decideRate(...facts)
        isExceeded ||= isItem() && decision.waitSeconds > 0
        return isItem() && isExceeded ? { ...decision, waitSeconds: 1 } : decision
      }
    },
  },
]
