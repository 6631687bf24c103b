/** Checks of the chapter socket, section opening: which upgrades open a socket, and which sockets are refused. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { fillUp, OPENED_PER_SECOND } from '../drive/fill-up.ts'
import { holdBack } from '../drive/holding.ts'
import { closed } from '../judges/connection.ts'
import { completed } from '../judges/connection-opening.ts'
import { refusedForCapacity } from '../judges/drain.ts'
import { all, each } from '../judges/finding.ts'
import { refused } from '../judges/problem.ts'
import { shook } from '../judges/socket-handshake.ts'
import {
  alive,
  onlySent,
  openedPlain,
  openedSeveral,
  silentBut,
  turnedAway,
} from '../judges/socket-opening.ts'
import type { Headers } from '../timeline/event.ts'

/** Subprotocols that a page may offer, as the value of their header; an empty one leaves it out. */
const OFFERS: Readonly<Record<string, string>> = {
  none: '',
  one: 'chat',
  several: 'superchat, chat',
  'of a channel': 'channel-protocol.v1, channel-token.bm9ib2R5',
  'the same twice': 'chat, chat',
}

/** Changes of an upgrade request that make it none, or break RFC 6455. */
const FOREIGN_REQUESTS: Readonly<Record<string, Headers>> = {
  'plain request': {
    Connection: 'close',
    Upgrade: '',
    'Sec-WebSocket-Key': '',
    'Sec-WebSocket-Version': '',
  },
  'other upgrade': { Upgrade: 'h2c' },
  'no key': { 'Sec-WebSocket-Key': '' },
  'short key': { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZQ==' },
  'key not base64': { 'Sec-WebSocket-Key': 'this is not base64 at all' },
  'no version': { 'Sec-WebSocket-Version': '' },
  'old version': { 'Sec-WebSocket-Version': '8' },
}

/** Methods whose requests are no upgrade. */
const METHODS = ['POST', 'PUT', 'DELETE'] as const

/** Origins that nobody listed, from the one that somebody did and that of the base. */
const FOREIGN_ORIGINS: Readonly<Record<string, (listed: string, own: string) => string>> = {
  'another site': () => 'https://elsewhere.example',
  null: () => 'null',
  'longer host': (listed) => `${listed}.elsewhere.example`,
  'other scheme': (listed) =>
    listed.startsWith('https:')
      ? listed.replace('https:', 'http:')
      : listed.replace('http:', 'https:'),
  'other port of the base': (_listed, own) => `${own.replace(/:\d+$/, '')}:4443`,
}

/** Seconds of a life that leaves time to use a ticket and to wait for its end. */
const SHORT = 2
/** Of a ticket that opens a socket also on a busy machine, in seconds. */
const OUTLIVED = 5
/** Seconds of another life, and those after which little of it is left. */
const LIFE = 4
const LATE = 2
/** Seconds after `expires_at` at which a ticket has expired for every clock that runs at the right speed. */
const AFTER = 0.1
/** Beats without any other traffic in which a service that sends envelopes would send one. */
const BEATS = 1.5

/** Sends an upgrade request, changed by `headers`, on a TCP connection of its own and waits for the answer. */
async function sendUpgrade(drive: Drive, as: string, url: string, headers: Headers): Promise<void> {
  const connection = await drive.raw(as, url)
  const plain = { 'Sec-WebSocket-Protocol': '' }
  connection.write(drive.upgradeRequest(url, '', { ...plain, ...headers }))
  await connection.answer()
  connection.drop()
}

/** Opens a URL and waits until the socket is refused, or has turned out to be let in. */
async function tryToOpen(drive: Drive, as: string, url: string, origin?: string): Promise<void> {
  const page = await drive.sockets.open(as, url, origin === undefined ? {} : { origin })
  await page.ended()
}

function quietSeconds({ profiles, timings }: Drive['advertised']): number {
  return profiles.includes('robust') ? Number(timings.heartbeat_seconds) * BEATS : 0
}

/** In the order of the chapter. */
export const SOCKET_OPENING_CHECKS: readonly Check[] = [
  {
    id: 'socket.offers.unanswered',
    proves: 'socket.open.plain',
    needs: ['webhooks'],
    drive: async (drive) => {
      for (const [as, offer] of Object.entries(OFFERS)) {
        const path = drive.sockets.path()
        const { url } = await drive.sockets.mint(`URL ${as}`, path)
        const webhooks = drive.sockets.webhooks(`webhooks ${as}`, path)
        const page = await drive.raw(as, url)
        page.write(drive.upgradeRequest(url, '', { 'Sec-WebSocket-Protocol': offer }))
        await page.answer()
        await Promise.race([webhooks.event('handshake'), page.closeFrame()])
        page.drop()
      }
    },
    judge: each(Object.keys(OFFERS), openedPlain),
    killedBy: ['echoes-subprotocols-on-sockets', 'refuses-offers-on-sockets'],
  },
  {
    id: 'socket.late-opening.completed',
    proves: 'socket.open.plain',
    needs: ['webhooks'],
    waitSeconds: waitFor(LATE),
    drive: async (drive) => {
      const { url } = await drive.sockets.mint('URL', drive.sockets.path(), { ttl_seconds: LIFE })
      await drive.pass(LATE)
      const page = await drive.sockets.open('page', url)
      await page.ping()
    },
    judge: alive('page'),
    killedBy: ['expires-tickets-early'],
  },
  {
    id: 'socket.url.reopened',
    proves: 'socket.open.several',
    needs: ['webhooks'],
    drive: async (drive) => {
      const path = drive.sockets.path()
      const { url } = await drive.sockets.mint('URL', path)
      const webhooks = drive.sockets.webhooks('application', path)
      const pages = []
      for (const as of ['first', 'second', 'third']) {
        pages.push(await drive.sockets.open(as, url))
        await webhooks.first(pages.length)
      }
      for (const page of pages) await page.ping()
    },
    judge: all(openedSeveral('application', 3), each(['first', 'second', 'third'], alive)),
    killedBy: ['opens-one-socket-per-ticket', 'replaces-sockets-of-a-ticket'],
  },
  {
    id: 'socket.expiry.outlived',
    proves: 'socket.open.lasting',
    needs: ['webhooks'],
    waitSeconds: waitFor(OUTLIVED, AFTER),
    drive: async (drive) => {
      const path = drive.sockets.path()
      const { url } = await drive.sockets.mint('URL', path, { ttl_seconds: OUTLIVED })
      const webhooks = drive.sockets.webhooks('page', path)
      const page = await drive.sockets.open('page', url)
      await webhooks.event('handshake')
      await drive.pass(OUTLIVED + AFTER)
      await page.ping()
    },
    control: shook('page'),
    judge: alive('page'),
    killedBy: ['ends-sockets-with-their-tickets'],
  },
  {
    id: 'socket.foreign-request.refused',
    proves: 'socket.upgrade.required',
    drive: async (drive) => {
      const { url } = await drive.sockets.mint('URL', drive.sockets.path())
      await sendUpgrade(drive, 'control', url, {})
      for (const [as, headers] of Object.entries(FOREIGN_REQUESTS)) {
        await sendUpgrade(drive, as, url, headers)
      }
      for (const method of METHODS) {
        const connection = await drive.raw(method, url)
        const path = new URL(url).pathname.slice(new URL(drive.baseUrl).pathname.length - 1)
        connection.write(drive.callRequest(method, path, {}, '{}'))
        await connection.answer()
        connection.drop()
      }
    },
    control: completed('control'),
    judge: all(
      each(Object.keys(FOREIGN_REQUESTS), (as) =>
        refused(as, 'upgrade-required', 'malformed-request'),
      ),
      each(METHODS, (as) =>
        refused(as, 'upgrade-required', 'malformed-request', 'method-not-allowed', 'not-found'),
      ),
    ),
    killedBy: ['hides-socket-urls-from-plain-requests', 'accepts-old-websocket-version-on-sockets'],
  },
  {
    id: 'socket.foreign-origin.closed',
    proves: 'socket.origin.refuse',
    needs: ['origin', 'webhooks'],
    drive: async (drive) => {
      const { url } = await drive.sockets.mint('URL', drive.sockets.path())
      const control = await drive.sockets.open('control', url)
      await control.ping()
      for (const [as, spoil] of Object.entries(FOREIGN_ORIGINS)) {
        const origin = spoil(drive.listedOrigin, new URL(drive.baseUrl).origin)
        await tryToOpen(drive, as, url, origin)
      }
    },
    control: alive('control'),
    judge: each(Object.keys(FOREIGN_ORIGINS), (as) => closed(as, 'forbidden')),
    killedBy: ['lets-any-origin-open-sockets', 'lets-null-origin-open-sockets'],
  },
  {
    id: 'socket.full-service.refuses',
    proves: 'socket.capacity.refuse',
    profiles: ['robust'],
    needs: ['webhooks'],
    alone: true,
    limits: { connections: 12 },
    waitSeconds: ({ limits }) =>
      (limits.connections ?? Number.POSITIVE_INFINITY) / OPENED_PER_SECOND,
    drive: async (drive) => {
      const { page } = await drive.sockets.connect('first')
      await fillUp(drive, drive.advertised.limits.connections ?? 0)
      const { url } = await drive.sockets.mint('beyond', drive.sockets.path())
      await tryToOpen(drive, 'beyond', url)
      await page.ping()
    },
    control: shook('first'),
    judge: all(refusedForCapacity('beyond'), alive('first')),
    killedBy: ['takes-sockets-beyond-the-limit', 'makes-room-for-sockets'],
  },
  {
    id: 'socket.owed-closed.counted',
    proves: 'socket.capacity.refuse',
    profiles: ['robust'],
    needs: ['exec', 'webhooks'],
    drive: async (drive) => {
      const instance = await drive.launch('service', undefined, { limits: { connections: 2 } })
      instance.webhooks.forget()
      const { sockets } = instance.drive
      const { page: first } = await sockets.connect('first')
      const holding = holdBack(drive)
      const { page: second, webhooks } = await sockets.connect('second', undefined, {
        replying: ({ fields }) => (fields.event === 'closed' ? holding.reply : { status: 204 }),
      })
      const { url } = await sockets.mint('beyond', sockets.path())
      second.close(1000)
      await webhooks.event('closed')
      await tryToOpen(drive, 'beyond', url)
      await first.ping()
      holding.release()
    },
    control: all(shook('first'), shook('second')),
    judge: all(refusedForCapacity('beyond'), alive('first')),
    killedBy: [
      'counts-open-sockets-only',
      'takes-sockets-beyond-the-limit',
      'makes-room-for-sockets',
    ],
  },
  {
    id: 'socket.refused.unreported',
    proves: 'socket.refused.silent',
    needs: ['webhooks', 'origin'],
    alone: true,
    waitSeconds: waitFor(SHORT),
    drive: async (drive) => {
      const webhooks = drive.allWebhooks('service', () => true)
      const short = await drive.sockets.mint('short', drive.sockets.path(), { ttl_seconds: 1 })
      const { url } = await drive.sockets.mint('refused', drive.sockets.path())
      await drive.pass(1 + AFTER)
      await tryToOpen(drive, 'expired', short.url)
      await tryToOpen(drive, 'spoilt', drive.conceal(url.replace('/v1/socket/', '/v1/socket/A')))
      await sendUpgrade(drive, 'old version', url, { 'Sec-WebSocket-Version': '8' })
      await tryToOpen(drive, 'foreign', url, 'https://elsewhere.example')
      const path = drive.sockets.path()
      const control = await drive.sockets.mint('control', path)
      const page = await drive.sockets.open('page', control.url)
      await webhooks.event('handshake', ({ fields }) => fields.path === path)
      page.close(1000)
      await webhooks.event('closed', ({ fields }) => fields.path === path)
    },
    control: all(turnedAway('expired'), turnedAway('spoilt'), turnedAway('foreign')),
    judge: silentBut('service', 'control'),
    killedBy: [
      'shakes-hands-with-foreign-origins',
      'shakes-hands-for-expired-tickets',
      'shakes-hands-for-invalid-tickets',
    ],
  },
  {
    id: 'socket.quiet.empty',
    proves: 'socket.envelope.none',
    needs: ['webhooks'],
    waitSeconds: quietSeconds,
    drive: async (drive) => {
      const { page, id } = await drive.sockets.connect('page')
      await drive.pass(quietSeconds(drive.advertised))
      await drive.sockets.send('fence', id, drive.text())
      await page.ping()
    },
    control: shook('page'),
    judge: onlySent('page', 'fence'),
    killedBy: ['welcomes-sockets', 'sends-heartbeats-on-sockets'],
  },
]
