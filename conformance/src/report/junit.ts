/** The report as JUnit XML: fail is a failure, inconclusive and defect are errors, not run and unsupported are skipped. */

import type { Report } from './report.ts'

type CheckResult = Report['results'][number]

/** One test suite per chapter, one test case per check; a warning passes, with its text as output. */
export function renderJunit(report: Report): string {
  const chapterOf = new Map(report.requirements.map(({ id, chapter }) => [id, chapter]))
  const suites = Map.groupBy(
    report.results,
    ({ requirement }) => chapterOf.get(requirement) ?? 'other',
  )
  const startedAt = report.run.started_at.replace(/\.\d+Z$/, 'Z')
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="channel-conformance" ${renderCounts(report.results)} time="${report.run.seconds.toFixed(3)}">`,
    ...[...suites].flatMap(([chapter, results]) => [
      `  <testsuite name="${escapeAttribute(chapter)}" ${renderCounts(results)} time="${inSeconds(results)}" timestamp="${startedAt}">`,
      ...renderProperties(report),
      ...results.map(renderCase),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n')
}

/** What was judged, how, and with which verdict: JUnit has no other place for it. */
function renderProperties({ target, run, suite, verdict }: Report): string[] {
  const rows = {
    target: target.url,
    implementation: `${target.implementation?.name ?? ''} ${target.implementation?.version ?? ''}`,
    suite: `${suite.name} ${suite.version}`,
    revision: suite.revision,
    seed: `${run.seed}`,
    verdict: verdict.words,
  }
  return [
    '    <properties>',
    ...Object.entries(rows).map(
      ([name, value]) =>
        `      <property name="${name}" value="${escapeAttribute(value.trim())}"/>`,
    ),
    '    </properties>',
  ]
}

function renderCounts(results: readonly CheckResult[]): string {
  const count = (...verdicts: CheckResult['verdict'][]): number =>
    results.filter(({ verdict }) => verdicts.includes(verdict)).length
  return `tests="${results.length}" failures="${count('fail')}" errors="${count('inconclusive', 'defect')}" skipped="${count('not-run', 'unsupported')}"`
}

function inSeconds(results: readonly CheckResult[]): string {
  return results.reduce((sum, { duration_ms }) => sum + duration_ms / 1000, 0).toFixed(3)
}

function renderCase(result: CheckResult): string {
  const open = `    <testcase classname="${escapeAttribute(result.requirement)}" name="${escapeAttribute(result.check)}" time="${inSeconds([result])}"`
  const outcome = renderOutcome(result)
  return outcome === undefined ? `${open}/>` : `${open}>\n      ${outcome}\n    </testcase>`
}

function renderOutcome(result: CheckResult): string | undefined {
  switch (result.verdict) {
    case 'pass':
      return undefined
    case 'fail':
      return `<failure type="fail" message="${renderMessage(result, result.got)}">${renderText(result)}</failure>`
    case 'inconclusive':
    case 'defect':
      return `<error type="${result.verdict}" message="${renderMessage(result, result.reason)}">${renderText(result)}</error>`
    case 'not-run':
    case 'unsupported':
      return `<skipped message="${escapeAttribute(result.reason ?? '')}"/>`
    case 'warn':
      return `<system-out>warning\n${renderText(result)}</system-out>`
  }
}

/** What happened and the clause that it is about: many readers show nothing else. */
function renderMessage({ level, clause }: CheckResult, what = ''): string {
  return escapeAttribute(`${what} (${level}: ${clause})`)
}

function renderText({
  level,
  clause,
  expected,
  got,
  reason,
  control,
  clock,
  seen_in,
  reproduce,
}: CheckResult): string {
  return Object.entries({
    clause: `${level}: ${clause}`,
    expected,
    got,
    because: reason,
    'seen in': seen_in,
    control,
    clock,
    again: reproduce,
  })
    .filter(([, text]) => text !== undefined)
    .map(([label, text]) => escapeXml(`${label}: ${text}`))
    .join('\n')
}

/** Line ends and tabs stand as references, because a parser makes spaces of them in attributes. */
function escapeAttribute(text: string): string {
  return escapeXml(text).replace(/[\t\n]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids these characters even escaped.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`)
  )
}
