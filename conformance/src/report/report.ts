/** The report of a run as data: the source of every other form. */

import type { Report } from '@channel-protocol/schemas/types'
import type { Ledger } from '../ledger.ts'
import type { Summary } from '../summary.ts'
import type { Advertised } from '../timeline/timeline.ts'
import type { Result } from '../verdict.ts'

/** What stands in `report.json`; its schema is `schemas/json/report.schema.json`. */
export type { Report }

/** What a report says of the target. */
export interface ReportTarget {
  readonly name: string
  readonly implementation?: { readonly name: string; readonly version: string }
  readonly site: {
    readonly baseUrl: string
    readonly advertised: Pick<Advertised, 'profiles' | 'testTimings'> &
      Partial<Pick<Advertised, 'limits' | 'timings' | 'origins'>>
  }
}

/** What a report says of the run itself. */
export interface ReportRun {
  readonly seed: number
  readonly startedAt: Date
  readonly seconds: number
  /** Whether what was seen is kept of passes too, with what a judge needs besides. */
  readonly isRecorded?: boolean
  /** Whether valid traffic carried noise. */
  readonly isGreased?: boolean
  /** What was to be judged. */
  readonly selection?: Report['run']['selection']
}

/** Makes the report. Transcripts are kept for everything that is not a pass, and for all where the run is recorded. */
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
  run: ReportRun
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
      ...(run.isRecorded && knownToJudges(target, results)),
    },
    run: {
      seed: run.seed,
      started_at: run.startedAt.toISOString(),
      seconds: run.seconds,
      ...(run.isRecorded !== undefined && { recorded: run.isRecorded }),
      ...(run.isGreased !== undefined && { grease: run.isGreased }),
      ...(run.selection && { selection: run.selection }),
    },
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
    results: results.map(({ timeline, standIns, seenIn, durationMs, ...result }) => {
      const { level, text } = ledger.find(result.requirement)
      return {
        ...result,
        level,
        clause: text,
        duration_ms: durationMs,
        reproduce: reproduce([result.check, ...(seenIn === undefined ? [] : [seenIn])].join(' ')),
        ...(seenIn !== undefined && { seen_in: seenIn }),
        ...(timeline &&
          (run.isRecorded || result.verdict !== 'pass') && { events: [...timeline.events] }),
        ...(timeline && run.isRecorded && describeService(timeline.advertised, target)),
        ...(standIns && { stand_ins: [...standIns] }),
      }
    }),
  }
}

function knownToJudges(
  { site: { advertised } }: ReportTarget,
  results: readonly Result[],
): Pick<Report['target'], 'limits' | 'timings' | 'origins' | 'stand_in_secrets'> {
  const { limits, timings, origins } = advertised
  const judged = results.find(({ standIns }) => standIns)?.timeline
  return {
    ...(limits && { limits: { ...limits } }),
    ...(timings && { timings: readTimings(timings) }),
    ...(origins !== undefined && { origins }),
    ...(judged && { stand_in_secrets: [...judged.advertised.webhookSecrets] }),
  }
}

/** What the service of one check advertised, where it is not what the target does. */
function describeService(
  own: Advertised,
  { site: { baseUrl, advertised } }: ReportTarget,
): Pick<Report['results'][number], 'service'> {
  const isOther = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)
  const differing = <T>(values: Readonly<Record<string, T>>, others: object = {}): [string, T][] =>
    Object.entries(values).filter(([name, value]) =>
      isOther(value, (others as Record<string, T>)[name]),
    )
  const limits = differing(own.limits, advertised.limits)
  const timings = differing(own.timings, advertised.timings)
  const service = {
    ...(own.baseUrl !== baseUrl && { url: own.baseUrl }),
    ...(isOther(own.profiles, advertised.profiles) && { profiles: [...own.profiles] }),
    ...(own.testTimings !== advertised.testTimings && { test_timings: own.testTimings }),
    ...(limits.length > 0 && { limits: Object.fromEntries(limits) }),
    ...(timings.length > 0 && { timings: readTimings(Object.fromEntries(timings)) }),
    ...(own.origins !== advertised.origins && { origins: own.origins }),
  }
  return Object.keys(service).length > 0 ? { service } : {}
}

function readTimings(timings: Advertised['timings']): Record<string, number | number[]> {
  return Object.fromEntries(
    Object.entries(timings).map(([name, value]) => [
      name,
      typeof value === 'number' ? value : [...value],
    ]),
  )
}
