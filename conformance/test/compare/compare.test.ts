import { describe, expect, test } from 'vitest'
import { compareReports } from '../../src/compare/compare.ts'
import type { Report } from '../../src/report/report.ts'
import type { Unrecorded } from '../../src/timeline/event.ts'
import { makeStandIns, recordTimeline } from '../../src/timeline/stand-ins.ts'
import type { Result } from '../../src/verdict.ts'
import { frame, reportOf, resultOf, timelineOf } from '../report/made-run.ts'

const answer = (status: number, body: object, headers = {}): Unrecorded => ({
  kind: 'answer',
  as: 'post',
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
const receipt = { id: 'm_8rT2xkQw9ZbN41Vd', seq: 4, late: true }
const seen = (...events: readonly Unrecorded[]): Partial<Result> =>
  recordTimeline(timelineOf(...events), [], makeStandIns())
const reportWith = (members: Partial<Result>): Report =>
  reportOf([resultOf({ check: 'token.a', ...members })], { isRecorded: true })
const compareSeen = (
  a: readonly Unrecorded[],
  b: readonly Unrecorded[],
): ReturnType<typeof compareReports> =>
  compareReports([reportWith(seen(...a)), reportWith(seen(...b))])

describe('compareReports', () => {
  test('ids, numbers, times, the order of members and texts for people are no differences', () => {
    const { holes, matrix, compared } = compareSeen(
      [answer(200, receipt, { date: 'Sun' }), frame('client', '{"type":"heartbeat"}')],
      [
        answer(200, { late: true, seq: 90, id: 'another' }),
        frame('client', '{ "type": "heartbeat" }'),
      ],
    )
    expect(holes).toEqual([])
    expect(matrix).toEqual([])
    expect(compared).toBe(1)
  })

  test('a member that only one answers with is a hole, with what each did', () => {
    const { holes } = compareSeen([answer(200, receipt)], [answer(200, { ...receipt, shard: 1 })])
    expect(holes).toMatchObject([
      { check: 'token.a', act: 'answer 200 application/json', also: [] },
    ])
    expect(holes[0]?.deeds.map(([deed]) => deed?.shape)).toEqual([
      '{id: text, late: true, seq: number}',
      '{id: text, late: true, seq: number, shard: number}',
    ])
  })

  test('another status, close code or webhook is a hole', () => {
    const close = (code: number): Unrecorded => ({ kind: 'close', as: 'client', code, reason: '' })
    expect(compareSeen([answer(200, {})], [answer(202, {})]).holes).toHaveLength(1)
    expect(compareSeen([close(1000)], [close(1001)]).holes).toMatchObject([{ act: 'close' }])
  })

  test('what a service does in every check that shows it is told once', () => {
    const both = (own: object): Report =>
      reportOf(
        ['token.a', 'token.b'].map((check) => resultOf({ check, ...seen(answer(200, own)) })),
        { isRecorded: true },
      )
    const { holes } = compareReports([both(receipt), both({ ...receipt, shard: 1 })])
    expect(holes).toMatchObject([{ check: 'token.a', also: ['token.b'] }])
  })

  test('what one did and the other was not seen to do counts only where the other never does it', () => {
    const report = (first: readonly Unrecorded[], second: readonly Unrecorded[]): Report =>
      reportOf(
        [
          resultOf({ check: 'token.a', ...seen(...first) }),
          resultOf({ check: 'token.b', ...seen(...second) }),
        ],
        { isRecorded: true },
      )
    const welcome = frame('client', '{"type":"welcome"}')
    const post = answer(200, receipt)
    const late = compareReports([report([post, welcome], [welcome]), report([post], [welcome])])
    expect(late.holes).toEqual([])
    const never = compareReports([report([post, welcome], [welcome]), report([post], [post])])
    expect(never.holes).toMatchObject([{ act: 'frame welcome' }])
  })

  test('broadcasts of other checks are nobody’s doing', () => {
    const stray = frame('client', '{"type":"broadcast","data":"of somebody","seq":1}')
    expect(compareSeen([answer(200, receipt), stray], [answer(200, receipt)]).holes).toEqual([])
  })

  test('what belongs to a profile that not all announce is no hole, and who announces it is told', () => {
    const report = (profiles: readonly string[], ...events: readonly Unrecorded[]): Report => {
      const made = reportWith(seen(...events))
      return { ...made, target: { ...made.target, profiles: [...profiles] } }
    }
    const beat = frame('client', '{"type":"heartbeat"}')
    const stored = answer(200, { ...receipt, stored: true })
    const both = ['core', 'robust', 'resume']
    const apart = compareReports([
      report(both, stored, beat),
      report(['core'], answer(200, receipt)),
    ])
    expect(apart.holes).toEqual([])
    expect(apart.unshared).toEqual([
      { profile: 'robust', offeredBy: [0] },
      { profile: 'resume', offeredBy: [0] },
    ])
    const alike = compareReports([report(both, stored, beat), report(both, answer(200, receipt))])
    expect(alike.holes.map(({ act }) => act)).toEqual([
      'answer 200 application/json',
      'frame heartbeat',
    ])
    expect(alike.unshared).toEqual([])
  })

  test('a requirement that one of them need not meet is no row of the matrix', () => {
    const without = reportWith({ verdict: 'unsupported', reason: 'not announced' })
    const { matrix, judgedByAll } = compareReports([reportWith(seen(answer(200, {}))), without])
    expect(matrix).toEqual([])
    expect(judgedByAll).toBe(0)
  })

  test('verdicts that differ are rows of the matrix, and what did not pass everywhere is not compared', () => {
    const failing = reportWith({
      verdict: 'fail',
      expected: 'a',
      got: 'b',
      ...seen(answer(500, {})),
    })
    const { matrix, compared, judgedByAll } = compareReports([
      reportWith(seen(answer(200, {}))),
      failing,
    ])
    expect(matrix).toEqual([
      { requirement: 'token.expired.refused', level: 'MUST', verdicts: ['pass', 'fail'] },
    ])
    expect(compared).toBe(0)
    expect(judgedByAll).toBe(1)
  })
})
