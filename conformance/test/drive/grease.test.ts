import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { makeGrease } from '../../src/drive/grease.ts'
import { writeGreased } from '../../src/drive/grease-json.ts'
import { makeHttp } from '../../src/drive/http.ts'
import { makeRandom } from '../../src/drive/random.ts'
import { startRecorder } from '../../src/timeline/recorder.ts'

const VALUE = {
  client_id: 'ada/é😀"\\\n',
  data: 'x\ud800',
  messages: [{ client_id: 'bob', ttl_seconds: 1.5 }, 'text', null, true],
}
const SEEDS = Array.from({ length: 200 }, (_, at) => at)

let server: Server | undefined
afterEach(() => {
  server?.close()
  server = undefined
})

/** A listener that hands over its first connection and all that arrives on it, piece by piece. */
async function listen(): Promise<{ port: number; pieces: Buffer[]; peer: Promise<Socket> }> {
  const pieces: Buffer[] = []
  const listening = createServer((socket) => socket.on('data', (piece) => pieces.push(piece)))
  server = listening
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const peer = once(listening, 'connection').then(([socket]) => socket as Socket)
  return { port: (listening.address() as AddressInfo).port, pieces, peer }
}

/** The value without members that nobody knows. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(known)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([name]) => !name.startsWith('x-grease-'))
  return Object.fromEntries(members.map(([name, member]) => [name, known(member)]))
}

describe('noise in JSON', () => {
  test('leaves every value as it is, apart from unknown members', () => {
    for (const seed of SEEDS)
      expect(known(JSON.parse(writeGreased(VALUE, makeRandom(`${seed}`))))).toEqual(VALUE)
  })

  test('makes all that it is for: another order, escapes, escaped slashes, space, unknown members', () => {
    const texts = SEEDS.map((seed) => writeGreased(VALUE, makeRandom(`${seed}`)))
    expect(texts.some((text) => text.indexOf('data') < text.indexOf('client_id'))).toBe(true)
    for (const sign of [
      /\\u0063lient_id|c\\u006[Cc]ient_id/,
      /\\\//,
      /^[ \n\t\r]/,
      /"x-grease-\d+"/,
    ])
      expect(texts.some((text) => sign.test(text))).toBe(true)
  })

  test('is the same for the same seed and another for another', () => {
    const write = (seed: string): string => writeGreased(VALUE, makeRandom(seed))
    expect(write('7')).toBe(write('7'))
    expect(write('7')).not.toBe(write('8'))
  })
})

describe('noise in calls', () => {
  const grease = makeGrease(7)

  test('a call of one role is the same bytes each time, and of another role others', () => {
    const made = grease.body('call', '/v1/messages', VALUE)
    expect(makeGrease(7).body('call', '/v1/messages', VALUE)).toEqual(made)
    expect(grease.body('another', '/v1/messages', VALUE)).not.toEqual(made)
  })

  test('names that a check made up do not change the noise', () => {
    const spelling = (nonce: string): string | undefined =>
      grease.body('call', '/v1/messages', { client_id: nonce })?.body.replaceAll(/[0-9a-f]/g, '')
    expect(spelling(`c${'0'.repeat(18)}`)?.length).toBe(spelling(`c${'1'.repeat(18)}`)?.length)
  })

  test('a body whose size may matter is left as it is', () => {
    expect(grease.body('call', '/v1/messages', { data: 'x'.repeat(1000) })).toBeUndefined()
  })

  test('some bodies come in chunks that together are the body, and some queries have a parameter more', () => {
    const bodies = SEEDS.map((seed) => makeGrease(seed).body('call', '/v1/tokens', VALUE))
    const chunked = bodies.flatMap((body) => (body?.chunks ? [body] : []))
    expect(chunked.length).toBeGreaterThan(0)
    expect(chunked.length).toBeLessThan(bodies.length)
    for (const { body, chunks = [] } of chunked) expect(Buffer.concat(chunks).toString()).toBe(body)
    const queries = new Set(
      SEEDS.map((seed) => makeGrease(seed).query('call', '/v1', 'a=b').slice(0, 13)),
    )
    expect(queries).toEqual(new Set(['a=b', 'a=b&x-grease=']))
  })
})

describe('noise on the wire', () => {
  test('a request arrives in pieces, with its headers in another order or case, and is answered', async () => {
    const { port, pieces, peer } = await listen()
    const http = makeHttp(5000, makeGrease(3))
    const recorder = startRecorder()
    const call = { method: 'POST', url: `http://127.0.0.1:${port}/v1/tokens` }
    const headers = { authorization: 'Bearer key', 'content-type': 'application/json' }
    const answered = http.send(recorder, 'call', { ...call, headers, body: '{"a":1}' })
    const socket = await peer
    while (!Buffer.concat(pieces).includes('{"a":1}')) await once(socket, 'data')
    socket.end('HTTP/1.1 204 No Content\r\n\r\n')
    expect((await answered)?.status).toBe(204)
    await http.stop()
    const [head = ''] = Buffer.concat(pieces).toString().split('\r\n\r\n')
    const [line, ...fields] = head.split('\r\n')
    expect(line).toBe('POST /v1/tokens HTTP/1.1')
    const names = fields.map((field) => field.slice(0, field.indexOf(':')))
    expect(names.map((name) => name.toLowerCase()).sort()).toEqual(
      ['authorization', 'connection', 'content-length', 'content-type', 'host'].sort(),
    )
    expect(names.some((name) => name !== name.toLowerCase())).toBe(true)
    expect(pieces.length).toBeGreaterThan(1)
  })

  test('what is written behind a head comes after it, in order, and each write says that it is done', async () => {
    const { port, pieces, peer } = await listen()
    const client = connect(port, '127.0.0.1')
    makeGrease(1).socket(client)
    const socket = await peer
    const ended = once(socket, 'end')
    client.write('GET / HTTP/1.1\r\nHost: a\r\nX-Same: 1\r\nx-same: 2\r\n\r\n')
    client.write('one ')
    await new Promise<void>((resolve) => {
      client.write('two', () => resolve())
    })
    client.end()
    await ended
    const text = Buffer.concat(pieces).toString()
    expect(text.endsWith('\r\n\r\none two')).toBe(true)
    expect(text.toLowerCase().indexOf('x-same: 1')).toBeLessThan(
      text.toLowerCase().indexOf('x-same: 2'),
    )
  })
})
