/** Checks of the chapter idempotency about what is kept: which answers, for how long, and how many. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { flood } from '../drive/flood.ts'
import { type Keyed, sendKeyed, sendOddly, sendThrice } from '../drive/keyed.ts'
import { answeredAs } from '../judges/call.ts'
import { all } from '../judges/finding.ts'
import {
  eachCarriedOut,
  filled,
  lastRateLimited,
  repeated,
  thrice,
  withinWindow,
} from '../judges/idempotency.ts'
import { refusedAsTooLarge } from '../judges/message.ts'
import { refused } from '../judges/problem.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { seconds } from '../timeline/timeline.ts'

const POST = '/v1/messages'
/** How far into the window an answer is asked for again. */
const LATE = 0.7
const WINDOW = 'idempotency_window_seconds'
/** Results that a service keeps which is started for one of these checks; another's are filled as far as it says. */
const FEW_RESULTS = 20
/** Posts that can be made in a second, to hold a budget against the advertised limit. */
const POSTS_PER_SECOND = 2000
const REFUSED = ['bad data', 'bad client id', 'long data'] as const
const EARLY = ['wrong application key', 'other media type', 'no JSON', 'announced size'] as const

/** A post of a message with a key of its own. */
function message(drive: Drive): Keyed {
  return {
    path: POST,
    key: drive.text(),
    body: { client_id: drive.clientId(), data: drive.text() },
  }
}

/** Posts once, again shortly before the window ends, and again after it has ended for certain. */
async function passWindow(drive: Drive): Promise<void> {
  const window = seconds(drive.advertised, WINDOW)
  const post = message(drive)
  if (!(await sendThrice(drive, post))) return
  await drive.pass(window * LATE)
  await sendKeyed(drive, 'again', post)
  await drive.pass(latestSeconds(drive.advertised, WINDOW) - window * LATE)
  await sendKeyed(drive, 'afterwards', post)
}

function windowCheck(
  check: Pick<Check, 'id' | 'proves' | 'control' | 'judge' | 'killedBy'>,
): Check {
  return { waitSeconds: latestOf(WINDOW), drive: passWindow, ...check }
}

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

/**
 * Fills the service up to its bound and asks then for one result more; once more when those before it are forgotten,
 * while that answer would still be kept.
 */
async function fillResults(drive: Drive, { path, most, body }: Filling): Promise<void> {
  const limit = drive.advertised.limits.idempotency_results ?? 0
  const window = seconds(drive.advertised, WINDOW)
  if (!(await drive.post('plain', drive.clientId(), drive.text()))?.id) return
  // What earlier checks left at a shared target is forgotten first.
  if (limit > FEW_RESULTS) await drive.pass(latestSeconds(drive.advertised, WINDOW))
  const startedMs = Date.now()
  const first = message(drive)
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
  const one = message(drive)
  await sendKeyed(drive, 'one more', one)
  await sendKeyed(drive, 'first after it', first)
  await drive.pass(window * LATE - (Date.now() - startedMs) / 1000)
  const late = message(drive)
  await sendKeyed(drive, 'late', late)
  await drive.pass(latestSeconds(drive.advertised, WINDOW) - window * LATE)
  await sendKeyed(drive, 'late again', late)
}

