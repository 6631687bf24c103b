import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { makeWebhookAttempt, readRetryAfter } from '../../src/outbound/webhook-attempt.ts'
import { makeWebhookRequestRules } from '../../src/outbound/webhook-request.ts'
import type { Clock } from '../../src/ports.ts'
import type { Delivery } from '../../src/webhook-port.ts'

const started: Delivery = { event: 'started', epoch: 77, atMs: 1_800_000_000_000 }
const closings: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(closings.splice(0).map((close) => close()))
})

/** A clock whose waits end when the test says so; it tells how often it was looked at. */
function makeHandClock() {
  const waits: { ms: number; fn: () => void }[] = []
  const looks = new EventEmitter()
  let looked = 0
  const clock: Clock = {
    nowMs: () => 1_800_000_000_000,
    wallMs() {
      looked += 1
      looks.emit(String(looked))
      return 1_800_000_000_000
    },
    after(ms, fn) {
      const wait = { ms, fn }
      waits.push(wait)
      return () => {
        if (waits.includes(wait)) waits.splice(waits.indexOf(wait), 1)
      }
    },
  }
  return { clock, waits, looks }
}

function makeAttempts(url: string) {
  const { clock, waits, looks } = makeHandClock()
  const attempts = makeWebhookAttempt({
    clock,
    rules: makeWebhookRequestRules(),
    urls: { connected: url, disconnected: url, started: url },
    secrets: [`whsec_${Buffer.alloc(24, 7).toString('base64')}`],
    userAgent: 'product/1',
    timings: { webhook_timeout_seconds: 10 },
    limits: { webhook_concurrency: 2 },
  })
  closings.push(() => attempts.stop())
  return { ...attempts, waits, looks }
}

async function startApplication(answer: (request: IncomingMessage, to: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closings.push(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  const { port } = server.address() as AddressInfo
  return { server, url: `http://127.0.0.1:${port}/hook/?a=b` }
}

describe('one attempt', () => {
  test('the application receives the signed form at the configured URL', async () => {
    const received = Promise.withResolvers<object>()
    const { url } = await startApplication(async (request, to) => {
      const { method, url: path, headers } = request
      const body = (await request.toArray()).join('')
      received.resolve({ method, path, headers, body })
      to.writeHead(204).end()
    })
    expect(await makeAttempts(url).attempt(started)).toEqual({ status: 204 })
    expect(await received.promise).toMatchObject({
      method: 'POST',
      path: '/hook/?a=b',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'product/1',
        'webhook-timestamp': '1800000000',
        'webhook-id': expect.any(String),
        'webhook-signature': expect.stringMatching(/^v1,/),
      },
      body: 'event=started&epoch=77&time=2027-01-15T08%3A00%3A00.000Z',
    })
  })

  test('a redirect is not followed', async () => {
    const paths: (string | undefined)[] = []
    const { url } = await startApplication((request, to) => {
      paths.push(request.url)
      to.writeHead(307, { location: '/elsewhere' }).end()
    })
    const answer = await makeAttempts(url).attempt(started)
    expect(answer).toEqual({ status: 307, location: new URL('/elsewhere', url).href })
    expect(paths).toEqual(['/hook/?a=b'])
  })

  test('Retry-After is read from the answer', async () => {
    const { url } = await startApplication((_, to) => {
      to.writeHead(503, { 'retry-after': '7' }).end('busy')
    })
    const answer = await makeAttempts(url).attempt(started)
    expect(answer).toEqual({ status: 503, retryAfterSeconds: 7 })
  })

  test('an endless body is cut off and its status counts', async () => {
    const { url } = await startApplication((_, to) => {
      to.writeHead(200)
      const pour = () => {
        while (to.write(Buffer.alloc(16_384)));
      }
      to.on('drain', pour)
      pour()
    })
    expect(await makeAttempts(url).attempt(started)).toEqual({ status: 200 })
  })

  test('a body that never ends is left when the time has passed, and its status counts', async () => {
    const { url } = await startApplication((_, to) => {
      to.writeHead(200).write('x')
    })
    const { attempt, waits, looks } = makeAttempts(url)
    const statusRead = once(looks, '2')
    const answering = attempt(started)
    await statusRead
    expect(waits).toMatchObject([{ ms: 10_000 }])
    waits[0]?.fn()
    expect(await answering).toEqual({ status: 200 })
  })
})

describe('an attempt without an answer', () => {
  test('it ends as a timeout when the time has passed', async () => {
    const received = Promise.withResolvers<void>()
    const { url } = await startApplication(() => received.resolve())
    const { attempt, waits } = makeAttempts(url)
    const answering = attempt(started)
    await received.promise
    waits[0]?.fn()
    expect(await answering).toEqual({ failure: 'timeout' })
    expect(waits).toEqual([])
  })

  test('it ends as a connection failure when nobody listens', async () => {
    const { server, url } = await startApplication((_, to) => to.end())
    server.close()
    await once(server, 'close')
    closings.pop()
    expect(await makeAttempts(url).attempt(started)).toEqual({ failure: 'connection' })
  })

  test('it ends as a connection failure when the connection breaks', async () => {
    const { url } = await startApplication((request) => request.socket.destroy())
    expect(await makeAttempts(url).attempt(started)).toEqual({ failure: 'connection' })
  })

  test('stop breaks it off', async () => {
    const received = Promise.withResolvers<void>()
    const { url } = await startApplication(() => received.resolve())
    const { attempt, stop } = makeAttempts(url)
    const answering = attempt(started)
    await received.promise
    await stop()
    expect(await answering).toEqual({ failure: 'connection' })
  })
})

describe('readRetryAfter', () => {
  const nowMs = Date.parse('2027-01-15T08:00:00Z')

  test.each([
    ['120', 120],
    ['0', 0],
    ['Fri, 15 Jan 2027 08:00:30 GMT', 30],
    ['Fri, 15 Jan 2027 07:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%o is read as %o seconds', (value, seconds) => {
    expect(readRetryAfter(value, nowMs)).toBe(seconds)
  })
})
