/** Chapters of the specification as markup: it alone knows the part of Markdown that they are written in. */
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

/** Markup with everything escaped that the text did not mean as such. */
export type Markup = HtmlEscapedString

const inline =
  /(?<anchor><a id="(?<id>[\w.-]+)"><\/a>)|`(?<code>[^`]+)`|\*\*(?<strong>.+?)\*\*|\[(?<words>(?:`[^`]*`|[^\]`])+)\]\((?<target>[^)\s]+)\)|(?<![\w*])\*(?<em>[^*\s][^*]*)\*(?!\w)/g

/** The name that a heading is linked by. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

/** Where a link of a chapter leads here; nothing where its target is not served. */
function resolveTarget(target: string): string | undefined {
  if (/^https?:\/\//.test(target) || target.startsWith('#')) return target
  const [, chapter, anchor = ''] = /^([\w-]+)\.md(#[\w.-]+)?$/.exec(target) ?? []
  if (chapter === undefined) return undefined
  return chapter === 'README' ? `/spec/${anchor}` : `/spec/${chapter}${anchor}`
}

function join(parts: readonly unknown[]): Markup {
  return raw(parts.map(String).join(''))
}

/** Text with code, links, weight and anchors. */
export function renderInline(text: string): Markup {
  const parts: unknown[] = []
  let at = 0
  for (const found of text.matchAll(inline)) {
    parts.push(html`${text.slice(at, found.index)}`)
    at = found.index + found[0].length
    parts.push(renderFound(found.groups ?? {}))
  }
  return join([...parts, html`${text.slice(at)}`])
}

function renderFound(found: Record<string, string | undefined>): unknown {
  const { id, code, strong, words, target, em } = found
  if (id !== undefined) return html`<a id="${id}"></a>`
  if (code !== undefined) return html`<code>${code}</code>`
  if (strong !== undefined) return html`<strong>${renderInline(strong)}</strong>`
  if (em !== undefined) return html`<em>${renderInline(em)}</em>`
  const href = resolveTarget(target ?? '')
  const label = renderInline(words ?? '')
  return href === undefined ? label : html`<a href="${href}">${label}</a>`
}

function renderTable(lines: readonly string[]): unknown {
  const rows = lines.map((line) =>
    line
      .replace(/^\||\|$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  )
  const [head = [], , ...body] = rows
  const headings = head.map((cell) => html`<th scope="col">${renderInline(cell)}</th>`)
  const cells = body.map(
    (row) => html`<tr>${row.map((cell) => html`<td>${renderInline(cell)}</td>`)}</tr>`,
  )
  return html`<div class="scroll" role="group" aria-label="Table" tabindex="0"><table><thead><tr>${headings}</tr></thead><tbody>${cells}</tbody></table></div>`
}

function renderList(lines: readonly string[]): unknown {
  const items = lines.map(
    (line) => html`<li>${renderInline(line.replace(/^([*-]|\d+\.) /, ''))}</li>`,
  )
  return /^\d/.test(lines[0] ?? '') ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`
}

/** One block, which is what stands between empty lines. */
function renderBlock(lines: readonly string[]): unknown {
  const [first = ''] = lines
  const heading = /^(#{1,4}) (.+)$/.exec(first)
  if (heading) {
    const [, marks = '#', words = ''] = heading
    // The page has its own first heading.
    const level = Math.min(marks.length + (marks.length > 1 ? 0 : 1), 4)
    return join([
      raw(`<h${level} id="${slugOf(words)}">`),
      renderInline(words),
      raw(`</h${level}>`),
    ])
  }
  if (first.startsWith('|')) return renderTable(lines)
  if (/^([*-]|\d+\.) /.test(first)) return renderList(lines)
  const [, id] = /<a id="([\w.-]+)"><\/a>/.exec(first) ?? []
  // The first line of a requirement is its id and what it belongs to; elsewhere a line is a sentence.
  const text = lines.map((line, n) => {
    const before = n === 0 ? '' : id !== undefined && n === 1 ? html`<br>` : ' '
    return html`${before}${renderInline(line)}`
  })
  return id === undefined ? html`<p>${text}</p>` : html`<p class="clause">${text}</p>`
}

function isComment(line: string): boolean {
  return /^<!--.*-->$/.test(line.trim())
}

/** A chapter without its first heading, which is answered beside it as plain text. */
export function renderChapter(markdown: string): { title: string; body: Markup } {
  const lines = markdown.split('\n')
  const title = /^# (.+)$/.exec(lines[0] ?? '')?.[1] ?? 'Specification'
  const blocks: unknown[] = []
  let block: string[] = []
  const close = (): void => {
    if (block.length > 0) blocks.push(renderBlock(block))
    block = []
  }
  const rest = lines.slice(1)
  for (let line = rest.shift(); line !== undefined; line = rest.shift()) {
    if (line.startsWith('```')) {
      close()
      const end = rest.findIndex((one) => one.startsWith('```'))
      const code = rest.splice(0, end < 0 ? rest.length : end + 1)
      if (end >= 0) code.pop()
      blocks.push(html`<pre tabindex="0"><code>${code.join('\n')}</code></pre>`)
    } else if (line.trim() === '' || isComment(line)) close()
    else block.push(line)
  }
  close()
  return { title, body: join(blocks) }
}
