/** Makes the planned checks against a target and turns findings into results. */

import { randomBytes } from 'node:crypto'
import type { Check } from './check.ts'
import { makeDrive } from './drive/drive.ts'
import { type Http, makeHttp } from './drive/http.ts'
import { SetUpFailed } from './drive/set-up-failed.ts'
import type { Site } from './drive/site.ts'
import { pass } from './drive/waiting.ts'
import type { Finding } from './judges/finding.ts'
import { isMust, type Ledger } from './ledger.ts'
import type { PlannedCheck } from './plan.ts'
import { type StallWatch, startStallWatch } from './stall-watch.ts'
import type { Target } from './target/target.ts'
import { OBSERVED_KINDS } from './timeline/event.ts'
import { startRecorder } from './timeline/recorder.ts'
import { redact } from './timeline/redact.ts'
import type { Timeline } from './timeline/timeline.ts'
import type { Result } from './verdict.ts'

/** Between the beginnings of the first checks: all at once, they would measure each other. */
const RAMP_MS = 20

/** How a run is made. */
export interface RunOptions {
  readonly concurrency: number
  readonly seed: number
  /** How long to wait for what must come, in milliseconds. */
  readonly patienceMs: number
  readonly onResult?: (result: Result) => void
  /** Told what was seen of each stimulus, and for which checks, before anything is redacted. */
  readonly onTimeline?: (timeline: Timeline, checks: readonly Check[]) => void
  /** Whether the results of passes keep what was seen, too. */
  readonly isRecorded?: boolean
}

/** Checks that judge one and the same stimulus; of one check at least. */
type Together = readonly [Check, ...Check[]]

/**
 * Makes every check whose decision is `run`, longest waits first. Checks with the same drive share what it saw. A check
 * that needs the target for itself gets a service of its own where the suite can start one; elsewhere its turn comes
 * after all others.
 */
export async function runChecks(
  planned: readonly PlannedCheck[],
  target: Target,
  ledger: Ledger,
  options: RunOptions,
): Promise<Result[]> {
  const http = makeHttp(options.patienceMs * 2)
  const watch = startStallWatch()
  const results = new Map<string, Result>()
  const put = (result: Result): void => {
    results.set(result.check, result)
    options.onResult?.(result)
  }
  for (const { check, decision } of planned) {
    if (decision === 'run') continue
    put({
      check: check.id,
      requirement: check.proves,
      verdict: decision === 'unsupported' ? 'unsupported' : 'not-run',
      reason:
        decision === 'unsupported'
          ? `profile ${ledger.find(check.proves).profile} is not announced`
          : decision.notRun,
      durationMs: 0,
    })
  }
  const runnable = planned.filter(({ decision }) => decision === 'run').map(({ check }) => check)
  const wait = ([check]: Together): number => check.waitSeconds?.(target.site.advertised) ?? 0
  const order = shuffle(groupByDrive(runnable), options.seed).sort((a, b) => wait(b) - wait(a))
  const { launch } = target.site
  const parallel = order.filter(([{ alone }]) => !alone || launch)
  const last = order.filter(([{ alone }]) => alone && !launch)
  const work = async (queue: Together[]): Promise<void> => {
    for (let checks = queue.shift(); checks; checks = queue.shift()) {
      const together = checks
      const run = (site: Site): Promise<Result[]> =>
        runUndisturbed(watch, () =>
          runTogether(together, { ...target, site }, ledger, http, options),
        )
      const needsOwn = together[0].alone || together[0].limits
      const made =
        needsOwn && launch ? await onOwnService(launch, together[0], run) : await run(target.site)
      for (const result of made) put(result)
    }
  }
  await Promise.all(
    Array.from({ length: options.concurrency }, async (_, place) => {
      await pass(place * RAMP_MS)
      await work(parallel)
    }),
  )
  await work(last)
  watch.stop()
  await http.stop()
  return planned.flatMap(({ check }) => results.get(check.id) ?? [])
}

/** A stall that a judge may take for a slow target. */
const STALL_MS = 200
const ATTEMPTS = 3

/** Checks whose drive is the same function, in the order of the first of each. */
export function groupByDrive<C extends { readonly drive: unknown }>(
  checks: readonly C[],
): [C, ...C[]][] {
  const groups = new Map<unknown, [C, ...C[]]>()
  for (const check of checks) {
    const group = groups.get(check.drive)
    if (group) group.push(check)
    else groups.set(check.drive, [check])
  }
  return [...groups.values()]
}

/**
 * Makes checks again when one did not pass while the suite itself stood still. This is no second chance for
 * the target: the first measurement was spoilt by whoever measured.
 */
