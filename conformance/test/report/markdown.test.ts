import { describe, expect, test } from 'vitest'
import { renderMarkdown } from '../../src/report/markdown.ts'
import {
  failure,
  frame,
  ledger,
  ofEveryVerdict,
  reportOf,
  resultOf,
  timelineOf,
} from './made-run.ts'

const lines = renderMarkdown(reportOf(ofEveryVerdict)).split('\n')

describe('renderMarkdown', () => {
  test('the verdict stands first, in words', () => {
    expect(lines.slice(0, 3)).toEqual([
      '# Channel Protocol conformance',
      '',
      '⚠️ **`no verdict: the suite itself has a defect`**',
    ])
    expect(renderMarkdown(reportOf([resultOf({})]))).toContain('✅ **`conformant for core')
    expect(renderMarkdown(reportOf([failure]))).toContain('❌ **`not conformant for core')
  })

  test('requirements are counted by level and verdict, checks by verdict', () => {
    const table = lines.filter((line) => line.startsWith('|'))
    expect(table).toEqual([
      '| | suite defects | failed | inconclusive | warned | passed | unsupported | not run |',
      '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
      '| MUST | 1 | 1 | 0 | 0 | 0 | 0 | 0 |',
      '| SHOULD | 0 | 0 | 0 | 1 | 0 | 0 | 0 |',
      '| checks | 1 | 1 | 1 | 1 | 1 | 1 | 1 |',
    ])
  })

  test('only what deviates is told, the worst first', () => {
    expect(lines.filter((line) => line.startsWith('### '))).toEqual([
      '### defect: `message.c`',
      '### fail: `token.expired.refused.check`',
      '### inconclusive: `token.b`',
      '### warn: `token.c`',
    ])
  })

  test('a failure has its clause, expected, got, control arm, command and the marked transcript', () => {
    const told = renderMarkdown(reportOf([failure]))
    const { text } = ledger.find(failure.requirement)
    expect(told).toContain(
      [
        `- **clause** (MUST, \`spec/token.md#token.expired.refused\`): \`${text}\``,
        '- **expected**: `a close with 4300 token-expired`',
        '- **got**: `a welcome envelope`',
        '- **control arm**: `worked`',
        '- **again**: `channel-conformance run token.expired.refused.check --seed 7`',
        '',
        '<details><summary>what happened</summary>',
        '',
        '```text',
        '     0.000  defect: service -> client  open, subprotocol channel.v1',
        '>>   0.100  defect: service -> client  text {"type":"welcome"}',
        '```',
      ].join('\n'),
    )
  })

  test('what comes from outside stands in code that it cannot end', () => {
    const hostile = '`x` ``y`` ``` <img src=x>\n# @somebody [a](b) | \u202e'
    const told = renderMarkdown(
      reportOf([
        resultOf({
          verdict: 'fail',
          expected: hostile,
          got: '`',
          timeline: timelineOf(frame('client', hostile)),
        }),
      ]),
    )
    expect(told).toContain(
      '- **expected**: ```` `x` ``y`` ``` <img src=x> # @somebody [a](b) | \\u202e ````',
    )
    expect(told).toContain('- **got**: `` ` ``')
    expect(told).toMatch(/^`{4}text\n(.*\n)+?`{4}$/m)
    expect(told.match(/^# /gm)).toHaveLength(1)
  })

  test('many deviations and long transcripts stay within what platforms of CI show', () => {
    const events = Array.from({ length: 100 }, (_, index) =>
      frame('defect', `frame ${index} ${'x'.repeat(5000)}`),
    )
    const many = Array.from({ length: 300 }, (_, index) =>
      resultOf({
        check: `token.case-${index}.refused`,
        verdict: 'fail',
        expected: 'y'.repeat(5000),
        got: 'z',
        offender: 50,
        timeline: timelineOf(...events),
      }),
    )
    const told = renderMarkdown(reportOf(many))
    expect(told.length).toBeLessThan(400_000)
    expect(told).toContain('250 more deviations are in the other forms of this report.')
    expect(told).toContain('>>   4.900  defect: service -> client  text frame 49')
    expect(told).toMatch(/\.\.\. 37 more\n[\s\S]*\.\.\. 47 more\n/)
  })

  test('a run without a check says so', () => {
    expect(renderMarkdown(reportOf([]))).toContain('No check was made.')
  })
})
