import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import { describe, expect, it } from 'vitest'
import { Channel } from '../../client/index.ts'
import { openChannel, openWelcomed } from './open-channel.ts'

const rows = Object.values(CLOSE_CODES)
const codesOf = (duty: string): number[] =>
  rows.filter((row) => row.duty === duty).map(({ code }) => code)

describe('a connection that ends', () => {
  it.each([...codesOf('stop'), 4077].filter((code) => code !== 1000))(
    'with %i tells the error, then the end, and does not come back',
    async (code) => {
      const { channel, page, told } = await openWelcomed()
      page.last().end(code, 'slug')
      expect(told).toEqual([
        ['error', code, 'slug'],
        ['close', code, 'slug'],
      ])
      expect(channel.readyState).toBe(Channel.CLOSED)
      page.comeBack()
      await page.advance(100_000)
      expect(page.sockets).toHaveLength(1)
      expect(page.waiting()).toBe(0)
    },
  )

  it('with 1000 tells the end alone', async () => {
    const { page, told } = await openWelcomed()
    page.last().end(1000, 'closed')
    expect(told).toEqual([['close', 1000, 'closed']])
  })

  it.each([...codesOf('back-off'), 4177, 1001, 1005, 1006, 1011, 3000, 4400])(
    'with %i comes back after a back-off',
    async (code) => {
      const { channel, page, told } = await openWelcomed()
      page.last().end(code)
      expect(told).toEqual([['reconnecting', code, 1500]])
      expect(channel.readyState).toBe(Channel.CONNECTING)
      await page.advance(1499)
      expect(page.sockets).toHaveLength(1)
      await page.advance(1)
      expect(page.sockets).toHaveLength(2)
    },
  )

  it.each([...codesOf('reconnect'), 4277])('with %i comes back within a second', async (code) => {
    const { page, told } = await openWelcomed()
    page.last().end(code)
    await page.advance(500)
    expect(told).toEqual([['reconnecting', code, 500]])
    expect(page.sockets).toHaveLength(2)
  })

  it('after a reconnect envelope waits as long as that asks for, on this connection alone', async () => {
    const { page, told } = await openWelcomed()
    page.last().send({ type: 'reconnect', after_seconds: 3.2 })
    page.last().end(4200)
    await page.advance(3700)
    page.last().welcome()
    page.last().end(4200)
    expect(told.filter(([name]) => name === 'reconnecting')).toEqual([
      ['reconnecting', 4200, 3700],
      ['reconnecting', 4200, 500],
    ])
  })

  it.each([...codesOf('refresh'), 4377])(
    'with %i asks for a fresh token once, and then backs off',
    async (code) => {
      const { page, told, asked } = await openWelcomed()
      page.last().end(code)
      await page.advance(500)
      page.last().open()
      page.last().end(code)
      await page.advance(1500)
      page.last().welcome()
      page.last().end(code)
      await page.advance(500)
      expect(asked).toEqual([false, true, true, true])
      expect(told).toEqual([
        ['reconnecting', code, 500],
        ['reconnecting', code, 1500],
        ['resumed', true],
        ['reconnecting', code, 500],
      ])
    },
  )

  it('before it was welcomed follows the same duties', async () => {
    const { page, told } = await openChannel()
    page.last().open()
    page.last().end(4003, 'forbidden')
    expect(told).toEqual([
      ['error', 4003, 'forbidden'],
      ['close', 4003, 'forbidden'],
    ])
  })

  it('by 4009 after an abandoned attempt backs off once', async () => {
    const { page, told } = await openChannel()
    await page.advance(31_500)
    page.last().welcome()
    page.last().end(4009)
    await page.advance(30_000)
    page.last().welcome()
    page.last().end(4009, 'replaced')
    expect(told).toEqual([
      ['reconnecting', 1006, 1500],
      ['open', false],
      ['reconnecting', 4009, 2500],
      ['resumed', true],
      ['error', 4009, 'replaced'],
      ['close', 4009, 'replaced'],
    ])
  })
})

describe('a connection on which nothing comes', () => {
  it('is given up 10 seconds after its heartbeat was due', async () => {
    const { page, told } = await openWelcomed({ heartbeat_seconds: 25 })
    await page.advance(34_000)
    page.last().send({ type: 'heartbeat' })
    await page.advance(34_999)
    expect(told).toEqual([])
    await page.advance(1)
    expect(told).toEqual([['reconnecting', 1006, 1500]])
    expect(page.last().closed).toEqual([4999])
    page.last().message(1)
    page.last().end(1006)
    expect(told).toHaveLength(1)
  })

  it('is kept where the service sends no heartbeats', async () => {
    const { page, told } = await openWelcomed({ heartbeat_seconds: 0 })
    await page.advance(3_600_000)
    expect(told).toEqual([])
  })

  it('is kept where what was queued comes within 2 seconds after a timer that ran late', async () => {
    const { page, told } = await openWelcomed({ heartbeat_seconds: 25 })
    page.sleep(600_000)
    await page.advance(35_000)
    page.last().message(1)
    await page.advance(2000)
    expect(told).toEqual([['message', 'm1']])
  })
})

describe('a page that returns', () => {
  it('comes back at once from a back-off', async () => {
    const { page } = await openWelcomed()
    page.last().end(1006)
    page.comeBack()
    await page.settle()
    expect(page.sockets).toHaveLength(2)
    await page.advance(20_000)
    expect(page.sockets).toHaveLength(2)
  })

  it('begins an attempt anew that may be stuck', async () => {
    const { page } = await openChannel()
    page.comeBack()
    await page.settle()
    expect(page.sockets.map(({ closed }) => closed)).toEqual([[4999], []])
  })

  it('replaces a connection that may be dead, without a word where it was not', async () => {
    const { page, told } = await openWelcomed()
    page.comeBack()
    await page.settle()
    page.last().welcome()
    expect(page.sockets.map(({ closed }) => closed)).toEqual([[4999], []])
    expect(told).toEqual([])
  })
})