export async function runUndisturbed(
  watch: Pick<StallWatch, 'longestSince'>,
  run: () => Promise<Result[]>,
): Promise<Result[]> {
  for (let attempt = 1; ; attempt += 1) {
    const startedMs = performance.now()
    const results = await run()
    const stalledMs = watch.longestSince(startedMs)
    if (stalledMs < STALL_MS || results.every(isCertain)) return results
    if (attempt === ATTEMPTS)
      return results.map((result) => (isCertain(result) ? result : spoilt(result, stalledMs)))
  }
}

/** Whether no stall of the suite can have made a result what it is. */
function isCertain({ verdict }: Result): boolean {
  return verdict === 'pass' || verdict === 'defect'
}

function spoilt(result: Result, stalledMs: number): Result {
  const stalled = `the suite itself stood still for ${Math.round(stalledMs)} ms, ${ATTEMPTS} times in a row; run it on a calmer machine`
  const reason = `${stalled}; the last time: ${describeResult(result)}`
  const { check, requirement, durationMs, timeline } = result
  return {
    check,
    requirement,
    verdict: 'inconclusive',
    reason,
    durationMs,
    ...(timeline && { timeline }),
  }
}

/** Does something with a service that nobody else uses. */
async function onOwnService<T>(
  launch: NonNullable<Site['launch']>,
  { limits }: Check,
  use: (site: Site) => Promise<T>,
): Promise<T> {
  const prefix = `/i/${randomBytes(9).toString('hex')}`
  const { site, stop } = await launch(prefix, limits && { limits })
  try {
    return await use(site)
  } finally {
    await stop()
  }
}

/** Drives the target once and judges what was seen by each of the checks. */
async function runTogether(
  checks: Together,
  target: Target,
  ledger: Ledger,
  http: Http,
  { patienceMs, onTimeline, isRecorded }: RunOptions,
): Promise<Result[]> {
  const startedAt = performance.now()
  const recorder = startRecorder()
  const drive = makeDrive(target.site, http, recorder, patienceMs)
  let trouble: { verdict: 'inconclusive' | 'defect'; reason: string } | undefined
  try {
    await checks[0].drive(drive)
  } catch (error) {
    trouble =
      error instanceof SetUpFailed
        ? { verdict: 'inconclusive', reason: `set-up failed: ${error.message}` }
        : {
            verdict: 'defect',
            reason: `the check's drive threw: ${(error as Error).stack ?? String(error)}`,
          }
  }
  const timeline: Timeline = { advertised: target.site.advertised, events: [...recorder.events] }
  await drive.finish()
  onTimeline?.(timeline, checks)
  const durationMs = Math.round(performance.now() - startedAt)
  return checks.map((check) => {
    const judged = trouble ?? judgeCheck(check, timeline, isMust(ledger.find(check.proves)))
    const result: Result = { check: check.id, requirement: check.proves, ...judged, durationMs }
    // Unless a run is recorded nobody asks what was seen of a pass, and hiding its secrets would be most of the work.
    if (judged.verdict === 'pass' && !isRecorded) return result
    return redact({ ...result, timeline }, [...target.secrets, ...recorder.secrets])
  })
}

/** Judges a recorded timeline: the control arm first, then the requirement; a pass needs something observed. */
export function judgeCheck(
  check: Pick<Check, 'control' | 'judge'>,
  timeline: Timeline,
  isBinding: boolean,
): Pick<Result, 'verdict' | 'reason' | 'expected' | 'got' | 'offender' | 'control'> {
  try {
    const control = check.control?.(timeline)
    if (control && control.verdict !== 'pass') {
      const why = describeFinding(control)
      return {
        verdict: 'inconclusive',
        reason: `the control arm did not work: ${why}`,
        control: why,
      }
    }
    const arm = control && { control: 'worked' }
    const finding = check.judge(timeline)
    if (finding.verdict === 'pass') {
      return timeline.events.some(({ kind }) => OBSERVED_KINDS.has(kind))
        ? { verdict: 'pass', ...arm }
        : { verdict: 'inconclusive', reason: 'nothing was observed', ...arm }
    }
    return finding.verdict === 'fail' && !isBinding
      ? { ...finding, verdict: 'warn', ...arm }
      : { ...finding, ...arm }
  } catch (error) {
    return {
      verdict: 'defect',
      reason: `a judge threw: ${(error as Error).stack ?? String(error)}`,
    }
  }
}

/** What was seen of a check that did not pass. */
function describeResult({ reason, expected, got }: Result): string {
  return reason ?? `expected ${expected}, got ${got}`
}

function describeFinding(finding: Finding): string {
  if (finding.verdict === 'fail') return `expected ${finding.expected}, got ${finding.got}`
  return finding.verdict === 'inconclusive' ? finding.reason : 'worked'
}

/** A copy in an order that the seed decides. */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  const shuffled = [...items]
  let state = seed >>> 0
  for (let i = shuffled.length - 1; i > 0; i -= 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const j = state % (i + 1)
    ;[shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T]
  }
  return shuffled
}
