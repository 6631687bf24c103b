import { describe, expect, it } from 'vitest'
import { openChannel, openWelcomed, type TestChannel, tokenAnswer } from './open-channel.ts'

const cursors = { cursor: 'm-0', broadcast_cursor: 'b-0', broadcast_epoch: 1, broadcast_seq: 0 }

/** Loses the connection, and lets the next attempt begin; answers with the query of that. */
async function drop({ page }: TestChannel): Promise<Record<string, string>> {
  page.last().end(1006)
  await page.advance(30_000)
  return Object.fromEntries(page.last().url.searchParams)
}

describe('a client that comes back', () => {
  it('gives at first the cursors that came with the token', async () => {
    const token = () => ({ ...tokenAnswer, cursor: 'm-5', broadcast_cursor: 'b-6' })
    const { page, told } = await openChannel({ token })
    expect(page.last().url.search).toBe('?after=m-5&after_broadcast=b-6')
    page.last().welcome({ seq: 5, resumed: true, cursor: 'm-5' })
    expect(told).toEqual([['open', true]])
  })

  it('keeps the query that the URL has already', async () => {
    const token = () => ({ token: 't', connect_url: 'wss://service.test/c?a=1', cursor: 'm-5' })
    const { page } = await openChannel({ token })
    expect(page.last().url.search).toBe('?a=1&after=m-5')
  })

  it('gives the cursors of the welcome where nothing came', async () => {
    const test = await openWelcomed(cursors)
    expect(await drop(test)).toEqual({ after: 'm-0', after_broadcast: 'b-0' })
  })

  it('gives the ids of the newest of each stream, over several drops', async () => {
    const test = await openWelcomed(cursors)
    test.page.last().message(1)
    expect(await drop(test)).toEqual({ after: 'm-1', after_broadcast: 'b-0' })
    test.page.last().welcome({ ...cursors, seq: 1, cursor: 'm-1', resumed: true })
    test.page.last().send({ type: 'broadcast', id: 'b-1', seq: 1, data: 'x' })
    expect(await drop(test)).toEqual({ after: 'm-1', after_broadcast: 'b-1' })
    expect(await drop(test)).toEqual({ after: 'm-1', after_broadcast: 'b-1' })
  })

  it('gives the cursors of the welcome that could not resume, and tells the page', async () => {
    const test = await openWelcomed(cursors)
    test.page.last().message(1)
    await drop(test)
    test.told.length = 0
    test.page.last().welcome({ ...cursors, epoch: 2, seq: 9, cursor: 'm-2-9' })
    expect(test.told).toEqual([['resumed', false]])
    expect(await drop(test)).toEqual({ after: 'm-2-9', after_broadcast: 'b-0' })
  })

  it('drops what it has given before, by epoch and seq', async () => {
    const test = await openWelcomed(cursors)
    test.page.last().message(1)
    test.page.last().message(2)
    await drop(test)
    test.page.last().welcome({ ...cursors, seq: 1, cursor: 'm-1', resumed: true })
    test.page.last().message(2, 'again')
    test.page.last().message(3)
    test.page.last().message(3, 'again')
    test.page.last().send({ type: 'broadcast', id: 'b-1', seq: 1, data: 'b1' })
    await drop(test)
    test.page.last().welcome({ ...cursors, epoch: 2, seq: 0 })
    test.page.last().message(1, 'of another epoch')
    const given = test.told.filter(([name]) => name === 'message' || name === 'broadcast')
    expect(given.map(([, data]) => data)).toEqual(['m1', 'm2', 'm3', 'b1', 'of another epoch'])
  })

  it.each([
    [{ seq: 1 }, true],
    [{ seq: 2 }, false],
    [{ seq: 1, epoch: 2 }, false],
    [{ seq: 1, broadcast_epoch: 1, broadcast_seq: 1 }, false],
  ])('knows without cursors, after the first message, that %j is %s', async (members, isWhole) => {
    const test = await openWelcomed()
    test.page.last().message(1)
    await drop(test)
    test.page.last().welcome(members)
    expect(test.told.at(-1)).toEqual(['resumed', isWhole])
  })
})
