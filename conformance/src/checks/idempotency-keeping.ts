/** Checks of the chapter idempotency about what is kept: which answers, and for how long. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { flood } from '../drive/flood.ts'
import { type Keyed, keyedMessage, sendKeyed, sendOddly, sendThrice } from '../drive/keyed.ts'
import { answeredAs } from '../judges/call.ts'
import { all } from '../judges/finding.ts'
import {
  eachCarriedOut,
  lastRateLimited,
  repeated,
  roomFor,
  thrice,
  withinWindow,
} from '../judges/idempotency.ts'
import { refusedAsTooLarge } from '../judges/message.ts'
import { refused } from '../judges/problem.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { seconds } from '../timeline/timeline.ts'

const POST = '/v1/messages'
/** Before the window ends an answer is asked for again: so many seconds, or this part of the window where that is less. */
const BEFORE_END = { seconds: 0.5, part: 0.3 }
const WINDOW = 'idempotency_window_seconds'
/** Posts between those of a flood until two were refused; most are let through while the flood itself waits for answers. */
const MOST_TRIES = 1000
const LATER = ['later', 'later with another body'] as const
const REFUSED = ['bad data', 'bad client id', 'long data'] as const
const EARLY = ['wrong application key', 'other media type', 'announced size'] as const
/** Bodies that are no JSON object. */
const NO_OBJECTS: Readonly<Record<string, (json: string) => string | Buffer>> = {
  empty: () => ' ',
  'no JSON': () => 'not JSON',
  'half a body': (json) => json.slice(0, -3),
  'an array': (json) => `[${json}]`,
  'a text': (json) => JSON.stringify(json),
  'no UTF-8': (json) => Buffer.from(json.replace('text ', 'text \xe9'), 'latin1'),
}

/** Posts once, again shortly before the window ends, and again after it has ended for certain. */
async function passWindow(drive: Drive): Promise<void> {
  const window = seconds(drive.advertised, WINDOW)
  const post = keyedMessage(drive)
  const late = window - Math.min(BEFORE_END.seconds, window * BEFORE_END.part)
  const startedMs = drive.nowMs()
  if (!(await sendThrice(drive, post))) return
  await drive.pass(late - (drive.nowMs() - startedMs) / 1000)
  await sendKeyed(drive, 'again', post)
  await drive.pass(latestSeconds(drive.advertised, WINDOW) - late)
  await sendKeyed(drive, 'afterwards', post)
}

function windowCheck(
  check: Pick<Check, 'id' | 'proves' | 'control' | 'judge' | 'killedBy'>,
): Check {
  return { waitSeconds: latestOf(WINDOW), drive: passWindow, ...check }
}

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
        withinWindow(as, `${as} mended`),
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
    profiles: ['robust'],
    limits: { messages_per_second: 20 },
    slow: true,
    drive: async (drive) => {
      const clientId = drive.clientId()
      const json = { client_id: clientId, data: drive.text() }
      if (!(await drive.post('plain', clientId, drive.text()))?.id) return
      const request = drive.callRequest('POST', POST, {}, JSON.stringify(json))
      const limited: Keyed[] = []
      await flood(drive, request, drive.advertised.limits.messages_per_second ?? 1, async () => {
        for (let tries = 0; tries < MOST_TRIES && limited.length < 2; tries += 1) {
          const post = { path: POST, key: drive.text(), body: json }
          const answer = await sendKeyed(drive, 'limited', post)
          if (answer?.status === 429) limited.push(post)
        }
      })
      await drive.pass(1.2)
      const [one, two] = limited
      if (!one || !two) return
      await sendKeyed(drive, LATER[0], one)
      await sendKeyed(drive, LATER[1], { ...two, body: { ...json, x_other: 1 } })
    },
    control: all(lastRateLimited('limited'), roomFor(...LATER)),
    judge: eachCarriedOut(...LATER),
    killedBy: ['keeps-answers-of-limited-rate', 'leaves-failed-posts-running', 'binds-failed-keys'],
  },
  {
    id: 'idempotency.early-refusal.traceless',
    proves: 'idempotency.failure.forgotten',
    profiles: ['robust'],
    drive: async (drive) => {
      const posts = Object.fromEntries(EARLY.map((as) => [as, keyedMessage(drive)])) as Record<
        (typeof EARLY)[number],
        Keyed
      >
      const key = { text: drive.conceal(`${drive.applicationKey}x`) }
      if (!(await sendKeyed(drive, EARLY[0], posts[EARLY[0]], { key }))) return
      await sendKeyed(drive, EARLY[1], posts[EARLY[1]], {
        headers: { 'content-type': 'text/plain' },
      })
      const length = 6 * (drive.advertised.limits.data_bytes ?? 0) + 4097
      await sendOddly(drive, EARLY[2], posts[EARLY[2]], { 'Content-Length': String(length) })
      for (const as of EARLY) {
        const { key } = posts[as]
        await sendKeyed(drive, `${as} mended`, { ...keyedMessage(drive), key })
      }
    },
    control: all(
      refused(EARLY[0], 'invalid-application-key'),
      refused(EARLY[1], 'unsupported-media-type'),
      refused(EARLY[2], 'payload-too-large'),
      roomFor(...EARLY.map((as) => `${as} mended`)),
    ),
    judge: all(...EARLY.map((as) => answeredAs(`${as} mended`, 200, 'Receipt'))),
    killedBy: ['marks-keys-of-strangers', 'marks-keys-of-other-media-types'],
  },
  {
    id: 'idempotency.no-object.traceless',
    proves: 'idempotency.failure.forgotten',
    drive: async (drive) => {
      const plain = keyedMessage(drive)
      if (!(await sendKeyed(drive, 'plain', plain))) return
      for (const [as, spoil] of Object.entries(NO_OBJECTS)) {
        const post = keyedMessage(drive)
        const body = spoil(JSON.stringify(post.body))
        await sendKeyed(drive, as, { ...post, body })
        await sendKeyed(drive, `${as} mended`, post)
      }
    },
    control: all(
      answeredAs('plain', 200, 'Receipt'),
      ...Object.keys(NO_OBJECTS).map((as) =>
        all(refused(as, 'malformed-request'), roomFor(`${as} mended`)),
      ),
    ),
    judge: all(...Object.keys(NO_OBJECTS).map((as) => answeredAs(`${as} mended`, 200, 'Receipt'))),
    killedBy: ['marks-keys-of-no-json', 'marks-keys-of-other-json', 'marks-keys-of-no-utf-8'],
  },
  windowCheck({
    id: 'idempotency.window-late.repeated',
    proves: 'idempotency.window.kept',
    control: all(thrice('Receipt'), withinWindow('first', 'again')),
    judge: repeated('again', 'first'),
    killedBy: ['forgets-answers-early', 'forgets-answers-after-three-quarters'],
  }),
  windowCheck({
    id: 'idempotency.window-over.carried-out',
    proves: 'idempotency.window.ended',
    control: all(answeredAs('first', 200, 'Receipt'), roomFor('afterwards')),
    judge: eachCarriedOut('first', 'afterwards'),
    killedBy: ['keeps-answers-long', 'renews-window-with-repeats', 'delivers-repeats-again'],
  }),
]
