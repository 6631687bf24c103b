/** What a person reads of the suite's report: the verdict, and what was broken with its clause. */
import { validate } from '@channel-protocol/schemas/validate'
import type { Verdict } from './bench-state.ts'

const mostBroken = 8
const longestText = 400

/** Text that may quote a token, even one of a service that is gone: of whatever looks like one, its beginning. */
function hideTokens(text: string): string {
  return text.replaceAll(/([\w~-]{8})[\w~-]{16,}(?:\.[\w~-]+)*/g, '$1…')
}

/** Reads a report of the suite; throws where it is none, or has no verdict. */
export function readVerdict(report: unknown): Verdict {
  const read = validate('Report', report)
  if (!read.valid) throw new Error('the suite wrote no report')
  const { verdict, results, requirements, run } = read.value
  if (verdict.exit_code !== 0 && verdict.exit_code !== 1) throw new Error(verdict.words)
  const broken = results
    .filter((result) => result.verdict === 'fail' || result.verdict === 'warn')
    .map(({ check, requirement, level, clause, expected = '', got = '' }) => ({
      check,
      requirement,
      level,
      chapter: requirements.find(({ id }) => id === requirement)?.chapter ?? '',
      text: clause.slice(0, longestText),
      expected: hideTokens(expected).slice(0, longestText),
      got: hideTokens(got).slice(0, longestText),
    }))
  return {
    verdict: broken.length === 0 ? 'conformant' : 'not conformant',
    words: verdict.words,
    checks: verdict.checks.pass + verdict.checks.fail + verdict.checks.warn,
    seconds: Math.round(run.seconds * 10) / 10,
    broken: broken.slice(0, mostBroken),
  }
}
