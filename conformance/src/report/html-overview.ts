/** The head of the HTML page: for each target the verdict in words, the numbers, and what to look at first. */

import { escapeHtml } from './html-escape.ts'
import { letterOf } from './page-form.ts'
import type { Report } from './report.ts'
import { countVerdicts, DEVIATIONS, LEVELS, VERDICTS, type Verdict } from './verdict-words.ts'

const HEADLINES: Readonly<Record<number, readonly [verdict: Verdict, words: string]>> = {
  0: ['pass', 'Conformant'],
  1: ['fail', 'Not conformant'],
  3: ['inconclusive', 'No verdict'],
  5: ['defect', 'A defect of the suite'],
}

/** How many deviations are named before the tree. */
const FIRST = 12

/** One card per target, its heading of level 1 where there is only one. */
export function renderOverview(reports: readonly Report[], labels: readonly string[]): string {
  const [only] = reports
  if (only && reports.length === 1) return renderTarget(only, labels[0] ?? '', 'h1')
  return [
    `<h1>${reports.length} targets, requirement by requirement</h1>`,
    '<div class="targets">',
    ...reports.map((report, index) =>
      renderTarget(report, `${letterOf(index)}: ${labels[index]}`, 'h2'),
    ),
    '</div>',
  ].join('\n')
}

function renderTarget(report: Report, label: string, heading: 'h1' | 'h2'): string {
  const { verdict, target } = report
  const [tone, headline] = HEADLINES[verdict.exit_code] ?? ['defect', 'No verdict']
  return [
    `<section class="target tone-${tone}">`,
    `<${heading}><span class="headline">${headline}</span> ${escapeHtml(label)}</${heading}>`,
    `<p class="words">${escapeHtml(verdict.words)}</p>`,
    renderBar(report.results),
    `<p class="counts">${countVerdicts(report.results)
      .map(([one, count]) => `<span class="key tone-${one}">${count} ${VERDICTS[one]}</span>`)
      .join(' ')}</p>`,
    '<div class="numbers"><dl class="facts">',
    renderFact('judged', `${verdict.musts_judged} of ${verdict.musts_total} MUSTs`),
    renderFact('target', describeTarget(target)),
    renderFact('profiles', target.profiles.join(', ') || 'none'),
    renderFact('timings', describeClocks(report)),
    renderFact('run', describeRun(report)),
    ...(verdict.not_judged.length > 0
      ? [renderFact('not judged', verdict.not_judged.map(describeMissing).join('; '))]
      : []),
    '</dl>',
    renderLevels(report, label),
    '</div>',
    renderFirst(report),
    '</section>',
  ].join('\n')
}

function describeMissing({ reason, count }: Report['verdict']['not_judged'][number]): string {
  return `${count} ${reason}`
}

function renderFact(name: string, value: string): string {
  return `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`
}

function describeTarget({ name, url, implementation }: Report['target']): string {
  const product = implementation ? `${implementation.name} ${implementation.version}`.trim() : ''
  return [...new Set([name, product, url])].filter((part) => part !== '').join(', ')
}

function describeClocks({ target, results }: Report): string {
  const clocks = (['virtual', 'real'] as const).flatMap((clock) => {
    const count = results.filter((result) => result.clock === clock).length
    return count > 0 ? [`${count} timed checks on a ${clock} clock`] : []
  })
  return [target.test_timings ? 'shortened for tests' : 'as in production', ...clocks].join(', ')
}

function describeRun({ run, suite }: Report): string {
  return [
    run.started_at.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC'),
    `${run.seconds.toFixed(1)} s`,
    `seed ${run.seed}`,
    `${suite.name} ${suite.version}`,
    `revision ${suite.revision}`,
    ...(run.grease ? ['with noise in valid traffic'] : []),
  ].join(', ')
}

/** The share of each verdict; the words beneath say the same. */
function renderBar(results: Report['results']): string {
  let x = 0
  const parts = countVerdicts(results).map(([verdict, count]) => {
    const width = (100 * count) / results.length
    const part = `<rect class="tone-${verdict}" x="${x.toFixed(2)}%" width="${width.toFixed(2)}%" height="100%"/>`
    x += width
    return part
  })
  return `<svg class="bar" aria-hidden="true">${parts.join('')}</svg>`
}

function renderLevels({ requirements }: Report, label: string): string {
  const columns = countVerdicts(requirements).map(([verdict]) => verdict)
  if (columns.length === 0) return ''
  const rows = LEVELS.map((level) => ({
    level,
    own: requirements.filter((requirement) => requirement.level === level),
  })).filter(({ own }) => own.length > 0)
  return [
    `<div class="wide" role="region" aria-label="${escapeHtml(`Requirements by level and verdict, ${label}`)}" tabindex="0">`,
    '<table><caption>Requirements</caption>',
    `<tr><td></td>${columns.map((one) => `<th scope="col">${VERDICTS[one]}</th>`).join('')}</tr>`,
    ...rows.map(
      ({ level, own }) =>
        `<tr><th scope="row">${level}</th>${columns
          .map((one) => {
            const count = own.filter(({ verdict }) => verdict === one).length
            return count > 0 ? `<td class="tone-${one}">${count}</td>` : '<td class="none">0</td>'
          })
          .join('')}</tr>`,
    ),
    '</table></div>',
  ].join('\n')
}

function renderFirst({ results }: Report): string {
  const deviating = DEVIATIONS.flatMap((verdict) =>
    results.filter((result) => result.verdict === verdict),
  )
  if (deviating.length === 0) return ''
  const more = deviating.length - FIRST
  return [
    '<h2 class="small">Look at these first</h2>',
    '<ul class="first">',
    ...deviating
      .slice(0, FIRST)
      .map(
        ({ check, requirement, verdict, got, reason }) =>
          `<li><span class="verdict tone-${verdict}">${verdict}</span> <a href="#${escapeHtml(requirement)}">${escapeHtml(check)}</a> <span class="got">${escapeHtml((got ?? reason ?? '').split('\n')[0] ?? '')}</span></li>`,
      ),
    '</ul>',
    more > 0 ? `<p>and ${more} more, in the tree</p>` : '',
  ].join('\n')
}
