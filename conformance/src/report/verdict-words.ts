/** How verdicts are called and counted in reports for people. */

import type { Report } from './report.ts'

/** What a check or a requirement may say. */
export type Verdict = Report['results'][number]['verdict']

/** The verdicts, worst first, with the words of their counts. */
export const VERDICTS: Readonly<Record<Verdict, string>> = {
  defect: 'suite defects',
  fail: 'failed',
  inconclusive: 'inconclusive',
  warn: 'warned',
  pass: 'passed',
  unsupported: 'unsupported',
  'not-run': 'not run',
}

/** Verdicts that somebody has to look at. */
export const DEVIATIONS: readonly Verdict[] = ['defect', 'fail', 'inconclusive', 'warn']

/** The keywords of requirements, the binding ones first. */
export const LEVELS = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY'] as const

/** How many of these have each verdict; verdicts that none has are absent. */
export function countVerdicts(
  all: readonly { readonly verdict: Verdict }[],
): [verdict: Verdict, count: number][] {
  return (Object.keys(VERDICTS) as Verdict[])
    .map((verdict): [Verdict, number] => [
      verdict,
      all.filter((one) => one.verdict === verdict).length,
    ])
    .filter(([, count]) => count > 0)
}
