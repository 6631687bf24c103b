/** Faults of other posts with a key that is in use: twins that run at the same time, and other bodies. */

import type { FirstPost } from '../broker-port.ts'
import type { Fault, Parts } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import { decides } from './idempotency.ts'

const ONCE = 'idempotency.repeat.once'
const KEPT = 'idempotency.refusal.kept'
const TWIN = 'idempotency.twin.refused'
const OTHER = 'idempotency.body.other'
const SLOW_MS = 100

/** The same fault with posts that take a while, so that others arrive while they run. */
function decidesOfTwins(...facts: Parameters<typeof decides>): Fault {
  const fault = decides(...facts)
  return {
    ...fault,
    apply: (parts) => {
      fault.apply(parts)
      slowDown(parts)
    },
  }
}

/** Makes each message with a key take a while. */
function slowDown({ rules, ports }: Parts): void {
  const { makeKeyScope } = rules
  const { accept } = ports.broker
  let isKeyed = false
  rules.makeKeyScope = (path, key) => {
    isKeyed = path === '/v1/messages'
    return makeKeyScope(path, key)
  }
  ports.broker.accept = async (...facts) => {
    const wait = isKeyed
    isKeyed = false
    if (wait) await new Promise<void>((resolve) => ports.clock.after(SLOW_MS, resolve))
    return accept(...facts)
  }
}

/** Each breaks what the chapter on idempotency promises about twins and other bodies. */
export const idempotencyTwinFaults: readonly Fault[] = [
  decidesOfTwins(
    'carries-out-twins',
    'A post whose twin is still running is carried out.',
    [ONCE],
    (first, digest, decision) => (first.answer || first.digest !== digest ? decision : 'carry-out'),
  ),
  {
    name: 'lets-the-third-twin-through',
    misdeed: 'When a twin was refused, the post that still runs is forgotten.',
    breaks: [ONCE, OTHER],
    apply: (parts) => {
      const { decideRepeat } = parts.rules
      const forgotten = new WeakSet<FirstPost>()
      parts.rules.decideRepeat = (first, digest) => {
        if (first && !first.answer && forgotten.has(first)) return 'carry-out'
        if (first && !first.answer) forgotten.add(first)
        return decideRepeat(first, digest)
      }
      slowDown(parts)
    },
  },
  decidesOfTwins(
    'calls-twins-reused',
    'A post whose twin is still running is refused as one with another body.',
    [TWIN],
    (first, _digest, decision) => (first.answer ? decision : new Refusal('idempotency-key-reused')),
  ),
  decidesOfTwins(
    'calls-twins-overload',
    'A post whose twin is still running is refused for want of capacity.',
    [TWIN],
    (first, digest, decision) =>
      first.answer || first.digest !== digest
        ? decision
        : new Refusal('over-capacity', undefined, { retryAfterSeconds: 1 }),
  ),
  decidesOfTwins(
    'refuses-twins-without-retry-after',
    'A post whose twin is still running is not told when to come again.',
    [TWIN],
    (first, digest, decision) =>
      first.answer || first.digest !== digest ? decision : new Refusal('idempotency-in-progress'),
  ),
  decidesOfTwins(
    'calls-other-bodies-twins',
    'A post with the key of another that is still running is refused as its twin, whatever its body.',
    [OTHER],
    (first, _digest, decision) =>
      first.answer
        ? decision
        : new Refusal('idempotency-in-progress', undefined, { retryAfterSeconds: 1 }),
  ),
  decides(
    'ignores-other-bodies',
    'A post with the key of another is answered as that one was, whatever its body.',
    [OTHER, KEPT],
    (first, _digest, decision) => (first.answer ? 'repeat' : decision),
  ),
  decides(
    'carries-out-other-bodies',
    'A post with the key of another and another body is carried out.',
    [OTHER, KEPT, 'idempotency.repeat.answer'],
    (first, digest, decision) => (first.digest === digest ? decision : 'carry-out'),
  ),
  decides(
    'calls-other-bodies-malformed',
    'A post with the key of another and another body is refused as malformed.',
    [OTHER, KEPT],
    (first, digest, decision) =>
      first.digest === digest ? decision : new Refusal('malformed-request'),
  ),
  ...(
    [
      ['trims-bodies-to-compare', 'Blanks around a body are not compared.', (text) => text.trim()],
      ['compares-bodies-as-json', 'Bodies are compared as JSON values.', sortMembers],
      [
        'compares-lengths-of-bodies',
        'Of bodies their length is compared.',
        (text) => `${text.length}`,
      ],
      [
        'compares-beginnings-of-bodies',
        'Of bodies the first 4,096 bytes are compared.',
        (text) => text.slice(0, 4096),
      ],
    ] as const satisfies [string, string, (text: string) => string][]
  ).map(
    ([name, misdeed, change]): Fault => ({
      name,
      misdeed,
      breaks: [OTHER],
      apply: ({ rules }) => {
        const { digestBody } = rules
        rules.digestBody = (bytes) => digestBody(Buffer.from(change(Buffer.from(bytes).toString())))
      },
    }),
  ),
]

function sortMembers(text: string): string {
  return JSON.stringify(Object.entries(JSON.parse(text) as object).sort())
}
