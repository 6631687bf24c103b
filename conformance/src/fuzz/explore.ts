/** Tries sequences until one shows something that cannot be; it alone knows how many are tried at once, and for how long. */

import type { Generated } from './arbitrary.ts'
import type { CellName } from './states.ts'
import type { Step } from './step.ts'
import type { Attempt } from './try-sequence.ts'

/** Plays a sequence and judges it. */
export type Try = (steps: readonly Step[]) => Promise<Attempt>

/** How much is tried. */
export interface Bounds {
  /** Sequences at once, each on a service of its own. */
  readonly atOnce: number
  readonly seconds: number
}

/** A sequence that showed something. */
export interface Shown {
  readonly generated: Generated
  readonly attempt: Attempt
}

/** What was tried. */
export interface Exploration {
  readonly sequences: number
  readonly steps: number
  readonly visited: ReadonlySet<CellName>
  /** Why nothing can be said of some sequences, and of how many. */
  readonly unclear: ReadonlyMap<string, number>
  readonly shown?: Shown
  readonly seconds: number
}

/** Repeats of a sequence that showed something, before it is believed: a defect of the moment is nobody's case. */
const REPEATS = 2

/** Tries sequences in their order; of those that show something, the first. */
export async function explore(
  candidates: readonly Generated[],
  attempt: Try,
  { atOnce, seconds }: Bounds,
): Promise<Exploration> {
  const startedMs = performance.now()
  const visited = new Set<CellName>()
  const unclear = new Map<string, number>()
  let [next, sequences, steps] = [0, 0, 0]
  let first: (Shown & { readonly index: number }) | undefined
  const isOver = (): boolean =>
    next >= candidates.length ||
    first !== undefined ||
    performance.now() - startedMs > seconds * 1000

  async function work(): Promise<void> {
    while (!isOver()) {
      const index = next
      next += 1
      const generated = candidates[index]
      if (!generated || generated.steps.length === 0) continue
      const seen = await confirm(attempt, generated.steps)
      if (seen.unclear !== undefined) {
        unclear.set(seen.unclear, (unclear.get(seen.unclear) ?? 0) + 1)
        continue
      }
      sequences += 1
      steps += generated.steps.length
      for (const cell of seen.visited) visited.add(cell)
      if (seen.finding && (!first || index < first.index))
        first = { generated, attempt: seen, index }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return {
    sequences,
    steps,
    visited,
    unclear,
    ...(first && { shown: { generated: first.generated, attempt: first.attempt } }),
    seconds: (performance.now() - startedMs) / 1000,
  }
}

/** What a sequence shows again, for the same requirement; something seen only once is unclear. */
export async function confirm(attempt: Try, steps: readonly Step[]): Promise<Attempt> {
  const first = await attempt(steps)
  if (!first.finding) return first
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const again = await attempt(steps)
    if (again.finding?.requirement === first.finding.requirement) return again
  }
  const { requirement, expected, got } = first.finding
  return {
    unclear: `seen once in ${REPEATS + 1} times: ${requirement}, expected ${expected}, got ${got}`,
    isCalm: true,
    visited: first.visited,
    secrets: first.secrets,
  }
}
