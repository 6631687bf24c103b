/** Checks of lives to the millisecond: of tokens, of socket URLs and of event streams. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { closed, notWelcomed, welcomed } from '../judges/connection.ts'
import { all, each } from '../judges/finding.ts'
import { askedFromExpiry, endedAtExpiryInstant, endedAtLifetimeInstant } from '../judges/instant.ts'
import { alive } from '../judges/socket-opening.ts'
import { latestSeconds } from '../timeline/latest.ts'

/** Seconds that each token and URL lives. */
const LIFE = { ttl_seconds: 1 }
/** Milliseconds from `expires_at`, by the role that connects then. */
const MOMENTS = { 'last moment': -1, 'at expiry': 0, 'just after': 1 } as const
const TOO_LATE = ['at expiry', 'just after'] as const
/** Seconds in which an expired connection has surely ended. */
const ENDING = 3

/** Lets time pass until this instant, in milliseconds since 1970. */
async function passUntil(drive: Drive, atMs: number): Promise<void> {
  await drive.pass((atMs - drive.nowMs()) / 1000)
}

function expiryOf(body: Readonly<Record<string, unknown>>): number {
  return Date.parse(String(body.expires_at))
}

/** Connects a millisecond before the expiry of a token, at it and a millisecond after; and once long before. */
async function connectAround(drive: Drive): Promise<void> {
  const connect = async (as: string, ms?: number): Promise<void> => {
    const { token, connectUrl: url, body } = await drive.mint(as, drive.clientId(), LIFE)
    if (ms !== undefined) await passUntil(drive, expiryOf(body) + ms)
    const connection = await drive.open(as, { url, token })
    await connection.welcome()
    if (ms === undefined) await connection.ended((LIFE.ttl_seconds + ENDING) * 1000)
  }
  const moments = Object.entries(MOMENTS).map(([as, ms]) => connect(as, ms))
  await Promise.all([connect('long before'), ...moments])
}

/** Opens a socket a millisecond before the expiry of its URL, at it and a millisecond after. */
async function openAround(drive: Drive): Promise<void> {
  const open = async ([as, ms]: [string, number]): Promise<void> => {
    const { url, body } = await drive.sockets.mint(as, drive.sockets.path(), LIFE)
    await passUntil(drive, expiryOf(body) + ms)
    const page = await drive.sockets.open(as, url)
    await page.ping()
  }
  await Promise.all(Object.entries(MOMENTS).map(open))
}

/** Opens a stream whose token outlives it, and one whose token does not. */
async function outliveStreams(drive: Drive): Promise<void> {
  const [old, short] = await Promise.all([
    drive.streams.connect('old', drive.clientId()),
    drive.streams.connect('short', drive.clientId(), { ttlSeconds: LIFE.ttl_seconds }),
  ])
  await short.ended((LIFE.ttl_seconds + ENDING) * 1000)
  await old.ended((latestSeconds(drive.advertised, 'sse_lifetime_seconds') + 1) * 1000)
}

const AT_THE_MOMENTS = all(...Object.entries(MOMENTS).map(([as, ms]) => askedFromExpiry(as, ms)))

/** In the order of the chapters. */
export const EXACT_LIFE_CHECKS: readonly Check[] = [
  {
    id: 'token.last-moment.welcomed',
    proves: 'token.live.accept',
    needs: ['service-clock'],
    drive: connectAround,
    control: all(welcomed('long before'), askedFromExpiry('last moment', -1)),
    judge: welcomed('last moment'),
    killedBy: ['refuses-tokens-a-moment-early'],
  },
  {
    id: 'token.expiry-instant.refused',
    proves: 'token.expired.refused',
    needs: ['service-clock'],
    drive: connectAround,
    control: all(welcomed('long before'), AT_THE_MOMENTS),
    judge: each(TOO_LATE, (as) => all(notWelcomed(as), closed(as, 'token-expired'))),
    killedBy: [
      'accepts-tokens-at-their-expiry',
      'accepts-expired-token',
      'calls-expired-token-invalid',
    ],
  },
  {
    id: 'token.expiry-instant.closed',
    proves: 'token.expiry.close',
    needs: ['service-clock'],
    drive: connectAround,
    control: all(welcomed('long before'), closed('long before', 'token-expired')),
    judge: endedAtExpiryInstant('long before'),
    killedBy: [
      'closes-at-expiry-a-moment-early',
      'closes-at-expiry-too-late',
      'closes-before-expiry',
      'closes-late-after-expiry',
    ],
  },
  {
    id: 'socket.last-moment.opened',
    proves: 'socket.open.plain',
    needs: ['service-clock', 'webhooks'],
    drive: openAround,
    control: askedFromExpiry('last moment', -1),
    judge: alive('last moment'),
    killedBy: [
      'refuses-tickets-a-moment-early',
      'promises-sockets-a-longer-life',
      'expires-tickets-early',
    ],
  },
  {
    id: 'socket.expiry-instant.refused',
    proves: 'socket.ticket.expired',
    needs: ['service-clock', 'webhooks'],
    drive: openAround,
    control: all(alive('last moment'), AT_THE_MOMENTS),
    judge: each(TOO_LATE, (as) => closed(as, 'token-expired')),
    killedBy: [
      'accepts-tickets-at-their-expiry',
      'opens-expired-tickets',
      'calls-expired-ticket-invalid',
    ],
  },
  {
    id: 'sse.lifetime-instant.ended',
    proves: 'sse.close.lifetime',
    needs: ['service-clock'],
    drive: outliveStreams,
    control: all(welcomed('old'), closed('old', 'max-lifetime')),
    judge: endedAtLifetimeInstant('old'),
    killedBy: ['ends-streams-a-moment-early', 'ends-streams-early'],
  },
  {
    id: 'sse.expiry-instant.ended',
    proves: 'sse.close.expiry',
    needs: ['service-clock'],
    drive: outliveStreams,
    control: all(welcomed('short'), closed('short', 'token-expired')),
    judge: endedAtExpiryInstant('short'),
    killedBy: [
      'closes-at-expiry-a-moment-early',
      'closes-at-expiry-too-late',
      'closes-before-expiry',
      'closes-late-after-expiry',
    ],
  },
]
