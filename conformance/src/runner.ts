/** Makes the planned checks against a target and turns findings into results. */

import { makeApart } from './apart.ts'
import type { Check } from './check.ts'
import type { Grease } from './drive/grease.ts'
import { makeHttp } from './drive/http.ts'
import { SetUpFailed } from './drive/set-up-failed.ts'
import { pass } from './drive/waiting.ts'
import { type GroupOptions, giveUp, makeGroup, type Together } from './group.ts'
import type { Ledger } from './ledger.ts'
import { isStepped, type PlannedCheck } from './plan.ts'
import { lookOnce, runUndisturbed, type Undecided, worthAnotherLook } from './second-look.ts'
import { startStallWatch } from './stall-watch.ts'
import type { Target } from './target/target.ts'
import { makeStandIns } from './timeline/stand-ins.ts'
import type { Timeline } from './timeline/timeline.ts'
import type { Result } from './verdict.ts'

/** Between the beginnings of the first checks: all at once, they would measure each other. */
const RAMP_MS = 20

/** Checks at once that wait for nothing: they are work from beginning to end. */
const STEPPED_AT_ONCE = 8

/** The others at once where only those wait for timers: more would only measure each other. */
const TIMELESS_AT_ONCE = 16

/** Checks of an application at once: its users see each other, so that each more is told to all others. */
const USERS_AT_ONCE = 8

/** Checks at once that are made again, when the others are over. */
const AGAIN_AT_ONCE = 8

const PROGRAM_ENDED = 'the program that was started has ended'

/** How a run is made. */
export interface RunOptions {
  readonly concurrency: number
  readonly seed: number
  /** How long to wait for what must come, in milliseconds. */
  readonly patienceMs: number
  /** How long to wait for the answer to a call, in milliseconds; twice as long as for the rest where absent. */
  readonly answerMs?: number
  readonly onResult?: (result: Result) => void
  /** Told what was seen of each stimulus, and for which checks, before anything is redacted. */
  readonly onTimeline?: (
    timeline: Timeline,
    checks: readonly Check[],
    secrets: readonly string[],
  ) => void
  /** Whether the results of passes keep what was seen, too. */
  readonly isRecorded?: boolean
  /** The noise that valid traffic carries. */
  readonly grease?: Grease
}

/**
 * Makes every check whose decision is `run`, longest waits first. Checks with the same drive share what it saw. A check
 * that needs the target for itself gets a service of its own where the suite can start one; elsewhere its turn comes
 * after all others, beside those that disturb something else and those that endure them. What could not be judged in the
 * crowd is made again when the others are over.
 */
export async function runChecks(
  planned: readonly PlannedCheck[],
  target: Target,
  ledger: Ledger,
  options: RunOptions,
): Promise<Result[]> {
  const http = makeHttp(options.answerMs ?? options.patienceMs * 2, options.grease)
  const watch = startStallWatch()
  const own: GroupOptions = {
    ledger,
    http,
    patienceMs: options.patienceMs,
    onTimeline: options.onTimeline,
    ...(options.isRecorded && { standIn: makeStandIns() }),
  }
  let ended: string | undefined
  void target.site.gone?.then((why) => {
    ended = why
  })
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
  const groups = shuffle(groupByDrive(runnable), options.seed)
  const { launch } = target.site
  const stepped = groups.filter(([check]) => isStepped(check, target.site))
  const timed = groups
    .filter(([check]) => !isStepped(check, target.site))
    .sort((a, b) => wait(b) - wait(a) || Number(isSlow(b)) - Number(isSlow(a)))
  const parallel = timed.filter(([{ alone }]) => !alone || launch)
  // What fills the target up waits long, and leaves it full for a while: it comes when nobody comes after it.
  const last = timed.filter(([{ alone }]) => alone && !launch).reverse()
  const most =
    target.site.application && launch
      ? USERS_AT_ONCE
      : stepped.length > 0
        ? TIMELESS_AT_ONCE
        : Number.POSITIVE_INFINITY
  const atOnce = Math.min(options.concurrency, most)
  type Make = (together: Together) => Promise<Result[] | undefined>
  const makeAndPut = async (together: Together, make: Make): Promise<void> => {
    const made =
      ended === undefined
        ? await make(together)
        : giveUp(together, target, own, new SetUpFailed(`${PROGRAM_ENDED}: ${ended}`))
    for (const result of made ?? []) put(result)
  }
  const work = async (queue: Together[], make: Make): Promise<void> => {
    for (let together = queue.shift(); together; together = queue.shift())
      await makeAndPut(together, make)
  }
  const makeOnce = (together: Together): Promise<Result[]> => makeGroup(together, target, own)
  const makeUndisturbed = (together: Together): Promise<Result[]> =>
    runUndisturbed(watch, () => makeOnce(together))
  // At most half of all places, so that the others go on.
  const enduring = parallel.filter(([{ endures }]) => endures).slice(0, Math.floor(atOnce / 2))
  const crowd = parallel.filter((together) => !enduring.includes(together))
  const undecided: Undecided<Together>[] = []
  const workTogether = async (queue: Together[], most: number, before: number): Promise<void> => {
    const workers = Array.from({ length: Math.min(most, queue.length) }, async (_, place) => {
      await pass((before + place) * RAMP_MS)
      await work(queue, async (together) => {
        const look = await lookOnce(watch, () => makeOnce(together))
        if (look.outcome === 'decided') return look.results
        undecided.push({ ...look, of: together })
        return undefined
      })
    })
    await Promise.all(workers)
  }
  const lookAgain = async (): Promise<void> => {
    const { again, rest } = worthAnotherLook(undecided.splice(0))
    for (const result of rest.flatMap(({ results: made }) => made)) put(result)
    again.sort((a, b) => wait(b) - wait(a))
    const againAtOnce = Math.min(options.concurrency, AGAIN_AT_ONCE)
    await Promise.all(Array.from({ length: againAtOnce }, () => work(again, makeUndisturbed)))
  }
  const places = enduring.length
  const endured = workTogether(enduring, places, 0)
  await Promise.all([
    workTogether(crowd, atOnce - places, places),
    ...Array.from({ length: STEPPED_AT_ONCE }, () => work(stepped, makeOnce)),
  ])
  await lookAgain()
  const makeLast = (together: Together): Promise<void> => makeAndPut(together, makeUndisturbed)
  await makeApart(last, options.concurrency - places, ([check]) => check, makeLast, {
    parts: ['reports'],
    over: endured.then(lookAgain),
  })
  watch.stop()
  await http.stop()
  return planned.flatMap(({ check }) => results.get(check.id) ?? [])
}

function isSlow(together: Together): boolean {
  return together.some(({ slow }) => slow)
}

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
