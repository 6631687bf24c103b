import { expect, test } from 'vitest'
import type { ServiceClock } from '../../src/drive/site.ts'
import { makeSteppedClock } from '../../src/drive/stepped-clock.ts'
import { makeGrowing } from '../../src/drive/waiting.ts'
import { startRecorder } from '../../src/timeline/recorder.ts'

const START = 1_800_000_000_000

/** A service on which something happens at these instants, in milliseconds; `moves` notes what it was told. */
function serviceWith(due: Record<number, () => void> = {}): ServiceClock & { moves: number[] } {
  let now = 0
  const moves: number[] = []
  return {
    nowMs: START,
    moves,
    async advance(seconds) {
      moves.push(seconds)
      if (seconds === 0) return 0
      const next = Object.keys(due)
        .map(Number)
        .filter((at) => at > now)
        .sort((a, b) => a - b)[0]
      const reached = Math.min(next ?? Number.POSITIVE_INFINITY, now + Math.round(seconds * 1000))
      const moved = (reached - now) / 1000
      now = reached
      due[now]?.()
      // What the service sends arrives before its answer to the command, as it may on real sockets.
      await Promise.resolve()
      return moved
    },
  }
}

test('a wait passes in the time of the service, which is not moved before somebody waits', async () => {
  const service = serviceWith()
  const clock = makeSteppedClock(service)
  expect(clock.nowMs()).toBe(START)
  expect(service.moves).toEqual([])
  await clock.pass(3_600_000)
  expect(clock.nowMs()).toBe(START + 3_600_000)
})

test('what the service does is stamped with the instant at which it does it, though it is heard of earlier', async () => {
  const service = serviceWith({
    400: () => recorder.record({ kind: 'note', as: 'service', what: 'first' }),
    1000: () => recorder.record({ kind: 'note', as: 'service', what: 'second' }),
  })
  const clock = makeSteppedClock(service)
  const recorder = startRecorder(clock)
  await clock.pass(1000)
  expect(recorder.events.map(({ atMs }) => atMs - START)).toEqual([400, 1000])
})

test('a wait ends at the instant at which what it waits for happens', async () => {
  const service = serviceWith({ 250: () => list.add('it') })
  const clock = makeSteppedClock(service)
  const list = makeGrowing<string>(clock)
  expect(await list.find(() => true, 5000)).toBe('it')
  expect(clock.nowMs()).toBe(START + 250)
})

test('a wait that begins while the time is being moved begins at the instant that is reached', async () => {
  let ended = 0
  const service = serviceWith({
    100: () => {
      void clock.pass(50).then(() => {
        ended = clock.nowMs()
      })
    },
  })
  const clock = makeSteppedClock(service)
  await clock.pass(500)
  expect(ended).toBe(START + 150)
})

test('time moves for nobody before the service has said twice in a row that nothing is left to do', async () => {
  const service = serviceWith()
  const clock = makeSteppedClock(service)
  await clock.pass(1)
  expect(service.moves.slice(0, service.moves.indexOf(0.001))).toEqual([0, 0])
})

test('a webhook that is on its way and a request without an answer are waited for longer', async () => {
  let isArriving = true
  const arriving = serviceWith()
  const clock = makeSteppedClock(arriving, {
    isArriving: () => isArriving,
    accepted: () => 0,
  })
  await clock.pass(1)
  isArriving = false
  const asked = serviceWith()
  const other = makeSteppedClock(asked)
  const answer = Promise.withResolvers<string>()
  const answered = other.during(answer.promise)
  await other.pass(1)
  answer.resolve('the answer')
  expect(await answered).toBe('the answer')
  for (const { moves } of [arriving, asked]) expect(moves.indexOf(0.001)).toBeGreaterThan(10)
})

test('several services are moved side by side, and one that has ended is left behind', async () => {
  const first = serviceWith()
  const second = serviceWith()
  const clock = makeSteppedClock(first)
  const leave = clock.join?.(second)
  await clock.pass(100)
  leave?.()
  await clock.pass(100)
  const sum = (moves: number[]): number => Math.round(moves.reduce((a, b) => a + b, 0) * 1000)
  expect([sum(first.moves), sum(second.moves)]).toEqual([200, 100])
})

test('a service that has ended, or whose time never moves, ends no wait', async () => {
  const gone: ServiceClock = {
    nowMs: START,
    advance: () => Promise.reject(new Error('it is gone')),
  }
  await makeSteppedClock(gone).pass(60_000)
  const stuck: ServiceClock = { nowMs: START, advance: async () => 0 }
  const clock = makeSteppedClock(stuck)
  await clock.pass(60_000)
  expect(clock.nowMs()).toBe(START + 60_000)
})

test('a service that counts in parts of a millisecond is not left behind by the sums of what it moved', async () => {
  const parts = [0.192876617, 0.417647238, 0.389476145]
  const service: ServiceClock = {
    nowMs: START,
    advance: async (seconds) => (seconds === 0 ? 0 : Math.min(seconds, parts.shift() ?? seconds)),
  }
  const clock = makeSteppedClock(service)
  let passed = 0
  const advance = service.advance
  service.advance = async (seconds) => {
    const moved = await advance(seconds)
    passed += moved
    return moved
  }
  await clock.pass(1000)
  expect(clock.nowMs()).toBe(START + 1000)
  expect(passed).toBeCloseTo(1, 9)
})

test('what is left of a wait may be less than the service can count', async () => {
  const service: ServiceClock = {
    nowMs: START,
    advance: async (seconds) => Math.trunc(seconds * 1e9 - 0.5) / 1e9,
  }
  const clock = makeSteppedClock(service)
  await clock.pass(389)
  await clock.pass(611)
  expect(clock.nowMs()).toBe(START + 1000)
})

test('a wait until an instant that is none is over at once', async () => {
  const service = serviceWith()
  const clock = makeSteppedClock(service)
  await clock.pass(Date.parse('tomorrow at noon') - clock.nowMs())
  expect(service.moves.filter((seconds) => seconds > 0)).toEqual([])
})
