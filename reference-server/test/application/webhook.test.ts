import { readFileSync } from 'node:fs'
import { Webhook as Signer } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { makeParseWebhook, type RawWebhook, WebhookRefusedError } from '../../application/index.ts'

interface Vector {
  name: string
  accepted: boolean
  secrets: string[]
  id: string
  timestamp: string
  now: number
  body_base64: string
  signature: string
}

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
const NOW_MS = 1_800_000_000_400
const clock = { nowMs: () => NOW_MS }
const parse = makeParseWebhook({ secrets: [SECRET], clock })

const PRESENCE = {
  from: 'añ a&b',
  connection_id: 'c-1',
  epoch: '1800000000000000',
  version: '1',
  time: '2027-01-15T08:00:00.000Z',
}
const SOCKET = {
  from: 'q7Jr0aX2yT4mB9cW1eZu5g',
  path: 'rooms/50% ?#/é',
  epoch: '1800000000000000',
  time: '2027-01-15T08:00:00.000Z',
}

function sign(fields: Record<string, string>, timestamp = 1_800_000_000): RawWebhook {
  const body = new URLSearchParams(fields).toString()
  const signature = new Signer(SECRET).sign('msg_1', new Date(timestamp * 1000), body)
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signature,
  }
  return { headers, body }
}

async function refusal(refused: Promise<unknown>): Promise<WebhookRefusedError> {
  const error = await refused.catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(WebhookRefusedError)
  return error as WebhookRefusedError
}

