import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { expect, test } from 'vitest'
import { makeVirtualClock } from '../src/virtual-clock.ts'

const START = 1_800_000_000_000

test('a virtual clock stands still until it is moved', async () => {
  const clock = makeVirtualClock(START)
  let calls = 0
  clock.after(1, () => {
    calls += 1
  })
  expect(await clock.advance(0)).toBe(0)
  expect([clock.nowMs(), calls]).toEqual([START, 0])
})

test('a move stops at the first instant at which something is due, and does all that is due then, in order', async () => {
  const clock = makeVirtualClock(START)
  const done: string[] = []
  for (const [name, ms] of [
    ['later', 700],
    ['second', 500],
    ['third', 500],
    ['first', 499.5],
  ] as const)
    clock.after(ms, () => done.push(`${name} at ${clock.nowMs() - START}`))
  expect(await clock.advance(10)).toBe(0.5)
  expect(done).toEqual(['second at 500', 'third at 500', 'first at 500'])
  expect(await clock.advance(0.1)).toBe(0.1)
  expect(await clock.advance(10)).toBe(0.1)
  expect(done.at(-1)).toBe('later at 700')
  expect(await clock.advance(10)).toBe(10)
})

test('what is asked for in no time happens without a move, and never within the call', async () => {
  const clock = makeVirtualClock(START)
  const done: string[] = []
  clock.after(0, () => done.push('at once'))
  clock.after(0, () => done.push('cancelled'))()
  expect(done).toEqual([])
  await clock.advance(0)
  expect(done).toEqual(['at once'])
})

test('what was cancelled does not happen, also by what is due at the same instant', async () => {
  const clock = makeVirtualClock(START)
  const done: string[] = []
  clock.after(5, () => cancel())
  const cancel = clock.after(5, () => done.push('cancelled'))
  await clock.advance(1)
  expect(done).toEqual([])
})

test('moves that are asked for together follow each other', async () => {
  const clock = makeVirtualClock(START)
  clock.after(300, () => {})
  expect(await Promise.all([clock.advance(1), clock.advance(1)])).toEqual([0.3, 1])
  expect(clock.nowMs()).toBe(START + 1300)
})

test('a move is over when a request that it caused has been sent', async () => {
  const arrived: string[] = []
  const server = createServer((request, response) => {
    arrived.push(request.url ?? '')
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  let isSent = false
  const clock = makeVirtualClock(START)
  const answered = Promise.withResolvers<void>()
  clock.after(1000, () => {
    pool.once('connect', () => {
      isSent = true
    })
    void pool
      .request({ path: '/due', method: 'POST', body: 'x' })
      .then(({ body }) => body.dump())
      .then(() => answered.resolve())
  })
  await clock.advance(1)
  expect(isSent).toBe(true)
  await answered.promise
  expect(arrived).toEqual(['/due'])
  await pool.close()
  server.close()
})
