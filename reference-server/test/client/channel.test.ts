import { describe, expect, it } from 'vitest'
import { Channel, type TokenAnswer } from '../../client/index.ts'
import { openChannel, openWelcomed, tokenAnswer } from './open-channel.ts'

describe('opening a channel', () => {
  it('offers the protocol and the token, and puts no token into the URL', async () => {
    const { page } = await openChannel()
    expect(page.last().protocols).toEqual(['channel-protocol.v1', 'channel-token.t0k.en'])
    expect(page.last().url.href).toBe('ws://service.test/v1/connect')
  })

  it('is open at the welcome and not before', async () => {
    const { channel, page, told } = await openChannel()
    page.last().open()
    page.last().message(1)
    expect(told).toEqual([])
    expect(channel.readyState).toBe(Channel.CONNECTING)
    page.last().welcome()
    expect(told).toEqual([['open', false]])
    expect(channel.readyState).toBe(Channel.OPEN)
  })

  it('gives messages and broadcasts in their order, and survives all other frames', async () => {
    const { page, told } = await openWelcomed({ broadcast_epoch: 1, broadcast_seq: 4 })
    for (const text of ['', 'null', '[1]', '{"type":"later","seq":1}', '{"type":"message"}'])
      page.last().frame(text)
    page.last().message(1, 'é\r\n\0')
    page.last().send({ type: 'broadcast', id: 'b-5', seq: 5, data: 'all', later: true })
    page.last().welcome({ seq: 99 })
    page.last().message(2)
    expect(told).toEqual([
      ['message', 'é\r\n\0'],
      ['broadcast', 'all'],
      ['message', 'm2'],
    ])
  })

  it('tells listeners as well as properties', async () => {
    const { channel, page, told } = await openWelcomed()
    const heard: [string, number, string][] = []
    channel.addEventListener('message', ({ data, seq, id }) => heard.push([data, seq, id]), {
      once: true,
    })
    page.last().message(1)
    page.last().message(2)
    expect(heard).toEqual([['m1', 1, 'm-1']])
    expect(told).toHaveLength(2)
  })

  it('abandons an attempt without a welcome after 30 seconds, and backs off', async () => {
    const { page, told } = await openChannel()
    page.last().open()
    await page.advance(29_999)
    expect(page.last().closed).toEqual([])
    await page.advance(1)
    expect(page.last().closed).toEqual([4999])
    expect(told).toEqual([['reconnecting', 1006, 1500]])
    await page.advance(1500)
    expect(page.sockets).toHaveLength(2)
  })
})

describe('a callback that throws', () => {
  it('is reported as uncaught, and the next callbacks come all the same', async () => {
    const { channel, page, told } = await openWelcomed()
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const thrown: unknown[] = []
    process.on('uncaughtException', (error) => thrown.push(error))
    channel.onerror = () => {
      throw new Error('of the page')
    }
    page.last().end(4010, 'disconnected-by-application')
    await page.settle()
    process.removeAllListeners('uncaughtException')
    for (const other of others) process.on('uncaughtException', other)
    expect(thrown).toEqual([new Error('of the page')])
    expect(told).toEqual([['close', 4010, 'disconnected-by-application']])
  })
})

