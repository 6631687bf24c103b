import { describe, expect, test } from 'vitest'
import { INVARIANTS } from '../../src/invariants/index.ts'
import { observe } from '../../src/invariants/observe.ts'
import { readLedger } from '../../src/ledger.ts'
import { describeInvariants } from '../../src/report/invariants.ts'
import type { Result } from '../../src/verdict.ts'
import { timelineOf } from '../timeline-builder.ts'
import { BASE, connected, message } from './observing.ts'

const ledger = readLedger()
const SEQ = 'message.every-seq.contiguous'
const own = (members: Partial<Result> = {}): Result => ({
  check: SEQ,
  requirement: 'message.seq.contiguous',
  verdict: 'pass',
  durationMs: 5,
  ...members,
})
const sound = timelineOf([...connected('a', 'ada'), message('a', 1)])
const gap = timelineOf([...connected('a', 'ada'), message('a', 2, 'secret data')])
const other: Result = {
  check: 'x.y.z',
  requirement: 'message.id.unique',
  verdict: 'pass',
  durationMs: 1,
}

describe('the invariants of a run', () => {
  test('every one says how much it judged', () => {
    const observation = observe(BASE)
    observation.take(sound, [{ id: 'x.y.z' }], [])
    observation.take(sound, [{ id: SEQ }], [])
    expect(observation.settle([own()], ledger)).toEqual([own({ observed: 2 })])
  })

  test('one that saw nothing is inconclusive, whatever its own stimulus said', () => {
    const [result] = observe(BASE).settle([own()], ledger)
    expect(result).toMatchObject({ verdict: 'inconclusive', observed: 0 })
    expect(result?.reason).toContain('no evidence')
  })

  test("one that another check's stimulus broke fails, shows it and says where, without secrets", () => {
    const observation = observe(BASE)
    observation.take(sound, [{ id: SEQ }], [])
    observation.take(gap, [{ id: 'x.y.z' }, { id: 'x.y.zz' }], ['secret data'])
    const [result, beside] = observation.settle([own(), other], ledger)
    expect(result).toMatchObject({ verdict: 'fail', seenIn: 'x.y.z', offender: 4, observed: 2 })
    expect(JSON.stringify(result)).not.toContain('secret data')
    expect(beside).toBe(other)
  })

  test('one that its own stimulus broke does not name another', () => {
    const observation = observe(BASE)
    observation.take(gap, [{ id: 'token.every-url.clean' }, { id: SEQ }], [])
    const [result] = observation.settle([own({ verdict: 'fail' })], ledger)
    expect(result).toMatchObject({ verdict: 'fail', offender: 4 })
    expect(result?.seenIn).toBeUndefined()
  })

  test('one whose own stimulus could not be made is judged by those of others', () => {
    const observation = observe(BASE)
    observation.take(sound, [{ id: 'x.y.z' }], [])
    const failed = own({ verdict: 'inconclusive', reason: 'set-up failed' })
    expect(observation.settle([failed], ledger)).toEqual([own({ observed: 1 })])
  })

  test('one that was not asked for stays so', () => {
    const observation = observe(BASE)
    observation.take(gap, [{ id: 'x.y.z' }], [])
    const result = own({ verdict: 'not-run', reason: 'filtered' })
    expect(observation.settle([result], ledger)).toEqual([result])
  })

  test('they are told in one line', () => {
    expect(describeInvariants([own({ observed: 40_000 }), own({ observed: 2 }), other])).toEqual([
      'invariants: 2 over 40,002 observations',
    ])
    expect(describeInvariants([other])).toEqual([])
  })

  test('each alone says nothing of an empty timeline', () => {
    const verdicts = INVARIANTS.map(({ judge }) => judge(timelineOf([])).verdict)
    expect(new Set(verdicts)).toEqual(new Set(['inconclusive']))
  })
})
