import { describe, expect, test } from 'vitest'
import type { AttemptAnswer } from '../../src/webhook-port.ts'
import { makeSetting } from './webhook-queue-setting.ts'

const done = { status: 204 }
const refused: AttemptAnswer = { failure: 'connection' }

describe('one client', () => {
  test('a reported state is attempted at once', () => {
    const { report, whats } = makeSetting()
    report('a', 1)
    expect(whats()).toEqual(['connected a 1'])
  })

  test('the next version waits for the answer of the one in flight', async () => {
    const { report, whats, answer } = makeSetting()
    report('a', 1)
    report('a', 2)
    expect(whats()).toEqual(['connected a 1'])
    await answer(0, done)
    expect(whats()).toEqual(['connected a 1', 'disconnected a 2'])
  })

  test('only the newest of the versions that waited is attempted', async () => {
    const { report, whats, answer, clock } = makeSetting()
    for (const version of [1, 2, 3, 4]) report('a', version)
    await answer(0, done)
    await clock.advance(1100)
    expect(whats()).toEqual(['connected a 1', 'disconnected a 4'])
  })

  test('a pair of versions that cancel each other is not attempted', async () => {
    const { report, whats, answer, clock } = makeSetting()
    for (const version of [1, 2, 3]) report('a', version)
    await answer(0, done)
    await clock.advance(60_000)
    expect(whats()).toEqual(['connected a 1'])
  })

  test('a failed attempt is repeated on the schedule and given up after its last entry', async () => {
    const { report, times, answer, clock, counted } = makeSetting()
    report('a', 1)
    await answer(0, { status: 500 })
    await clock.advance(1000)
    await answer(1, { status: 500 })
    await clock.advance(5000)
    await answer(2, { status: 500 })
    await clock.advance(600_000)
    expect(times()).toEqual([0, 1000, 6000])
    expect(counted.filter((name) => name.startsWith('webhook_given_up'))).toHaveLength(1)
  })

  test('an attempt that was not made, as the broker could not be told of it, counts for nothing however long that lasts', async () => {
    const { report, times, answer, clock, counted, logged } = makeSetting()
    report('a', 1)
    for (let hour = 0; hour < 3; hour += 1) {
      for (let at = 0; at < 20; at += 1) {
        await answer(times().length - 1, { failure: 'unnoted' })
        await clock.advance(3000)
      }
      await clock.advance(3_540_000)
    }
    const before = times().length
    await answer(before - 1, { failure: 'unnoted' })
    await clock.advance(3000)
    await answer(before, { status: 500 })
    await clock.advance(1000)
    await answer(before + 1, done)
    expect(times()).toHaveLength(before + 2)
    expect(counted.filter((name) => name.startsWith('webhook_given_up'))).toEqual([])
    expect(counted.filter((name) => name.startsWith('webhook_attempts'))).toHaveLength(2)
    const [, first] = logged.find(([, message]) => message.includes('wait')) ?? []
    expect(first).toBe('webhooks wait until the broker can be told of them')
  })

  test('a retry is replaced by a newer version at once', async () => {
    const { report, whats, answer, clock } = makeSetting()
    report('a', 1)
    await answer(0, { status: 500 })
    report('a', 2)
    await answer(1, done)
    await clock.advance(60_000)
    expect(whats()).toEqual(['connected a 1', 'disconnected a 2'])
  })

  test('the pace counts from the first attempt of the version before', async () => {
    const { report, times, answer, clock } = makeSetting()
    report('a', 1)
    await answer(0, done)
    await clock.advance(300)
    report('a', 2)
    await answer(1, done)
    report('a', 3)
    await clock.advance(5000)
    expect(times()).toEqual([0, 300, 1320])
  })

  test('an acknowledged client leaves nothing behind', async () => {
    const { report, answer, clock, gauge } = makeSetting()
    report('a', 3)
    expect(gauge('webhook_pending')).toBe(1)
    await answer(0, done)
    expect(gauge('webhook_pending')).toBe(0)
    await clock.advance(1020)
    expect(clock.waiting()).toBe(0)
  })
})

describe('the target', () => {
  test('no more attempts are in flight than the limit, and clients take turns', async () => {
    const { report, whats, answer, gauge } = makeSetting(2)
    for (const clientId of ['a', 'b', 'c', 'd']) report(clientId, 1)
    expect(whats()).toEqual(['connected a 1', 'connected b 1'])
    report('a', 2)
    await answer(0, done)
    await answer(1, done)
    expect(whats().slice(2)).toEqual(['connected c 1', 'connected d 1'])
    expect(gauge('webhook_in_flight')).toBe(2)
    await answer(2, done)
    expect(whats().slice(4)).toEqual(['disconnected a 2'])
  })

  test('after a connection failure one attempt begins per pause, of whichever client', async () => {
    const { report, whats, times, answer, clock } = makeSetting()
    report('a', 1)
    await answer(0, refused)
    report('b', 1)
    report('c', 1)
    await clock.advance(2020)
    await clock.advance(2020)
    await clock.advance(2020)
    expect(whats()).toEqual(['connected a 1', 'connected b 1', 'connected c 1', 'connected a 1'])
    expect(times()).toEqual([0, 2020, 4040, 6060])
  })

  test('an answer that is neither 429 nor 503 ends the pause', async () => {
    const { report, whats, answer, clock } = makeSetting()
    report('a', 1)
    await answer(0, { status: 503 })
    for (const clientId of ['b', 'c', 'd']) report(clientId, 1)
    await clock.advance(2020)
    expect(whats()).toHaveLength(2)
    await answer(1, { status: 500 })
    expect(whats().slice(2, 4)).toEqual(['connected c 1', 'connected d 1'])
  })

  test('a timeout neither begins nor ends a pause', async () => {
    const { report, whats, answer } = makeSetting()
    report('a', 1)
    await answer(0, { failure: 'timeout' })
    report('b', 1)
    expect(whats()).toHaveLength(2)
    await answer(1, refused)
    report('c', 1)
    expect(whats()).toHaveLength(2)
  })

  test('nothing is attempted before the Retry-After of a 429 has passed', async () => {
    const { report, times, answer, clock } = makeSetting()
    report('a', 1)
    await answer(0, { status: 429, retryAfterSeconds: 30 })
    report('b', 1)
    await clock.advance(30_000)
    expect(times()).toEqual([0, 30_000])
  })

  test('a Retry-After of another status holds that client alone', async () => {
    const { report, whats, answer, clock } = makeSetting()
    report('a', 1)
    await answer(0, { status: 500, retryAfterSeconds: 30 })
    report('b', 1)
    expect(whats()).toEqual(['connected a 1', 'connected b 1'])
    await clock.advance(29_999)
    expect(whats()).toHaveLength(2)
    await clock.advance(1)
    expect(whats()).toHaveLength(3)
  })
})

