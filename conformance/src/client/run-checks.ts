/** Makes the checks of a client, all at once, and turns findings into results. */

import { pass, REAL_CLOCK } from '../drive/waiting.ts'
import { judgeCheck, noteOfThrown } from '../judgement.ts'
import { isMust, type Ledger } from '../ledger.ts'
import { groupByDrive } from '../runner.ts'
import { runUndisturbed } from '../second-look.ts'
import { startStallWatch } from '../stall-watch.ts'
import { readAdvertised } from '../target/advertised.ts'
import { startRecorder } from '../timeline/recorder.ts'
import { redact } from '../timeline/redact.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Result } from '../verdict.ts'
import type { ClientCheck } from './check.ts'
import { makeClientDrive } from './drive/drive.ts'
import type { ProgrammableService } from './drive/service.ts'
import type { Adapter } from './target/adapter.ts'

/** Between the beginnings of two stimuli: all at once, they would measure each other. */
const RAMP_MS = 50

/** How the checks of a client are made. */
export interface ClientRunOptions {
  readonly onResult?: (result: Result) => void
  readonly onTimeline?: (timeline: Timeline, checks: readonly ClientCheck[]) => void
  /** Whether nobody is told what was seen: hiding its secrets would stop clients that run beside this one. */
  readonly isSilent?: boolean
}

/** A result, and the secrets in what was seen. */
interface Made {
  readonly result: Result
  readonly secrets: Iterable<string>
}

/** Makes these checks; nearly all of a check is waiting, so they run side by side. */
export async function runClientChecks(
  checks: readonly ClientCheck[],
  adapter: Adapter,
  service: ProgrammableService,
  ledger: Ledger,
  { onResult = () => {}, onTimeline = () => {}, isSilent = false }: ClientRunOptions = {},
): Promise<Result[]> {
  const watch = startStallWatch()
  const secretsOf = new Map<string, Iterable<string>>()
  const groups = groupByDrive(checks)
  const made = await Promise.all(
    groups.map(async (together, place) => {
      await pass(place * RAMP_MS)
      const results = await runUndisturbed(watch, async () => {
        const each = await runTogether(together, adapter, service, ledger, onTimeline)
        for (const { result, secrets } of each) secretsOf.set(result.check, secrets)
        return each.map(({ result }) => result)
      })
      for (const result of results) onResult(result)
      return results
    }),
  )
  watch.stop()
  const results = new Map(made.flat().map((result) => [result.check, result]))
  return checks.flatMap(({ id }) => {
    const result = results.get(id)
    if (!result?.timeline) return result ?? []
    const { timeline: _, ...told } = result
    return isSilent ? told : redact(result, secretsOf.get(id) ?? [])
  })
}

async function runTogether(
  [first, ...others]: readonly [ClientCheck, ...ClientCheck[]],
  adapter: Adapter,
  service: ProgrammableService,
  ledger: Ledger,
  onTimeline: (timeline: Timeline, checks: readonly ClientCheck[]) => void,
): Promise<Made[]> {
  const startedMs = performance.now()
  // Waits are judged to the tenth of a second, so the clock must not be set while they run.
  const recorder = startRecorder({
    ...REAL_CLOCK,
    nowMs: () => performance.timeOrigin + performance.now(),
  })
  const { drive, finish } = makeClientDrive(adapter, service, recorder)
  try {
    await first.drive(drive)
  } catch (error) {
    recorder.record(noteOfThrown(error))
  }
  const timeline: Timeline = {
    advertised: readAdvertised(service.origin, undefined, []),
    events: [...recorder.events],
  }
  finish()
  onTimeline(timeline, [first, ...others])
  const durationMs = Math.round(performance.now() - startedMs)
  return [first, ...others].map((check) => {
    const judged = judgeCheck(check, timeline, isMust(ledger.find(check.proves)))
    const result: Result = { check: check.id, requirement: check.proves, ...judged, durationMs }
    const seen = judged.verdict === 'pass' ? result : { ...result, timeline }
    return { result: seen, secrets: recorder.secrets }
  })
}
