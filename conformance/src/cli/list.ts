/** `list`: the checks that there are. */

import { readCheckRows } from '../check-rows.ts'
import { readLedger } from '../ledger.ts'
import { isSelected, suggestPatterns } from '../plan.ts'
import { EXIT } from '../summary.ts'
import { UsageError } from './usage-error.ts'

/** Prints one line per check, grouped by profile. */
export function list(patterns: readonly string[], { json }: { json?: boolean }): number {
  const ledger = readLedger()
  const every = readCheckRows()
  const checks = every.filter((check) => isSelected(check, patterns))
  if (checks.length === 0) {
    const ids = every.flatMap(({ id, proves }) => [id, proves])
    const [first = ''] = patterns
    throw new UsageError(
      `no check or requirement matches ${first}; did you mean ${suggestPatterns(first, ids).join(', ')}?`,
    )
  }
  const rows = checks.map(({ id, proves, ...others }) => {
    const { level, profile } = ledger.find(proves)
    return { id, proves, level, profile, ...others }
  })
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`)
    return EXIT.conformant
  }
  const width = Math.max(...rows.map(({ id }) => id.length))
  for (const [profile, own] of Map.groupBy(rows, (row) => row.profile)) {
    process.stdout.write(`\n${profile}\n`)
    for (const { id, proves, level, needs, isInvariant } of own) {
      const needed = `${needs.length > 0 ? `  needs ${needs.join(', ')}` : ''}${isInvariant ? '  over the whole run' : ''}`
      process.stdout.write(`  ${id.padEnd(width)}  ${level.padEnd(8)}  ${proves}${needed}\n`)
    }
  }
  process.stdout.write(
    `\n${rows.length} checks of ${new Set(rows.map(({ proves }) => proves)).size} requirements\n`,
  )
  return EXIT.conformant
}
