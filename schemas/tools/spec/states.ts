/** Tools of the specification: state machines as complete tables; it alone knows the form of spec/states. */

/** What a machine does in one state when one event comes: exactly one of four kinds. */
export type Cell =
  | { next: string; emits?: string[]; refuse?: string[] }
  | { refuse: string[] }
  | { ignore: string }
  | { never: string }

/** One state machine: names with their meanings, and a cell for every state and event. */
export interface StateTable {
  name: string
  of: string
  initial: string
  states: Record<string, string>
  events: Record<string, string>
  cells: Record<string, Record<string, Cell>>
}

/** What is missing or wrong in a table, one sentence each; `rows` are the registry's, as `4300 token-expired`. */
export function checkStates(table: StateTable, rows: ReadonlySet<string>): string[] {
  const wrong: string[] = []
  if (!(table.initial in table.states)) wrong.push(`initial state ${table.initial} is not a state`)
  for (const state of Object.keys(table.cells)) {
    if (!(state in table.states)) wrong.push(`cells name the unknown state ${state}`)
  }
  for (const state of Object.keys(table.states)) {
    const line = table.cells[state] ?? {}
    for (const event of Object.keys(line)) {
      if (!(event in table.events)) wrong.push(`${state} names the unknown event ${event}`)
    }
    for (const event of Object.keys(table.events)) {
      const fault = checkCell(table, line[event], rows)
      if (fault) wrong.push(`${state} x ${event}: ${fault}`)
    }
  }
  return [...wrong, ...unreachable(table)]
}

function checkCell(
  table: StateTable,
  cell: Cell | undefined,
  rows: ReadonlySet<string>,
): string | undefined {
  if (!cell) return 'the cell is missing; give next, refuse, ignore or never'
  const known = new Set(['next', 'emits', 'refuse', 'ignore', 'never'])
  const members = Object.keys(cell)
  const stray = members.find((member) => !known.has(member))
  if (stray) return `the member ${stray} is unknown`
  if ('next' in cell) {
    if (!(cell.next in table.states)) return `the next state ${cell.next} is not a state`
    if (members.includes('ignore') || members.includes('never')) return 'give one kind, not two'
    return unknownRow(cell.refuse ?? [], rows)
  }
  if (members.length !== 1) return 'give exactly one of next, refuse, ignore and never'
  if ('refuse' in cell) return unknownRow(cell.refuse, rows)
  const reason = 'ignore' in cell ? cell.ignore : cell.never
  return reason.length > 0 ? undefined : 'give the reason'
}

function unknownRow(cited: readonly string[], rows: ReadonlySet<string>): string | undefined {
  const row = cited.find((name) => !rows.has(name))
  return row === undefined ? undefined : `the registry has no row ${row}`
}

function unreachable(table: StateTable): string[] {
  const seen = new Set([table.initial])
  for (const state of seen) {
    for (const cell of Object.values(table.cells[state] ?? {})) {
      if ('next' in cell) seen.add(cell.next)
    }
  }
  return Object.keys(table.states)
    .filter((state) => !seen.has(state))
    .map((state) => `the state ${state} cannot be reached from ${table.initial}`)
}

/** The table as Markdown: the states, then a row per event and a column per state. */
export function writeStates(table: StateTable): string {
  const names = Object.keys(table.states)
  return [
    '| state | means |',
    '|---|---|',
    ...Object.entries(table.states).map(([name, means]) => `| ${name} | ${means} |`),
    '',
    `| event | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---').join('|')}|`,
    ...Object.entries(table.events).map(([event, means]) => {
      const cells = names.map((state) => writeCell(state, table.cells[state]?.[event]))
      return `| **${event}**: ${means} | ${cells.join(' | ')} |`
    }),
  ].join('\n')
}

function writeCell(state: string, cell: Cell | undefined): string {
  if (!cell) return ''
  if ('next' in cell) {
    const to = cell.next === state ? 'stays' : `to **${cell.next}**`
    const refusal = cell.refuse === undefined ? [] : [writeRefusal(cell.refuse)]
    return [to, ...refusal, ...(cell.emits ?? [])].join('; ')
  }
  if ('refuse' in cell) return `stays; ${writeRefusal(cell.refuse)}`
  return 'ignore' in cell ? `ignored: ${cell.ignore}` : `cannot happen: ${cell.never}`
}

function writeRefusal(rows: readonly string[]): string {
  return `refused ${rows.map((row) => `\`${row}\``).join(' or ')}`
}
