/** Faults of what is kept for repeated posts: which answers, for how long, and how many. */

import type { FirstPost } from '../broker-port.ts'
import type { Fault, Parts } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import type { Answer } from '../rules/problem.ts'

const KEPT = 'idempotency.refusal.kept'
const FORGOTTEN = 'idempotency.failure.forgotten'
const BOUNDED = 'idempotency.results.bounded'

/** Keeps other answers than the rule does. */
function keeps({ rules }: Parts, decide: (answer: Answer, isKept: boolean) => boolean): void {
  const { decideKept } = rules
  rules.decideKept = (answer) => decide(answer, decideKept(answer))
}

/** Decides otherwise about a post whose key was used for one that was refused for its rate. */
function decidesAfterRate(
  { rules }: Parts,
  decide: (first: FirstPost, digest: string) => 'carry-out' | Refusal,
): void {
  const { decideRepeat } = rules
  rules.decideRepeat = (first, digest) =>
    first?.answer?.status === 429 ? decide(first, digest) : decideRepeat(first, digest)
}

/** Keeps answers for so many windows. */
function keepsFor(name: string, time: string, windows: number, breaks: readonly string[]): Fault {
  return {
    name,
    misdeed: `An answer is kept for ${time}.`,
    breaks,
    apply: ({ rules }) => {
      const { decideForgottenAtMs } = rules
      rules.decideForgottenAtMs = (post, windowSeconds) =>
        decideForgottenAtMs(post, windowSeconds * windows)
    },
  }
}

/** Counts the results of one call as one. */
function countsAsOne(name: string, calls: string, member: string): Fault {
  return {
    name,
    misdeed: `${calls} counts as one result.`,
    breaks: [BOUNDED],
    apply: ({ rules }) => {
      const { countResults } = rules
      rules.countResults = (answer) => {
        const { results = [] } = answer.body as { results?: object[] }
        return results.some((result) => member in result) ? 1 : countResults(answer)
      }
    },
  }
}

/** Each breaks what the chapter on idempotency promises about what is kept. */
export const idempotencyKeepingFaults: readonly Fault[] = [
  {
    name: 'forgets-refusals',
    misdeed: 'The answer to a post that was refused is not kept.',
    breaks: [KEPT],
    apply: (parts) => keeps(parts, ({ status }, isKept) => isKept && status < 400),
  },
  {
    name: 'forgets-large-refusals',
    misdeed: 'The answer to a post whose data was too long is not kept.',
    breaks: [KEPT],
    apply: (parts) => keeps(parts, ({ status }, isKept) => isKept && status !== 413),
  },
  {
    name: 'repeats-refusals-as-conflicts',
    misdeed: 'A repeated post that was refused is refused with 422 the second time.',
    breaks: [KEPT],
    apply: ({ rules }) => {
      const { decideRepeat } = rules
      rules.decideRepeat = (first, digest) =>
        (first?.answer?.status ?? 0) >= 400
          ? new Refusal('idempotency-key-reused')
          : decideRepeat(first, digest)
    },
  },
  {
    name: 'keeps-answers-of-limited-rate',
    misdeed: 'An answer of 429 is given again when the rate would be kept.',
    breaks: [FORGOTTEN],
    apply: (parts) => keeps(parts, ({ status }, isKept) => isKept || status === 429),
  },
  {
    name: 'leaves-failed-posts-running',
    misdeed: 'A post that was answered with 429 counts as running from then on.',
    breaks: [FORGOTTEN],
    apply: (parts) => {
      keeps(parts, ({ status }, isKept) => isKept || status === 429)
      const running = new Refusal('idempotency-in-progress', undefined, { retryAfterSeconds: 1 })
      decidesAfterRate(parts, () => running)
    },
  },
  {
    name: 'binds-failed-keys',
    misdeed: 'The key of a post that was answered with 429 is bound to its body.',
    breaks: [FORGOTTEN],
    apply: (parts) => {
      keeps(parts, ({ status }, isKept) => isKept || status === 429)
      decidesAfterRate(parts, (first, digest) =>
        first.digest === digest ? 'carry-out' : new Refusal('idempotency-key-reused'),
      )
    },
  },
  {
    name: 'keeps-failures',
    misdeed: 'An answer of 503 is given again when there is room.',
    breaks: [FORGOTTEN],
    apply: (parts) => keeps(parts, ({ status }, isKept) => isKept || status >= 500),
  },
  keepsFor('forgets-answers-early', 'half of the window', 1 / 2, ['idempotency.window.kept']),
  keepsFor('forgets-answers-after-three-quarters', 'three quarters of the window', 3 / 4, [
    'idempotency.window.kept',
  ]),
  keepsFor('keeps-answers-long', 'twice the window', 2, ['idempotency.window.ended', FORGOTTEN]),
  {
    name: 'renews-window-with-repeats',
    misdeed: 'The window begins anew with each repetition.',
    breaks: ['idempotency.window.ended'],
    apply: ({ rules, ports }) => {
      const { decideRepeat } = rules
      rules.decideRepeat = (first, digest) => {
        if (first) first.answeredAtMs = ports.clock.nowMs()
        return decideRepeat(first, digest)
      }
    },
  },
  {
    name: 'keeps-any-number-of-results',
    misdeed: 'There is no bound to what is kept.',
    breaks: [BOUNDED],
    apply: ({ rules }) => {
      rules.decideResultRoom = () => undefined
    },
  },
  {
    name: 'keeps-one-result-more',
    misdeed: 'One result more is kept than is advertised.',
    breaks: [BOUNDED],
    apply: ({ rules }) => {
      const { decideResultRoom } = rules
      rules.decideResultRoom = (kept, most, wait) => decideResultRoom(kept, most + 1, wait)
    },
  },
  {
    name: 'calls-a-full-store-rate',
    misdeed: 'A new key beyond the bound is refused as if the rate were exceeded.',
    breaks: [BOUNDED],
    apply: ({ rules }) => {
      const { decideResultRoom } = rules
      rules.decideResultRoom = (...facts) =>
        decideResultRoom(...facts) &&
        new Refusal('rate-limited', undefined, { retryAfterSeconds: 1 })
    },
  },
  {
    name: 'forgets-results-when-full',
    misdeed: 'When a new key was refused for want of room, known ones are as good as new.',
    breaks: [BOUNDED],
    apply: (parts) => decidesWhenFull(parts, 'carry-out'),
  },
  {
    name: 'refuses-known-keys-when-full',
    misdeed: 'When a new key was refused for want of room, known ones are refused too.',
    breaks: [BOUNDED],
    apply: (parts) => decidesWhenFull(parts, new Refusal('over-capacity')),
  },
  countsAsOne('counts-batches-as-one-result', 'A batch', 'seq'),
  countsAsOne('counts-socket-sends-as-one-result', 'A send to sockets', 'delivered'),
]

function decidesWhenFull({ rules }: Parts, decision: 'carry-out' | Refusal): void {
  const { decideResultRoom, decideRepeat } = rules
  let wasFull = false
  rules.decideResultRoom = (...facts) => {
    const refusal = decideResultRoom(...facts)
    wasFull = refusal !== undefined
    return refusal
  }
  rules.decideRepeat = (first, digest) => {
    const decided = decideRepeat(first, digest)
    return wasFull && decided === 'repeat' ? decision : decided
  }
}
