/** Every kind of bad input that a service has to survive, each as a thing to do to it. */

import type { Drive } from '../drive/drive.ts'
import { makeFrame } from '../drive/frames.ts'
import { openRawClient, openRefusedRawClient } from '../drive/raw-client.ts'
import type { CallOptions } from '../drive/requests.ts'

/** One kind of bad input; resolves when the service has answered it, or at once where it never will. */
export interface BadInput {
  readonly name: string
  readonly send: (drive: Drive, as: string) => Promise<void>
}

/** Beyond what a process may often have open, where the service takes that many. */
const LARGEST_CROWD = 2000
const LONELY = '\ud800'

function call(name: string, method: string, path: string, options: CallOptions): BadInput {
  return { name, send: async (drive, as) => void (await drive.call(as, method, path, options)) }
}

function json(name: string, path: string, value: unknown): BadInput {
  return call(name, 'POST', path, { json: value })
}

/** Headers of an upgrade that are changed; an empty value leaves the header out. */
function upgrade(name: string, headers: Readonly<Record<string, string>>): BadInput {
  return {
    name,
    async send(drive, as) {
      const { token, connectUrl } = await drive.mint(as, drive.clientId())
      const client = await drive.raw(as, connectUrl)
      const request = drive.upgradeRequest(connectUrl, token, headers)
      client.write(request.replace(/^[\w-]+: \r\n/gm, ''), name)
      await client.answer()
      client.drop()
    },
  }
}

function frames(name: string, make: () => Buffer): BadInput {
  return {
    name,
    async send(drive, as) {
      const client = await openRawClient(drive, as)
      client.write(make(), name)
      await client.closeFrame()
      client.drop()
    },
  }
}

/** Bytes after which the peer waits for more that never comes. */
function unfinished(
  name: string,
  bytes: (drive: Drive) => string | Buffer,
  isHalfOpen = false,
): BadInput {
  return {
    name,
    async send(drive, as) {
      const connection = await drive.raw(as)
      connection.write(bytes(drive), name)
      if (isHalfOpen) connection.finish()
    },
  }
}

const fragments = (count: number, size: number): Buffer =>
  Buffer.concat([makeFrame(1, 'x'.repeat(size), { isFinal: false }), continued(count - 1, size)])

function continued(count: number, size: number): Buffer {
  const frame = makeFrame(0, 'x'.repeat(size), { isFinal: false })
  return Buffer.alloc(count * frame.length, frame)
}

/** Bodies and paths. */
const CALLS: readonly BadInput[] = [
  call('a body that is not JSON', 'POST', '/v1/tokens', { body: 'client_id=ada' }),
  json('an id of the wrong type', '/v1/tokens', { client_id: 7 }),
  json('data of the wrong type', '/v1/messages', { client_id: 'ada', data: { a: 1 } }),
  json('no members', '/v1/messages', {}),
  json('prototype members', '/v1/messages', JSON.parse('{"__proto__":{"client_id":"ada"}}')),
  json('an empty id', '/v1/tokens', { client_id: '' }),
  json('a long id', '/v1/tokens', { client_id: 'x'.repeat(257) }),
  json('a control character in an id', '/v1/tokens', { client_id: 'a\u0000b' }),
  json('empty data', '/v1/messages', { client_id: 'ada', data: '' }),
  json('long data', '/v1/messages', { client_id: 'ada', data: 'x'.repeat(1_100_000) }),
  json('a batch that is no list', '/v1/batches', { messages: { client_id: 'ada', data: 'x' } }),
  json('a batch of what is no message', '/v1/batches', { messages: [null, [], 'x', 7, {}] }),
  json('a long batch', '/v1/batches', { messages: Array.from({ length: 5000 }, () => null) }),
  json('a huge time to live', '/v1/tokens', { client_id: 'ada', ttl_seconds: 1e300 }),
  call('a lone surrogate', 'POST', '/v1/tokens', {
    body: `{"client_id":"${JSON.stringify(LONELY).slice(1, -1)}"}`,
  }),
  call('invalid UTF-8', 'POST', '/v1/tokens', { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }),
  call('very deep nesting', 'POST', '/v1/tokens', {
    body: `{"client_id":"ada","x":${'['.repeat(60_000)}${']'.repeat(60_000)}}`,
  }),
  call('another media type', 'POST', '/v1/tokens', {
    body: '{}',
    headers: { 'content-type': 'text/plain' },
  }),
  call('an unknown path', 'POST', '/v1/x-no-such-path', { json: {} }),
  call('a path that climbs', 'GET', '/v1/../../etc/passwd', {}),
  call('a path that cannot be decoded', 'GET', '/v1/%ff%2', {}),
  call('a wrong method', 'DELETE', '/v1/messages', {}),
  call('a wrong key', 'POST', '/v1/tokens', {
    key: 'none',
    headers: { authorization: 'Basic YTpi' },
    json: {},
  }),
  {
    name: 'a body that announces too much',
    async send(drive, as) {
      const connection = await drive.raw(as)
      const head = { 'Content-Length': '99999999999' }
      connection.write(drive.callRequest('POST', '/v1/messages', head, '{"'), 'a huge length')
      await connection.answer()
      connection.drop()
    },
  },
  {
    name: 'a head that is no HTTP',
    async send(drive, as) {
      const connection = await drive.raw(as)
      connection.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x0d, 0x0a, 0x0d, 0x0a]))
      await connection.answer()
      connection.drop()
    },
  },
  {
    name: 'a large head',
    async send(drive, as) {
      const connection = await drive.raw(as)
      const filler = { 'X-Filler': 'x'.repeat((drive.advertised.limits.header_bytes ?? 0) + 1) }
      connection.write(drive.callRequest('GET', '/v1', filler, ''), 'a large head')
      await connection.answer()
      connection.drop()
    },
  },
]

