/** Checks of the chapter idempotency about keys: which are taken, which are the same, and where they mean something. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { sendKeyed, sendOddly } from '../drive/keyed.ts'
import { answeredAs } from '../judges/call.ts'
import { all, type Judge } from '../judges/finding.ts'
import { differsIn, eachCarriedOut, repeated, roomFor } from '../judges/idempotency.ts'
import { answered, refused } from '../judges/problem.ts'

const POST = '/v1/messages'
const MOST = 255

/** Keys that are none, as they are written after `Idempotency-Key: `. */
const MALFORMED: Readonly<Record<string, string>> = {
  empty: ' ',
  'a byte too long': 'k'.repeat(MOST + 1),
  'twice as long': 'k'.repeat(MOST * 2),
  'beyond ASCII': 'clé',
  'a tab inside': 'one\ttwo',
  'twice the same': 'key\r\nIdempotency-Key: key',
  'two keys': 'one\r\nidempotency-key: two',
}

/** Keys that differ from the first one by very little, by how. */
const NEIGHBOURS: Readonly<Record<string, (key: string) => string>> = {
  plain: (key) => key,
  'other case': (key) => key.toUpperCase(),
  quoted: (key) => `"${key}"`,
  'single quotes': (key) => `'${key}'`,
  'two blanks': (key) => key.replace(' ', '  '),
  encoded: (key) => key.replace(' ', '%20'),
  longest: (key) => key.padEnd(MOST, '1'),
  'longest but for its last byte': (key) => key.padEnd(MOST - 1, '1').concat('2'),
  'a comma behind': (key) => `${key},`,
}

/** A body that every call that sends takes. */
function universalBody(drive: Drive): object {
  const message = { client_id: drive.clientId(), data: drive.text() }
  return { ...message, messages: [message], sockets: [drive.clientId()], body: drive.text() }
}

/** The same key and the same bytes at `/v1/messages` and then at another path. */
function scopeCheck(
  name: string,
  path: string,
  judge: Judge,
  more: Pick<Check, 'profiles' | 'alone'>,
): Check {
  return {
    id: `idempotency.key-${name}.separate`,
    proves: 'idempotency.key.scope',
    ...more,
    drive: async (drive) => {
      const post = { key: drive.text(), body: universalBody(drive) }
      await sendKeyed(drive, 'message', { ...post, path: POST })
      await sendKeyed(drive, 'elsewhere', { ...post, path })
    },
    control: all(answeredAs('message', 200, 'Receipt'), roomFor('elsewhere')),
    judge,
    killedBy: ['shares-keys-between-paths'],
  }
}

/** Calls that do not send, each made twice with one key: the member in which the answers differ, if any. */
const ELSEWHERE = [
  { path: '/v1/tokens', profile: 'core', status: 201, member: 'token' },
  { path: '/v1/sockets', profile: 'sockets', status: 201, member: 'url' },
  { path: '/v1/disconnects', profile: 'control', status: 200, member: undefined },
] as const

/** In the order of the chapter. */
export const IDEMPOTENCY_KEY_CHECKS: readonly Check[] = [
  {
    id: 'idempotency.malformed-key.refused',
    proves: 'idempotency.key.malformed',
    drive: async (drive) => {
      const post = { path: POST, body: { client_id: drive.clientId(), data: drive.text() } }
      if (!(await drive.post('plain', post.body.client_id, drive.text()))) return
      const control = { ...post, key: drive.text() }
      for (const as of ['control', 'control again']) await sendOddly(drive, as, control)
      for (const [as, key] of Object.entries(MALFORMED))
        await sendOddly(drive, as, { ...post, key })
    },
    control: all(answeredAs('control', 200, 'Receipt'), repeated('control again', 'control')),
    judge: all(...Object.keys(MALFORMED).map((as) => refused(as, 'malformed-request'))),
    killedBy: [
      'takes-empty-keys-for-none',
      'takes-longer-keys',
      'takes-keys-beyond-ascii',
      'takes-keys-with-tabs',
      'takes-the-first-of-two-keys',
    ],
  },
  scopeCheck('batch', '/v1/batches', answeredAs('elsewhere', 200, 'BatchAnswer'), {
    profiles: ['batch'],
  }),
  scopeCheck(
    'broadcast',
    '/v1/broadcasts',
    all(answeredAs('elsewhere', 200, 'Receipt'), differsIn('id', 'elsewhere', 'message')),
    { profiles: ['broadcast'], alone: ['broadcasts', 'kept-answers'] },
  ),
  scopeCheck(
    'socket-send',
    '/v1/sockets/messages',
    answeredAs('elsewhere', 200, 'SocketSendAnswer'),
    {
      profiles: ['sockets'],
    },
  ),
  {
    id: 'idempotency.key-bytes.separate',
    proves: 'idempotency.key.scope',
    drive: async (drive) => {
      const key = drive.text()
      const body = { client_id: drive.clientId(), data: drive.text() }
      for (const [as, change] of Object.entries(NEIGHBOURS))
        if (!(await sendKeyed(drive, as, { path: POST, key: change(key), body }))) return
    },
    control: all(answered('plain', 200), roomFor(...Object.keys(NEIGHBOURS))),
    judge: eachCarriedOut(...Object.keys(NEIGHBOURS)),
    killedBy: [
      'ignores-case-of-keys',
      'takes-quotes-off-keys',
      'decodes-keys',
      'squeezes-blanks-of-keys',
      'cuts-long-keys',
      'refuses-long-keys',
    ],
  },
  {
    id: 'idempotency.other-call.unaffected',
    proves: 'idempotency.key.elsewhere',
    drive: async (drive) => {
      const offered = ELSEWHERE.filter(({ profile }) => drive.advertised.profiles.includes(profile))
      for (const { path } of offered) {
        const body = { client_id: drive.clientId(), path: drive.sockets.path() }
        const post = { path, key: drive.text(), body }
        if (!(await drive.call(`${path} plain`, 'POST', path, { json: body }))) return
        await sendKeyed(drive, `${path} first`, post)
        await sendKeyed(drive, `${path} again`, post)
        await sendKeyed(drive, `${path} other`, { ...post, body: { ...body, x_other: 1 } })
        await sendKeyed(drive, `${path} malformed`, { ...post, key: 'k'.repeat(MOST + 1) })
      }
    },
    control: eachElsewhere(({ path, status }) => answered(`${path} plain`, status)),
    judge: eachElsewhere(({ path, status, member }) =>
      all(
        ...['first', 'again', 'other', 'malformed'].map((as) => answered(`${path} ${as}`, status)),
        ...(member === undefined ? [] : [differsIn(member, `${path} again`, `${path} first`)]),
      ),
    ),
    killedBy: ['remembers-keys-of-tokens', 'reads-keys-of-every-call', 'refuses-keys-elsewhere'],
  },
]

function eachElsewhere(judge: (call: (typeof ELSEWHERE)[number]) => Judge): Judge {
  return (timeline) =>
    all(
      ...ELSEWHERE.filter(({ profile }) => timeline.advertised.profiles.includes(profile)).map(
        judge,
      ),
    )(timeline)
}
