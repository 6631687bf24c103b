/** Checks of the chapter token about its life: what opens a connection, and for how long. */

import { type Check, waitFor } from '../check.ts'
import { alter, SPOILED } from '../drive/spoil.ts'
import { closed, notWelcomed, welcomed } from '../judges/connection.ts'
import { all, each, type Judge } from '../judges/finding.ts'
import { arrived, dataOf } from '../judges/message.ts'
import { undisturbed } from '../judges/neighbour.ts'
import { endedAtExpiry, minted, neverReached } from '../judges/token.ts'

/** Connections that are opened with one token, each by itself. */
const USES = Array.from({ length: 8 }, (_, use) => `use ${use + 1}`)

/** Seconds of a short life: the least that a request may ask for, and one that leaves time to use it. */
const SHORTEST = 1
const SHORT = 2
/** Seconds after `expires_at` at which a token has expired for every clock that runs at the right speed. */
const AFTER = 0.1
/** Seconds in which an expired connection is closed, and some more for one that is closed too late. */
const CLOSING = 4

/** Texts that no service has minted, most of them made from a token that one has. */
const INVALID_TOKENS: typeof SPOILED = {
  forged: () => 'bm9ib2R5IGhhcyBtaW50ZWQgdGhpcw.MTc5MDg1NjAwMA.vI1pUwm3Zc0',
  empty: () => '',
  ...SPOILED,
  'altered near its start': (token) => alter(token, Math.floor(token.length / 8)),
  'altered near its end': (token) => alter(token, Math.floor((token.length * 15) / 16)),
  'said to be unsigned': sayUnsigned,
  'too long': () => 'A'.repeat(4097),
}

