import { describe, expect, test } from 'vitest'
import type { Ledger, Requirement } from '../src/ledger.ts'
import { type RunFacts, summarise } from '../src/summary.ts'
import type { Result, Verdict } from '../src/verdict.ts'

const row = (id: string, members: Partial<Requirement> = {}): Requirement => ({
  id,
  level: 'MUST',
  actor: 'service',
  profile: 'core',
  class: 'wire',
  rows: [],
  chapter: 'token',
  section: '',
  text: '',
  ...members,
})
const rows = [
  row('token.a'),
  row('token.b'),
  row('token.hidden', { class: 'internal', reason: 'inside' }),
  row('token.should', { level: 'SHOULD' }),
]
const ledger: Ledger = {
  revision: '1.0',
  requirements: rows,
  find: (id) => rows.find((candidate) => candidate.id === id) as Requirement,
}
const facts: RunFacts = {
  profiles: ['core'],
  testTimings: false,
  isPartial: false,
  isStrict: false,
}
const result = (requirement: string, verdict: Verdict, reason?: string): Result => ({
  check: `${requirement}.check`,
  requirement,
  verdict,
  durationMs: 1,
  ...(reason === undefined ? {} : { reason }),
})
const exitOf = (results: Result[], members: Partial<RunFacts> = {}): number =>
  summarise(results, ledger, { ...facts, ...members }).exitCode

describe('summarise', () => {
  test('every testable MUST passed: exit 0', () => {
    expect(exitOf([result('token.a', 'pass'), result('token.b', 'pass')])).toBe(0)
  })
  test('a broken MUST: exit 1', () => {
    expect(exitOf([result('token.a', 'fail'), result('token.b', 'inconclusive')])).toBe(1)
  })
  test('a broken SHOULD alone: exit 0', () => {
    expect(exitOf([result('token.a', 'pass'), result('token.should', 'warn')])).toBe(0)
  })
  test('an inconclusive MUST: exit 3', () => {
    expect(exitOf([result('token.a', 'pass'), result('token.b', 'inconclusive')])).toBe(3)
  })
  test('nothing executed: exit 3', () => {
    expect(exitOf([result('token.a', 'not-run', 'needs key')])).toBe(3)
  })
  test('a preflight that failed: exit 3, unless a MUST is broken', () => {
    expect(exitOf([result('token.a', 'pass')], { preflight: 'no webhook' })).toBe(3)
    expect(exitOf([result('token.a', 'fail')], { preflight: 'no webhook' })).toBe(1)
  })
  test('a defect of the suite: exit 5', () => {
    expect(exitOf([result('token.a', 'fail'), result('token.b', 'defect')])).toBe(5)
  })
  test('strict: a testable MUST that was not judged forbids a verdict', () => {
    const results = [result('token.a', 'pass'), result('token.b', 'not-run', 'needs exec')]
    expect(exitOf(results)).toBe(0)
    expect(exitOf(results, { isStrict: true })).toBe(3)
  })
  test('MUSTs that were not judged are counted with their reasons', () => {
    const summary = summarise(
      [result('token.a', 'pass'), result('token.b', 'not-run', 'needs exec')],
      ledger,
      facts,
    )
    expect(summary.musts).toEqual({ judged: 1, total: 3 })
    expect(summary.notJudged).toEqual([
      { reason: 'needs exec', count: 1 },
      { reason: 'cannot be seen from outside (internal)', count: 1 },
    ])
  })
  test('the words say that test timings were judged', () => {
    const { words } = summarise([result('token.a', 'pass')], ledger, {
      ...facts,
      testTimings: true,
    })
    expect(words).toContain('judged with test timings')
  })
  test('the words say what was left out', () => {
    const { words } = summarise([result('token.a', 'pass')], ledger, {
      ...facts,
      isPartial: true,
      skipped: ['token.b.**'],
    })
    expect(words).toContain('for core without token.b.** (skipped), as far as the selection goes')
    expect(summarise([], ledger, facts).words).toContain('nothing was selected')
  })
})