/** Handshakes and tokens. */
const OPENINGS: readonly BadInput[] = [
  upgrade('an upgrade without a key', { 'Sec-WebSocket-Key': '' }),
  upgrade('an upgrade with a short key', { 'Sec-WebSocket-Key': 'AAAA' }),
  upgrade('an upgrade of version 8', { 'Sec-WebSocket-Version': '8' }),
  upgrade('an upgrade to something else', { Upgrade: 'h2c' }),
  upgrade('another subprotocol', { 'Sec-WebSocket-Protocol': 'chat' }),
  upgrade('no subprotocol', { 'Sec-WebSocket-Protocol': '' }),
  upgrade('a list that is none', { 'Sec-WebSocket-Protocol': ',,channel-protocol.v1,"' }),
  upgrade('no token', { 'Sec-WebSocket-Protocol': 'channel-protocol.v1' }),
  upgrade('several tokens', {
    'Sec-WebSocket-Protocol': 'channel-protocol.v1, channel-token.a, channel-token.b',
  }),
  {
    name: 'a forged token',
    async send(drive, as) {
      const client = await openRefusedRawClient(drive, as)
      await client.closeFrame()
      client.drop()
    },
  },
  {
    name: 'truncated tokens',
    async send(drive, as) {
      const { token, connectUrl } = await drive.mint(as, drive.clientId())
      for (const length of [1, Math.floor(token.length / 2), token.length - 1]) {
        const client = await drive.open(as, { url: connectUrl, token: token.slice(0, length) })
        await client.ended()
      }
    },
  },
]

/** Frames that a client never sends. */
const FRAMES: readonly BadInput[] = [
  frames('a data frame', () => makeFrame(1, 'hello')),
  frames('a binary frame', () => makeFrame(2, Buffer.alloc(100))),
  frames('an unmasked frame', () => makeFrame(1, 'hello', { isMasked: false })),
  frames('reserved bits', () => makeFrame(1, 'hello', { reserved: 7 })),
  frames('a reserved opcode', () => makeFrame(11, '')),
  frames('a frame that announces a tebibyte', () => makeFrame(2, 'x', { announce: 2 ** 40 })),
  frames('text that is not UTF-8', () => makeFrame(1, Buffer.from([0xc3, 0x28]))),
  frames('many tiny fragments', () => fragments(5000, 1)),
  frames('many empty fragments', () => fragments(50_000, 0)),
  frames('a Close frame of one byte', () => makeFrame(8, 'x')),
]

/** Peers that are slow or say nothing. */
const SILENCE: readonly BadInput[] = [
  unfinished('half a head', () => 'POST /v1/tokens HTTP/1.1\r\nHost: '),
  unfinished('a head and half a body', (drive) =>
    drive.callRequest('POST', '/v1/tokens', { 'Content-Length': '100' }, '{"client_id":'),
  ),
  unfinished('half a head on a half-open socket', () => 'GET /v1 HT', true),
  {
    name: 'a crowd that says nothing',
    async send(drive, as) {
      const twice = 2 * (drive.advertised.limits.connections ?? LARGEST_CROWD)
      await drive.crowd(as, Math.min(twice, LARGEST_CROWD))
    },
  },
]

/** The whole list. */
export const BAD_INPUT: readonly BadInput[] = [...CALLS, ...OPENINGS, ...FRAMES, ...SILENCE]
