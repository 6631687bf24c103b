import { describe, expect, it } from 'vitest'
import type { FakeSocket } from './fake-surroundings.ts'
import { openWelcomed, type TestChannel, type Wishes } from './open-channel.ts'

interface Renewing extends TestChannel {
  old: FakeSocket
  young: FakeSocket
}

/** A channel whose renewal has begun; its token lives for 100 seconds. */
async function openRenewing(members: object = {}, wishes: Wishes = {}): Promise<Renewing> {
  const test = await openWelcomed({ expires_in_seconds: 100, ...members }, wishes)
  const old = test.page.last()
  await test.page.advance(85_000)
  return { ...test, old, young: test.page.last() }
}

describe('a renewal', () => {
  it.each([
    [0, 75_000],
    [0.5, 85_000],
    [0.999, 94_980],
  ])(
    'begins with a fresh token between 75 and 95 % of the life of the token',
    async (random, ms) => {
      const { page, asked } = await openWelcomed()
      page.random = random
      page.comeBack()
      await page.settle()
      page.last().welcome({ expires_in_seconds: 100 })
      await page.advance(ms - 1)
      expect(page.sockets).toHaveLength(2)
      await page.advance(1)
      expect(page.sockets).toHaveLength(3)
      expect(asked.at(-1)).toBe(true)
    },
  )

  it('does not begin where the welcome names no time', async () => {
    const { page } = await openWelcomed({ expires_in_seconds: undefined })
    await page.advance(10_000_000)
    expect(page.sockets).toHaveLength(1)
  })

  it('is not told, and neither loses nor doubles nor reorders what both connections bring', async () => {
    const { old, young, told } = await openRenewing()
    old.message(1)
    young.welcome({ seq: 3 })
    young.message(4)
    old.message(2)
    expect(told).toEqual([
      ['message', 'm1'],
      ['message', 'm2'],
    ])
    old.message(3)
    young.message(5)
    expect(told.map(([, data]) => data)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
    expect(old.closed).toEqual([4999])
    expect(young.closed).toEqual([])
  })

  it('waits for the broadcasts of the older connection too', async () => {
    const { old, young, told } = await openRenewing({ broadcast_epoch: 1, broadcast_seq: 0 })
    young.welcome({ broadcast_epoch: 1, broadcast_seq: 1 })
    young.message(1)
    expect(told).toEqual([])
    old.send({ type: 'broadcast', id: 'b-1', seq: 1, data: 'b1' })
    expect(told).toEqual([
      ['broadcast', 'b1'],
      ['message', 'm1'],
    ])
  })

  it('ends when the older connection has, and says that something was missed', async () => {
    const { old, young, told } = await openRenewing()
    young.welcome({ seq: 2 })
    young.message(3)
    old.message(1)
    old.end(4009)
    expect(told).toEqual([
      ['message', 'm1'],
      ['resumed', false],
      ['message', 'm3'],
    ])
  })

  it('waits at most 2 seconds for the older connection', async () => {
    const { page, young, told } = await openRenewing()
    young.welcome({ seq: 1 })
    young.message(2)
    await page.advance(1999)
    expect(told).toEqual([])
    await page.advance(1)
    expect(told).toEqual([
      ['resumed', false],
      ['message', 'm2'],
    ])
  })

  it('takes a replay for what it is, and drops what the older connection had brought', async () => {
    const { old, young, told } = await openRenewing({ cursor: 'm-0' })
    old.message(1)
    young.welcome({ seq: 0, cursor: 'm-0', resumed: true })
    for (const seq of [1, 2, 3]) young.message(seq)
    expect(told.map(([, data]) => data)).toEqual(['m1', 'm2', 'm3'])
  })

  it('is silent where 4009 comes before the welcome of the newer connection', async () => {
    const { old, young, told } = await openRenewing()
    old.message(1)
    old.end(4009)
    young.welcome({ seq: 1 })
    young.message(2)
    expect(told).toEqual([
      ['message', 'm1'],
      ['message', 'm2'],
    ])
  })

  it('that fails is tried again after a back-off, without a word', async () => {
    const { page, young, old, told, asked } = await openRenewing()
    young.end(1006)
    await page.advance(1500)
    expect(page.sockets).toHaveLength(3)
    page.last().end(4300)
    await page.advance(500)
    old.message(1)
    page.last().welcome({ seq: 1 })
    expect(told).toEqual([['message', 'm1']])
    expect(asked).toEqual([false, true, false, true])
  })

  it('that is refused for good leaves the connection that stands', async () => {
    const { page, young, old, told } = await openRenewing()
    young.end(4003, 'forbidden')
    await page.advance(60_000)
    expect(page.sockets).toHaveLength(2)
    old.message(1)
    expect(told).toEqual([['message', 'm1']])
  })

  it('goes on where the older connection is lost meanwhile', async () => {
    const { page, young, old, told } = await openRenewing()
    old.end(1006)
    expect(told).toEqual([['reconnecting', 1006, 0]])
    young.welcome()
    await page.advance(60_000)
    expect(told[1]).toEqual(['resumed', true])
    expect(page.sockets).toHaveLength(2)
  })

  it('does not outlive the word of the application that it is over', async () => {
    const { page, young, old, told } = await openRenewing()
    old.end(4010, 'disconnected-by-application')
    expect(told.map(([name]) => name)).toEqual(['error', 'close'])
    expect(young.closed).toEqual([4999])
    await page.advance(60_000)
    expect(page.sockets).toHaveLength(2)
  })

  it('that ends while the older connection still speaks gives all that both had', async () => {
    const { page, young, told } = await openRenewing()
    young.welcome({ seq: 1 })
    young.message(2)
    young.end(4200)
    expect(told).toEqual([
      ['resumed', false],
      ['message', 'm2'],
      ['reconnecting', 4200, 500],
    ])
    await page.advance(500)
    expect(page.sockets).toHaveLength(3)
  })

  it('leaves nothing open where the page closes the channel from inside of what was held', async () => {
    const { channel, page, young, told } = await openRenewing()
    young.welcome({ seq: 1 })
    young.message(2)
    page.comeBack()
    await page.settle()
    channel.addEventListener('message', () => channel.close())
    page.last().welcome({ seq: 2 })
    for (const socket of page.sockets) socket.end(1000)
    await page.settle()
    expect(page.sockets.map(({ closed }) => closed)).toEqual([[4999], [1000], [1000]])
    expect(told).toEqual([
      ['resumed', false],
      ['message', 'm2'],
      ['close', 1000, ''],
    ])
    expect(page.waiting()).toBe(0)
  })

  it('is over with both connections when the page closes the channel', async () => {
    const { channel, page, old, young, told } = await openRenewing()
    channel.close()
    young.welcome()
    old.message(1)
    old.end(1000)
    young.end(1000)
    await page.settle()
    expect([old.closed, young.closed]).toEqual([[1000], [1000]])
    expect(told).toEqual([['close', 1000, '']])
    expect(page.waiting()).toBe(0)
  })
})
