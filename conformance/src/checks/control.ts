/** Checks of the chapter control about disconnects: what is answered, who goes, and who stays. */

import type { Check } from '../check.ts'
import { disconnect, revoke, tryToken } from '../drive/disconnecting.ts'
import type { Drive } from '../drive/drive.ts'
import { treatedLike } from '../judges/call.ts'
import { closed, closedSaying, welcomed } from '../judges/connection.ts'
import { countsClosed, reachesNobody } from '../judges/control.ts'
import { all, each } from '../judges/finding.ts'
import { accepted, delivered } from '../judges/message.ts'
import { undisturbed } from '../judges/neighbour.ts'
import { refused } from '../judges/problem.ts'

/** Client ids that a careless comparison takes for the one that is disconnected, which ends in `-ada-1`. */
const NEIGHBOURS: Readonly<Record<string, (disconnected: string) => string>> = {
  longer: (id) => `${id}0`,
  shorter: (id) => id.slice(0, -2),
  'of the same length': (id) => `${id.slice(0, -1)}2`,
  'in upper case': (id) => id.toUpperCase(),
  'with a space behind': (id) => `${id} `,
  'with an escape': (id) => id.replace('-ada', '%2Dada'),
}

/** Posts that a service may still be sending when the disconnect comes; all of them fit into the least queue. */
const POSTS = 12
const LARGE_BYTES = 15_000

const NOT_BOOLEAN: Readonly<Record<string, unknown>> = {
  'a text': 'yes',
  'true as text': 'true',
  'an empty text': '',
  one: 1,
  zero: 0,
  null: null,
  list: [],
  object: {},
}

const ILLEGAL_IDS: Readonly<Record<string, (legal: string) => unknown>> = {
  absent: () => undefined,
  empty: () => '',
  '257 bytes': (legal) => legal.padEnd(257, 'x'),
  'U+0080': (legal) => `${legal}\u0080`,
  number: () => 7,
  list: (legal) => [legal],
}

const COUNTED = ['plain', 'revoking', 'not revoking', 'odd', 'longest'] as const
const WRONG_KEYS = { absent: 'none', wrong: { text: 'nobody-was-ever-given-this-key' } } as const

/** Posts to a client and waits until that has arrived, or its connection has ended. */
async function postAndWait(
  drive: Drive,
  as: string,
  clientId: string,
  connection: Awaited<ReturnType<Drive['connect']>>,
): Promise<void> {
  const data = drive.text()
  await drive.post(as, clientId, data)
  await connection.message(data)
}

