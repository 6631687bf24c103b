/** The end of every run: adds its results up, writes the reports that were asked for, and says the verdict. */

import { readFileSync, writeFileSync } from 'node:fs'
import type { Ledger } from '../ledger.ts'
import { renderDeviations, renderSummary, renderSums, type Style } from '../report/console.ts'
import { renderHtml } from '../report/html.ts'
import { describeInvariants } from '../report/invariants.ts'
import { renderJunit } from '../report/junit.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { makeReport, type Report, type ReportTarget } from '../report/report.ts'
import { EXIT, type RunFacts, type Summary, summarise } from '../summary.ts'
import { redact } from '../timeline/redact.ts'
import type { Result } from '../verdict.ts'

/** Where a run is seen. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  readonly style: Style
  say(...lines: string[]): void
}

/** Where reports go. */
export interface ReportOptions {
  readonly isJson: boolean
  readonly reportFile?: string
  readonly junitFile?: string
  readonly markdownFile?: string
  readonly htmlFile?: string
}

/** A run that is over. */
export interface FinishedRun {
  readonly results: readonly Result[]
  readonly ledger: Ledger
  readonly facts: RunFacts
  readonly target: ReportTarget
  readonly seed: number
  readonly startedAt: Date
  /** Whether what was seen is kept of passes too. */
  readonly isRecorded?: boolean
  /** Whether valid traffic carried noise. */
  readonly isGreased?: boolean
  /** Secrets of the targets, which no output may hold. */
  readonly secrets?: readonly string[]
  /** The command that makes a check again. */
  readonly reproduce: (check: string) => string
}

/** Which of several runs, from 1 on, of how many. */
export interface Turn {
  readonly turn: number
  readonly of: number
}

/** Reports a run and returns its exit code. One that others follow is a line, where nothing in it deviates. */
export function concludeRun(
  finished: FinishedRun,
  options: ReportOptions,
  { style, say }: Pick<Surroundings, 'style' | 'say'>,
  { turn, of }: Turn = { turn: 1, of: 1 },
): number {
  const { results, ledger, reproduce, secrets = [] } = finished
  const { report, summary } = reportRun(finished)
  writeReports(report, options)
  const { seconds } = report.run
  const deviations = renderDeviations(results, ledger, style, reproduce)
  const isFollowed = turn < of && summary.exitCode === EXIT.conformant
  if (of > 1) say(`run ${turn} of ${of}, seed ${finished.seed}, ${renderSums(summary, seconds)}`)
  if (isFollowed && deviations.length === 0) return summary.exitCode
  const end = renderSummary(summary, seconds, style, describeInvariants(results))
  say(...redact([...deviations, ...end], secrets))
  return summary.exitCode
}

/** Adds a run up. */
export function reportRun(finished: FinishedRun): { report: Report; summary: Summary } {
  const { results, ledger, facts, target, seed, startedAt, reproduce } = finished
  const { isRecorded, isGreased, secrets = [] } = finished
  const summary = summarise(results, ledger, facts)
  const run = {
    seed,
    startedAt,
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    selection: describeSelection(facts),
    ...(isRecorded && { isRecorded }),
    ...(isGreased && { isGreased }),
  }
  const version = readVersion()
  const report = makeReport({ results, summary, ledger, target, run, version, reproduce })
  return { report: redact(report, secrets), summary }
}

function describeSelection({
  profiles,
  isPartial,
  skipped,
  isStrict,
  preflight,
}: RunFacts): NonNullable<Report['run']['selection']> {
  return {
    profiles: [...profiles],
    partial: isPartial,
    ...(skipped && { skipped: [...skipped] }),
    strict: isStrict,
    ...(preflight !== undefined && { trouble: preflight }),
  }
}

/**
 * Progress on a terminal in place, of as many checks as are known of by then; nothing elsewhere, where only deviations
 * matter. Without a result it is wiped away.
 */
export function makeProgress(
  count: () => number,
  { isQuiet }: { readonly isQuiet: boolean },
): (result?: { readonly verdict: string }) => void {
  if (!process.stderr.isTTY || isQuiet) return () => {}
  let done = 0
  return (result) => {
    if (result?.verdict === 'not-run' || result?.verdict === 'unsupported') return
    if (result) done += 1
    else if (done === 0) return
    process.stderr.write(result ? `\r${done}/${count()}` : '\r\u001b[K')
  }
}

function writeReports(report: Report, options: ReportOptions): void {
  const json = `${JSON.stringify(report, undefined, 2)}\n`
  if (options.isJson) process.stdout.write(json)
  if (options.reportFile !== undefined) writeFileSync(options.reportFile, json)
  if (options.junitFile !== undefined) writeFileSync(options.junitFile, renderJunit(report))
  if (options.markdownFile !== undefined)
    writeFileSync(options.markdownFile, renderMarkdown(report))
  if (options.htmlFile !== undefined) writeFileSync(options.htmlFile, renderHtml([report]))
}

function readVersion(): string {
  const manifest = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string }
  return manifest.version
}
