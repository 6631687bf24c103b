import { describe, expect, test } from 'vitest'
import { SetUpFailed } from '../src/drive/set-up-failed.ts'
import { noteOfThrown } from '../src/judgement.ts'
import { fail, PASS } from '../src/judges/finding.ts'
import { type Judging, replay } from '../src/replay.ts'
import type { Report } from '../src/report/report.ts'
import { makeStandIns, recordTimeline } from '../src/timeline/stand-ins.ts'
import { readObject, type Timeline } from '../src/timeline/timeline.ts'
import type { Result } from '../src/verdict.ts'
import { frame, ledger, reportOf, resultOf, timelineOf } from './report/made-run.ts'

const SECRET = 'tokenOfThisTest-0001'
const requirement = 'token.expired.refused'

/** Wants a welcome that tells the token as it is. */
const check: Judging = {
  id: 'token.a',
  proves: requirement,
  drive: 'one',
  judge({ events }) {
    const welcome = events.find(({ kind }) => kind === 'frame')
    if (welcome?.kind !== 'frame') return fail('a welcome', 'none')
    const { token, type } = readObject(welcome.text) ?? {}
    if (type !== 'welcome') return fail('a welcome', String(type), welcome)
    return /^[\w-]{20}$/.test(String(token)) ? PASS : fail('a token', String(token), welcome)
  },
}
const seen = timelineOf(frame('client', JSON.stringify({ type: 'welcome', token: SECRET })))
const recorded = (timeline: Timeline, members: Partial<Result> = {}): Result =>
  resultOf({
    check: 'token.a',
    ...recordTimeline(timeline, [SECRET], makeStandIns()),
    ...members,
  })
const report = (results: readonly Result[], isRecorded = true): Report =>
  reportOf(results, { isRecorded })

describe('replay', () => {
  test('a recorded pass is a pass again, although its token is not in the report', () => {
    const saved = report([recorded(seen)])
    expect(JSON.stringify(saved)).not.toContain(SECRET)
    const { results, differences, judged } = replay(saved, [check], ledger)
    expect(results[0]).toMatchObject({ verdict: 'pass' })
    expect(differences).toEqual([])
    expect(judged).toBe(1)
  })

  test('a timeline that was edited by hand gets another verdict, and the difference is told', () => {
    const saved = report([recorded(seen)])
    const text = JSON.stringify(saved)
    const edited = JSON.parse(text.replace('\\"welcome\\"', '\\"message\\"')) as Report
    expect(JSON.stringify(edited)).not.toBe(text)
    const { results, differences } = replay(edited, [check], ledger)
    expect(results[0]).toMatchObject({ verdict: 'fail', got: 'message', offender: 1 })
    expect(differences).toMatchObject([{ check: 'token.a', saved: 'pass', again: 'fail' }])
  })

  test('a verdict that was edited by hand is told', () => {
    const saved = report([recorded(seen, { verdict: 'fail', expected: 'a', got: 'b' })])
    expect(replay(saved, [check], ledger).differences[0]).toMatchObject({
      saved: 'fail',
      again: 'pass',
      what: expect.stringContaining('verdict fail -> pass'),
    })
  })

  test('a set-up that failed is found in what was recorded', () => {
    const note = noteOfThrown(new SetUpFailed('no token could be minted'))
    const reason = 'set-up failed: no token could be minted'
    const saved = report([recorded(timelineOf(note), { verdict: 'inconclusive', reason })])
    const { results, differences } = replay(saved, [check], ledger)
    expect(results[0]).toMatchObject({ verdict: 'inconclusive', reason })
    expect(differences).toEqual([])
  })

  test('what was not made stays as it is', () => {
    const saved = report([resultOf({ check: 'token.a', verdict: 'not-run', reason: 'needs key' })])
    expect(replay(saved, [check], ledger)).toMatchObject({
      results: [{ verdict: 'not-run', reason: 'needs key' }],
      judged: 0,
      notAgain: [],
    })
  })

  test('what cannot be judged again is inconclusive, with the reason', () => {
    const unrecorded = replay(report([recorded(seen)], false), [check], ledger)
    expect(unrecorded.notAgain).toEqual([{ check: 'token.a', reason: 'the run was not recorded' }])
    expect(unrecorded.results[0]?.verdict).toBe('inconclusive')
    const unknown = replay(report([recorded(seen)]), [], ledger)
    expect(unknown.notAgain[0]?.reason).toBe('this suite has no check token.a')
  })

  test('what the service of one check advertised comes back to its judge', () => {
    const advertised = {
      ...seen.advertised,
      baseUrl: 'http://127.0.0.1:9',
      limits: { ...seen.advertised.limits, data_bytes: 7 },
    }
    let told: unknown
    const curious: Judging = {
      ...check,
      judge(timeline) {
        told = timeline.advertised
        return PASS
      },
    }
    const timeline = { ...seen, advertised }
    replay(report([recorded(timeline)]), [curious], ledger)
    expect(told).toEqual({ ...advertised, webhookSecrets: [] })
  })
})
