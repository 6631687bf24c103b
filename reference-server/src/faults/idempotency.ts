/** Faults of repeated posts: what is given again, to whom, and what of it happens twice. */

import type { FirstPost } from '../broker-port.ts'
import type { Fault, Parts } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import type { Answer } from '../rules/problem.ts'

const ANSWER = 'idempotency.repeat.answer'
const ONCE = 'idempotency.repeat.once'
const BATCH = 'idempotency.repeat.batch'

type Decision = ReturnType<Parts['rules']['decideRepeat']>

/** A fault that decides otherwise about a post whose key was used. */
export function decides(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  decide: (first: FirstPost, digest: string, decision: Decision) => Decision,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const { decideRepeat } = rules
      rules.decideRepeat = (first, digest) => {
        const decision = decideRepeat(first, digest)
        return first ? decide(first, digest, decision) : decision
      }
    },
  }
}

/** A fault that gives something else than the first answer. */
function repeats(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  change: (answer: Answer) => Answer,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const make = rules.makeRepeatedAnswer
      rules.makeRepeatedAnswer = (answer) => change(make(answer))
    },
  }
}

/** Each breaks what the chapter on idempotency promises about repeating. */
export const idempotencyFaults: readonly Fault[] = [
  repeats(
    'answers-repeats-with-202',
    'A repeated post is answered with 202 and the first body.',
    [ANSWER, BATCH],
    (answer) => (answer.status === 200 ? { ...answer, status: 202 } : answer),
  ),
  repeats(
    'says-that-it-repeats',
    'The body of a repeated answer has a member that the first had not.',
    [ANSWER, BATCH],
    (answer) =>
      answer.status === 200 ? { ...answer, body: { ...answer.body, repeated: true } } : answer,
  ),
  repeats(
    'repeats-part-of-batches',
    'Of the results of a batch only those of the first two messages are given again.',
    [ANSWER, BATCH],
    (answer) => {
      const { results } = answer.body as { results?: object[] }
      const isBatch = results?.some((result) => 'seq' in result)
      return isBatch ? { ...answer, body: { results: results?.slice(0, 2) } } : answer
    },
  ),
  {
    name: 'counts-connections-anew',
    misdeed: 'A repeated receipt of a message counts the connections that are open now.',
    breaks: [ANSWER],
    apply: ({ rules }) => {
      const { makeWelcome, makeRepeatedAnswer } = rules
      const welcomed = new Map<unknown, number>()
      rules.makeWelcome = (...facts) => {
        const welcome = makeWelcome(...facts)
        welcomed.set(welcome.epoch, (welcomed.get(welcome.epoch) ?? 0) + 1)
        return welcome
      }
      rules.makeRepeatedAnswer = (answer) => {
        const again = makeRepeatedAnswer(answer)
        const connections = welcomed.get('epoch' in again.body && again.body.epoch)
        return connections === undefined
          ? again
          : { ...again, body: { ...again.body, connections } }
      }
    },
  },
  decides(
    'refuses-repeats-as-running',
    'A repeated post is refused as still running when it is answered long since.',
    [ANSWER, BATCH],
    ({ answer }, _digest, decision) =>
      decision === 'repeat' && answer?.status === 200
        ? new Refusal('idempotency-in-progress', undefined, { retryAfterSeconds: 1 })
        : decision,
  ),
  {
    name: 'forgets-what-was-misused',
    misdeed: 'A key that came with another body is forgotten.',
    breaks: [ANSWER],
    apply: ({ rules }) => {
      const { decideRepeat } = rules
      const misused = new WeakSet<FirstPost>()
      rules.decideRepeat = (first, digest) => {
        const decision = decideRepeat(first, digest)
        const wasMisused = first !== undefined && misused.has(first)
        if (first && decision instanceof Refusal) misused.add(first)
        return wasMisused && decision === 'repeat' ? 'carry-out' : decision
      }
    },
  },
  {
    name: 'carries-out-every-second-repeat',
    misdeed: 'A post that comes for the third time is carried out again.',
    breaks: [ANSWER, ONCE],
    apply: ({ rules }) => {
      const { decideRepeat } = rules
      const repeated = new WeakSet<FirstPost>()
      rules.decideRepeat = (first, digest) => {
        const decision = decideRepeat(first, digest)
        if (!first || decision !== 'repeat') return decision
        if (repeated.has(first)) return 'carry-out'
        repeated.add(first)
        return decision
      }
    },
  },
  {
    name: 'delivers-repeats-again',
    misdeed:
      'A repeated message is carried out again, and kept anew, but answered with the first receipt.',
    breaks: [ONCE, ANSWER, 'idempotency.window.ended'],
    apply: ({ rules }) => {
      const { decideRepeat, makeReceipt } = rules
      let first: FirstPost | undefined
      rules.decideRepeat = (known, digest) => {
        const decision = decideRepeat(known, digest)
        const isMessage = JSON.stringify(known?.answer?.body ?? '').startsWith('{"id":"msg_')
        first = decision === 'repeat' && isMessage ? known : undefined
        return first ? 'carry-out' : decision
      }
      rules.makeReceipt = (...facts) => {
        const receipt = (first?.answer?.body ?? makeReceipt(...facts)) as ReturnType<
          typeof makeReceipt
        >
        first = undefined
        return receipt
      }
    },
  },
  {
    name: 'counts-repeats',
    misdeed: 'A repeated message takes a number without being sent.',
    breaks: [ONCE],
    apply: ({ rules, ports }) => {
      const { makeRepeatedAnswer } = rules
      const { accept } = ports.broker
      const clientIds = new Map<unknown, string>()
      ports.broker.accept = async (clientId, data) => {
        const counters = await accept(clientId, data)
        clientIds.set(counters.epoch, clientId)
        return counters
      }
      rules.makeRepeatedAnswer = (answer) => {
        const clientId = clientIds.get('epoch' in answer.body && answer.body.epoch)
        if (clientId !== undefined) void accept(clientId, 'nothing')
        return makeRepeatedAnswer(answer)
      }
    },
  },
  {
    name: 'limits-rate-of-repeats',
    misdeed: 'A repeated post is refused while the rate of its client id is exceeded.',
    breaks: [ANSWER],
    apply: ({ rules }) => {
      const { decideRate, decideRepeat } = rules
      let isExceeded = false
      rules.decideRate = (...facts) => {
        const decision = decideRate(...facts)
        isExceeded = decision.waitSeconds > 0
        return decision
      }
      rules.decideRepeat = (first, digest) => {
        const decision = decideRepeat(first, digest)
        return decision === 'repeat' && isExceeded
          ? new Refusal('rate-limited', undefined, { retryAfterSeconds: 1 })
          : decision
      }
    },
  },
  {
    name: 'repeats-to-strangers',
    misdeed: 'A post whose key was used is answered without an application key.',
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      const { decideKey, readIdempotencyKey } = rules
      const used = new Set<string | undefined>()
      rules.readIdempotencyKey = (values) => {
        const key = readIdempotencyKey(values)
        if (key !== undefined) used.add(key)
        return key
      }
      rules.decideKey = (offered, live, call) =>
        used.has(call.idempotencyKey) ? 'live' : decideKey(offered, live, call)
    },
  },
]
