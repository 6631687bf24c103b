/** What is recorded of checks; it alone knows how a check becomes a row. */

import type { CheckRow } from '../../src/check-rows.ts'
import { EVERY_CHECK } from '../../src/checks/every.ts'
import { findInvariant } from '../../src/invariants/index.ts'

/** The rows of every check, in the order of the registries. */
export function describeChecks(): CheckRow[] {
  return EVERY_CHECK.map(({ id, proves, needs = [], killedBy }) => ({
    id,
    proves,
    needs,
    killedBy,
    ...(findInvariant(id) && { isInvariant: true as const }),
  }))
}
