import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { renderHtml } from '../../src/report/html.ts'
import type { PageData } from '../../src/report/page-form.ts'
import type { Report } from '../../src/report/report.ts'
import {
  failure,
  frame,
  ledger,
  ofEveryVerdict,
  reportOf,
  resultOf,
  timelineOf,
} from './made-run.ts'

const report = reportOf(ofEveryVerdict)
const page = renderHtml([report])
const hostile = `</script><img src=x onerror="alert(1)"> & 'x' <!--\u202e\u0007`
const hostilePage = renderHtml([
  {
    ...reportOf([
      resultOf({
        verdict: 'fail',
        expected: hostile,
        got: hostile,
        control: hostile,
        offender: 1,
        timeline: timelineOf(frame(hostile, hostile)),
      }),
      resultOf({ check: 'token.a', verdict: 'defect', reason: hostile }),
    ]),
    target: {
      name: hostile,
      url: hostile,
      implementation: { name: hostile, version: hostile },
      profiles: [hostile],
      test_timings: true,
    },
  },
])

const dataOf = (html: string): PageData =>
  JSON.parse(/<script type="application\/json" id="data">(.*)<\/script>/.exec(html)?.[1] ?? '')
const count = (html: string, what: RegExp): number => (html.match(what) ?? []).length

describe('renderHtml', () => {
  test('a page says the verdict in words, and every requirement with its clause, level and verdict', () => {
    expect(page).toContain(report.verdict.words)
    for (const { id, text } of ledger.requirements) {
      expect(page).toContain(`id="${id}"`)
      expect(page).toContain(text)
    }
    expect(page).toContain('data-verdicts="fail" data-level="MUST" data-profile="core"')
    expect(page).toContain('data-verdicts="warn" data-level="SHOULD"')
  })

  test('every check is in its data, with everything that a person needs', () => {
    const { checks, targets } = dataOf(page)
    expect(Object.keys(checks)).toEqual(ofEveryVerdict.map(({ check }) => check))
    expect(checks[failure.check]).toEqual([
      {
        verdict: 'fail',
        expected: 'a close with 4300 token-expired',
        got: 'a welcome envelope',
        control: 'worked',
        offender: 2,
        ms: 250,
        judged: 'service',
        hasEvents: true,
      },
    ])
    expect(targets).toEqual([
      { label: 'example', again: 'channel-conformance run {check} --seed 7' },
    ])
    expect(page).toContain(`id="events-0-${failure.check}"`)
  })

  test('which clock gave a verdict, and how much an invariant observed, is in its data', () => {
    const html = renderHtml([reportOf([resultOf({ clock: 'virtual', observed: 48_211 })])])
    expect(dataOf(html).checks['token.expired.refused.check']?.[0]).toMatchObject({
      clock: 'virtual',
      observed: 48_211,
    })
    expect(html).toContain('1 timed checks on a virtual clock')
  })

  test('it loads nothing, and its policy lets run and style only what stands in it', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? []
    const hash = (text = ''): string =>
      `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? []
    const [, script] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? []
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src ${hash(style)}`,
      `script-src ${hash(script)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ])
    expect(page).not.toMatch(/\b(?:src|href)="(?!#)|@import|url\(/)
    expect(page).not.toMatch(/ style=| on\w+="/)
  })

  test('no text of a target becomes markup, ends the data, or turns the direction of reading', () => {
    expect(count(hostilePage, /<script/g)).toBe(count(page, /<script(?! type)|id="data"/g) + 1)
    expect(count(hostilePage, /<\/script>/g)).toBe(count(hostilePage, /<script/g))
    expect(hostilePage).not.toMatch(/<img|<!--/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be there.
    expect(hostilePage).not.toMatch(/[\u0000-\u0008\u202e]/)
    const [check] = dataOf(hostilePage).checks[failure.check] ?? []
    expect(check?.got).toBe(`</script><img src=x onerror="alert(1)"> & 'x' <!--\\u202e\\u0007`)
  })

  test('of several reports every requirement of any has a column for each', () => {
    const other: Report = reportOf([resultOf({})])
    const html = renderHtml([report, other, reportOf([])])
    expect(html).toContain('3 targets, requirement by requirement')
    expect(html).toContain('data-verdicts="fail pass absent"')
    expect(html).toContain('data-verdicts="warn absent absent"')
    expect(count(html, /data-differs/g)).toBe(3)
    expect(html).toMatch(/A fail<\/span><span class="verdict tone-pass">B pass<\/span>/)
    const { checks, targets } = dataOf(html)
    expect(targets.map(({ label }) => label)).toEqual(['example', 'example (2)', 'example (3)'])
    expect(checks['token.a']).toEqual([expect.objectContaining({ verdict: 'pass' }), null, null])
  })

  test('seven hundred checks fit into half a megabyte', () => {
    const many = Array.from({ length: 700 }, (_, index) =>
      resultOf({ check: `token.case-${index}.refused`, control: 'worked' }),
    )
    expect(renderHtml([reportOf(many)]).length).toBeLessThan(500_000)
  })

  test('a long text of a target is cut with its length', () => {
    const long = resultOf({
      ...failure,
      timeline: timelineOf(frame('defect', 'x'.repeat(10_000))),
      offender: 1,
    })
    const html = renderHtml([reportOf([long])])
    expect(html).toContain('xxx... (10000 characters)')
    expect(html).not.toContain('x'.repeat(4001))
  })

  test('of a pass in a recorded run less is kept than of a failure', () => {
    const events = Array.from({ length: 300 }, () => frame('client', 'y'.repeat(1000)))
    const passed = resultOf({ timeline: timelineOf(...events) })
    const html = renderHtml([reportOf([passed], { isRecorded: true })])
    expect(count(html, /\(1000 characters\)/g)).toBe(120)
  })
})
