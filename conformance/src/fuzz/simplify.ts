/** Makes a sequence that shows something as simple as it gets, along fast-check's simplifications. */

import type { Generated } from './arbitrary.ts'
import type { Bounds, Shown, Try } from './explore.ts'
import type { Finding } from './model/disagreement.ts'

/** The simplest sequence that was found to show the same. */
export interface Simplified extends Shown {
  /** Simplifications that were played. */
  readonly attempts: number
  /** Whether none of what is simpler still shows it; false where time ran out. */
  readonly isSimplest: boolean
}

/** Follows the first simplification that still breaks a requirement of the same noun, again and again. */
export async function simplify(shown: Shown, attempt: Try, bounds: Bounds): Promise<Simplified> {
  const untilMs = performance.now() + bounds.seconds * 1000
  const noun = nounOf(shown.attempt.finding)
  // What does the same as the sequence itself is simpler by what does nothing, and need not be played again.
  const known = new Map<string, Shown | undefined>([[keyOf(shown.generated), shown]])
  let attempts = 0
  let best = shown

  async function judge(candidate: Generated): Promise<Shown | undefined> {
    const key = keyOf(candidate)
    if (known.has(key)) {
      const same = known.get(key)
      return same && { ...same, generated: candidate }
    }
    if (candidate.steps.length === 0) return undefined
    attempts += 1
    const seen = await attempt(candidate.steps)
    const found =
      seen.finding && nounOf(seen.finding) === noun
        ? { generated: candidate, attempt: seen }
        : undefined
    known.set(key, found)
    return found
  }

  for (;;) {
    const better = await firstThatShows(best.generated.simpler(), judge, bounds.atOnce, untilMs)
    if (better === 'late') return { ...best, attempts, isSimplest: false }
    if (!better) return { ...best, attempts, isSimplest: true }
    best = better
  }
}

function nounOf(finding: Finding | undefined): string | undefined {
  return finding?.requirement.split('.')[0]
}

function keyOf({ steps }: Generated): string {
  return JSON.stringify(steps)
}

/** The first candidate that shows it, several played at once; the same one as if each had its turn. */
async function firstThatShows(
  candidates: Iterator<Generated>,
  judge: (candidate: Generated) => Promise<Shown | undefined>,
  atOnce: number,
  untilMs: number,
): Promise<Shown | 'late' | undefined> {
  for (;;) {
    if (performance.now() > untilMs) return 'late'
    const batch: Generated[] = []
    while (batch.length < atOnce) {
      const { value, done } = candidates.next()
      if (done) break
      batch.push(value)
    }
    if (batch.length === 0) return undefined
    const judged = await Promise.all(batch.map(judge))
    const found = judged.find((shown) => shown !== undefined)
    if (found) return found
  }
}
