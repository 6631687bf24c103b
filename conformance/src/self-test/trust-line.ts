/** The one sentence that says how far the suite can be trusted. */

import type { Coverage } from './coverage.ts'
import type { FloorRow } from './floor.ts'

/** The first part of the trust line: what `self-test` itself measures. */
export function trustLine(coverage: Coverage, floor: readonly FloorRow[]): string {
  const passing = floor.filter(({ wrong }) => wrong.length > 0).length
  return `${coverage.proven} of ${coverage.testable} MUSTs are killed when broken (${coverage.musts - coverage.testable} more cannot be seen from outside), ${passing} of ${floor.length} empty servers pass`
}
