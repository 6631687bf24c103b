/** Makes one group of checks: it alone knows which service they are made on, by which clock, and what is left of a drive that fails. */

import { randomBytes } from 'node:crypto'
import type { Check } from './check.ts'
import { makeDrive } from './drive/drive.ts'
import type { Http } from './drive/http.ts'
import { SetUpFailed } from './drive/set-up-failed.ts'
import { NODES, type Site, type Wishes } from './drive/site.ts'
import { makeSteppedClock } from './drive/stepped-clock.ts'
import { REAL_CLOCK, within } from './drive/waiting.ts'
import { isBinding, judgeCheck, noteOfThrown } from './judgement.ts'
import type { Ledger } from './ledger.ts'
import { isStepped } from './plan.ts'
import type { Target } from './target/target.ts'
import { type Recorder, startRecorder } from './timeline/recorder.ts'
import { redact } from './timeline/redact.ts'
import { recordTimeline, type StandIn } from './timeline/stand-ins.ts'
import type { Timeline } from './timeline/timeline.ts'
import type { Result } from './verdict.ts'

/** Checks that judge one and the same stimulus; of one check at least. */
export type Together = readonly [Check, ...Check[]]

/** How long after its connections a program may be seen to have ended. */
const DEATH_MS = 100

/** What groups of one run have in common. */
export interface GroupOptions {
  readonly ledger: Ledger
  readonly http: Http
  readonly patienceMs: number
  /** Told what was seen, and for which checks, before anything is redacted. */
  readonly onTimeline?:
    | ((timeline: Timeline, checks: readonly Check[], secrets: readonly string[]) => void)
    | undefined
  /** Present where the results of passes keep what was seen, too. */
  readonly standIn?: StandIn
}

/**
 * Makes a group on the target, or on a service of its own where it asks for one that the suite can start. Never rejects:
 * what goes wrong is said of each check.
 */
export async function makeGroup(
  checks: Together,
  target: Target,
  options: GroupOptions,
): Promise<Result[]> {
  const { launch } = target.site
  const wishes = launch && wishesOf(checks[0], target.site)
  if (!launch || !wishes) return driveGroup(checks, target, options)
  let launched: Awaited<ReturnType<typeof launch>>
  try {
    launched = await launch(`/i/${randomBytes(9).toString('hex')}`, wishes)
  } catch (error) {
    return giveUp(checks, target, options, error)
  }
  try {
    const { site } = launched
    if (needsClock(checks[0]) && !site.clock)
      return giveUp(checks, target, options, new SetUpFailed('the service has no clock to move'))
    return await driveGroup(checks, { ...target, site }, options)
  } finally {
    // One that has ended by itself cannot be stopped; the program behind it is ended with the run.
    await launched.stop().catch(() => undefined)
  }
}

/** The results of a group that cannot be made, for what was thrown. */
export function giveUp(
  checks: Together,
  target: Target,
  options: GroupOptions,
  error: unknown,
): Result[] {
  const recorder = startRecorder()
  recorder.record(noteOfThrown(error))
  return judgeGroup(checks, target, recorder, 0, options)
}

function needsClock({ needs = [] }: Check): boolean {
  return needs.includes('service-clock')
}

/** What the service that is started for a check shall have; undefined where it shares that of all others. */
function wishesOf(check: Check, site: Site): Wishes | undefined {
  const { alone, limits, timings, needs } = check
  const isOwnTime = isStepped(check, site)
  if (!alone && !limits && !isOwnTime) return undefined
  return {
    ...(limits && { limits }),
    ...(needs?.includes('nodes') && { nodes: NODES }),
    ...(isOwnTime && { clock: 'virtual' }),
    ...(isOwnTime && timings && { timings }),
  }
}

/** Drives a service once and judges what was seen by each of the checks. */
async function driveGroup(
  checks: Together,
  target: Target,
  options: GroupOptions,
): Promise<Result[]> {
  const startedAt = performance.now()
  const { clock, gone, receiver } = target.site
  const recorder = startRecorder(clock ? makeSteppedClock(clock, receiver) : REAL_CLOCK)
  const drive = makeDrive(target.site, options.http, recorder, options.patienceMs)
  try {
    await Promise.race([checks[0].drive(drive), ...(gone ? [failWith(gone)] : [])])
  } catch (error) {
    recorder.record(noteOfThrown(error))
  }
  const seen = { ...recorder, events: [...recorder.events] }
  await drive.finish().catch(() => undefined)
  const durationMs = Math.round(performance.now() - startedAt)
  const results = judgeGroup(checks, target, seen, durationMs, options)
  if (!gone || results.every(({ verdict }) => verdict === 'pass')) return results
  // A program that dies lets its connections go first, which looks like a deed of its service.
  const how = await within(gone, DEATH_MS)
  return how === undefined ? results : giveUp(checks, target, options, ended(how))
}

function ended(how: string): SetUpFailed {
  return new SetUpFailed(`the program that was started has ended: ${how}`)
}

async function failWith(gone: Promise<string>): Promise<never> {
  throw ended(await gone)
}

function judgeGroup(
  checks: Together,
  target: Target,
  { events, secrets: made }: Pick<Recorder, 'events' | 'secrets'>,
  durationMs: number,
  { ledger, onTimeline, standIn }: GroupOptions,
): Result[] {
  const { advertised, clock } = target.site
  const timeline: Timeline = { advertised, events }
  const secrets = [...target.secrets, ...made]
  onTimeline?.(timeline, checks, secrets)
  const recorded = standIn && recordTimeline(timeline, secrets, standIn)
  return checks.map((check) => {
    const judged = judgeCheck(check, timeline, isBinding(check, ledger))
    const result: Result = {
      check: check.id,
      requirement: check.proves,
      ...judged,
      durationMs,
      ...((clock || check.waitSeconds) && { clock: clock ? 'virtual' : 'real' }),
    }
    if (recorded) return { ...redact(result, secrets), ...recorded }
    // Unless a run is recorded nobody asks what was seen of a pass, and hiding its secrets would be most of the work.
    return judged.verdict === 'pass' ? result : redact({ ...result, timeline }, secrets)
  })
}