describe('the token callback', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['answers without a URL', () => ({ token: 't', connect_url: '' })],
    ['answers nothing', () => undefined as never],
  ])('is asked again after a back-off where it %s', async (_, token) => {
    const { page, told, asked } = await openChannel({ token })
    expect(told).toEqual([['reconnecting', 1006, 1500]])
    await page.advance(1500)
    expect(told[1]).toEqual(['reconnecting', 1006, 2500])
    expect(asked).toEqual([false, false])
  })

  it('is asked again where it has not answered after 30 seconds, and its late answer is not used', async () => {
    const answers: PromiseWithResolvers<TokenAnswer>[] = []
    const token = (): Promise<TokenAnswer> => {
      answers.push(Promise.withResolvers())
      return answers.at(-1)?.promise ?? Promise.reject()
    }
    const { page, told, asked } = await openChannel({ token })
    await page.advance(30_000)
    expect(told).toEqual([['reconnecting', 1006, 1500]])
    answers[0]?.resolve(tokenAnswer)
    await page.advance(1500)
    expect(asked).toHaveLength(2)
    expect(page.sockets).toEqual([])
    answers[1]?.resolve(tokenAnswer)
    await page.settle()
    expect(page.sockets).toHaveLength(1)
  })

  it('is asked for a fresh token where the one that it gave cannot be one', async () => {
    const { page, told, asked } = await openChannel({
      token: () => ({ token: 'two words', connect_url: 'ws://service.test/' }),
    })
    await page.advance(500)
    expect(told[0]).toEqual(['reconnecting', 4301, 500])
    expect(asked).toEqual([false, true])
    expect(page.sockets).toEqual([])
  })
})

describe('closing a channel', () => {
  it('sends a Close frame of 1000, and tells the end once it is answered', async () => {
    const { channel, page, told } = await openWelcomed()
    channel.close()
    channel.close()
    expect(page.last().closed).toEqual([1000])
    expect(channel.readyState).toBe(Channel.CLOSING)
    page.last().message(1)
    page.last().end(1000)
    await page.settle()
    channel.close()
    expect(told).toEqual([['close', 1000, '']])
    expect(channel.readyState).toBe(Channel.CLOSED)
    expect(page.waiting()).toBe(0)
  })

  it('tells the end after 2 seconds where nobody answers', async () => {
    const { channel, page, told } = await openWelcomed()
    channel.close()
    await page.advance(1999)
    expect(told).toEqual([])
    await page.advance(1)
    page.last().end(1006)
    await page.settle()
    expect(told).toEqual([['close', 1000, '']])
  })

  it('says goodbye before the welcome', async () => {
    const { channel, page, told } = await openChannel()
    page.last().open()
    channel.close()
    expect(page.last().closed).toEqual([1000])
    page.last().welcome()
    page.last().end(1000)
    await page.settle()
    expect(told).toEqual([['close', 1000, '']])
  })

  it('says goodbye to a WebSocket that opens only later', async () => {
    const { channel, page, told } = await openChannel()
    channel.close()
    expect(page.last().closed).toEqual([])
    page.last().open()
    expect(page.last().closed).toEqual([1000])
    page.last().end(1000)
    await page.settle()
    expect(told).toEqual([['close', 1000, '']])
  })

  it('ends while the token callback is asked', async () => {
    const answer = Promise.withResolvers<never>()
    const { channel, page, told } = await openChannel({ token: () => answer.promise })
    channel.close()
    expect(told).toEqual([])
    answer.resolve({ token: 't', connect_url: 'ws://service.test/' } as never)
    await page.advance(60_000)
    expect(told).toEqual([['close', 1000, '']])
    expect(page.sockets).toEqual([])
  })

  it('ends during a back-off', async () => {
    const { channel, page, told } = await openWelcomed()
    page.last().end(1006)
    told.length = 0
    channel.close()
    page.comeBack()
    await page.advance(60_000)
    expect(told).toEqual([['close', 1000, '']])
    expect(page.sockets).toHaveLength(1)
    expect(page.waiting()).toBe(0)
  })

  it('ends from inside of every callback', async () => {
    for (const name of ['open', 'message', 'reconnecting'] as const) {
      const { channel, page, told } = await openChannel()
      channel.addEventListener(name, () => channel.close())
      page.last().welcome()
      page.last().message(1)
      page.last().message(2)
      page.last().end(1006)
      await page.advance(60_000)
      expect(told.filter(([word]) => word === 'close')).toEqual([['close', 1000, '']])
      expect(told.at(-1)?.[0]).toBe('close')
      expect(page.sockets).toHaveLength(1)
    }
  })
})
