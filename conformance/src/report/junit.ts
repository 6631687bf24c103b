/** The report as JUnit XML: fail is a failure, inconclusive and defect are errors, not run and unsupported are skipped. */

import type { Report } from './report.ts'

/** One test suite per chapter, one test case per check. */
export function renderJunit(report: Report): string {
  const chapterOf = new Map(report.requirements.map(({ id, chapter }) => [id, chapter]))
  const suites = Map.groupBy(
    report.results,
    ({ requirement }) => chapterOf.get(requirement) ?? 'other',
  )
  const bodies = [...suites].map(([chapter, results]) => {
    const count = (...verdicts: string[]): number =>
      results.filter(({ verdict }) => verdicts.includes(verdict)).length
    const seconds = results.reduce((sum, { duration_ms }) => sum + duration_ms / 1000, 0)
    return [
      `  <testsuite name="${escapeXml(chapter)}" tests="${results.length}" failures="${count('fail')}" errors="${count('inconclusive', 'defect')}" skipped="${count('not-run', 'unsupported')}" time="${seconds.toFixed(3)}">`,
      ...results.map(renderCase),
      '  </testsuite>',
    ].join('\n')
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="channel-conformance" time="${report.run.seconds.toFixed(3)}">\n${bodies.join('\n')}\n</testsuites>\n`
}

function renderCase(result: Report['results'][number]): string {
  const open = `    <testcase classname="${escapeXml(result.requirement)}" name="${escapeXml(result.check)}" time="${(result.duration_ms / 1000).toFixed(3)}"`
  const text = escapeXml(
    [
      `clause: ${result.clause}`,
      result.expected && `expected: ${result.expected}`,
      result.got && `got: ${result.got}`,
      `again: ${result.reproduce}`,
    ]
      .filter(Boolean)
      .join('\n'),
  )
  switch (result.verdict) {
    case 'fail':
      return `${open}>\n      <failure message="${escapeXml(result.got ?? '')}">${text}</failure>\n    </testcase>`
    case 'inconclusive':
    case 'defect':
      return `${open}>\n      <error message="${escapeXml(result.reason ?? '')}">${text}</error>\n    </testcase>`
    case 'not-run':
    case 'unsupported':
      return `${open}>\n      <skipped message="${escapeXml(result.reason ?? '')}"/>\n    </testcase>`
    case 'warn':
      return `${open}>\n      <system-out>warning: ${text}</system-out>\n    </testcase>`
    default:
      return `${open}/>`
  }
}

function escapeXml(text: string): string {
  return (
    text
      .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids these characters even escaped.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  )
}
