/** Checks of the chapter idempotency: each call that sends, sent again. */

import type { Check } from '../check.ts'
import { flood } from '../drive/flood.ts'
import { loseAnswer, sendInChunks, sendKeyed, sendOddly, sendThrice } from '../drive/keyed.ts'
import {
  FENCE,
  RECEIVER,
  type Staging,
  stageBatch,
  stageBroadcast,
  stageMessage,
  stageSocketBroadcast,
  stageSocketSend,
} from '../drive/sendings.ts'
import { answeredAs } from '../judges/call.ts'
import { all } from '../judges/finding.ts'
import {
  arrivedOnce,
  fenced,
  nextAfter,
  repeated,
  roomFor,
  thrice,
  withinWindow,
} from '../judges/idempotency.ts'
import { limitedRate } from '../judges/message.ts'
import { lastOf } from '../judges/presence.ts'

/** Roles of a post that is sent again for as long as its twin is running. */
const TRIES = ['again', 'again 2', 'again 3'] as const

/** A call that sends. */
interface Sending extends Pick<Check, 'profiles' | 'needs' | 'alone'> {
  readonly name: string
  readonly path: string
  readonly type: Parameters<typeof answeredAs>[2]
  readonly stage: Staging
  /** Faults of this call alone. */
  readonly faults: readonly [string, ...string[]]
}

const MESSAGE: Sending = {
  name: 'message',
  path: '/v1/messages',
  type: 'Receipt',
  stage: stageMessage,
  faults: ['ignores-keys-of-messages'],
}

const SENDINGS: readonly Sending[] = [
  MESSAGE,
  {
    name: 'batch',
    path: '/v1/batches',
    profiles: ['batch'],
    type: 'BatchAnswer',
    stage: stageBatch,
    faults: ['ignores-keys-of-batches'],
  },
  {
    name: 'broadcast',
    path: '/v1/broadcasts',
    profiles: ['broadcast'],
    alone: ['broadcasts', 'kept-answers'],
    type: 'Receipt',
    stage: stageBroadcast,
    faults: ['ignores-keys-of-broadcasts'],
  },
  {
    name: 'socket-send',
    path: '/v1/sockets/messages',
    profiles: ['sockets'],
    needs: ['webhooks'],
    type: 'SocketSendAnswer',
    stage: stageSocketSend,
    faults: ['ignores-keys-of-socket-sends'],
  },
  {
    name: 'socket-broadcast',
    path: '/v1/sockets/broadcasts',
    profiles: ['sockets'],
    needs: ['webhooks'],
    alone: ['sockets', 'kept-answers'],
    type: 'SocketBroadcastAnswer',
    stage: stageSocketBroadcast,
    faults: ['ignores-keys-of-socket-broadcasts'],
  },
]

/** The roles of the second and the third of equal posts. */
const REPEATS = ['again', 'once more'] as const

/** What a check of this call needs of the target. */
function needsOf({ profiles, needs, alone }: Sending): Pick<Check, 'profiles' | 'needs' | 'alone'> {
  return { ...(profiles && { profiles }), ...(needs && { needs }), ...(alone && { alone }) }
}

function repeatedCheck(sending: Sending): Check {
  const { name, path, stage, type, faults } = sending
  return {
    id: `idempotency.${name}.repeated`,
    proves: 'idempotency.repeat.answer',
    ...needsOf(sending),
    drive: async (drive) => {
      const { body, change } = await stage(drive, false)
      const post = { path, key: drive.text(), body }
      if (!(await sendKeyed(drive, 'first', post))) return
      await change()
      await sendKeyed(drive, 'again', post)
      await sendKeyed(drive, 'once more', post)
    },
    control: all(answeredAs('first', 200, type), withinWindow('first', ...REPEATS)),
    judge: all(...REPEATS.map((as) => repeated(as, 'first'))),
    killedBy: [
      ...faults,
      'refuses-repeats-as-running',
      'answers-repeats-with-202',
      'says-that-it-repeats',
      'carries-out-every-second-repeat',
      ...(sending === MESSAGE ? ['counts-connections-anew'] : []),
      ...(type === 'BatchAnswer' ? ['repeats-part-of-batches'] : []),
    ],
  }
}

