import { describe, expect, it } from 'vitest'
import { type FakeRequest, type FakeSurroundings, welcome } from './fake-surroundings.ts'
import { openChannel, type TestChannel } from './open-channel.ts'

interface Served {
  request: FakeRequest
  write(text: string | Uint8Array<ArrayBuffer>): Promise<void>
  event(envelope: object, id?: string): Promise<void>
  end(): Promise<void>
}

/** Answers the newest request with a stream. */
async function serve(page: FakeSurroundings): Promise<Served> {
  const request = page.requests.at(-1)
  if (!request) throw new Error('no stream was asked for')
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>()
  const writer = writable.getWriter()
  writer.closed.catch(() => {})
  const headers = { 'content-type': 'text/event-stream; charset=utf-8' }
  request.answer(new Response(readable, { headers }))
  const settle = async (): Promise<void> => {
    for (let times = 0; times < 3; times += 1) await page.settle()
  }
  const served: Served = {
    request,
    write: async (text) => {
      const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
      writer.write(bytes).catch(() => {})
      await settle()
    },
    event: (envelope, id) =>
      served.write(`${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(envelope)}\n\n`),
    end: async () => {
      writer.close().catch(() => {})
      await settle()
    },
  }
  await settle()
  return served
}

async function openStream(): Promise<TestChannel & { served: Served }> {
  const test = await openChannel({ transport: 'event-stream' })
  const served = await serve(test.page)
  await served.event(welcome, 'm-0,b-0')
  return { ...test, served }
}

const message = (seq: number, data = `m${seq}`) => ({ type: 'message', id: `m-${seq}`, seq, data })

describe('an event stream', () => {
  it('is asked for with the token in a header, over http', async () => {
    const { page } = await openChannel({ transport: 'event-stream' })
    const [request] = page.requests
    expect(request?.url.href).toBe('http://service.test/v1/connect')
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      accept: 'text/event-stream',
      authorization: 'Bearer t0k.en',
    })
  })

  it('brings the same as a WebSocket, also in pieces that split a character', async () => {
    const { served, told } = await openStream()
    const bytes = new TextEncoder().encode(`data: ${JSON.stringify(message(1, '☃'))}\r\n\r\n`)
    const within = bytes.indexOf(0xe2) + 1
    await served.write(bytes.slice(0, within))
    await served.write(': comment\n'.slice(0, 0))
    await served.write(bytes.slice(within))
    await served.write('event: later\ndata: {"type":"later"}\n\n')
    expect(told).toEqual([
      ['open', false],
      ['message', '☃'],
    ])
  })

  it('ends with the code of its close event, and comes back with its last id', async () => {
    const { page, served, told } = await openStream()
    await served.event(message(1), 'm-1,b-0')
    await served.event({ type: 'heartbeat' })
    await served.event({ type: 'close', code: 4201, reason: 'max-lifetime' })
    await page.advance(500)
    expect(told.at(-1)).toEqual(['reconnecting', 4201, 500])
    expect(page.requests[1]?.headers.get('last-event-id')).toBe('m-1,b-0')
    expect(page.requests[1]?.url.searchParams.get('after')).toBe('m-1')
  })

  it('that ends without a close event was lost', async () => {
    const { served, told } = await openStream()
    await served.end()
    expect(told.at(-1)).toEqual(['reconnecting', 1006, 1500])
  })

  it('stops at a close event of 40xx, and hears nothing behind it', async () => {
    const { served, told } = await openStream()
    const close = { type: 'close', code: 4010, reason: 'disconnected-by-application' }
    const after = `data: ${JSON.stringify(message(1))}\n\n`
    await served.write(`id: closed-4010\ndata: ${JSON.stringify(close)}\n\n${after}`)
    expect(told.slice(1)).toEqual([
      ['error', 4010, close.reason],
      ['close', 4010, close.reason],
    ])
  })

  it('stops at 204', async () => {
    const { page, told } = await openChannel({ transport: 'event-stream' })
    page.requests[0]?.answer(new Response(null, { status: 204 }))
    await page.settle()
    await page.advance(60_000)
    expect(told).toEqual([['close', 1000, '']])
    expect(page.requests).toHaveLength(1)
  })

  it('is aborted by close', async () => {
    const { channel, page, served, told } = await openStream()
    channel.close()
    expect(served.request.signal?.aborted).toBe(true)
    await page.settle()
    expect(told.slice(1)).toEqual([['close', 1000, '']])
    expect(page.waiting()).toBe(0)
  })

  it('is abandoned after silence', async () => {
    const test = await openChannel({ transport: 'event-stream' })
    const served = await serve(test.page)
    await served.event({ ...welcome, heartbeat_seconds: 25 })
    await test.page.advance(35_000)
    expect(served.request.signal?.aborted).toBe(true)
    expect(test.told.at(-1)).toEqual(['reconnecting', 1006, 1500])
  })
})

describe('the fallback', () => {
  /** Lets two WebSockets fail that never open. */
  async function failTwice({ page }: TestChannel): Promise<void> {
    for (let times = 0; times < 2; times += 1) {
      page.last().end(1006)
      await page.advance(5000)
    }
  }

  it('tries the event stream after two WebSockets that never opened, and keeps what works', async () => {
    const test = await openChannel()
    await failTwice(test)
    expect(test.page.requests).toHaveLength(1)
    const served = await serve(test.page)
    await served.event(welcome)
    await served.end()
    await test.page.advance(30_000)
    expect(test.page.requests).toHaveLength(2)
    expect(test.page.sockets).toHaveLength(2)
  })

  it('tries the event stream where no WebSocket can be made', async () => {
    const { page } = await openChannel({ hasNoWebSocket: true })
    await page.advance(2000)
    await page.advance(4000)
    expect(page.requests).toHaveLength(1)
  })

  it.each([501, 426, 404])('goes back to WebSockets after %i', async (status) => {
    const test = await openChannel()
    await failTwice(test)
    test.page.requests[0]?.answer(new Response('{}', { status }))
    await test.page.settle()
    await test.page.advance(30_000)
    expect(test.page.requests).toHaveLength(1)
    expect(test.page.sockets).toHaveLength(3)
  })

  it('goes back to WebSockets where nothing at all can be reached', async () => {
    const test = await openChannel()
    await failTwice(test)
    test.page.requests[0]?.fail()
    await test.page.settle()
    await test.page.advance(30_000)
    expect(test.page.sockets).toHaveLength(3)
  })

  it('does not leave a transport that worked for a moment in which the service is away', async () => {
    const test = await openChannel()
    test.page.last().welcome()
    for (let times = 0; times < 4; times += 1) {
      test.page.last().end(1006)
      await test.page.advance(30_000)
    }
    expect(test.page.sockets).toHaveLength(5)
    expect(test.page.requests).toEqual([])
  })
})
