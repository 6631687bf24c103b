/** Checks of the chapter idempotency about how much is kept: they fill a service up to its bound. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { type Keyed, keyedMessage, sendKeyed, sendThrice } from '../drive/keyed.ts'
import { answeredAs } from '../judges/call.ts'
import { all } from '../judges/finding.ts'
import { filled, repeated, thrice, withinWindow } from '../judges/idempotency.ts'
import { refused } from '../judges/problem.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { seconds } from '../timeline/timeline.ts'

const POST = '/v1/messages'
const WINDOW = 'idempotency_window_seconds'
/** How far into the window a full service is asked once more. */
const LATE = 0.7
/** Results that a service keeps which is started for one of these checks; another's are filled as far as it says. */
const FEW_RESULTS = 20
/** Posts that can be made in a second, to hold a budget against the advertised limit. */
const POSTS_PER_SECOND = 2000

/** What fills a service: how many results one post has, and which. */
interface Filling {
  readonly path: string
  /** Results of one post at most. */
  readonly most: (drive: Drive) => number
  readonly body: (drive: Drive, results: number) => object
}

const SINGLES: Filling = {
  path: POST,
  most: () => 1,
  body: (drive) => ({ client_id: drive.clientId(), data: 'x' }),
}

const BATCHES: Filling = {
  path: '/v1/batches',
  most: (drive) => drive.advertised.limits.batch_messages ?? 1,
  body: (drive, results) => ({
    messages: Array.from({ length: results }, () => ({ client_id: drive.clientId(), data: 'x' })),
  }),
}

const SOCKET_SENDS: Filling = {
  path: '/v1/sockets/messages',
  most: (drive) => drive.advertised.limits.sockets_per_send ?? 1,
  body: (drive, results) => ({
    sockets: Array.from({ length: results }, () => drive.clientId()),
    body: 'x',
  }),
}

/** Fills the service up to its bound and asks then for one result more. */
async function fillResults(drive: Drive, { path, most, body }: Filling): Promise<void> {
  const limit = drive.advertised.limits.idempotency_results ?? 0
  if (!(await drive.post('plain', drive.clientId(), drive.text()))?.id) return
  // What earlier checks left at a shared target is forgotten first.
  if (limit > FEW_RESULTS) await drive.pass(latestSeconds(drive.advertised, WINDOW))
  const first = keyedMessage(drive)
  if (!(await sendThrice(drive, first))) return
  const size = Math.max(1, Math.min(most(drive), Math.floor(limit / 2)))
  const posts: Keyed[] = []
  for (let rest = limit - 1; rest > 0; rest -= size)
    posts.push({ path, key: drive.text(), body: body(drive, Math.min(size, rest)) })
  const [last = first, ...others] = posts
  await drive.burst(
    'fill',
    others.map((post) =>
      drive.callRequest('POST', path, { 'Idempotency-Key': post.key }, JSON.stringify(post.body)),
    ),
  )
  for (const as of ['last', 'last again']) await sendKeyed(drive, as, last)
  await sendKeyed(drive, 'first again', first)
  const one = keyedMessage(drive)
  await sendKeyed(drive, 'one more', one)
  await sendKeyed(drive, 'first after it', first)
}

/**
 * Fills the service and asks a full one once more late in the window, and again when those before it are forgotten,
 * while that answer would still be kept.
 */
async function fillAndComeBack(drive: Drive): Promise<void> {
  const window = seconds(drive.advertised, WINDOW)
  const room = latestSeconds(drive.advertised, WINDOW)
  const isShared = (drive.advertised.limits.idempotency_results ?? 0) > FEW_RESULTS
  const startedMs = drive.nowMs() + (isShared ? room * 1000 : 0)
  await fillResults(drive, SINGLES)
  await drive.pass(window * LATE - (drive.nowMs() - startedMs) / 1000)
  const late = keyedMessage(drive)
  await sendKeyed(drive, 'late', late)
  await drive.pass(room - window * LATE)
  await sendKeyed(drive, 'late again', late)
}

const fillWithBatches: Check['drive'] = (drive) => fillResults(drive, BATCHES)
const fillWithSends: Check['drive'] = (drive) => fillResults(drive, SOCKET_SENDS)

function fillCheck(
  windows: number,
  check: Pick<Check, 'id' | 'proves' | 'profiles' | 'control' | 'judge' | 'killedBy' | 'drive'>,
): Check {
  return {
    ...check,
    alone: ['kept-answers'],
    limits: { idempotency_results: FEW_RESULTS },
    waitSeconds: (advertised) =>
      windows * latestOf(WINDOW)(advertised) +
      (advertised.limits.idempotency_results ?? 0) / POSTS_PER_SECOND,
    control: all(
      thrice('Receipt'),
      withinWindow('first', 'first after it'),
      filled(['first', 'fill', 'last']),
      repeated('last again', 'last'),
      repeated('first again', 'first'),
      ...(check.control ? [check.control] : []),
    ),
  }
}

const UNBOUNDED = [
  'keeps-any-number-of-results',
  'keeps-one-result-more',
  'calls-a-full-store-rate',
  'forgets-results-when-full',
  'refuses-known-keys-when-full',
] as const

const BOUNDED = all(refused('one more', 'over-capacity'), repeated('first after it', 'first'))

/** In the order of the chapter. */
export const IDEMPOTENCY_RESULTS_CHECKS: readonly Check[] = [
  fillCheck(2, {
    id: 'idempotency.crowded-out.carried-out',
    proves: 'idempotency.failure.forgotten',
    drive: fillAndComeBack,
    control: all(withinWindow('first', 'late'), refused('late', 'over-capacity')),
    judge: answeredAs('late again', 200, 'Receipt'),
    killedBy: ['keeps-failures', 'keeps-answers-long'],
  }),
  fillCheck(2, {
    id: 'idempotency.results.bounded',
    proves: 'idempotency.results.bounded',
    drive: fillAndComeBack,
    judge: BOUNDED,
    killedBy: UNBOUNDED,
  }),
  fillCheck(1, {
    id: 'idempotency.batch-results.bounded',
    proves: 'idempotency.results.bounded',
    profiles: ['batch'],
    drive: fillWithBatches,
    judge: BOUNDED,
    killedBy: ['counts-batches-as-one-result', ...UNBOUNDED],
  }),
  fillCheck(1, {
    id: 'idempotency.send-results.bounded',
    proves: 'idempotency.results.bounded',
    profiles: ['sockets'],
    drive: fillWithSends,
    judge: BOUNDED,
    killedBy: ['counts-socket-sends-as-one-result', 'ignores-keys-of-socket-sends', ...UNBOUNDED],
  }),
]