describe('started', () => {
  test('it is attempted first and holds nothing back', async () => {
    const { queue, report, whats } = makeSetting()
    queue.started(77)
    report('a', 1)
    expect(whats()).toEqual(['started 77', 'connected a 1'])
  })

  test.each([404, 410, 501])('it is not repeated after %i', async (status) => {
    const { queue, whats, answer, clock, gauge } = makeSetting()
    queue.started(77)
    await answer(0, { status })
    await clock.advance(600_000)
    expect(whats()).toEqual(['started 77'])
    expect(gauge('webhook_pending')).toBe(0)
  })

  test('it is repeated after any other failure, and given up after the last entry', async () => {
    const { queue, times, answer, clock, counted } = makeSetting()
    queue.started(77)
    await answer(0, { status: 500 })
    await clock.advance(1000)
    await answer(1, { failure: 'timeout' })
    await clock.advance(5000)
    await answer(2, { status: 500 })
    await clock.advance(600_000)
    expect(times()).toEqual([0, 1000, 6000])
    expect(counted).toContain('webhook_given_up started')
  })
})

describe('what is recorded', () => {
  test.each([401, 403])('%i is counted apart', async (status) => {
    const { report, answer, counted } = makeSetting()
    report('a', 1)
    await answer(0, { status })
    expect(counted).toContain(`webhook_unauthorized ${status}`)
  })

  test('a redirect is logged as a configuration error, without the query it leads to', async () => {
    const { report, answer, counted, logged } = makeSetting()
    report('a', 1)
    await answer(0, { status: 301, location: 'https://app.example/hook/?secret=1' })
    expect(counted).toContain('webhook_redirects 301')
    const [fields, message] = logged.at(-1) ?? []
    expect(message).toMatch(/^configuration error/)
    expect(fields).toMatchObject({ location: 'https://app.example/hook/' })
  })

  test('an attempt that breaks is a defect and is repeated', async () => {
    const { report, fail, times, counted, clock } = makeSetting()
    report('a', 1)
    await fail(0, new Error('broken'))
    await clock.advance(2020)
    expect(counted).toContain('defects')
    expect(times()).toEqual([0, 2020])
  })
})

describe('the end', () => {
  test('flush resolves when everything is answered', async () => {
    const { queue, report, answer } = makeSetting()
    report('a', 1)
    let flushed = false
    const flush = queue.flush(10_000).then(() => {
      flushed = true
    })
    await answer(5, done)
    expect(flushed).toBe(false)
    await answer(0, done)
    await flush
  })

  test('flush does not wait for a retry that lies beyond its end', async () => {
    const { queue, report, answer } = makeSetting()
    report('a', 1)
    const flush = queue.flush(500)
    await answer(0, { status: 500 })
    await flush
  })

  test('flush waits for a retry that lies before its end', async () => {
    const { queue, report, answer, clock, times } = makeSetting()
    report('a', 1)
    const flush = queue.flush(5000)
    await answer(0, { status: 500 })
    await clock.advance(1000)
    await answer(1, done)
    await flush
    expect(times()).toEqual([0, 1000])
  })

  test('flush waits for one more attempt while the target is unwell', async () => {
    const { queue, report, answer, clock, times } = makeSetting()
    report('a', 1)
    await answer(0, refused)
    report('b', 1)
    const flush = queue.flush(60_000)
    await clock.advance(2020)
    await answer(1, refused)
    await flush
    expect(times()).toEqual([0, 2020])
  })

  test('flush waits for no retry while the target is unwell', async () => {
    const { queue, report, answer } = makeSetting()
    report('a', 1)
    await answer(0, refused)
    await queue.flush(60_000)
  })

  test('flush ends when its time has passed', async () => {
    const { queue, report, clock } = makeSetting()
    report('a', 1)
    const flush = queue.flush(500)
    await clock.advance(500)
    await flush
  })

  test('nothing is attempted and nothing waits after stop', async () => {
    const { queue, report, answer, clock, whats } = makeSetting()
    queue.started(77)
    report('a', 1)
    report('b', 1)
    await answer(0, { status: 500 })
    await answer(1, { status: 500 })
    queue.stop()
    report('c', 1)
    await answer(2, { status: 500 })
    expect(whats()).toHaveLength(3)
    expect(clock.waiting()).toBe(0)
  })
})