/** In the order of the chapter; what other chapters demand of every call comes last. */
export const CONTROL_CHECKS: readonly Check[] = [
  {
    id: 'control.connections.counted',
    proves: 'control.disconnect.answer',
    drive: async (drive) => {
      for (const [as, tail, members] of [
        ['plain', '', {}],
        ['revoking', '', { revoke_tokens: true }],
        ['not revoking', '', { revoke_tokens: false }],
        ['odd', ' /../@a?b=c&d=%2F+é👋"', {}],
        ['longest', 'x'.repeat(256 - 19), {}],
      ] as const) {
        const clientId = drive.clientId(tail)
        const connection = await drive.connect(`client ${as}`, clientId)
        await disconnect(drive, as, clientId, members)
        await connection.ended()
        await disconnect(drive, `${as} again`, clientId, members)
      }
      await disconnect(drive, 'nobody', drive.clientId())
      await revoke(drive, 'nobody, revoking', drive.clientId())
    },
    control: each(COUNTED, (as) => closed(`client ${as}`, 'disconnected-by-application')),
    judge: all(
      each(COUNTED, (as) => all(countsClosed(as, 1), countsClosed(`${as} again`, 0))),
      countsClosed('nobody', 0),
      countsClosed('nobody, revoking', 0),
    ),
    killedBy: [
      'always-counts-one-disconnected',
      'never-counts-disconnected',
      'finds-nobody-to-disconnect',
    ],
  },
  {
    id: 'control.after-takeover.counted',
    proves: 'control.disconnect.answer',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const older = await drive.connect('older', clientId)
      const newer = await drive.connect('newer', clientId)
      await older.ended()
      await disconnect(drive, 'both', clientId)
      await newer.ended()
      const left = drive.clientId()
      const leaving = await drive.connect('leaving', left)
      leaving.close(1000)
      await leaving.ended()
      await disconnect(drive, 'left', left)
    },
    control: all(closed('older', 'replaced'), welcomed('newer'), closed('leaving', 'closed')),
    judge: all(countsClosed('both', 1), countsClosed('left', 0)),
    killedBy: [
      'always-counts-one-disconnected',
      'never-counts-disconnected',
      'finds-nobody-to-disconnect',
    ],
  },
  {
    id: 'control.connection.closed',
    proves: 'control.disconnect.close',
    drive: async (drive) => {
      for (const [as, revokes] of [
        ['kept', false],
        ['revoked', true],
      ] as const) {
        const clientId = drive.clientId()
        await drive.post(`${as} nobody`, clientId, drive.text())
        await drive.connect(`${as} older`, clientId)
        const connection = await drive.connect(as, clientId)
        await postAndWait(drive, `${as} before`, clientId, connection)
        await disconnect(drive, `${as} disconnect`, clientId, { revoke_tokens: revokes })
        await drive.post(`${as} after`, clientId, drive.text())
        await connection.ended()
      }
    },
    control: each(['kept', 'revoked'], (as) =>
      all(reachesNobody(`${as} nobody`), welcomed(as), delivered(as, `${as} before`)),
    ),
    judge: each(['kept', 'revoked'], (as) =>
      all(closedSaying(as, 'disconnected-by-application'), reachesNobody(`${as} after`)),
    ),
    killedBy: [
      'keeps-disconnected-connection',
      'calls-disconnect-draining',
      'calls-disconnect-invalid-token',
    ],
  },
  {
    id: 'control.event-stream.closed',
    proves: 'control.disconnect.close',
    profiles: ['sse'],
    drive: async (drive) => {
      for (const [as, revokes] of [
        ['kept', false],
        ['revoked', true],
      ] as const) {
        const clientId = drive.clientId()
        const stream = await drive.streams.connect(as, clientId)
        await disconnect(drive, `${as} disconnect`, clientId, { revoke_tokens: revokes })
        await drive.post(`${as} after`, clientId, drive.text())
        await stream.ended()
      }
    },
    control: each(['kept', 'revoked'], welcomed),
    judge: each(['kept', 'revoked'], (as) =>
      all(closedSaying(as, 'disconnected-by-application'), reachesNobody(`${as} after`)),
    ),
    killedBy: [
      'keeps-disconnected-connection',
      'calls-disconnect-draining',
      'calls-disconnect-invalid-token',
    ],
  },
  {
    id: 'control.others.kept',
    proves: 'control.disconnect.others',
    drive: async (drive) => {
      const clientId = drive.clientId('-ada-1')
      const disconnected = await drive.connect('disconnected', clientId)
      const unrelated = (): string => drive.clientId()
      const neighbours = Object.entries<(id: string) => string>({ ...NEIGHBOURS, unrelated })
      const kept = await Promise.all(
        neighbours.map(async ([as, make]) => {
          const id = make(clientId)
          const older = await drive.mint(`older token ${as}`, id)
          return { as, id, older, connection: await drive.connect(as, id) }
        }),
      )
      await revoke(drive, 'disconnect', clientId)
      await disconnected.ended()
      for (const { as, id, older, connection } of kept) {
        await postAndWait(drive, `post ${as}`, id, connection)
        connection.close(1000)
        await connection.ended()
        await tryToken(drive, `back ${as}`, older)
      }
    },
    control: all(
      closed('disconnected', 'disconnected-by-application'),
      each([...Object.keys(NEIGHBOURS), 'unrelated'], welcomed),
    ),
    judge: each([...Object.keys(NEIGHBOURS), 'unrelated'], (as) =>
      all(delivered(as, `post ${as}`), closed(as, 'closed'), welcomed(`back ${as}`)),
    ),
    killedBy: [
      'disconnects-ids-that-begin-alike',
      'revokes-ids-that-begin-alike',
      'revokes-whatever-the-case',
      'revokes-trimmed-ids',
    ],
  },
  {
    id: 'control.messages.flushed',
    proves: 'control.disconnect.flushed',
    drive: async (drive) => {
      for (const [as, bytes] of [
        ['small', 1],
        ['large', LARGE_BYTES],
      ] as const) {
        const clientId = drive.clientId()
        const connection = await drive.connect(as, clientId)
        connection.pause()
        for (let posts = 0; posts < POSTS; posts += 1)
          await drive.post(`posts ${as}`, clientId, `${drive.text()}${'x'.repeat(bytes)}`)
        await revoke(drive, `disconnect ${as}`, clientId)
        connection.resume()
        await connection.ended()
      }
    },
    control: each(['small', 'large'], (as) =>
      all(welcomed(as), accepted(`posts ${as}`), closed(as, 'disconnected-by-application')),
    ),
    judge: each(['small', 'large'], (as) => delivered(as, `posts ${as}`)),
    killedBy: ['drops-unsent-at-disconnect'],
  },
  {
    id: 'control.token.kept',
    proves: 'control.disconnect.tokens',
    drive: async (drive) => {
      for (const [as, members] of [
        ['unsaid', {}],
        ['false', { revoke_tokens: false }],
      ] as const) {
        const clientId = drive.clientId()
        const unused = await drive.mint(`unused ${as}`, clientId)
        const used = await drive.mint(`used ${as}`, clientId)
        const connection = await tryToken(drive, as, used)
        const other = await drive.mint(`twice ${as}`, drive.clientId())
        for (const time of ['first', 'second']) await tryToken(drive, `${time} ${as}`, other)
        await disconnect(drive, `disconnect ${as}`, clientId, members)
        await connection.ended()
        await tryToken(drive, `used again ${as}`, used)
        await tryToken(drive, `used first ${as}`, unused)
      }
    },
    control: each(['unsaid', 'false'], (as) =>
      all(
        closed(as, 'disconnected-by-application'),
        welcomed(`first ${as}`),
        welcomed(`second ${as}`),
      ),
    ),
    judge: each(['unsaid', 'false'], (as) =>
      all(welcomed(`used again ${as}`), welcomed(`used first ${as}`)),
    ),
    killedBy: ['revokes-with-every-disconnect', 'takes-any-revocation-for-true'],
  },
  {
    id: 'control.revocation-illegal.refused',
    proves: 'control.members.refused',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const minted = await drive.mint('client', clientId)
      const connection = await tryToken(drive, 'client', minted)
      for (const [as, value] of Object.entries(NOT_BOOLEAN))
        await disconnect(drive, as, clientId, { revoke_tokens: value })
      await postAndWait(drive, 'post', clientId, connection)
      await tryToken(drive, 'again', minted)
      const other = drive.clientId()
      for (const value of [false, true])
        await disconnect(drive, String(value), other, { revoke_tokens: value })
    },
    control: all(welcomed('client'), countsClosed('false', 0), countsClosed('true', 0)),
    judge: all(
      each(Object.keys(NOT_BOOLEAN), (as) => refused(as, 'malformed-request')),
      delivered('client', 'post'),
      welcomed('again'),
    ),
    killedBy: [
      'takes-text-for-revocation',
      'takes-number-for-revocation',
      'takes-null-revocation-for-none',
      'disconnects-before-it-refuses',
    ],
  },
  {
    id: 'token.client-id-illegal.undisconnected',
    proves: 'token.client-id.refuse',
    profiles: ['control'],
    drive: async (drive) => {
      const legal = drive.clientId()
      await disconnect(drive, 'control', legal)
      for (const [as, spoil] of Object.entries(ILLEGAL_IDS))
        await disconnect(drive, as, spoil(legal))
    },
    control: countsClosed('control', 0),
    judge: each(Object.keys(ILLEGAL_IDS), (as) => refused(as, 'invalid-client-id')),
    killedBy: [
      'disconnects-nobody-in-particular',
      'accepts-c1-controls-in-client-id',
      'accepts-empty-client-id',
      'takes-number-for-client-id',
    ],
  },
  {
    id: 'token.key-disconnect.refused',
    proves: 'token.key.required',
    profiles: ['control'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const connection = await drive.connect('client', clientId)
      for (const [as, key] of Object.entries(WRONG_KEYS))
        await disconnect(drive, as, clientId, { revoke_tokens: true }, { key })
      await postAndWait(drive, 'post', clientId, connection)
      await disconnect(drive, 'control', drive.clientId())
    },
    control: all(welcomed('client'), countsClosed('control', 0)),
    judge: all(
      each(Object.keys(WRONG_KEYS), (as) => refused(as, 'invalid-application-key')),
      undisturbed('client', 'post'),
    ),
    killedBy: ['disconnects-without-key'],
  },
  {
    id: 'problem.unknown-members-of-disconnect.ignored',
    proves: 'problem.unknown.ignored',
    profiles: ['control'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      await disconnect(drive, 'plain', clientId)
      await disconnect(drive, 'more', clientId, { x_unknown: { deep: [1] }, 'grease-0a0a': '?' })
    },
    control: countsClosed('plain', 0),
    judge: treatedLike('more', 'plain'),
    killedBy: ['refuses-unknown-members'],
  },
]