function fillCheck(
  filling: Filling,
  check: Pick<Check, 'id' | 'proves' | 'profiles' | 'control' | 'judge' | 'killedBy'>,
): Check {
  return {
    ...check,
    alone: true,
    limits: { idempotency_results: FEW_RESULTS },
    waitSeconds: (advertised) =>
      2 * latestOf(WINDOW)(advertised) +
      (advertised.limits.idempotency_results ?? 0) / POSTS_PER_SECOND,
    drive: (drive) => fillResults(drive, filling),
    control: all(
      thrice('Receipt'),
      filled(['first', 'fill', 'last']),
      repeated('last again', 'last'),
      repeated('first again', 'first'),
      withinWindow('first', 'first after it'),
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
export const IDEMPOTENCY_KEEPING_CHECKS: readonly Check[] = [
  {
    id: 'idempotency.refusal.repeated',
    proves: 'idempotency.refusal.kept',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const large = (drive.advertised.limits.data_bytes ?? 0) + 1
      const bodies: Record<(typeof REFUSED)[number], object> = {
        'bad data': { client_id: clientId, data: 7 },
        'bad client id': { client_id: '', data: drive.text() },
        'long data': { client_id: clientId, data: 'x'.repeat(large) },
      }
      const control = { path: POST, key: drive.text(), body: { client_id: clientId, data: 'x' } }
      if (!(await sendKeyed(drive, 'control', control))) return
      await sendKeyed(drive, 'control again', control)
      for (const as of REFUSED) {
        const post = { path: POST, key: drive.text(), body: bodies[as] }
        await sendKeyed(drive, as, post)
        await sendKeyed(drive, `${as} again`, post)
        const body = { client_id: clientId, data: drive.text() }
        await sendKeyed(drive, `${as} mended`, { ...post, body })
      }
    },
    control: all(
      answeredAs('control', 200, 'Receipt'),
      repeated('control again', 'control'),
      refused('bad data', 'invalid-data'),
      refused('bad client id', 'invalid-client-id'),
      refusedAsTooLarge('long data'),
    ),
    judge: all(
      ...REFUSED.flatMap((as) => [
        repeated(`${as} again`, as),
        // A key whose refusal was forgotten would be as good as new.
        refused(`${as} mended`, 'idempotency-key-reused'),
      ]),
    ),
    killedBy: [
      'forgets-refusals',
      'forgets-large-refusals',
      'repeats-refusals-as-conflicts',
      'ignores-other-bodies',
      'carries-out-other-bodies',
      'calls-other-bodies-malformed',
    ],
  },
  {
    id: 'idempotency.rate-limited.carried-out',
    proves: 'idempotency.failure.forgotten',
    limits: { messages_per_second: 20 },
    drive: async (drive) => {
      const clientId = drive.clientId()
      const json = { client_id: clientId, data: drive.text() }
      if (!(await drive.post('plain', clientId, drive.text()))?.id) return
      const request = drive.callRequest('POST', POST, {}, JSON.stringify(json))
      const limited: Keyed[] = []
      await flood(drive, request, drive.advertised.limits.messages_per_second ?? 1, async () => {
        for (let tries = 0; tries < 20 && limited.length < 2; tries += 1) {
          const post = { path: POST, key: drive.text(), body: json }
          const answer = await sendKeyed(drive, 'limited', post)
          if (answer?.status === 429) limited.push(post)
        }
      })
      await drive.pass(1.2)
      const [one, two] = limited
      if (!one || !two) return
      await sendKeyed(drive, 'later', one)
      await sendKeyed(drive, 'later with another body', { ...two, body: { ...json, x_other: 1 } })
    },
    control: lastRateLimited('limited'),
    judge: eachCarriedOut('later', 'later with another body'),
    killedBy: ['keeps-answers-of-limited-rate', 'leaves-failed-posts-running', 'binds-failed-keys'],
  },
  {
    id: 'idempotency.early-refusal.traceless',
    proves: 'idempotency.failure.forgotten',
    profiles: ['robust'],
    drive: async (drive) => {
      const posts = Object.fromEntries(EARLY.map((as) => [as, message(drive)])) as Record<
        (typeof EARLY)[number],
        Keyed
      >
      const key = { text: drive.conceal(`${drive.applicationKey}x`) }
      if (!(await sendKeyed(drive, EARLY[0], posts[EARLY[0]], { key }))) return
      await sendKeyed(drive, EARLY[1], posts[EARLY[1]], {
        headers: { 'content-type': 'text/plain' },
      })
      await sendKeyed(drive, EARLY[2], { ...posts[EARLY[2]], body: 'not JSON' })
      const length = 6 * (drive.advertised.limits.data_bytes ?? 0) + 4097
      await sendOddly(drive, EARLY[3], posts[EARLY[3]], { 'Content-Length': String(length) })
      for (const as of EARLY) {
        const { key } = posts[as]
        await sendKeyed(drive, `${as} mended`, { ...message(drive), key })
      }
    },
    control: all(
      refused(EARLY[0], 'invalid-application-key'),
      refused(EARLY[1], 'unsupported-media-type'),
      refused(EARLY[2], 'malformed-request'),
      refused(EARLY[3], 'payload-too-large'),
    ),
    judge: all(...EARLY.map((as) => answeredAs(`${as} mended`, 200, 'Receipt'))),
    killedBy: ['marks-keys-of-strangers', 'marks-keys-of-other-media-types'],
  },
  fillCheck(SINGLES, {
    id: 'idempotency.crowded-out.carried-out',
    proves: 'idempotency.failure.forgotten',
    control: all(withinWindow('first', 'late'), refused('late', 'over-capacity')),
    judge: answeredAs('late again', 200, 'Receipt'),
    killedBy: ['keeps-failures', 'keeps-answers-long'],
  }),
  windowCheck({
    id: 'idempotency.window-late.repeated',
    proves: 'idempotency.window.kept',
    control: all(thrice('Receipt'), withinWindow('first', 'again')),
    judge: repeated('again', 'first'),
    killedBy: ['forgets-answers-early'],
  }),
  windowCheck({
    id: 'idempotency.window-over.carried-out',
    proves: 'idempotency.window.ended',
    control: answeredAs('first', 200, 'Receipt'),
    judge: eachCarriedOut('first', 'afterwards'),
    killedBy: ['keeps-answers-long', 'renews-window-with-repeats', 'delivers-repeats-again'],
  }),
  fillCheck(SINGLES, {
    id: 'idempotency.results.bounded',
    proves: 'idempotency.results.bounded',
    judge: BOUNDED,
    killedBy: UNBOUNDED,
  }),
  fillCheck(BATCHES, {
    id: 'idempotency.batch-results.bounded',
    proves: 'idempotency.results.bounded',
    profiles: ['batch'],
    judge: BOUNDED,
    killedBy: ['counts-batches-as-one-result', ...UNBOUNDED],
  }),
  fillCheck(SOCKET_SENDS, {
    id: 'idempotency.send-results.bounded',
    proves: 'idempotency.results.bounded',
    profiles: ['sockets'],
    judge: BOUNDED,
    killedBy: ['counts-socket-sends-as-one-result', 'ignores-keys-of-socket-sends', ...UNBOUNDED],
  }),
]
