/** Makes the data of the HTML page from reports, in as few bytes as will do. */

import type { TimelineEvent } from '../timeline/event.ts'
import type { CheckData, PageData, TargetData } from './page-form.ts'
import { printableLines } from './printable.ts'
import type { Report } from './report.ts'
import type { Lane } from './sequence.ts'

type CheckResult = Report['results'][number]

/** What a page shows of one check; the report has it whole. Of a pass, which few will look at, it is less. */
const SHOWN = { deviation: { events: 2000, length: 4000 }, pass: { events: 120, length: 600 } }

/** The events as a page shows them: long texts cut, nothing that turns the direction of reading. */
export function readEvents({ verdict, events = [] }: CheckResult): TimelineEvent[] {
  const { events: most, length } = verdict === 'pass' ? SHOWN.pass : SHOWN.deviation
  return mapTexts(events.slice(0, most), (text) =>
    text.length > length
      ? `${printableLines(text, length)} (${text.length} characters)`
      : printableLines(text, length),
  ) as TimelineEvent[]
}

/** The data of these reports; `goldenOf` is asked for what deviates only. */
export function readPageData(
  reports: readonly Report[],
  goldenOf: (check: string) => readonly string[] | undefined,
): PageData {
  const targets = reports.map(
    (report, index): TargetData => ({
      label: labelOf(report, index, reports),
      again: againOf(report),
    }),
  )
  const ids = [...new Set(reports.flatMap(({ results }) => results.map(({ check }) => check)))]
  const found = reports.map((report) => {
    const judged = judgedRoles(report)
    return new Map(report.results.map((result) => [result.check, { result, judged }]))
  })
  const checks = Object.fromEntries(
    ids.map((id) => [
      id,
      found.map((byId, index) => {
        const { result, judged } = byId.get(id) ?? {}
        return result
          ? readCheck(result, judged?.get(result.requirement), targets[index]?.again ?? '')
          : null
      }),
    ]),
  )
  const deviating = ids.filter((id) =>
    checks[id]?.some((check) => check && check.verdict !== 'pass' && check.hasEvents),
  )
  const goldens = Object.fromEntries(
    deviating.flatMap((id) => {
      const seenIn = checks[id]?.find((check) => check?.seenIn)?.seenIn
      const lines = goldenOf(seenIn ?? id)
      return lines ? [[id, lines]] : []
    }),
  )
  return { targets, checks, goldens }
}

/** The name of a target, with a number where another one has the same. */
export function labelOf(report: Report, index: number, reports: readonly Report[]): string {
  const nameOf = ({ target }: Report): string => target.implementation?.name || target.name
  const name = printableLines(nameOf(report), 80)
  const earlier = reports.slice(0, index).filter((other) => nameOf(other) === nameOf(report)).length
  return earlier === 0 ? name : `${name} (${earlier + 1})`
}

function againOf({ results }: Report): string {
  const [first] = results
  return first ? first.reproduce.replace(first.check, '{check}') : ''
}

function judgedRoles({ requirements }: Report): ReadonlyMap<string, Lane> {
  return new Map(
    requirements.map(({ id, profile }) => [
      id,
      profile === 'client' || profile === 'application' ? profile : 'service',
    ]),
  )
}

function readCheck(result: CheckResult, judged: Lane = 'service', again: string): CheckData {
  const { verdict, reason, expected, got, control, clock, observed, offender } = result
  const texts = mapTexts({ reason, expected, got, control }, (text) =>
    printableLines(text, SHOWN.deviation.length),
  )
  return {
    verdict,
    ...(texts as Pick<CheckData, 'reason' | 'expected' | 'got' | 'control'>),
    ...(clock && { clock }),
    ...(observed !== undefined && { observed }),
    ...(offender !== undefined && { offender }),
    ...(result.seen_in !== undefined && { seenIn: result.seen_in }),
    ms: Math.round(result.duration_ms),
    ...(again.replace('{check}', result.check) !== result.reproduce && { again: result.reproduce }),
    judged,
    hasEvents: (result.events?.length ?? 0) > 0,
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change))
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, mapTexts(one, change)]),
  )
}
