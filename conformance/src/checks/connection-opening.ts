/** Checks of the chapter connection about opening: upgrades, tokens offered, origins, the welcome. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { closed, closedSaying, notWelcomed, welcomed } from '../judges/connection.ts'
import {
  completed,
  onlyEnvelopes,
  saysExpiry,
  saysNewest,
  uniqueConnections,
  upgraded,
  welcomedFirst,
} from '../judges/connection-opening.ts'
import { all, each } from '../judges/finding.ts'
import { accepted } from '../judges/message.ts'
import { refused } from '../judges/problem.ts'
import type { Headers } from '../timeline/event.ts'

const PROTOCOL = 'channel-protocol.v1'

/** Offers that an upgrade is completed for, by the token that they carry. */
const GOOD_OFFERS: Readonly<Record<string, (token: string) => string>> = {
  ordinary: (token) => `${PROTOCOL}, channel-token.${token}`,
  'token first': (token) => `channel-token.${token}, ${PROTOCOL}`,
  'among others': (token) => `chat, ${PROTOCOL}, superchat, channel-token.${token}`,
  'without spaces': (token) => `${PROTOCOL},channel-token.${token}`,
  'with more spaces': (token) => `  ${PROTOCOL}   ,   channel-token.${token}  `,
  'with tabs and empty elements': (token) => `,${PROTOCOL}\t,,\tchannel-token.${token},`,
  'in two headers': (token) => `${PROTOCOL}\r\nSec-WebSocket-Protocol: channel-token.${token}`,
}

/** How else, by RFC 6455, one asks for an upgrade: the first as Firefox does. */
const GOOD_REQUESTS: Readonly<Record<string, Headers>> = {
  'among other options': { Connection: 'keep-alive, Upgrade' },
  'in other case': { Connection: 'UPGRADE', Upgrade: 'WebSocket' },
}

/** Changes of an upgrade request that make it none, or none of this protocol. */
const FOREIGN_REQUESTS: Readonly<Record<string, (token: string) => Headers>> = {
  'plain request': () => ({
    Connection: 'close',
    Upgrade: '',
    'Sec-WebSocket-Key': '',
    'Sec-WebSocket-Version': '',
    'Sec-WebSocket-Protocol': '',
  }),
  'no subprotocol': () => ({ 'Sec-WebSocket-Protocol': '' }),
  'token alone': (token) => ({ 'Sec-WebSocket-Protocol': `channel-token.${token}` }),
  'other subprotocol': (token) => ({
    'Sec-WebSocket-Protocol': `channel-protocol.v0, chat, channel-token.${token}`,
  }),
  'other case': (token) => ({
    'Sec-WebSocket-Protocol': `Channel-Protocol.V1, channel-token.${token}`,
  }),
}