/** What the token claims, as a JSON Web Token that is said to have no signature. */
function sayUnsigned(token: string): string {
  const parts = token.split('.')
  const claims = parts.length === 3 ? parts[1] : parts[0]
  return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${claims}.`
}

function refusedAsInvalid(as: string): Judge {
  return all(notWelcomed(as), closed(as, 'token-invalid'))
}

/** In the order of the chapter. */
export const TOKEN_LIFE_CHECKS: readonly Check[] = [
  {
    id: 'token.live.welcomed',
    proves: 'token.live.accept',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const older = await drive.mint('older', clientId)
      const newer = await drive.mint('newer', clientId)
      for (const [as, { connectUrl: url, token }] of [
        ['older', older],
        ['newer', newer],
        ['older again', older],
      ] as const) {
        const connection = await drive.open(as, { url, token })
        await connection.welcome()
      }
    },
    control: all(minted('older'), minted('newer')),
    judge: all(welcomed('older'), welcomed('newer'), welcomed('older again')),
    killedBy: ['forgets-older-tokens', 'takes-token-once'],
  },
  {
    id: 'token.often-used.welcomed',
    proves: 'token.live.accept',
    drive: async (drive) => {
      const { token, connectUrl: url } = await drive.mint('client', drive.clientId())
      for (const as of USES) {
        const connection = await drive.open(as, { url, token })
        await connection.welcome()
        connection.close(1000)
      }
    },
    control: minted('client'),
    judge: each(USES, welcomed),
    killedBy: ['wears-tokens-out', 'takes-token-once'],
  },
  {
    id: 'token.expired.closed',
    proves: 'token.expired.refused',
    waitSeconds: waitFor(SHORT),
    drive: async (drive) => {
      const used = await drive.mint('control', drive.clientId(), { ttl_seconds: SHORT })
      const kept = await drive.mint('defect', drive.clientId(), { ttl_seconds: SHORT })
      const early = await drive.open('control', { url: used.connectUrl, token: used.token })
      await early.welcome()
      await drive.pass(SHORT + AFTER)
      const late = await drive.open('defect', { url: kept.connectUrl, token: kept.token })
      await late.ended()
    },
    control: welcomed('control'),
    judge: all(notWelcomed('defect'), closed('defect', 'token-expired')),
    killedBy: ['accepts-expired-token', 'calls-expired-token-invalid'],
  },
  {
    id: 'token.invalid.closed',
    proves: 'token.invalid.refused',
    drive: async (drive) => {
      const { connectUrl: url, token } = await drive.mint('control', drive.clientId())
      const control = await drive.open('control', { url, token })
      await control.welcome()
      for (const [as, spoil] of Object.entries(INVALID_TOKENS)) {
        const connection = await drive.open(as, { url, token: drive.conceal(spoil(token)) })
        await connection.ended()
      }
    },
    control: welcomed('control'),
    judge: all(...Object.keys(INVALID_TOKENS).map(refusedAsInvalid)),
    killedBy: [
      'ignores-token-signature',
      'accepts-lengthened-token',
      'ignores-end-of-token',
      'ignores-further-parts-of-tokens',
      'believes-tokens-cut-before-their-signature',
      'believes-tokens-that-say-they-are-unsigned',
      'calls-invalid-token-expired',
    ],
  },
  {
    id: 'token.socket-ticket.closed',
    proves: 'token.invalid.refused',
    profiles: ['sockets'],
    drive: async (drive) => {
      const { connectUrl: url, token } = await drive.mint('control', drive.clientId())
      const control = await drive.open('control', { url, token })
      await control.welcome()
      const socket = await drive.sockets.mint('socket URL', drive.sockets.path())
      const ticket = new URL(socket.url).pathname.split('/').at(-1) ?? ''
      const connection = await drive.open('defect', { url, token: ticket })
      await connection.ended()
    },
    control: welcomed('control'),
    judge: refusedAsInvalid('defect'),
    killedBy: ['takes-tickets-for-tokens', 'calls-invalid-token-expired'],
  },
  {
    id: 'token.foreign.closed',
    proves: 'token.invalid.refused',
    needs: ['exec', 'webhooks'],
    drive: async (drive) => {
      const { connectUrl: url, token } = await drive.mint('control', drive.clientId())
      const control = await drive.open('control', { url, token })
      await control.welcome()
      const other = await drive.launch('other service')
      const foreign = await other.drive.mint('other service', drive.clientId())
      const connection = await drive.open('defect', { url, token: foreign.token })
      await connection.ended()
    },
    control: all(welcomed('control'), minted('other service')),
    judge: refusedAsInvalid('defect'),
    killedBy: ['ignores-token-signature', 'calls-invalid-token-expired'],
  },
  {
    id: 'token.expiry.closed',
    proves: 'token.expiry.close',
    waitSeconds: waitFor(SHORTEST, 2),
    drive: async (drive) => {
      const connection = await drive.connect('client', drive.clientId(), { ttlSeconds: SHORTEST })
      await connection.ended((SHORTEST + CLOSING) * 1000)
    },
    control: welcomed('client'),
    judge: all(closed('client', 'token-expired'), endedAtExpiry('client')),
    killedBy: ['closes-before-expiry', 'closes-late-after-expiry', 'closes-expired-as-invalid'],
  },
  {
    id: 'token.renewal.lives-on',
    proves: 'token.expiry.close',
    waitSeconds: waitFor(SHORTEST, 2),
    drive: async (drive) => {
      const renewed = drive.clientId()
      const old = await drive.connect('old', renewed, { ttlSeconds: SHORTEST })
      const connection = await drive.connect('renewed', renewed, { ttlSeconds: 60 })
      await old.ended()
      const shortened = drive.clientId()
      await drive.connect('long', shortened, { ttlSeconds: 60 })
      const short = await drive.connect('shortened', shortened, { ttlSeconds: SHORTEST })
      await short.ended((SHORTEST + CLOSING) * 1000)
      await drive.post('first', renewed, drive.text())
      const data = drive.text()
      await drive.post('post', renewed, data)
      await connection.message(data)
    },
    control: all(...['old', 'renewed', 'long', 'shortened'].map(welcomed)),
    judge: all(
      undisturbed('renewed', 'post'),
      closed('shortened', 'token-expired'),
      endedAtExpiry('shortened'),
    ),
    killedBy: [
      'closes-at-first-expiry',
      'closes-before-expiry',
      'closes-late-after-expiry',
      'closes-expired-as-invalid',
    ],
  },
  {
    id: 'token.expiry.undelivered',
    proves: 'token.expiry.silent',
    waitSeconds: waitFor(SHORT, 2),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const connection = await drive.connect('client', clientId, { ttlSeconds: SHORT })
      const early = drive.text()
      await drive.post('control', clientId, early)
      await connection.message(early)
      await drive.pass(SHORT + AFTER)
      await drive.post('defect', clientId, drive.text())
      await connection.ended(CLOSING * 1000)
    },
    control: arrived('client', 'control'),
    judge: neverReached('client', dataOf('defect')),
    killedBy: ['delivers-after-expiry'],
  },
]
