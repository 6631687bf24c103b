/** The body of the HTML page: every requirement under its chapter and section, and the filters over them. */

import { type Chapter, type Row, readChapters } from './chapters.ts'
import { escapeHtml, renderClause } from './html-escape.ts'
import { letterOf } from './page-form.ts'
import type { Report } from './report.ts'
import { countVerdicts, DEVIATIONS, LEVELS, VERDICTS, type Verdict } from './verdict-words.ts'

/** The filters, then the chapters; what is behind each requirement comes from the page's script. */
export function renderTree(reports: readonly Report[]): string {
  const chapters = readChapters(reports)
  const rows = chapters.flatMap(({ sections }) => sections.flatMap((section) => section.rows))
  return [
    '<section id="requirements" aria-labelledby="requirements-heading">',
    '<h2 id="requirements-heading">Requirements</h2>',
    '<noscript><p>Filters and details need the script of this page; everything is in the report as JSON, too.</p></noscript>',
    renderFilters(rows, reports.length),
    ...chapters.map((chapter) => renderChapter(chapter, reports.length)),
    '</section>',
  ].join('\n')
}

function renderFilters(rows: readonly Row[], targets: number): string {
  const all = rows.flatMap(({ verdicts }) => verdicts.flatMap((verdict) => verdict ?? []))
  const verdicts = countVerdicts(all.map((verdict) => ({ verdict }))).map(([verdict]) => verdict)
  const levels = LEVELS.filter((level) => rows.some((row) => row.level === level))
  const profiles = [...new Set(rows.map(({ profile }) => profile))]
  const box = (name: string, value: string, text: string, tone = ''): string =>
    `<label class="chip ${tone}"><input type="checkbox" name="${name}" value="${escapeHtml(value)}" checked> ${escapeHtml(text)}</label>`
  return [
    '<form class="filters" hidden>',
    '<label class="search">Search <input type="search" name="text" autocomplete="off" placeholder="an id, or words of a clause"></label>',
    `<label>Profile <select name="profile"><option value="">all</option>${profiles.map((name) => `<option>${escapeHtml(name)}</option>`).join('')}</select></label>`,
    `<fieldset><legend>Verdict</legend>${verdicts.map((one) => box('verdict', one, VERDICTS[one], `tone-${one}`)).join('')}</fieldset>`,
    `<fieldset><legend>Level</legend>${levels.map((one) => box('level', one, one)).join('')}</fieldset>`,
    targets > 1
      ? '<label class="chip"><input type="checkbox" name="differing"> only where targets differ</label>'
      : '',
    '<p class="shown"><output></output> <button type="reset">Show all</button></p>',
    '</form>',
  ].join('\n')
}

function renderChapter({ name, sections }: Chapter, targets: number): string {
  const rows = sections.flatMap((section) => section.rows)
  const verdicts = rows.flatMap((row) => row.verdicts.flatMap((verdict) => verdict ?? []))
  const counts = countVerdicts(verdicts.map((verdict) => ({ verdict })))
    .map(([one, count]) => `<span class="key tone-${one}">${count} ${VERDICTS[one]}</span>`)
    .join(' ')
  const isOpen = verdicts.some((verdict) => DEVIATIONS.includes(verdict))
  return [
    `<details class="chapter"${isOpen ? ' open' : ''}>`,
    `<summary><h3>${escapeHtml(name)}</h3> <span class="counts">${counts}</span></summary>`,
    ...sections.flatMap((section) => [
      '<div class="section">',
      section.name === '' ? '' : `<h4>${escapeHtml(section.name)}</h4>`,
      ...section.rows.map((row) => renderRow(row, targets)),
      '</div>',
    ]),
    '</details>',
  ].join('\n')
}

function renderRow(row: Row, targets: number): string {
  const { id, level, profile, text, checks, verdicts } = row
  const words = verdicts.map((verdict) => verdict ?? 'absent')
  const differs = new Set(words).size > 1
  return [
    `<details class="requirement" id="${escapeHtml(id)}" data-verdicts="${words.join(' ')}" data-level="${level}" data-profile="${escapeHtml(profile)}" data-checks="${escapeHtml(checks.join(' '))}"${differs ? ' data-differs' : ''}>`,
    `<summary><span class="verdicts">${verdicts.map((verdict, index) => renderVerdict(verdict, targets > 1 ? letterOf(index) : '')).join('')}</span>`,
    `<span class="what"><code class="id">${escapeHtml(id)}</code> <span class="level">${level} · ${escapeHtml(profile)}</span>`,
    `<span class="clause">${renderClause(text)}</span></span></summary>`,
    '<div class="checks"></div></details>',
  ].join('')
}

function renderVerdict(verdict: Verdict | undefined, letter: string): string {
  const text = `${letter} ${verdict ?? '–'}`.trim()
  return `<span class="verdict tone-${verdict ?? 'absent'}">${text}</span>`
}
