import { describe, expect, test } from 'vitest'
import { makeSystemClock } from '../src/clock.ts'
import { makeMetrics } from '../src/metrics.ts'
import { makeRules } from '../src/rules/rule-book.ts'
import { makeFakeClock } from './fake-clock.ts'
import { startService } from './start-service.ts'

const DAY_MS = 86_400_000

describe('the clock of a machine', () => {
  const machine = { wall: 1_800_000_000_000, elapsed: 12.5 }
  const clock = makeSystemClock({
    wallMs: () => machine.wall,
    elapsedMs: () => machine.elapsed,
  })

  test('begins at the time that the machine has', () => {
    expect(clock.nowMs()).toBe(1_800_000_000_000)
    expect(clock.wallMs()).toBe(1_800_000_000_000)
  })

  test.each([DAY_MS, -2 * DAY_MS])('runs on evenly where the machine is set by %i ms', (stepMs) => {
    const beforeMs = clock.nowMs()
    machine.wall += stepMs
    expect(clock.nowMs()).toBe(beforeMs)
    machine.elapsed += 250
    machine.wall += 250
    expect(clock.nowMs()).toBe(beforeMs + 250)
    expect(clock.wallMs()).toBe(machine.wall)
  })
})

describe('where the clock of the machine is set', () => {
  test('a connection lasts as long as its welcome said, and hears every message until then', async () => {
    const clock = makeFakeClock()
    const service = await startService([], { clock, metrics: makeMetrics(false) })
    const token = await service.mint('ann', 60)
    const client = service.connect(token)
    const welcome = await client.next()
    expect(welcome.expires_in_seconds).toBe(60)

    clock.setWall(DAY_MS)
    expect(await service.post('/v1/messages', { client_id: 'ann', data: 'forth' })).toMatchObject({
      connections: 1,
    })
    clock.setWall(-2 * DAY_MS)
    await clock.advance(59_000)
    expect(await service.post('/v1/messages', { client_id: 'ann', data: 'back' })).toMatchObject({
      connections: 1,
    })
    await clock.advance(1000)
    expect((await client.closed)[0]).toBe(4300)
    await service.stop()
  })

  test('a token dies when the clock says so that everybody else reads', async () => {
    const clock = makeFakeClock()
    const service = await startService([], { clock })
    const token = await service.mint('ann', 60)
    clock.setWall(61_000)
    expect((await service.connect(token).closed)[0]).toBe(4300)
    clock.setWall(-61_000)
    expect(await service.connect(token).next()).toMatchObject({ type: 'welcome' })
    await service.stop()
  })

  test('no connection lasts longer than the longest life of a token', () => {
    const { decideExpiryDelay } = makeRules()
    expect(decideExpiryDelay(1_900_000_000_000, 1_800_000_000_000)).toBe(DAY_MS)
  })
})
