import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  attempted,
  attemptedOnce,
  heldBack,
  inFlightBounded,
  pausedBetween,
  redirectIgnored,
  repeatedOnTime,
  reportedAfterFence,
  scheduleEnded,
  seenAttempts,
} from '../../src/judges/webhook-sending.ts'
import { note, type Planned, timelineOf, webhook, webhookAnswer } from '../timeline-builder.ts'

const advertised = {
  timings: { webhook_retry_seconds: [1, 5], webhook_pause_seconds: 1 },
  limits: { webhook_concurrency: 1 },
}
const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, advertised)).verdict
const attempt = (atMs?: number, as = 'client', inFlight = 1): Planned =>
  webhook(as, { event: 'connected', version: '1' }, { inFlight, ...(atMs && { atMs }) })
const change = webhook('client', { event: 'disconnected', version: '2' })
const fence = note('fence')

describe('how often', () => {
  test('as many attempts as asked for pass', () => {
    expect(verdict(attempted('client', 2), attempt(), attempt())).toBe('pass')
  })
  test('fewer attempts fail', () => {
    expect(verdict(attempted('client', 2), attempt(), change)).toBe('fail')
  })
  test('as many attempts as needed are a condition that is met', () => {
    expect(verdict(seenAttempts('client', 1), attempt())).toBe('pass')
  })
  test('with fewer attempts than needed nothing can be said', () => {
    expect(verdict(seenAttempts('client', 2), attempt())).toBe('inconclusive')
  })
  test('one attempt of a report and another report pass', () => {
    expect(verdict(attemptedOnce('client'), attempt(), change)).toBe('pass')
  })
  test('two attempts of one report fail', () => {
    expect(verdict(attemptedOnce('client'), attempt(), attempt())).toBe('fail')
  })
})

describe('repeatedOnTime', () => {
  const judge = repeatedOnTime('client', 2)
  test('waits at the edges of their range pass', () => {
    expect(verdict(judge, attempt(100), attempt(900), attempt(8900))).toBe('pass')
  })
  test('a wait that is too short fails', () => {
    expect(verdict(judge, attempt(100), attempt(800), attempt(6000))).toBe('fail')
  })
  test('a wait that is too long fails', () => {
    expect(verdict(judge, attempt(100), attempt(900), attempt(8901))).toBe('fail')
  })
  test('a missing attempt fails', () => {
    expect(verdict(judge, attempt(100), attempt(900))).toBe('fail')
  })
})

describe('heldBack', () => {
  // A first wait of 1 s lasts 1.2 s at most, so that 3 s are asked for.
  const judge = heldBack('client')
  test('an attempt after the time that was asked for passes', () => {
    expect(verdict(judge, attempt(100), attempt(3100))).toBe('pass')
  })
  test('an attempt before it fails', () => {
    expect(verdict(judge, attempt(100), attempt(3000))).toBe('fail')
  })
  test('without a second attempt nothing can be said', () => {
    expect(verdict(judge, attempt(100))).toBe('inconclusive')
  })
})

describe('redirectIgnored', () => {
  const judge = redirectIgnored('client', 'elsewhere')
  test('a repeat at the old place passes', () => {
    expect(verdict(judge, attempt(), attempt())).toBe('pass')
  })
  test('a request at the new place fails', () => {
    expect(verdict(judge, attempt(), attempt(undefined, 'elsewhere'))).toBe('fail')
  })
  test('without either nothing can be said', () => {
    expect(verdict(judge, attempt())).toBe('inconclusive')
  })
})

describe('giving up', () => {
  const schedule = [attempt(), attempt(), attempt()]
  test('the attempts of the schedule and then the next change pass', () => {
    expect(verdict(scheduleEnded('client'), ...schedule, fence, change)).toBe('pass')
  })
  test('an attempt beyond the schedule fails', () => {
    expect(verdict(scheduleEnded('client'), ...schedule, attempt(), fence)).toBe('fail')
  })
  test('a change that is reported after the fence passes', () => {
    expect(verdict(reportedAfterFence('client'), ...schedule, fence, change)).toBe('pass')
  })
  test('a change that is not reported fails', () => {
    expect(verdict(reportedAfterFence('client'), ...schedule, fence)).toBe('fail')
  })
})

describe('the target as a whole', () => {
  const two = (inFlight: number): Planned[] => [attempt(), attempt(undefined, 'client', inFlight)]
  const [first, answered] = [attempt(100, 'a'), webhookAnswer('a', 1, 503)]
  test('as many in flight as advertised pass', () => {
    expect(verdict(inFlightBounded('client'), ...two(1))).toBe('pass')
  })
  test('more in flight fail', () => {
    expect(verdict(inFlightBounded('client'), ...two(2))).toBe('fail')
  })
  test('with no more attempts than the limit nothing can be said', () => {
    expect(verdict(inFlightBounded('client'), attempt())).toBe('inconclusive')
  })
  test('two attempts of which one waited for the pause pass', () => {
    const later = [attempt(110, 'b'), attempt(1100, 'c')]
    expect(verdict(pausedBetween('a', 'b', 'c'), first, answered, ...later)).toBe('pass')
  })
  test('two attempts within the pause fail', () => {
    const later = [attempt(110, 'b'), attempt(900, 'c')]
    expect(verdict(pausedBetween('a', 'b', 'c'), first, answered, ...later)).toBe('fail')
  })
  test('with fewer attempts nothing can be said', () => {
    expect(verdict(pausedBetween('a', 'b', 'c'), first, answered)).toBe('inconclusive')
  })
  test('where the first attempt was answered well there was nothing to pause for', () => {
    const well = webhookAnswer('a', 1, 204)
    const later = [attempt(110, 'b'), attempt(900, 'c')]
    expect(verdict(pausedBetween('a', 'b', 'c'), first, well, ...later)).toBe('inconclusive')
  })
})
