import { describe, expect, it } from 'vitest'
import type { GoogHandler } from '../../client/goog-socket.ts'
import { openGoog, recordGoog } from './open-goog.ts'

const ended = { code: 401, description: 'Token+timed+out.' }

describe('goog.appengine.Channel', () => {
  it('returns a socket that is connecting, and connects with its token', async () => {
    const { goog, page, socket } = await openGoog()
    expect(socket).toBeInstanceOf(goog.Socket)
    expect(socket.readyState).toBe(goog.Socket.ReadyState.CONNECTING)
    expect(page.last().url.href).toBe('wss://service.test/v1/connect')
    expect(page.last().protocols[1]).toBe('channel-token.t0k.en')
    expect(goog.Socket.ReadyState).toEqual({ CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 })
    expect(socket.send()).toBe(false)
  })

  it('calls onopen at the welcome, and onmessage with the data of messages and broadcasts', async () => {
    const { page, told } = await openGoog()
    page.last().open()
    expect(told).toEqual([])
    page.last().welcome({ broadcast_epoch: 1, broadcast_seq: 0 })
    page.last().message(1)
    page.last().send({ type: 'broadcast', id: 'b-1', seq: 1, data: 'b1' })
    expect(told).toEqual([
      ['onopen', 1, {}],
      ['onmessage', 1, { data: 'm1' }],
      ['onmessage', 1, { data: 'b1' }],
    ])
  })

  it('copies the functions of the handler at open, and honours those that are set later', async () => {
    const { goog, page } = await openGoog()
    const called: string[] = []
    const handler: GoogHandler = { onopen: () => called.push('first') }
    const socket = new goog.Channel('b').open(handler)
    handler.onopen = () => called.push('late')
    socket.onmessage = ({ data }) => called.push(data)
    await page.settle()
    page.last().welcome()
    page.last().message(1)
    socket.onmessage = undefined
    page.last().message(2)
    page.last().end(4300)
    expect(called).toEqual(['first', 'm1'])
    expect(socket.readyState).toBe(3)
  })

  it('comes back silently with the same token and place, and tells onreconnect', async () => {
    const { page, socket, told } = await openGoog()
    page.last().welcome({ cursor: 'm-0' })
    page.last().message(1)
    page.last().end(1006)
    await page.advance(2000)
    expect(socket.readyState).toBe(0)
    expect(page.last().protocols[1]).toBe('channel-token.t0k.en')
    expect(page.last().url.search).toBe('?after=m-1')
    page.last().welcome({ cursor: 'm-1', seq: 1, resumed: true })
    page.last().message(1)
    page.last().message(2)
    expect(told.slice(2)).toEqual([
      ['onreconnect', 1, { resumed: true }],
      ['onmessage', 1, { data: 'm2' }],
    ])
  })

  it('does not renew', async () => {
    const { page } = await openGoog()
    page.last().welcome({ expires_in_seconds: 100 })
    await page.advance(100_000)
    expect(page.sockets).toHaveLength(1)
  })

  it('ends by close with one onclose and a Close frame of 1000', async () => {
    const { page, socket, told } = await openGoog()
    page.last().welcome()
    socket.close()
    socket.close()
    expect(socket.readyState).toBe(2)
    expect(page.last().closed).toEqual([1000])
    page.last().message(1)
    page.last().end(1000)
    await page.settle()
    socket.close()
    expect(told.slice(1)).toEqual([['onclose', 3, {}]])
  })

  it('ends by close before the welcome, and with nothing on the way', async () => {
    const { goog, page } = await openGoog()
    const socket = new goog.Channel('b').open()
    const told = recordGoog(socket)
    socket.close()
    await page.settle()
    expect(told).toEqual([['onclose', 3, {}]])
    expect(page.sockets).toHaveLength(1)
  })

  it('tells a token that no subprotocol can carry as invalid, after open has returned', async () => {
    const { page, told } = await openGoog('two words, or "more"')
    expect(page.sockets).toEqual([])
    expect(told).toEqual([
      ['onerror', 2, { code: 401, description: 'Invalid+token.' }],
      ['onclose', 3, {}],
    ])
  })

  it('opens again from inside onerror, each socket with its own callbacks alone', async () => {
    const { goog, page, socket, told } = await openGoog()
    page.last().welcome()
    let again = socket
    socket.onerror = (error) => {
      told.push(['onerror', socket.readyState, error])
      again = new goog.Channel('fresh').open()
    }
    page.last().end(4300)
    const toldAgain = recordGoog(again)
    await page.settle()
    expect(page.last().protocols[1]).toBe('channel-token.fresh')
    page.last().welcome()
    page.last().message(1)
    expect(told.slice(1)).toEqual([
      ['onerror', 2, ended],
      ['onclose', 3, {}],
    ])
    expect(toldAgain).toEqual([
      ['onopen', 1, {}],
      ['onmessage', 1, { data: 'm1' }],
    ])
  })

  it('has several channels on one page', async () => {
    const { goog, page, told } = await openGoog()
    const other = recordGoog(new goog.Channel('b').open())
    await page.settle()
    for (const socket of page.sockets) socket.welcome()
    page.sockets[1]?.end(4010)
    page.sockets[0]?.message(1)
    expect(told.map(([name]) => name)).toEqual(['onopen', 'onmessage'])
    expect(other.map(([name]) => name)).toEqual(['onopen', 'onerror', 'onclose'])
  })

  it('reports what a callback throws, and calls the next one all the same', async () => {
    const { page, socket, told } = await openGoog()
    page.last().welcome()
    socket.onerror = () => {
      throw new Error('of the page')
    }
    page.last().end(4010)
    expect(told.at(-1)).toEqual(['onclose', 3, {}])
    await expect(page.advance(0)).rejects.toThrow('of the page')
  })
})

describe('a page whose tokens are refused one after the other', () => {
  it('is told of each later, whichever channel it is, until one opens', async () => {
    const { goog, page, told } = await openGoog()
    const errors = () => told.filter(([name]) => name === 'onerror').length
    const refuse = async (): Promise<void> => {
      page.last().open()
      page.last().end(4301)
      await page.settle()
    }
    const openAgain = async (): Promise<void> => {
      const socket = new goog.Channel('b').open()
      socket.onerror = (error) => told.push(['onerror', socket.readyState, error])
      await page.settle()
    }
    await refuse()
    expect(errors()).toBe(1)
    for (const [count, ms] of [1000, 2000, 4000].entries()) {
      await openAgain()
      await refuse()
      await page.advance(ms - 1)
      expect(errors()).toBe(count + 1)
      await page.advance(1)
      expect(errors()).toBe(count + 2)
    }
    await openAgain()
    page.last().welcome()
    page.last().end(4300)
    expect(errors()).toBe(5)
  })

  it('is told nothing more of a channel that it closes meanwhile', async () => {
    const { goog, page } = await openGoog()
    page.last().end(4301)
    const socket = new goog.Channel('b').open()
    const told = recordGoog(socket)
    await page.settle()
    page.last().end(4301)
    socket.close()
    socket.close()
    await page.advance(60_000)
    expect(told).toEqual([['onclose', 3, {}]])
  })
})
