/** The report as one HTML page that needs nothing but itself: a tree of requirements, or of several reports a matrix. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { goldenOf } from './golden.ts'
import { embedJson, escapeHtml } from './html-escape.ts'
import { renderOverview } from './html-overview.ts'
import { renderTree } from './html-tree.ts'
import { readEvents, readPageData } from './page-data.ts'
import { eventsId } from './page-form.ts'
import type { Report } from './report.ts'

/**
 * The page: of one report its tree, of several a matrix of requirements and targets. It loads nothing, so that it works
 * from the file system; its policy lets run and style only what stands in it.
 */
export function renderHtml(reports: readonly Report[]): string {
  const data = readPageData(reports, goldenOf)
  const labels = data.targets.map(({ label }) => label)
  const style = STYLES.map((name) => readOwn(`page/${name}.css`)).join('')
  const script = readOwn('built/page.js')
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(`Conformance of ${labels.join(', ')}`)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<a class="skip" href="#requirements">Go to the requirements</a>',
    '<header><p>Channel Protocol · conformance report</p></header>',
    '<main>',
    renderOverview(reports, labels),
    renderTree(reports),
    '</main>',
    `<script type="application/json" id="data">${embedJson(data)}</script>`,
    ...reports.flatMap(renderEvents),
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

const STYLES = ['theme', 'overview', 'tree', 'details', 'diagram', 'widths']

/** What was seen by each check, read by the script when somebody looks. */
function renderEvents({ results }: Report, index: number): string[] {
  return results.flatMap((result) =>
    result.events && result.events.length > 0
      ? [
          `<script type="application/json" id="${escapeHtml(eventsId(index, result.check))}">${embedJson(readEvents(result))}</script>`,
        ]
      : [],
  )
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

function readOwn(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}
