/** Writes text into HTML; it alone knows what must be escaped there, and how data stands in a page. */

import { printableLines } from './printable.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** The text as content or as the value of a quoted attribute. */
export function escapeHtml(text: string): string {
  return printableLines(text, Number.POSITIVE_INFINITY).replace(
    /[&<>"']/g,
    (character) => ENTITIES[character] ?? '',
  )
}

/** A clause of the specification: what stands in backticks is code. */
export function renderClause(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

/** JSON that stands in a `<script>` of data and cannot end it. */
export function embedJson(data: unknown): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}
