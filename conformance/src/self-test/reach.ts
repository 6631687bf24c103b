/** What each check makes a server ask of its parts: a fault in a part that it never asks for cannot be seen by it. */

import type { Check } from '../check.ts'
import type { Ledger } from '../ledger.ts'
import { planChecks } from '../plan.ts'
import { runChecks } from '../runner.ts'
import type { ReferenceHost } from '../target/reference.ts'

/** The places of a server's parts that a check asks for, by the id of the check; a check that is missing may ask for any. */
export type Reach = ReadonlyMap<string, ReadonlySet<string>>

const AT_ONCE = 16

/** Makes each check once, on a server without faults that it has for itself. What does not pass tells nothing. */
export async function measureReach(
  host: ReferenceHost,
  checks: readonly Check[],
  ledger: Ledger,
  { patienceMs, budgetSeconds }: { patienceMs: number; budgetSeconds: number },
): Promise<Reach> {
  const reach = new Map<string, ReadonlySet<string>>()
  const { asked } = host
  if (!asked) return reach
  const queue = [...checks]
  const work = async (): Promise<void> => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const target = await host.start({ watch: check.id })
      const selection = { patterns: [], profiles: [], budgetSeconds }
      const planned = planChecks([check], ledger, target.site, selection)
      const running = { concurrency: 1, seed: 1, patienceMs }
      const [result] = await runChecks(planned, target, ledger, running)
      // Before its end: that every server asks of its parts.
      const places = await asked(check.id)
      await target.stop()
      if (result?.verdict === 'pass') reach.set(check.id, new Set(places))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return reach
}

/** Whether a check asks for one of these places, as far as anybody knows. */
export function reaches(
  reach: Reach,
  { id }: Check,
  changed: readonly string[] | undefined,
): boolean {
  const places = reach.get(id)
  return !places || !changed || changed.some((place) => places.has(place))
}
