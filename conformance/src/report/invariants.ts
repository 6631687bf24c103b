/** What a run says of its invariants in one line. */

import type { Result } from '../verdict.ts'

/** `invariants: 17 over 48,211 observations`; nothing where none was judged. */
export function describeInvariants(results: readonly Result[]): string[] {
  const counts = results.flatMap(({ observed }) => observed ?? [])
  if (counts.length === 0) return []
  const sum = counts.reduce((a, b) => a + b, 0).toLocaleString('en')
  return [`invariants: ${counts.length} over ${sum} observations`]
}