function onceCheck(sending: Sending): Check {
  const { name, path, stage, type, faults } = sending
  return {
    id: `idempotency.${name}.once`,
    proves: 'idempotency.repeat.once',
    ...needsOf(sending),
    drive: async (drive) => {
      const { body, fence } = await stage(drive, true)
      const post = { path, key: drive.text(), body }
      if (!(await sendKeyed(drive, 'first', post))) return
      await sendKeyed(drive, 'again', post)
      await sendKeyed(drive, 'once more', post)
      await fence()
    },
    control: all(
      answeredAs('first', 200, type),
      withinWindow('first', ...REPEATS),
      fenced(RECEIVER, 'first'),
      fenced(RECEIVER, FENCE),
    ),
    judge: all(
      arrivedOnce(RECEIVER, 'first'),
      ...(sending === MESSAGE ? [nextAfter(FENCE, 'first')] : []),
    ),
    killedBy: [
      ...faults,
      'carries-out-every-second-repeat',
      ...(sending === MESSAGE ? ['delivers-repeats-again', 'counts-repeats'] : []),
    ],
  }
}

/** Ways to send the same post: with headers, a query and a framing of its own. */
const OTHER_WAYS = [
  'other type',
  'other headers',
  'other query',
  'in chunks',
  'blanks around the key',
] as const
/** Several, as one may come when the rate just allows it. */
const BEYOND_RATE = ['repeat 1', 'repeat 2', 'repeat 3', 'repeat 4', 'repeat 5'] as const