/** Changes of an upgrade request that break RFC 6455. */
const MALFORMED_UPGRADES: Readonly<Record<string, Headers>> = {
  'no key': { 'Sec-WebSocket-Key': '' },
  'short key': { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZQ==' },
  'long key': { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZSBpcyBsb25n' },
  'key not base64': { 'Sec-WebSocket-Key': 'this is not base64 at all' },
  'no version': { 'Sec-WebSocket-Version': '' },
  'old version': { 'Sec-WebSocket-Version': '8' },
  'version no number': { 'Sec-WebSocket-Version': 'thirteen' },
}

/** Roles whose connections offer no token or several. */
const MISCOUNTED = [
  'none',
  'two',
  'two, one forged',
  'none, but one in other case',
  'none, but one in the query',
  'the same twice',
] as const

/** Origins that nobody listed, from the one that somebody did and that of the base. */
const FOREIGN_ORIGINS: Readonly<Record<string, (listed: string, own: string) => string>> = {
  'another site': () => 'https://elsewhere.example',
  null: () => 'null',
  'longer host': (listed) => `${listed}.elsewhere.example`,
  'host in front': (listed) => listed.replace('://', '://elsewhere.'),
  'other scheme': (listed) =>
    listed.startsWith('https:')
      ? listed.replace('https:', 'http:')
      : listed.replace('http:', 'https:'),
  'other port': (listed) => `${listed.replace(/:\d+$/, '')}:4443`,
  'other port of the base': (_listed, own) => `${own.replace(/:\d+$/, '')}:4443`,
}

/** Sends an upgrade request, changed by `headers`, on a TCP connection of its own and waits for the answer. */
async function sendUpgrade(
  drive: Drive,
  as: string,
  url: string,
  token: string,
  headers: Headers = {},
): Promise<void> {
  const connection = await drive.raw(as, url)
  connection.write(drive.upgradeRequest(url, token, headers))
  await connection.answer()
  connection.drop()
}

/** In the order of the chapter. */
export const CONNECTION_OPENING_CHECKS: readonly Check[] = [
  {
    id: 'connection.offer.answered',
    proves: 'connection.upgrade.subprotocol',
    drive: async (drive) => {
      for (const [as, offer] of Object.entries(GOOD_OFFERS)) {
        const { connectUrl, token } = await drive.mint(`token ${as}`, drive.clientId())
        const headers = { 'Sec-WebSocket-Protocol': offer(token) }
        await sendUpgrade(drive, as, connectUrl, token, headers)
      }
      for (const [as, headers] of Object.entries(GOOD_REQUESTS)) {
        const { connectUrl, token } = await drive.mint(`token ${as}`, drive.clientId())
        await sendUpgrade(drive, as, connectUrl, token, headers)
      }
    },
    judge: each([...Object.keys(GOOD_OFFERS), ...Object.keys(GOOD_REQUESTS)], upgraded),
    killedBy: [
      'answers-first-offer',
      'answers-with-offered-token',
      'refuses-empty-offers',
      'minds-case-of-upgrade',
    ],
  },
  {
    id: 'connection.foreign-request.refused',
    proves: 'connection.upgrade.required',
    drive: async (drive) => {
      const { connectUrl, token } = await drive.mint('token', drive.clientId())
      await sendUpgrade(drive, 'control', connectUrl, token)
      for (const [as, spoil] of Object.entries(FOREIGN_REQUESTS)) {
        await sendUpgrade(drive, as, connectUrl, token, spoil(token))
      }
    },
    control: completed('control'),
    judge: each(Object.keys(FOREIGN_REQUESTS), (as) =>
      refused(as, 'upgrade-required', 'malformed-request'),
    ),
    killedBy: [
      'answers-plain-request-to-connect-url',
      'upgrades-without-subprotocol',
      'ignores-case-of-subprotocol',
      'streams-without-accept',
    ],
  },
  {
    id: 'connection.malformed-upgrade.refused',
    proves: 'connection.upgrade.malformed',
    drive: async (drive) => {
      const { connectUrl, token } = await drive.mint('token', drive.clientId())
      await sendUpgrade(drive, 'control', connectUrl, token)
      for (const [as, headers] of Object.entries(MALFORMED_UPGRADES)) {
        await sendUpgrade(drive, as, connectUrl, token, headers)
      }
    },
    control: completed('control'),
    judge: each(Object.keys(MALFORMED_UPGRADES), (as) =>
      refused(as, 'malformed-request', 'upgrade-required'),
    ),
    killedBy: ['refuses-broken-websocket-key-without-problem', 'accepts-old-websocket-version'],
  },
  {
    id: 'connection.token-count.closed',
    proves: 'connection.token.count',
    drive: async (drive) => {
      const one = await drive.mint('control', drive.clientId())
      const other = await drive.mint('other token', drive.clientId())
      const url = one.connectUrl
      const control = await drive.open('control', { url, token: one.token })
      await control.welcome()
      const offers = {
        none: [PROTOCOL],
        two: [PROTOCOL, `channel-token.${one.token}`, `channel-token.${other.token}`],
        'two, one forged': [PROTOCOL, `channel-token.${one.token}`, 'channel-token.forged'],
        'none, but one in other case': [PROTOCOL, `Channel-Token.${one.token}`],
      }
      for (const [as, protocols] of Object.entries(offers)) {
        const connection = await drive.open(as, { url, protocols })
        await connection.ended()
      }
      const query = new URL(url)
      for (const name of ['token', 'access_token']) query.searchParams.append(name, one.token)
      const asked = { url: query.href, protocols: [PROTOCOL] }
      const inQuery = await drive.open('none, but one in the query', asked)
      await inQuery.ended()
      const offer = `channel-token.${one.token}`
      const twice = await drive.raw('the same twice', url)
      const header = { 'Sec-WebSocket-Protocol': `${PROTOCOL}, ${offer}, ${offer}` }
      twice.write(drive.upgradeRequest(url, one.token, header), 'an upgrade with one token twice')
      await twice.closeFrame()
      twice.drop()
    },
    control: welcomed('control'),
    judge: each(MISCOUNTED, (as) => all(notWelcomed(as), closedSaying(as, 'bad-request'))),
    killedBy: [
      'takes-first-of-several-tokens',
      'calls-absent-token-invalid',
      'counts-same-token-once',
      'ignores-case-of-token-offers',
      'closes-without-reason',
    ],
  },
  {
    id: 'connection.own-origin.welcomed',
    proves: 'connection.origin.accept',
    drive: async (drive) => {
      await drive.connect('absent', drive.clientId())
      const { origin } = new URL(drive.baseUrl)
      await drive.connect('own', drive.clientId(), { origin })
    },
    judge: each(['absent', 'own'], welcomed),
    killedBy: ['refuses-own-origin'],
  },
  {
    id: 'connection.listed-origin.welcomed',
    proves: 'connection.origin.accept',
    needs: ['origin'],
    drive: async (drive) => {
      await drive.connect('listed', drive.clientId(), { origin: drive.listedOrigin })
    },
    judge: welcomed('listed'),
    killedBy: ['refuses-listed-origin'],
  },
  {
    id: 'connection.foreign-origin.closed',
    proves: 'connection.origin.refuse',
    needs: ['origin'],
    drive: async (drive) => {
      await drive.connect('control', drive.clientId())
      for (const [as, spoil] of Object.entries(FOREIGN_ORIGINS)) {
        const { connectUrl: url, token } = await drive.mint(as, drive.clientId())
        const origin = spoil(drive.listedOrigin, new URL(drive.baseUrl).origin)
        const connection = await drive.open(as, { url, token, origin })
        await connection.ended()
      }
    },
    control: welcomed('control'),
    judge: each(Object.keys(FOREIGN_ORIGINS), (as) =>
      all(notWelcomed(as), closed(as, 'forbidden')),
    ),
    killedBy: [
      'accepts-null-origin',
      'compares-start-of-origin',
      'ignores-scheme-of-origin',
      'ignores-port-of-own-origin',
    ],
  },
  {
    id: 'connection.first-frame.welcome',
    proves: 'connection.welcome.first',
    drive: async (drive) => {
      const clientId = drive.clientId(' Ünï A\u030a @/&=+% 👩‍👧')
      // By hand: where nobody is welcomed, this is what says so.
      const open = async (as: string): Promise<void> => {
        const { token, connectUrl: url } = await drive.mint(as, clientId)
        const client = await drive.open(as, { url, token })
        await client.welcome()
      }
      await open('client')
      await drive.post('post', clientId, drive.text())
      await open('again')
    },
    judge: each(['client', 'again'], welcomedFirst),
    killedBy: ['welcomes-second', 'welcomes-another-client-id', 'welcomes-without-resumed'],
  },
  {
    id: 'connection.welcome.expiring',
    proves: 'connection.welcome.expiry',
    drive: async (drive) => {
      await drive.connect('client', drive.clientId(), { ttlSeconds: 60 })
    },
    control: welcomed('client'),
    judge: saysExpiry('client'),
    killedBy: ['welcomes-with-later-expiry', 'welcomes-with-milliseconds-left'],
  },
  {
    id: 'connection.welcome.numbered',
    proves: 'connection.welcome.seq',
    drive: async (drive) => {
      const fresh = drive.clientId()
      const used = drive.clientId()
      await drive.connect('fresh', fresh)
      for (let posts = 0; posts < 3; posts += 1) await drive.post('post', used, drive.text())
      await drive.connect('used', used)
      for (let posts = 0; posts < 2; posts += 1) await drive.post('post', used, drive.text())
      const again = await drive.connect('again', used)
      again.close(1000)
      await again.ended()
      await drive.connect('returned', used)
    },
    control: all(accepted('post'), each(['fresh', 'used', 'again', 'returned'], welcomed)),
    judge: all(
      saysNewest('fresh', 'nobody'),
      saysNewest('used', 'post'),
      saysNewest('again', 'post'),
      saysNewest('returned', 'post'),
    ),
    killedBy: [
      'welcomes-with-older-seq',
      'welcomes-with-seq-zero',
      'welcomes-with-another-epoch',
      'forgets-seq-of-the-gone',
    ],
  },
  {
    id: 'connection.ids.unique',
    proves: 'connection.welcome.id',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.connect('first', clientId)
      await drive.connect('second', clientId)
      await drive.connect('third', clientId)
      await drive.connect('neighbour', drive.clientId())
    },
    judge: uniqueConnections('first', 'second', 'third', 'neighbour'),
    killedBy: ['repeats-connection-ids'],
  },
  {
    id: 'connection.frames.text',
    proves: 'connection.envelope.text',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const connection = await drive.connect('client', clientId)
      await drive.post('short', clientId, 'x')
      await drive.post('long', clientId, 'long '.repeat(5000))
      const fence = drive.text()
      await drive.post('fence', clientId, fence)
      await connection.message(fence)
    },
    control: welcomed('client'),
    judge: onlyEnvelopes('client', 4),
    killedBy: ['sends-long-messages-as-binary', 'sends-long-messages-in-a-list'],
  },
]
