/** A page for each table of the registry, with the requirements that rest on its rows, and one for the OpenAPI document. */

import type { Requirement } from '../../src/ledger.ts'
import { block, code, type Page, prose, table } from './page.ts'

/** A file of `schemas/registry`. */
export interface RegistryFile {
  /** Such as `close-codes`. */
  readonly name: string
  readonly description: string
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** What stands beside the rows. */
  readonly rest: Readonly<Record<string, unknown>>
}

/** Reads the text of a file of the registry. */
export function readRegistryFile(name: string, text: string): RegistryFile {
  const { description, rows = [], ...rest } = JSON.parse(text) as Record<string, unknown>
  return {
    name,
    description: String(description),
    rows: rows as RegistryFile['rows'],
    rest,
  }
}

/** Members by which the rows of a file are named and linked to, the first that a row has. */
const NAMES = ['code', 'name', 'event']

/** Requirements that a row of problems or close codes answers for. */
const KINDS: Readonly<Record<string, { readonly kind: string; readonly slug: string }>> = {
  problems: { kind: 'problem', slug: 'code' },
  'close-codes': { kind: 'close', slug: 'slug' },
}

/** The page of one file. */
export function writeRegistryPage(file: RegistryFile, ledger: readonly Requirement[]): Page {
  const { name, description, rows, rest } = file
  const title = titleOf(name)
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const key = NAMES.find((one) => columns.includes(one)) ?? columns[0] ?? ''
  const joined = KINDS[name]
  const sorted = [key, ...columns.filter((column) => column !== key)]
  return {
    path: `registry/${name}.md`,
    title,
    text: [
      `# ${title}`,
      prose(description),
      `The file: [${name}.json](../../../schemas/registry/${name}.json)`,
      ...(rows.length > 0
        ? [
            table(
              [
                ...sorted.map((column) => column.replaceAll('_', ' ')),
                ...(joined ? ['requirements'] : []),
              ],
              rows.map((row) => [
                `<a id="${name}-${String(row[key])}"></a>${code(String(row[key]))}`,
                ...sorted.slice(1).map((column) => writeCell(column, row[column])),
                ...(joined ? [linksTo(ledger, joined.kind, String(row[joined.slug]))] : []),
              ]),
            ),
          ]
        : []),
      ...(Object.keys(rest).length > 0
        ? [rows.length > 0 ? 'Beside the table:' : '', block('json', JSON.stringify(rest, null, 2))]
        : []),
    ].join('\n\n'),
  }
}

/** Links to the requirements that a row answers for; many of them are folded. */
function linksTo(ledger: readonly Requirement[], kind: string, slug: string): string {
  const links = ledger
    .filter(({ rows }) => rows.some((row) => row.kind === kind && row.slug === slug))
    .map(({ id, chapter }) => `[${id}](../spec/${chapter}.md#${id})`)
  const listed = links.join('<br>')
  return links.length > MOST_LINKS
    ? `<details><summary>${links.length} requirements</summary>${listed}</details>`
    : listed
}

/** Links of one cell that are shown unfolded. */
const MOST_LINKS = 3

/** Columns of sentences; all others hold values. */
const SENTENCES = new Set(['meaning', 'title', 'duty', 'profile', 'unit', 'from', 'to'])

function writeCell(column: string, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return SENTENCES.has(column) ? writeSentence(value) : code(value)
  if (Array.isArray(value)) return value.map((one) => writeEntry(one)).join('<br>')
  return writeEntry(value)
}

/** Words, which a narrow column keeps readable where they are many. */
function writeSentence(text: string): string {
  return text.length > 24 ? `<span class="sentence">${prose(text)}</span>` : prose(text)
}

/** A list's entry or an object, as short as it can be said. */
function writeEntry(value: unknown): string {
  if (typeof value !== 'object' || value === null) return code(String(value))
  return code(
    Object.values(value)
      .map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one)))
      .join(' '),
  )
}

function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The page above them. */
export function writeRegistryIndex(files: readonly RegistryFile[]): Page {
  return {
    path: 'registry.md',
    title: 'Registry',
    children: [...files.map(({ name }) => `registry/${name}.md`), 'registry/openapi.md'],
    text: [
      '# Registry',
      'The tables on which the text rests, as data: whoever builds a server reads them, and repeats no number.',
      table(
        ['table', 'rows', 'what it holds'],
        files.map(({ name, description, rows }) => [
          `[${titleOf(name)}](registry/${name}.md)`,
          rows.length > 0 ? String(rows.length) : '',
          prose(description),
        ]),
      ),
      'Calls and webhooks together with all schemas: [OpenAPI](registry/openapi.md).',
    ].join('\n\n'),
  }
}