/** In the order of the chapter. */
export const IDEMPOTENCY_CHECKS: readonly Check[] = [
  ...SENDINGS.map(repeatedCheck),
  {
    id: 'idempotency.after-other-body.repeated',
    proves: 'idempotency.repeat.answer',
    drive: async (drive) => {
      const { body } = await stageMessage(drive, false)
      const post = { path: MESSAGE.path, key: drive.text(), body }
      if (!(await sendThrice(drive, post))) return
      await sendKeyed(drive, 'other body', { ...post, body: { ...body, x_other: 1 } })
      await sendKeyed(drive, 'again', post)
    },
    control: all(thrice('Receipt'), withinWindow('first', 'again')),
    judge: repeated('again', 'first'),
    killedBy: ['forgets-what-was-misused', 'carries-out-other-bodies'],
  },
  {
    id: 'idempotency.other-headers.repeated',
    proves: 'idempotency.repeat.answer',
    drive: async (drive) => {
      const { body } = await stageMessage(drive, false)
      const post = { path: MESSAGE.path, key: drive.text(), body }
      if (!(await sendThrice(drive, post))) return
      const type = { 'content-type': 'application/json; charset=utf-8' }
      await sendKeyed(drive, 'other type', post, { headers: type })
      const tried = { 'user-agent': 'another', 'x-retry': '1', traceparent: drive.text() }
      await sendKeyed(drive, 'other headers', post, { headers: tried })
      await sendKeyed(drive, 'other query', post, { query: { x_try: '2' } })
      await sendInChunks(drive, 'in chunks', post)
      await sendOddly(drive, 'blanks around the key', { ...post, key: ` \t${post.key} \t` })
    },
    control: all(thrice('Receipt'), withinWindow('first', ...OTHER_WAYS)),
    judge: all(...OTHER_WAYS.map((as) => repeated(as, 'first'))),
    killedBy: ['keeps-media-types-apart', 'keeps-queries-apart'],
  },
  {
    id: 'idempotency.other-application-key.repeated',
    proves: 'idempotency.repeat.answer',
    needs: ['second-key'],
    drive: async (drive) => {
      const { body } = await stageMessage(drive, false)
      const post = { path: MESSAGE.path, key: drive.text(), body }
      if (!(await sendThrice(drive, post))) return
      await sendKeyed(drive, 'again', post, { key: 'second' })
    },
    control: all(thrice('Receipt'), withinWindow('first', 'again')),
    judge: repeated('again', 'first'),
    killedBy: ['keeps-application-keys-apart'],
  },
  {
    id: 'idempotency.beyond-rate.repeated',
    proves: 'idempotency.repeat.answer',
    profiles: ['robust'],
    limits: { messages_per_second: 20 },
    drive: async (drive) => {
      const { body } = await stageMessage(drive, false)
      const post = { path: MESSAGE.path, key: drive.text(), body }
      if (!(await sendThrice(drive, post))) return
      if (!(await drive.post('plain', drive.clientId(), drive.text()))?.id) return
      const request = drive.callRequest('POST', MESSAGE.path, {}, JSON.stringify(body))
      const rate = drive.advertised.limits.messages_per_second ?? 1
      await flood(drive, request, rate, async () => {
        for (const as of BEYOND_RATE) await sendKeyed(drive, as, post)
      })
    },
    control: all(thrice('Receipt'), withinWindow('first', ...BEYOND_RATE), limitedRate('flood')),
    judge: all(...BEYOND_RATE.map((as) => repeated(as, 'first'))),
    killedBy: ['limits-rate-of-repeats', 'delivers-repeats-again'],
  },
  ...SENDINGS.map(onceCheck),
  {
    id: 'idempotency.lost-answer.once',
    proves: 'idempotency.repeat.once',
    drive: async (drive) => {
      const { body, fence } = await stageMessage(drive, true)
      const post = { path: MESSAGE.path, key: drive.text(), body }
      await loseAnswer(drive, 'lost', post)
      for (const as of TRIES) {
        // Whoever had its answer lost cannot know whether it is still being made.
        const answer = await sendKeyed(drive, as, post)
        if (answer?.status !== 409) break
        await drive.pass(1)
      }
      // A service that never read the lost one carries out the next: this one is a repeat in any case.
      await sendKeyed(drive, 'once more', post)
      await fence()
    },
    control: all(
      fenced(RECEIVER, FENCE),
      lastOf(TRIES, (as) => roomFor(as)),
    ),
    judge: lastOf(TRIES, (as) => all(arrivedOnce(RECEIVER, as), nextAfter(FENCE, as))),
    killedBy: [
      'ignores-keys-of-messages',
      'carries-out-twins',
      'counts-repeats',
      'delivers-repeats-again',
    ],
  },
  {
    id: 'idempotency.longest-key.once',
    proves: 'idempotency.repeat.once',
    drive: async (drive) => {
      const { body, fence } = await stageMessage(drive, true)
      const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('')
      const key = `"${drive.text()}${printable}`.padEnd(254, '~').concat('"')
      const plain = { path: MESSAGE.path, key: drive.text(), body }
      await sendKeyed(drive, 'plain', plain)
      await sendKeyed(drive, 'plain again', plain)
      const post = { path: MESSAGE.path, key, body: { ...body, data: drive.text() } }
      if (!(await sendKeyed(drive, 'first', post))) return
      await sendKeyed(drive, 'again', post)
      await sendKeyed(drive, 'once more', post)
      await fence()
    },
    control: all(
      answeredAs('plain', 200, 'Receipt'),
      repeated('plain again', 'plain'),
      roomFor('first'),
      withinWindow('first', ...REPEATS),
      fenced(RECEIVER, FENCE),
    ),
    judge: all(arrivedOnce(RECEIVER, 'first'), nextAfter(FENCE, 'first')),
    killedBy: [
      'refuses-long-keys',
      'ignores-long-keys',
      'carries-out-every-second-repeat',
      'counts-repeats',
      'delivers-repeats-again',
    ],
  },
  {
    id: 'idempotency.batch.whole',
    proves: 'idempotency.repeat.batch',
    profiles: ['batch'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const messages = Array.from({ length: 40 }, (_, at) => ({
        client_id: clientId,
        data: at % 4 === 3 ? 7 : drive.text(),
      }))
      const post = { path: '/v1/batches', key: drive.text(), body: { messages } }
      if (!(await sendKeyed(drive, 'first', post))) return
      await sendKeyed(drive, 'again', post)
    },
    control: all(answeredAs('first', 200, 'BatchAnswer'), withinWindow('first', 'again')),
    judge: repeated('again', 'first'),
    killedBy: [
      'repeats-part-of-batches',
      'ignores-keys-of-batches',
      'refuses-repeats-as-running',
      'answers-repeats-with-202',
      'says-that-it-repeats',
    ],
  },
]
