/** The report of a run as data: the source of every other form. */

import type { Ledger } from '../ledger.ts'
import type { Summary } from '../summary.ts'
import type { Result } from '../verdict.ts'

/** What stands in `report.json`; its schema is `schemas/json/report.schema.json`. */
export interface Report {
  readonly report: '1.0'
  readonly suite: { readonly name: string; readonly version: string; readonly revision: string }
  readonly target: {
    readonly name: string
    readonly url: string
    readonly implementation?: { readonly name: string; readonly version: string }
    readonly profiles: readonly string[]
    readonly test_timings: boolean
  }
  readonly run: { readonly seed: number; readonly started_at: string; readonly seconds: number }
  readonly verdict: {
    readonly exit_code: number
    readonly words: string
    readonly musts_judged: number
    readonly musts_total: number
    readonly not_judged: readonly { readonly reason: string; readonly count: number }[]
    readonly checks: Summary['checks']
  }
  readonly requirements: readonly {
    readonly id: string
    readonly level: string
    readonly profile: string
    readonly chapter: string
    readonly section: string
    readonly text: string
    readonly verdict: string
    readonly checks: readonly string[]
  }[]
  readonly results: readonly (Omit<Result, 'durationMs' | 'timeline'> & {
    readonly level: string
    readonly clause: string
    readonly duration_ms: number
    readonly reproduce: string
    readonly events?: readonly unknown[]
  })[]
}

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
      profiles: target.site.advertised.profiles,
      test_timings: target.site.advertised.testTimings,
    },
    run: { seed: run.seed, started_at: run.startedAt.toISOString(), seconds: run.seconds },
    verdict: {
      exit_code: summary.exitCode,
      words: summary.words,
      musts_judged: summary.musts.judged,
      musts_total: summary.musts.total,
      not_judged: summary.notJudged,
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
      checks,
    })),
    results: results.map(({ timeline, durationMs, ...result }) => {
      const { level, text } = ledger.find(result.requirement)
      return {
        ...result,
        level,
        clause: text,
        duration_ms: durationMs,
        reproduce: reproduce(result.check),
        ...(timeline && result.verdict !== 'pass' && { events: timeline.events }),
      }
    }),
  }
}
