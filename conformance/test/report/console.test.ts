import { describe, expect, test } from 'vitest'
import { renderDeviations, renderSummary, styleFor } from '../../src/report/console.ts'
import { goldenOf, readTranscripts } from '../../src/report/golden.ts'
import { renderGolden } from '../../src/report/side-by-side.ts'
import type { Result } from '../../src/verdict.ts'
import { failure, ledger, ofEveryVerdict, reproduce, resultOf, summaryOf } from './made-run.ts'

const plain = styleFor({}, {})
const deviations = (...results: Result[]): string[] =>
  renderDeviations(results, ledger, plain, reproduce)

describe('renderDeviations', () => {
  test('a failure shows id, level, clause, expected, got, control, transcript and one command', () => {
    expect(deviations(failure)).toEqual([
      '',
      'token',
      '',
      '  FAIL token.expired.refused.check  MUST, spec/token.md#token.expired.refused',
      '    clause    The service MUST do what token.expired.refused says.',
      '    expected  a close with 4300 token-expired',
      '    got       a welcome envelope',
      '    control   the same without the defect worked',
      '    what happened',
      '         0.000  defect   <-- 101 open, subprotocol channel.v1',
      '     >>  0.100  defect   <-- text {"type":"welcome"}',
      '    again     channel-conformance run token.expired.refused.check --seed 7',
    ])
  })

  test('only what deviates is shown, under its chapter', () => {
    const heads = deviations(...ofEveryVerdict).filter((line) => /^\S|^ {2}\S/.test(line))
    expect(heads.map((line) => line.trim().split(' ').slice(0, 2).join(' '))).toEqual([
      'token',
      'FAIL token.expired.refused.check',
      'INCONCLUSIVE token.b',
      'WARN token.c',
      'message',
      'DEFECT message.c',
    ])
  })

  test('a control arm that did not work is said so', () => {
    const lines = deviations(
      resultOf({ verdict: 'inconclusive', reason: 'no control', control: 'expected a, got b' }),
    )
    expect(lines).toContain('    because   no control')
    expect(lines).toContain(
      '    control   the same without the defect did not work: expected a, got b',
    )
  })

  test('the further lines of a text stand beneath its first, ten at most', () => {
    const reason = `a judge threw: oops\n${'    at judge\n'.repeat(30)}`
    const lines = deviations(resultOf({ verdict: 'defect', reason }))
    expect(lines).toContain('    because   a judge threw: oops')
    expect(lines.filter((line) => line === '              at judge')).toHaveLength(9)
  })

  test('nothing that came from the target reaches the terminal as a command', () => {
    const text = 'x\u001b]0;title\u0007'
    const lines = deviations(resultOf({ verdict: 'fail', expected: 'y', got: text }))
    expect(lines).toContain('    got       x\\u001b]0;title\\u0007')
  })

  test('what a conforming server did is shown once for all checks of one stimulus', () => {
    const [first = '', second = ''] =
      readTranscripts().find(({ checks }) => checks.length > 1)?.checks ?? []
    const lines = deviations({ ...failure, check: first }, { ...failure, check: second })
    expect(lines.filter((line) => line === '    what a conforming server did')).toHaveLength(2)
    for (const line of renderGolden(goldenOf(first) ?? [], 146))
      expect(lines.filter((shown) => shown === `    ${line}`)).toHaveLength(1)
    expect(lines).toContain(`       see ${first}`)
  })

  test('many failures are answered with the way to take them one after the other', () => {
    const hint = (count: number): boolean =>
      deviations(...Array.from({ length: count }, () => failure)).some((line) =>
        line.includes('run --guide'),
      )
    expect([hint(19), hint(20)]).toEqual([false, true])
  })

  test('a run without deviations shows nothing', () => {
    expect(deviations(resultOf({}))).toEqual([])
  })
})

describe('renderSummary', () => {
  test('the last line is the verdict', () => {
    const summary = summaryOf([failure])
    expect(renderSummary(summary, 1.26, plain)).toEqual([
      '',
      'checks: 1 failed in 1.3 s',
      '1 of 2 MUSTs judged; not judged: 1 not selected',
      'not conformant for core: 1 MUST broken, judged with test timings',
    ])
  })

  test('a run that executed nothing says so', () => {
    const lines = renderSummary(summaryOf([]), 0, plain)
    expect(lines).toContain('checks: none in 0.0 s')
    expect(lines.at(-1)).toBe('no verdict for core: nothing was selected')
  })

  test('a verdict is green exactly when the exit code is 0', () => {
    const coloured = styleFor({ isTTY: true }, {})
    const last = (...results: Result[]): string =>
      renderSummary(summaryOf(results), 0, coloured).at(-1) ?? ''
    expect(last(resultOf({}))).toContain('\u001b[32mconformant')
    expect(last(failure)).toContain('\u001b[31mnot conformant')
    expect(last()).toContain('\u001b[31mno verdict')
  })
})

describe('styleFor', () => {
  const isColoured = (isTTY: boolean, env: NodeJS.ProcessEnv): boolean =>
    styleFor({ isTTY }, env).bad('x') !== 'x'
  test('a terminal gets colours', () => {
    expect(isColoured(true, {})).toBe(true)
  })
  test('NO_COLOR with any value turns them off, an empty one does not', () => {
    expect(isColoured(true, { NO_COLOR: '0' })).toBe(false)
    expect(isColoured(true, { NO_COLOR: '' })).toBe(true)
  })
  test('what is no terminal gets none', () => {
    expect(isColoured(false, {})).toBe(false)
  })
})
