import { expect, test } from 'vitest'
import { makeSocketWebhooks } from '../../src/outbound/socket-webhooks.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import type { AttemptAnswer, SocketDelivery } from '../../src/webhook-port.ts'
import { makeFakeClock } from '../fake-clock.ts'
import { silentLog } from '../start-service.ts'

const WAIT_MS = 10_000

function makeSetting(concurrency = 64) {
  const clock = makeFakeClock()
  const startMs = clock.nowMs()
  const attempted: string[] = []
  const times: number[] = []
  const deliveries: SocketDelivery[] = []
  const answers: ((answer: AttemptAnswer) => void)[] = []
  const ended: string[] = []
  const counted: string[] = []
  const leave = { isThere: true }
  const sink = makeSocketWebhooks({
    clock,
    random: { bytes: (count) => new Uint8Array(count), fraction: () => 0.5 },
    log: silentLog,
    metrics: {
      count: (name, label) => counted.push(`${name} ${label ?? ''}`.trim()),
      gauge: () => {},
    },
    timings: {
      presence_interval_seconds: 1,
      webhook_retry_seconds: [1, 5],
      webhook_pause_seconds: 2,
      webhook_give_up_seconds: 3600,
      webhook_retry_after_max_seconds: 300,
      webhook_timeout_seconds: WAIT_MS / 1000,
    },
    limits: { socket_concurrency: concurrency },
    rules: makeRules(),
    mayAttempt: () => leave.isThere,
    attempt(delivery) {
      attempted.push(`${delivery.event} ${delivery.socket.id}`)
      times.push(clock.nowMs() - startMs)
      deliveries.push(delivery)
      const { promise, resolve } = Promise.withResolvers<AttemptAnswer>()
      answers.push(resolve)
      return promise
    },
  })
  const socketOf = (id: string) => ({ id, path: '', epoch: 1 })
  const noteEnd = (what: string) => (answer?: object) =>
    ended.push(`${what} ${answer ? Object.values(answer).join() : ''}`.trim())
  return {
    sink,
    clock,
    attempted,
    times,
    deliveries,
    ended,
    counted,
    leave,
    handshake: (id: string) => sink.handshake(socketOf(id), clock.nowMs(), noteEnd(id)),
    message: (id: string) =>
      sink.message(socketOf(id), { number: 1, body: 'x', atMs: 0 }, noteEnd(id)),
    closed: (id: string) =>
      sink.closed(socketOf(id), { code: 1006, reason: '', atMs: 0 }, noteEnd(id)),
    async answer(answer: AttemptAnswer = { status: 204 }) {
      answers.shift()?.(answer)
      await clock.advance(0)
    },
  }
}

test('each is attempted at once, and its answer is handed on', async () => {
  const { handshake, message, attempted, ended, answer } = makeSetting()
  handshake('a')
  message('b')
  expect(attempted).toEqual(['handshake a', 'message b'])
  await answer({ status: 403 })
  await answer({ failure: 'timeout' })
  expect(ended).toEqual(['a 403', 'b timeout'])
})

test('no more are in flight than the limit, and places are given in the order of asking', async () => {
  const { handshake, message, closed, attempted, answer } = makeSetting(2)
  handshake('a')
  message('b')
  closed('c')
  message('d')
  expect(attempted).toEqual(['handshake a', 'message b'])
  await answer()
  expect(attempted).toEqual(['handshake a', 'message b', 'closed c'])
  await answer()
  expect(attempted).toHaveLength(4)
})

test('a handshake that finds no place in time is not attempted', async () => {
  const { message, handshake, clock, attempted, ended, answer } = makeSetting(1)
  message('a')
  handshake('b')
  await clock.advance(WAIT_MS)
  expect(ended).toEqual(['b unattempted'])
  await answer()
  expect(attempted).toEqual(['message a'])
})

test('a handshake or message that waited is not timed before its attempt', async () => {
  const { message, handshake, clock, attempted, ended, answer } = makeSetting(1)
  message('a')
  message('b')
  await clock.advance(WAIT_MS * 5)
  handshake('c')
  await clock.advance(WAIT_MS - 1)
  await answer()
  await answer()
  await clock.advance(WAIT_MS)
  expect(attempted).toEqual(['message a', 'message b', 'handshake c'])
  expect(ended).toEqual(['a 204', 'b 204'])
})

