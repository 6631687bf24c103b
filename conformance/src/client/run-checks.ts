/** Makes the checks of a client, all at once, and turns findings into results. */

import { pass, REAL_CLOCK } from '../drive/waiting.ts'
import { judgeCheck, noteOfThrown } from '../judgement.ts'
import { isMust, type Ledger } from '../ledger.ts'
import { groupByDrive, runUndisturbed } from '../runner.ts'
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

/** Makes these checks; nearly all of a check is waiting, so they run side by side. */
export async function runClientChecks(
  checks: readonly ClientCheck[],
  adapter: Adapter,
  service: ProgrammableService,
  ledger: Ledger,
  onResult: (result: Result) => void = () => {},
  onTimeline: (timeline: Timeline, checks: readonly ClientCheck[]) => void = () => {},
): Promise<Result[]> {
  const watch = startStallWatch()
  const groups = groupByDrive(checks)
  const made = await Promise.all(
    groups.map(async (together, place) => {
      await pass(place * RAMP_MS)
      const results = await runUndisturbed(watch, () =>
        runTogether(together, adapter, service, ledger, onTimeline),
      )
      for (const result of results) onResult(result)
      return results
    }),
  )
  watch.stop()
  const results = new Map(made.flat().map((result) => [result.check, result]))
  return checks.flatMap(({ id }) => results.get(id) ?? [])
}

async function runTogether(
  [first, ...others]: readonly [ClientCheck, ...ClientCheck[]],
  adapter: Adapter,
  service: ProgrammableService,
  ledger: Ledger,
  onTimeline: (timeline: Timeline, checks: readonly ClientCheck[]) => void,
): Promise<Result[]> {
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
    return judged.verdict === 'pass' ? result : redact({ ...result, timeline }, recorder.secrets)
  })
}
