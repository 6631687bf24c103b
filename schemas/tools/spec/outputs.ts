/** Tools of the specification: every file that follows from the text and the registry; it alone knows which they are. */
import { readdirSync, readFileSync } from 'node:fs'
import { type Chapter, readChapter } from './chapter.ts'
import { type Frozen, refuseChange } from './frozen.ts'
import { CHAPTERS, makeLedger, type Requirement } from './ledger.ts'
import { memberTables, readSchemas } from './members.ts'
import { readRegistry } from './registry.ts'
import { type StateTable, writeStates } from './states.ts'
import { countsTable, fillTables, registryTables } from './tables.ts'

/** The revision whose requirements the ledger holds. */
export const REVISION = '1.0'

const ROOT = new URL('../../../', import.meta.url)

/** The Markdown files of spec/ below `root`, by path, as they stand. */
export function readSpec(root: URL = ROOT): Map<string, string> {
  const names = readdirSync(new URL('spec/', root)).filter((name) => name.endsWith('.md'))
  return new Map(
    names.map((name) => [`spec/${name}`, readFileSync(new URL(`spec/${name}`, root), 'utf8')]),
  )
}

/** The state machines of spec/states below `root`. */
export function readStates(root: URL = ROOT): StateTable[] {
  const folder = new URL('spec/states/', root)
  return readdirSync(folder).map(
    (name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as StateTable,
  )
}

/** The ledger's rows in the order of the chapters, from chapters in any order. */
export function ledgerOf(chapters: readonly Chapter[]): Requirement[] {
  return makeLedger(CHAPTERS.flatMap((name) => chapters.filter((chapter) => chapter.name === name)))
}

function readFrozen(): Frozen {
  const file = new URL('conformance/requirements/frozen.json', ROOT)
  return JSON.parse(readFileSync(file, 'utf8')) as Frozen
}

/** The ledger, the state tables in one file, and every chapter with its tables current. Throws where a marker names no table. */
export async function specOutputs(): Promise<{ path: string; text: string }[]> {
  const texts = readSpec()
  const chapters = [...texts].map(([file, text]) => readChapter(file, text))
  const requirements = ledgerOf(chapters)
  const tables = new Map([
    ...registryTables(readRegistry(ROOT)),
    ...memberTables(readSchemas(ROOT)),
    ...readStates().map((table): [string, string] => [`states ${table.name}`, writeStates(table)]),
    ['counts', countsTable(requirements)],
  ])
  const ledger = `${JSON.stringify({ revision: REVISION, requirements }, null, 2)}\n`
  refuseChange(readFrozen(), REVISION, ledger)
  const states = readStates().sort((a, b) => a.name.localeCompare(b.name))
  return [
    { path: `conformance/requirements/${REVISION}.json`, text: ledger },
    {
      path: `conformance/requirements/states-${REVISION}.json`,
      text: `${JSON.stringify(states, null, 2)}\n`,
    },
    ...[...texts].map(([path, text]) => ({ path, text: fillTables(path, text, tables) })),
  ]
}
