import { describe, expect, test } from 'vitest'
import {
  type Look,
  lookOnce,
  runUndisturbed,
  type Undecided,
  worthAnotherLook,
} from '../src/second-look.ts'
import type { Result, Verdict } from '../src/verdict.ts'

const made = (verdict: Verdict): Result => ({
  check: 'a.b.c',
  requirement: 'a.b',
  verdict,
  durationMs: 1,
})

describe('lookOnce', () => {
  const look = async (stalledMs: number, ...results: Result[]): Promise<Look['outcome']> =>
    (await lookOnce({ longestSince: () => stalledMs }, async () => results)).outcome
  test('what failed on a suite that ran is decided', async () => {
    expect(await look(10, made('pass'), made('fail'), made('warn'))).toBe('decided')
  })
  test('what failed on a suite that stood still is spoilt, and what passed then is not', async () => {
    expect(await look(250, made('pass'), made('fail'))).toBe('spoilt')
    expect(await look(250, made('pass'))).toBe('decided')
  })
  test('what is inconclusive is unclear, also on a suite that ran', async () => {
    expect(await look(10, made('inconclusive'))).toBe('unclear')
  })
  test('what failed is not looked at again for the sake of what was inconclusive beside it', async () => {
    expect(await look(10, made('fail'), made('inconclusive'))).toBe('decided')
  })
})

describe('worthAnotherLook', () => {
  const some = (count: number, outcome: Look['outcome']): Undecided<number>[] =>
    Array.from({ length: count }, (_, of) => ({ of, results: [], outcome }))
  test('everything that was spoilt is, and little that is unclear', () => {
    const { again, rest } = worthAnotherLook([...some(90, 'spoilt'), ...some(16, 'unclear')])
    expect([again.length, rest.length]).toEqual([106, 0])
  })
  test('much that is unclear is not: that is the target, and not the machine', () => {
    const { again, rest } = worthAnotherLook([...some(2, 'spoilt'), ...some(17, 'unclear')])
    expect([again.length, rest.length]).toEqual([2, 17])
  })
})

describe('runUndisturbed', () => {
  const failed: Result = {
    check: 'a.b.c',
    requirement: 'a.b',
    verdict: 'fail',
    expected: 'status 200',
    got: 'status 404',
    durationMs: 1,
  }
  const runs = async (stalledMs: number, ...results: Result[]): Promise<Result | undefined> => {
    const watch = { longestSince: () => stalledMs }
    const [made] = await runUndisturbed(watch, async () => [results.shift() ?? failed])
    return made
  }
  test('a check that failed while the suite stood still each time is inconclusive and says what it saw', async () => {
    const result = await runs(250)
    expect(result?.verdict).toBe('inconclusive')
    expect(result?.reason).toContain('stood still for 250 ms, 3 times in a row')
    expect(result?.reason).toContain('the last time: expected status 200, got status 404')
  })
  test('so does one that was inconclusive', async () => {
    const unclear: Result = {
      check: 'a',
      requirement: 'b',
      verdict: 'inconclusive',
      reason: 'why',
      durationMs: 1,
    }
    expect((await runs(250, unclear, unclear, unclear))?.reason).toContain('the last time: why')
  })
  test('one that passed at last, or that failed on a suite that ran, is what it is', async () => {
    const passed: Result = { check: 'a', requirement: 'b', verdict: 'pass', durationMs: 1 }
    expect(await runs(250, failed, passed)).toBe(passed)
    expect(await runs(10)).toBe(failed)
  })
  test('of checks that share a stimulus only those that did not pass are inconclusive', async () => {
    const passed: Result = { check: 'a', requirement: 'b', verdict: 'pass', durationMs: 1 }
    const watch = { longestSince: () => 250 }
    const results = await runUndisturbed(watch, async () => [passed, failed])
    expect(results.map(({ verdict }) => verdict)).toEqual(['pass', 'inconclusive'])
  })
})