test('messages and handshakes are attempted once, whatever follows', async () => {
  const { message, handshake, clock, attempted, answer } = makeSetting()
  message('a')
  handshake('b')
  await answer({ status: 500 })
  await answer({ failure: 'connection' })
  await clock.advance(3_600_000)
  expect(attempted).toHaveLength(2)
})

test('a closed is repeated on the schedule, unchanged, until it is answered', async () => {
  const { closed, clock, times, deliveries, ended, answer } = makeSetting()
  closed('a')
  await answer({ status: 500 })
  await clock.advance(1000)
  await answer({ failure: 'timeout' })
  await clock.advance(5000)
  expect(times).toEqual([0, 1000, 6000])
  expect(new Set(deliveries).size).toBe(1)
  expect(ended).toEqual([])
  await answer({ status: 200 })
  await clock.advance(3_600_000)
  expect([times.length, ended]).toEqual([3, ['a']])
})

test('a closed waits as long as Retry-After asks', async () => {
  const { closed, clock, times, answer } = makeSetting()
  closed('a')
  await answer({ status: 503, retryAfterSeconds: 30 })
  await clock.advance(60_000)
  expect(times).toEqual([0, 30_000])
})

test('a closed is given up after its last entry', async () => {
  const { closed, clock, attempted, ended, counted, answer } = makeSetting()
  closed('a')
  for (const ms of [1000, 5000, 3_600_000]) {
    await answer({ status: 500 })
    await clock.advance(ms)
  }
  expect([attempted.length, ended]).toEqual([3, ['a']])
  expect(counted).toContain('webhook_given_up closed')
})

test.each([404, 410, 501])('%i ends a closed', async (status) => {
  const { closed, clock, attempted, ended, answer } = makeSetting()
  closed('a')
  await answer({ status })
  await clock.advance(3_600_000)
  expect([attempted.length, ended]).toEqual([1, ['a']])
})

test('a refused handshake is no sign of wrong secrets', async () => {
  const { handshake, message, counted, answer } = makeSetting()
  handshake('a')
  await answer({ status: 403 })
  expect(counted).not.toContain('webhook_unauthorized 403')
  message('a')
  await answer({ status: 403 })
  expect(counted).toContain('webhook_unauthorized 403')
})

test('a flush waits for what is in flight and due, and not for what comes later', async () => {
  const { sink, closed, clock, answer } = makeSetting()
  let flushed = false
  closed('a')
  void sink.flush(3000).then(() => {
    flushed = true
  })
  await answer({ status: 500 })
  expect(flushed).toBe(false)
  await clock.advance(1000)
  await answer({ status: 500 })
  expect(flushed).toBe(true)
})

test('a flush ends after its time', async () => {
  const { sink, message, clock } = makeSetting()
  message('a')
  const flushed = sink.flush(3000)
  await clock.advance(3000)
  await flushed
})

test('nothing is attempted after the stop, and nothing waits', async () => {
  const { sink, handshake, closed, clock, attempted, ended, answer } = makeSetting(1)
  closed('a')
  handshake('b')
  await answer({ status: 500 })
  sink.stop()
  closed('c')
  handshake('d')
  expect(clock.waiting()).toBe(0)
  await clock.advance(60_000)
  expect(attempted).toEqual(['closed a', 'handshake b'])
  expect(ended).toEqual([])
})

test('what another node has taken over is not attempted, and an answer to it means nothing', async () => {
  const { sink, clock, handshake, message, closed, attempted, ended, answer } = makeSetting(2)
  closed('a')
  await answer({ status: 500 })
  closed('b')
  message('c')
  handshake('d')
  sink.forget()
  await answer({ status: 500 })
  await answer()
  await clock.advance(WAIT_MS)
  expect([attempted, ended]).toEqual([['closed a', 'closed b', 'message c'], []])
  message('e')
  await answer()
  expect(ended).toEqual(['e 204'])
})

test('while another node may speak for its sockets nothing is said, and afterwards all, in the order of asking', async () => {
  const { leave, clock, handshake, message, closed, attempted, ended } = makeSetting()
  leave.isThere = false
  message('a')
  closed('b')
  await clock.advance(WAIT_MS)
  handshake('c')
  expect(attempted).toEqual([])
  leave.isThere = true
  await clock.advance(1000)
  expect(attempted).toEqual(['message a', 'closed b', 'handshake c'])
  leave.isThere = false
  handshake('d')
  await clock.advance(WAIT_MS)
  expect(ended).toEqual(['d unattempted'])
})