describe('parseWebhook', () => {
  const vectors = new URL('../../../schemas/vectors/webhook-signatures.json', import.meta.url)
  const rows: Vector[] = JSON.parse(readFileSync(vectors, 'utf8')).verify

  test.each(rows)('the vector holds: $name', async (row) => {
    const judge = makeParseWebhook({
      secrets: row.secrets,
      clock: { nowMs: () => row.now * 1000 },
    })
    const headers = {
      'webhook-id': row.id,
      'webhook-timestamp': row.timestamp,
      'webhook-signature': row.signature,
    }
    const parsed = judge({ headers, body: Buffer.from(row.body_base64, 'base64') }, 'connected')
    if (row.accepted) expect(await parsed).toMatchObject({ event: 'connected', clientId: 'alice' })
    else expect((await refusal(parsed)).status).toBe(401)
  })

  test('every event becomes what a program acts on', async () => {
    const common = { webhookId: 'msg_1', epoch: 1_800_000_000_000_000, time: PRESENCE.time }
    const presence = { ...common, clientId: PRESENCE.from, connectionId: 'c-1' }
    expect(await parse(sign({ event: 'connected', ...PRESENCE }), 'connected')).toEqual({
      event: 'connected',
      ...presence,
      version: 1,
    })
    const gone = { event: 'disconnected', ...PRESENCE, version: '2', reason: 'lost' }
    expect(await parse(sign(gone), 'disconnected')).toEqual({
      event: 'disconnected',
      ...presence,
      version: 2,
      reason: 'lost',
    })
    expect(await parse(sign({ event: 'started', epoch: '7' }), 'started')).toEqual({
      event: 'started',
      webhookId: 'msg_1',
      epoch: 7,
    })
    const socket = { ...common, socket: SOCKET.from, path: SOCKET.path }
    expect(await parse(sign({ event: 'handshake', ...SOCKET }), 'handshake')).toEqual({
      event: 'handshake',
      ...socket,
    })
    expect(await parse(sign({ event: 'message', ...SOCKET, body: '' }), 'message')).toEqual({
      event: 'message',
      ...socket,
      body: '',
    })
    const closed = { event: 'closed', ...SOCKET, code: '1006', reason: '' }
    expect(await parse(sign(closed), 'closed')).toEqual({
      event: 'closed',
      ...socket,
      code: 1006,
      reason: '',
    })
  })

  test('a web-standard request is read like headers and raw bytes', async () => {
    const { headers, body } = sign({ event: 'connected', ...PRESENCE })
    const init = { method: 'POST', headers: headers as Record<string, string>, body: String(body) }
    const request = new Request('http://127.0.0.1/_ah/channel/connected/', init)
    expect(await parse(request, 'connected')).toMatchObject({ clientId: PRESENCE.from })
    const bytes = { headers, body: Buffer.from(String(body)) }
    expect(await parse(bytes, 'connected')).toMatchObject({ clientId: PRESENCE.from })
  })

  test('a body that was signed for another event is refused as such', async () => {
    const moved = sign({ event: 'connected', ...PRESENCE })
    expect(await refusal(parse(moved, 'disconnected'))).toMatchObject({
      reason: 'event',
      status: 403,
    })
  })

  test('a request without a signature, or with half of one, is refused before it is decoded', async () => {
    const { headers, body } = sign({ event: 'connected', ...PRESENCE })
    for (const missing of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      const rest = Object.entries(headers).filter(([name]) => name !== missing)
      const unsigned = { headers: Object.fromEntries(rest), body }
      expect(await refusal(parse(unsigned, 'connected'))).toMatchObject({ reason: 'unsigned' })
    }
  })

  test('a timestamp that is written otherwise than it was signed is refused', async () => {
    const { headers, body } = sign({ event: 'connected', ...PRESENCE })
    for (const timestamp of ['01800000000', '1800000000.0', '+1800000000', '1800000000000000000']) {
      const strange = { headers: { ...headers, 'webhook-timestamp': timestamp }, body }
      expect((await refusal(parse(strange, 'connected'))).status).toBe(401)
    }
  })

  test('a form that is none of its event is refused, naming the places and nothing that came', async () => {
    const error = await refusal(
      parse(sign({ event: 'connected', ...PRESENCE, version: 'secret' }), 'connected'),
    )
    expect(error).toMatchObject({ reason: 'body', status: 400 })
    expect(error.message).toContain('version')
    expect(error.message).not.toContain('secret')
  })

  test('a body that is not UTF-8 or too long is refused', async () => {
    const { headers } = sign({ event: 'connected', ...PRESENCE })
    const latin1 = { headers, body: Uint8Array.of(0x66, 0xe9) }
    expect(await refusal(parse(latin1, 'connected'))).toMatchObject({ status: 400 })
    const long = new Request('http://127.0.0.1/', {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: 'x'.repeat(4 * 1024 * 1024 + 1),
    })
    expect(await refusal(parse(long, 'connected'))).toMatchObject({ status: 413 })
  })

  test.each([
    ['/_ah/channel/connected/', { event: 'connected', ...PRESENCE }],
    ['/_ah/websocket/message/_ah/websocket/closed/', { event: 'message', ...SOCKET, body: 'hi' }],
  ])('takes the event of the route from the historical path %s', async (path, fields) => {
    const raw = sign(fields)
    const request = new Request(`https://chat.example/app${path}`, {
      method: 'POST',
      headers: raw.headers as Record<string, string>,
      body: raw.body as string,
    })
    expect(await parse(request)).toMatchObject({ event: fields.event })
    expect(await parse({ ...raw, url: `/app${path}` })).toMatchObject({ event: fields.event })
  })

  test('asks for the event where the URL has none of the historical paths', async () => {
    const raw = sign({ event: 'connected', ...PRESENCE })
    expect((await refusal(parse({ ...raw, url: '/hooks/came' }))).message).toMatch('which event')
    expect((await refusal(parse(raw))).message).toMatch('which event')
  })

  test('takes a reason that a later revision may know, and no departure without one', async () => {
    const gone = { event: 'disconnected', ...PRESENCE, version: '2' }
    const read = await parse(sign({ ...gone, reason: 'moved-away' }), 'disconnected')
    expect(read.reason).toBe('moved-away')
    expect((await refusal(parse(sign(gone), 'disconnected'))).message).toMatch('reason')
  })
})
