/** The end of every run: adds its results up, writes the reports that were asked for, and says the verdict. */

import { readFileSync, writeFileSync } from 'node:fs'
import type { Ledger } from '../ledger.ts'
import { renderDeviations, renderSummary, type Style } from '../report/console.ts'
import { renderJunit } from '../report/junit.ts'
import { makeReport, type Report, type ReportTarget } from '../report/report.ts'
import { type RunFacts, summarise } from '../summary.ts'
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
}

/** A run that is over. */
export interface FinishedRun {
  readonly results: readonly Result[]
  readonly ledger: Ledger
  readonly facts: RunFacts
  readonly target: ReportTarget
  readonly seed: number
  readonly startedAt: Date
  /** The command that makes a check again. */
  readonly reproduce: (check: string) => string
}

/** Reports a run and returns its exit code. */
export function concludeRun(
  { results, ledger, facts, target, seed, startedAt, reproduce }: FinishedRun,
  options: ReportOptions,
  { style, say }: Pick<Surroundings, 'style' | 'say'>,
): number {
  const seconds = (Date.now() - startedAt.getTime()) / 1000
  const summary = summarise(results, ledger, facts)
  const run = { seed, startedAt, seconds }
  const version = readVersion()
  writeReports(makeReport({ results, summary, ledger, target, run, version, reproduce }), options)
  say(
    ...renderDeviations(results, ledger, style, reproduce),
    ...renderSummary(summary, seconds, style),
  )
  return summary.exitCode
}

/** Progress on a terminal in place; nothing elsewhere, where only deviations matter. Without a result it is wiped away. */
export function makeProgress(
  count: number,
  { isQuiet }: { readonly isQuiet: boolean },
): (result?: { readonly verdict: string }) => void {
  if (!process.stderr.isTTY || isQuiet) return () => {}
  let done = 0
  return (result) => {
    if (result?.verdict === 'not-run' || result?.verdict === 'unsupported') return
    if (result) done += 1
    process.stderr.write(result ? `\r${done}/${count}` : '\r\u001b[K')
  }
}

function writeReports(report: Report, options: ReportOptions): void {
  const json = `${JSON.stringify(report, undefined, 2)}\n`
  if (options.isJson) process.stdout.write(json)
  if (options.reportFile !== undefined) writeFileSync(options.reportFile, json)
  if (options.junitFile !== undefined) writeFileSync(options.junitFile, renderJunit(report))
}

function readVersion(): string {
  const manifest = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string }
  return manifest.version
}
