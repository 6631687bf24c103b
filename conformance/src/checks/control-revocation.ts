/** Checks of the chapter control about revocation: which tokens die, which live, and what becomes of openings. */

import { type Check, waitFor } from '../check.ts'
import { asking } from '../drive/asking.ts'
import { revoke, tryToken } from '../drive/disconnecting.ts'
import { closed, notWelcomed, welcomed } from '../judges/connection.ts'
import { leftNoneOpen, reachesNobody, refusedAsDead } from '../judges/control.ts'
import { all, each } from '../judges/finding.ts'
import { delivered } from '../judges/message.ts'
import { minted } from '../judges/token.ts'

/** Revocations in a row, so many that most of them fall into one second. */
const ROUNDS = ['first', 'second', 'third'] as const
/** Client ids whose tokens die while connections are being opened with them, and openings of each. */
const RACES = ['1', '2', '3', '4'] as const
const FIRST = '0'
const EARLY = ['a', 'b'] as const
const LATE = ['c', 'd'] as const
const LATEST = 'e'
/** Seconds: the shortest life of a token, and what passes before it is over for every clock. */
const SHORTEST = 1
const PAST = 1.1
/** Seconds after which a careless service may have forgotten whom it refuses. */
const A_WHILE = 5

/** In the order of the chapter. */
export const CONTROL_REVOCATION_CHECKS: readonly Check[] = [
  {
    id: 'control.revoked-tokens.dead',
    proves: 'control.revoke.dead',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const long = await drive.mint('long', clientId, { ttl_seconds: 86_400 })
      const used = await drive.mint('used', clientId)
      const newest = await drive.mint('newest', clientId, { ttl_seconds: 60 })
      const connection = await tryToken(drive, 'control', used)
      await revoke(drive, 'revocation', clientId)
      await connection.ended()
      for (const [as, token] of Object.entries({ long, used, newest, 'long again': long })) {
        const refusedOne = await drive.open(as, { url: token.connectUrl, token: token.token })
        await refusedOne.ended()
      }
      const later = await drive.mint('later', clientId)
      await tryToken(drive, 'later', later)
      await tryToken(drive, 'beside a later', long)
    },
    control: all(welcomed('control'), minted('later')),
    judge: each(['long', 'used', 'newest', 'long again', 'beside a later'], refusedAsDead),
    killedBy: [
      'keeps-revoked-tokens',
      'calls-revoked-token-expired',
      'revokes-newest-token-alone',
      'keeps-tokens-of-the-same-second',
    ],
  },
  {
    id: 'control.tokens-of-nobody.dead',
    proves: 'control.revoke.dead',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const token = await drive.mint('token', clientId)
      await revoke(drive, 'revocation', clientId)
      await tryToken(drive, 'token', token)
      await tryToken(drive, 'control', await drive.mint('control', drive.clientId()))
    },
    control: welcomed('control'),
    judge: refusedAsDead('token'),
    killedBy: [
      'revokes-those-who-came-alone',
      'keeps-revoked-tokens',
      'calls-revoked-token-expired',
      'keeps-tokens-of-the-same-second',
    ],
  },
  {
    id: 'control.each-revocation.dead',
    proves: 'control.revoke.dead',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await tryToken(drive, 'control', await drive.mint('control', clientId))
      const tokens = []
      for (const as of ROUNDS) {
        tokens.push({ as, token: await drive.mint(as, clientId) })
        await revoke(drive, `revocation ${as}`, clientId)
      }
      for (const { as, token } of tokens) await tryToken(drive, as, token)
    },
    control: welcomed('control'),
    judge: each(ROUNDS, refusedAsDead),
    killedBy: [
      'revokes-once',
      'revokes-newest-token-alone',
      'keeps-revoked-tokens',
      'calls-revoked-token-expired',
      'keeps-tokens-of-the-same-second',
    ],
  },
  {
    id: 'control.expired-besides.dead',
    proves: 'control.revoke.dead',
    waitSeconds: waitFor(PAST),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const token = await drive.mint('token', clientId, { ttl_seconds: SHORTEST })
      await tryToken(drive, 'control', token)
      await revoke(drive, 'revocation', clientId)
      await drive.pass(PAST)
      await tryToken(drive, 'defect', token)
    },
    control: welcomed('control'),
    judge: all(notWelcomed('defect'), closed('defect', 'token-invalid', 'token-expired')),
    killedBy: ['revives-revoked-tokens-at-expiry'],
  },
  {
    id: 'control.cursor-besides.dead',
    proves: 'control.revoke.dead',
    profiles: ['resume'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const token = await drive.mint('token', clientId)
      const used = await tryToken(drive, 'control', token)
      const query = asking({ after: String((await used.welcome())?.cursor ?? '') })
      await revoke(drive, 'revocation', clientId)
      await used.ended()
      await drive.post('missed', clientId, drive.text())
      const back = await drive.open('back', { url: token.connectUrl, token: token.token, query })
      await Promise.race([back.welcome(), back.ended()])
    },
    control: welcomed('control'),
    judge: refusedAsDead('back'),
    killedBy: [
      'lets-revoked-tokens-resume',
      'keeps-revoked-tokens',
      'calls-revoked-token-expired',
      'keeps-tokens-of-the-same-second',
    ],
  },
  {
    id: 'control.revoked-before-others.dead',
    proves: 'control.revoke.dead',
    waitSeconds: waitFor(A_WHILE),
    drive: async (drive) => {
      const [first, other] = [drive.clientId(), drive.clientId()]
      const token = await drive.mint('token', first)
      await tryToken(drive, 'control', token)
      await revoke(drive, 'revocation', first)
      await drive.pass(A_WHILE)
      await revoke(drive, 'another revocation', other)
      await tryToken(drive, 'later', token)
    },
    control: welcomed('control'),
    judge: refusedAsDead('later'),
    killedBy: [
      'forgets-revocations-within-seconds',
      'keeps-revoked-tokens',
      'calls-revoked-token-expired',
    ],
  },
  {
    id: 'control.event-stream-token.dead',
    proves: 'control.revoke.dead',
    profiles: ['sse'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const { token, connectUrl: url } = await drive.mint('token', clientId)
      const used = await drive.streams.open('control', { url, token })
      await used.welcome()
      await revoke(drive, 'revocation', clientId)
      await used.ended()
      const dead = await drive.streams.open('dead', { url, token })
      await Promise.race([dead.welcome(), dead.ended()])
      await drive.streams.connect('later', clientId)
    },
    control: all(welcomed('control'), welcomed('later')),
    judge: refusedAsDead('dead'),
    killedBy: [
      'keeps-revoked-tokens',
      'calls-revoked-token-expired',
      'keeps-tokens-of-the-same-second',
    ],
  },
  {
    id: 'control.later-token.welcomed',
    proves: 'control.revoke.later',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await tryToken(drive, 'control', await drive.mint('control', clientId))
      for (const as of ROUNDS) {
        await revoke(drive, `revocation ${as}`, clientId)
        const kept = await drive.mint(`kept ${as}`, clientId)
        const connection = await tryToken(drive, as, await drive.mint(as, clientId))
        await tryToken(drive, `kept ${as}`, kept)
        await connection.ended()
      }
      const data = drive.text()
      const last = await drive.connect('last', clientId)
      await drive.post('post', clientId, data)
      await last.message(data)
    },
    control: welcomed('control'),
    judge: all(
      each(ROUNDS, (as) => all(welcomed(as), welcomed(`kept ${as}`))),
      delivered('last', 'post'),
    ),
    killedBy: ['kills-tokens-of-the-same-second'],
  },
  {
    id: 'control.openings.ended',
    proves: 'control.revoke.opening',
    drive: async (drive) => {
      const bystander = await drive.mint('control', drive.clientId())
      const races = RACES.map(async (race) => {
        const clientId = drive.clientId()
        await drive.post(`nobody ${race}`, clientId, drive.text())
        const minted = await drive.mint(`token ${race}`, clientId)
        const { connectUrl: url, token } = minted
        const first = await tryToken(drive, `${FIRST}${race}`, minted)
        const open = (as: string) => drive.open(`${as}${race}`, { url, token })
        const early = EARLY.map(open)
        // Some of them have just been opened when the revocation comes, the others are being opened.
        if (Number(race) % 2 === 0) await early[0]
        const answered = revoke(drive, `revocation ${race}`, clientId)
        const late = LATE.map(async (as) => {
          // One begins with the revocation, the other about when it is answered.
          if (as !== LATE[0]) await drive.call(`pace ${race}`, 'GET', '/v1', { key: 'none' })
          return open(as)
        })
        await answered
        const connections = await Promise.all([first, ...early, ...late, open(LATEST)])
        await Promise.all(connections.map((connection) => connection.ended()))
        await drive.post(`post ${race}`, clientId, drive.text())
      })
      await Promise.all([...races, tryToken(drive, 'control', bystander)])
    },
    control: all(
      welcomed('control'),
      each(RACES, (race) => reachesNobody(`nobody ${race}`)),
    ),
    judge: each(RACES, (race) =>
      all(
        leftNoneOpen(...[FIRST, ...EARLY, ...LATE, LATEST].map((as) => `${as}${race}`)),
        reachesNobody(`post ${race}`),
      ),
    ),
    killedBy: [
      'keeps-disconnected-connection',
      'judges-revocation-at-upgrade',
      'keeps-revoked-tokens',
      'keeps-tokens-of-the-same-second',
    ],
  },
]
