/** Tools of the specification: the generated tables of the chapters; it alone turns the registry into Markdown. */
import type { Requirement } from './ledger.ts'
import type { CloseRow, Registry, TimingRow } from './registry.ts'

type Row = readonly (string | number)[]

function table(head: readonly string[], rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

const code = (text: string | number): string => `\`${text}\``
const list = (value: number | number[]): string => [value].flat().join(', ')
const yes = (value: boolean): string => (value ? 'yes' : 'no')

/** Every table that the registry alone decides, by the name that its markers carry. */
export function registryTables(registry: Registry): Map<string, string> {
  const { closeCodes, problems, limits, timings, profiles, headers, webhooks } = registry
  return new Map([
    [
      'close-codes',
      table(
        [
          'code',
          'slug',
          'duty of the client',
          'reason of `disconnected`',
          'grace',
          'profile',
          'meaning',
        ],
        closeCodes.rows.map((row) => [
          row.code,
          code(row.slug),
          row.duty,
          row.presence === null ? 'none' : code(row.presence),
          yes(row.grace),
          row.profile,
          row.meaning,
        ]),
      ),
    ],
    [
      'close-duties',
      table(
        ['duty', 'what the client does'],
        Object.entries(closeCodes.duties).map(([name, text]) => [name, text]),
      ),
    ],
    [
      'gae-callbacks',
      table(
        ['code', 'slug', 'callbacks', '`code`', '`description`'],
        closeCodes.rows.map((row) => [row.code, code(row.slug), ...gaeCells(closeCodes.gae, row)]),
      ),
    ],
    [
      'problems',
      table(
        ['status', 'code', 'title', 'retryable', 'profile'],
        problems.rows.map((row) => [
          row.status,
          code(row.code),
          row.title,
          yes(row.retryable),
          row.profile,
        ]),
      ),
    ],
    [
      'limits',
      table(
        [
          'limit',
          'unit',
          'default',
          'floor',
          'most',
          'under test',
          'advertised',
          'profile',
          'meaning',
        ],
        limits.rows.map((row) => [
          code(row.name),
          row.unit,
          row.default,
          row.floor,
          row.max ?? 'no bound',
          row.test,
          yes(row.advertised),
          row.profiles.join(', '),
          row.meaning,
        ]),
      ),
    ],
    [
      'timings',
      table(
        [
          'timing',
          'default',
          'range',
          'under test',
          'test floor',
          'largest delay',
          'advertised',
          'profile',
          'meaning',
        ],
        timings.rows.map(timingCells),
      ),
    ],
    [
      'profiles',
      table(
        ['profile', 'judged', 'status', 'requires', 'paths below `{base}`', 'content'],
        profiles.rows.map((row) => [
          code(row.name),
          row.role,
          row.status,
          row.requires.map(code).join(', ') || 'nothing',
          row.paths.map(({ method, path }) => code(`${method} ${path}`)).join(', ') ||
            'none of its own',
          row.meaning,
        ]),
      ),
    ],
    [
      'headers',
      table(
        ['header', 'from', 'to', 'value', 'meaning'],
        headers.rows.map((row) => [code(row.name), row.from, row.to, code(row.value), row.meaning]),
      ),
    ],
    [
      'webhooks',
      table(
        ['event', 'profile', 'path below the application base'],
        webhooks.rows.map((row) => [code(row.event), row.profiles.join(', '), code(row.path)]),
      ),
    ],
  ])
}

function gaeCells(callbacks: Registry['closeCodes']['gae'], { code: close, gae }: CloseRow): Row {
  const told = callbacks[gae]
  if (!told) throw new Error(`the close code ${close} has callbacks of no known kind: ${gae}`)
  const { onerror, onclose } = told
  const names = [...(onerror ? ['`onerror`'] : []), ...(onclose ? ['`onclose`'] : [])]
  if (!onerror) return [names.join(', ') || 'none', '', '']
  const text = typeof onerror.code === 'number' ? code(onerror.description) : onerror.description
  return [names.join(', '), onerror.code, text]
}

function timingCells(row: TimingRow): Row {
  return [
    code(row.name),
    list(row.default),
    `${row.min} to ${row.max}`,
    list(row.test),
    row.test_floor,
    row.largest_delay,
    yes(row.advertised),
    row.profiles.join(', '),
    row.meaning,
  ]
}

/** The counts that the README prints: binding requirements per profile and class, and the unjudged share. */
export function countsTable(ledger: readonly Requirement[]): string {
  const musts = ledger.filter((row) => row.level.startsWith('MUST'))
  const profiles = [...new Set(ledger.map((row) => row.profile))]
  const count = (rows: readonly Requirement[], ...classes: string[]): number =>
    rows.filter((row) => classes.includes(row.class)).length
  const rows = profiles.map((profile): Row => {
    const own = musts.filter((row) => row.profile === profile)
    const all = ledger.filter((row) => row.profile === profile)
    return [
      code(profile),
      own.length,
      count(own, 'wire'),
      count(own, 'time'),
      count(own, 'webhook'),
      count(own, 'internal', 'human'),
      all.length - own.length,
    ]
  })
  const unjudged = count(musts, 'internal', 'human')
  const share = ((100 * unjudged) / musts.length).toFixed(1)
  const core = musts.filter((row) => row.profile === 'core').length
  return [
    table(['profile', 'MUSTs', 'wire', 'time', 'webhook', 'internal or human', 'SHOULDs'], rows),
    '',
    `Core has ${core} MUSTs for the service.`,
    `Of all ${musts.length} MUSTs, ${unjudged} (${share} %) are internal or human.`,
  ].join('\n')
}

const MARKED = /<!-- generated: (.+?) -->\n[\s\S]*?<!-- \/generated -->/g

/** The text with every marked table replaced by the current one. Throws where a marker names no table. */
export function fillTables(
  file: string,
  markdown: string,
  tables: ReadonlyMap<string, string>,
): string {
  return markdown.replace(MARKED, (_whole, name: string) => {
    const text = tables.get(name)
    if (text === undefined) {
      const known = [...tables.keys()].join(', ')
      throw new Error(`${file}: no generated table is called "${name}"; use one of: ${known}`)
    }
    return `<!-- generated: ${name} -->\n${text}\n<!-- /generated -->`
  })
}
