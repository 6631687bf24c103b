/** The report of a run as data: the source of every other form. */

import type { Report } from '@channel-protocol/schemas/types'
import type { Ledger } from '../ledger.ts'
import type { Summary } from '../summary.ts'
import type { Result } from '../verdict.ts'

/** What stands in `report.json`; its schema is `schemas/json/report.schema.json`. */
export type { Report }

/** What a report says of the target. */
export interface ReportTarget {
  readonly name: string
  readonly implementation?: { readonly name: string; readonly version: string }
  readonly site: {
    readonly baseUrl: string
    readonly advertised: { readonly profiles: readonly string[]; readonly testTimings: boolean }
  }
}

/** Makes the report. Transcripts are kept for everything that is not a pass. */
export function makeReport({
  results,
  summary,
  ledger,
  target,
  run,
  version,
  reproduce,
}: {
  results: readonly Result[]
  summary: Summary
  ledger: Ledger
  target: ReportTarget
  run: { seed: number; startedAt: Date; seconds: number }
  version: string
  reproduce: (check: string) => string
}): Report {
  return {
    report: '1.0',
    suite: { name: 'channel-conformance', version, revision: ledger.revision },
    target: {
      name: target.name,
      url: target.site.baseUrl,
      ...(target.implementation && { implementation: target.implementation }),
      profiles: [...target.site.advertised.profiles],
      test_timings: target.site.advertised.testTimings,
    },
    run: { seed: run.seed, started_at: run.startedAt.toISOString(), seconds: run.seconds },
    verdict: {
      exit_code: summary.exitCode,
      words: summary.words,
      musts_judged: summary.musts.judged,
      musts_total: summary.musts.total,
      not_judged: [...summary.notJudged],
      checks: summary.checks,
    },
    requirements: summary.requirements.map(({ requirement, verdict, checks }) => ({
      id: requirement.id,
      level: requirement.level,
      profile: requirement.profile,
      chapter: requirement.chapter,
      section: requirement.section,
      text: requirement.text,
      verdict,
      checks: [...checks],
    })),
    results: results.map(({ timeline, durationMs, ...result }) => {
      const { level, text } = ledger.find(result.requirement)
      return {
        ...result,
        level,
        clause: text,
        duration_ms: durationMs,
        reproduce: reproduce(result.check),
        ...(timeline && result.verdict !== 'pass' && { events: [...timeline.events] }),
      }
    }),
  }
}
