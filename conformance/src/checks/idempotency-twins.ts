/** Checks of the chapter idempotency about other posts with a key that is in use: at the same time, with another body, by others. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { type Keyed, sendKeyed, sendThrice, sendTwins, twins } from '../drive/keyed.ts'
import { FENCE, RECEIVER, stageMessage } from '../drive/sendings.ts'
import { answeredAs } from '../judges/call.ts'
import { all } from '../judges/finding.ts'
import {
  arrivedOnce,
  fenced,
  oneBodyOnly,
  oneCarriedOut,
  refusedAsTwins,
  repeated,
  thrice,
  withinWindow,
} from '../judges/idempotency.ts'
import { refused } from '../judges/problem.ts'

const POST = '/v1/messages'
const TWINS = 6

/** Sends twins with a body and, at the same time, others with another, and then something after all of them. */
async function sendAtOnce(drive: Drive, others: boolean): Promise<void> {
  const { body, fence } = await stageMessage(drive, true)
  const plain = { client_id: drive.clientId(), data: drive.text() }
  if (!(await sendThrice(drive, { path: POST, key: drive.text(), body: plain }))) return
  const post: Keyed = { path: POST, key: drive.text(), body }
  await Promise.all([
    sendTwins(drive, 'twin', post, TWINS),
    others && sendTwins(drive, 'other', { ...post, body: { ...body, x_other: 1 } }, TWINS),
  ])
  await fence()
}

const TWIN_ROLES = twins('twin', TWINS)
const OTHER_ROLES = twins('other', TWINS)
const TWINS_CONTROL = all(thrice('Receipt'), fenced(RECEIVER, FENCE))

/** Bodies that are another one, though a service may think otherwise: by what was done to the first. */
const OTHER_BODIES: Readonly<Record<string, (body: string) => string>> = {
  'other data': (body) => body.replace('"text ', '"TEXT '),
  'a space behind': (body) => `${body} `,
  'a space in front': (body) => ` ${body}`,
  'a space inside': (body) => body.replace(',', ', '),
  'another order': (body) =>
    JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body)).reverse())),
  'an unknown member': (body) => body.replace('}', ',"x_unknown":1}'),
  'a last byte': (body) => body.replace(/.(?="\}$)/, '#'),
  'no JSON of a message': () => '{}',
}

/** Data so long that a hash of its beginning is not one of it. */
const LONG = 20_000

/** Each other body, of short data and of long. */
const REBODIED = Object.entries(OTHER_BODIES).flatMap(([as, change]) => [
  { as: `short, ${as}`, bytes: 0, change },
  { as: `long, ${as}`, bytes: LONG, change },
])

/** In the order of the chapter. */
export const IDEMPOTENCY_TWIN_CHECKS: readonly Check[] = [
  {
    id: 'idempotency.twins.once',
    proves: 'idempotency.repeat.once',
    drive: (drive) => sendAtOnce(drive, false),
    control: all(TWINS_CONTROL, withinWindow('twin 1', ...TWIN_ROLES)),
    judge: all(oneCarriedOut(TWIN_ROLES), arrivedOnce(RECEIVER, 'twin 1')),
    killedBy: ['carries-out-twins', 'lets-the-third-twin-through', 'delivers-repeats-again'],
  },
  {
    id: 'idempotency.twins.refused',
    proves: 'idempotency.twin.refused',
    drive: (drive) => sendAtOnce(drive, false),
    control: all(TWINS_CONTROL, withinWindow('twin 1', ...TWIN_ROLES), oneCarriedOut(TWIN_ROLES)),
    judge: refusedAsTwins(TWIN_ROLES),
    killedBy: ['calls-twins-reused', 'calls-twins-overload', 'refuses-twins-without-retry-after'],
  },
  {
    id: 'idempotency.batch-twins.refused',
    proves: 'idempotency.twin.refused',
    profiles: ['batch'],
    drive: async (drive) => {
      // Many messages take a while, and while they do the twins are refused; they must leave room for others.
      const { batch_messages: most = 1, idempotency_results: results = 1 } = drive.advertised.limits
      const count = Math.max(1, Math.min(most, Math.floor(results / 8)))
      const messages = Array.from({ length: count }, () => ({
        client_id: drive.clientId(),
        data: 'x',
      }))
      const post = { path: '/v1/batches', key: drive.text(), body: { messages } }
      await sendTwins(drive, 'twin', post, TWINS)
    },
    control: all(withinWindow('twin 1', ...TWIN_ROLES), oneCarriedOut(TWIN_ROLES)),
    judge: refusedAsTwins(TWIN_ROLES),
    killedBy: ['calls-twins-reused', 'calls-twins-overload', 'refuses-twins-without-retry-after'],
  },
  {
    id: 'idempotency.other-body.refused',
    proves: 'idempotency.body.other',
    drive: async (drive) => {
      const clientId = drive.clientId()
      for (const { as, bytes, change } of REBODIED) {
        const data = drive.text().padEnd(bytes, '.')
        const body = JSON.stringify({ client_id: clientId, data })
        const post = { path: POST, key: drive.text(), body }
        if (!(await sendKeyed(drive, `${as}: first`, post))) return
        await sendKeyed(drive, `${as}: again`, post)
        await sendKeyed(drive, as, { ...post, body: change(body) })
      }
    },
    control: all(
      ...REBODIED.flatMap(({ as }) => [
        answeredAs(`${as}: first`, 200, 'Receipt'),
        withinWindow(`${as}: first`, as),
        repeated(`${as}: again`, `${as}: first`),
      ]),
    ),
    judge: all(...REBODIED.map(({ as }) => refused(as, 'idempotency-key-reused'))),
    killedBy: [
      'ignores-other-bodies',
      'carries-out-other-bodies',
      'calls-other-bodies-malformed',
      'trims-bodies-to-compare',
      'compares-bodies-as-json',
      'compares-lengths-of-bodies',
      'compares-beginnings-of-bodies',
    ],
  },
  {
    id: 'idempotency.other-twins.refused',
    proves: 'idempotency.body.other',
    drive: (drive) => sendAtOnce(drive, true),
    control: all(TWINS_CONTROL, withinWindow('twin 1', ...TWIN_ROLES, ...OTHER_ROLES)),
    judge: oneBodyOnly([TWIN_ROLES, OTHER_ROLES]),
    killedBy: [
      'calls-other-bodies-twins',
      'carries-out-other-bodies',
      'ignores-other-bodies',
      'lets-the-third-twin-through',
      'calls-other-bodies-malformed',
    ],
  },
  {
    id: 'token.used-key.keyless',
    proves: 'token.key.required',
    profiles: ['idempotency'],
    drive: async (drive) => {
      const { body } = await stageMessage(drive, false)
      const post = { path: POST, key: drive.text(), body }
      if (!(await sendKeyed(drive, 'first', post))) return
      await sendKeyed(drive, 'keyless', post, { key: 'none' })
      const text = drive.conceal(`${drive.applicationKey}x`)
      await sendKeyed(drive, 'wrong key', post, { key: { text } })
    },
    control: answeredAs('first', 200, 'Receipt'),
    judge: all(
      refused('keyless', 'invalid-application-key'),
      refused('wrong key', 'invalid-application-key'),
    ),
    killedBy: ['repeats-to-strangers'],
  },
]
