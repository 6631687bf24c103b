/** `compare`: judges several targets alike and says where they differ. */

import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { Report } from '@channel-protocol/schemas/types'
import { compareReports } from '../compare/compare.ts'
import { renderComparison } from '../compare/render.ts'
import { readLedger } from '../ledger.ts'
import { styleFor } from '../report/console.ts'
import { renderHtml } from '../report/html.ts'
import { EXIT } from '../summary.ts'
import { startReferenceHost } from '../target/reference.ts'
import { TargetUnavailable } from '../target/target.ts'
import { reportRun } from './conclude.ts'
import { repeatExec } from './exec-options.ts'
import { judgeTargets } from './judge-target.ts'
import { type OpenedTargets, openTargets } from './open-target.ts'
import { readReportFile } from './report-file.ts'
import { makeReproduce } from './reproduce.ts'
import { type RunOptions, readRunOptions } from './run-options.ts'
import { readReport } from './saved-report.ts'
import { UsageError } from './usage-error.ts'

/** The operand that means the reference server. */
const REFERENCE = 'reference'

interface Flags {
  readonly only?: readonly string[]
  readonly exec?: boolean
  readonly plain?: boolean
  readonly readyTimeout?: string
  readonly program?: readonly string[]
  readonly html?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly seed?: string
}

type Say = (...lines: string[]) => void

/** Compares what the operands name; returns the exit code. */
export async function compare(
  operands: readonly string[],
  given: object,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const flags = given as Flags
  const stream = flags.json ? process.stderr : process.stdout
  const say: Say = (...lines) => {
    for (const line of lines) stream.write(`${line}\n`)
  }
  const html = flags.html === undefined ? undefined : readReportFile('--html', flags.html)
  const runs = readRuns(operands, flags)
  const reports: Report[] = []
  for (const run of runs) {
    try {
      reports.push(await run(flags.quiet ? () => {} : say, env))
    } catch (error) {
      if (!(error instanceof TargetUnavailable)) throw error
      say(`nothing was compared: ${error.message}`)
      return EXIT.noVerdict
    }
  }
  const comparison = compareReports(reports)
  if (html !== undefined) writeFileSync(html, renderHtml(reports))
  if (flags.json) process.stdout.write(`${JSON.stringify(comparison, undefined, 2)}\n`)
  say(...renderComparison(comparison, reports, readLedger(), styleFor(stream, env)))
  if (reports.some(({ verdict }) => verdict.exit_code === EXIT.suiteDefect)) return EXIT.suiteDefect
  if (comparison.judgedByAll === 0) return EXIT.noVerdict
  const isSame = comparison.matrix.length === 0 && comparison.holes.length === 0
  return isSame ? EXIT.conformant : EXIT.notConformant
}

type Run = (say: Say, env: NodeJS.ProcessEnv) => Promise<Report>

/** What has to be done to get a report of each target; throws UsageError before anything is done. */
function readRuns(operands: readonly string[], flags: Flags): Run[] {
  const { exec, plain, readyTimeout, program, only = [], html: _, ...others } = flags
  const seed = flags.seed ?? String(randomInt(1_000_000))
  const shared = { ...others, seed, repeat: '1', record: true, json: true }
  const judging = (base: readonly string[], more: object = {}): Run => {
    const options = readRunOptions([...base, ...only], { ...shared, ...more })
    return (say, env) =>
      judge(options, base[0] === undefined && !options.exec ? openReference : openTargets, say, env)
  }
  const runs = operands.map((operand): Run => {
    if (/^https?:\/\//.test(operand)) return judging([operand])
    if (operand === REFERENCE) return judging([])
    const report = readReport(operand)
    return async () => report
  })
  if (exec || program) runs.push(judging([], { exec, plain, readyTimeout, program }))
  if (runs.length < 2)
    throw new UsageError(
      `compare takes at least two targets: base URLs, saved reports, ${REFERENCE} for the reference server, or --exec -- <program>`,
    )
  return runs
}

async function judge(
  options: RunOptions,
  open: (options: RunOptions) => Promise<OpenedTargets>,
  say: Say,
  env: NodeJS.ProcessEnv,
): Promise<Report> {
  const { targets, notes, close } = await open(options)
  say(...notes)
  try {
    const openings = targets.map((target) => () => Promise.resolve(target))
    const made = await judgeTargets(openings, { ...options, isRecorded: true }, say)
    const reproduce = makeReproduce(
      options.url?.baseUrl,
      env,
      [`--seed ${options.seed}`, ...options.again],
      options.exec && repeatExec(options.exec).program,
    )
    const { report, summary } = reportRun({ ...made, reproduce })
    say(summary.words, '')
    return report
  } finally {
    await close()
  }
}

/** The reference server alone: what it is compared with is a server, and no application. */
async function openReference(): Promise<OpenedTargets> {
  const host = await startReferenceHost()
  const target = await host.start({ testTimings: true })
  return { targets: [target], notes: [], close: () => host.stop() }
}
