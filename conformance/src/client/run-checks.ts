/** Makes the checks of a client, all at once, and turns findings into results. */

import { SetUpFailed } from '../drive/set-up-failed.ts'
import { pass } from '../drive/waiting.ts'
import { isMust, type Ledger } from '../ledger.ts'
import { groupByDrive, judgeCheck, runUndisturbed } from '../runner.ts'
import { startStallWatch } from '../stall-watch.ts'
import { readAdvertised } from '../target/advertised.ts'
import { startRecorder } from '../timeline/recorder.ts'
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
): Promise<Result[]> {
  const watch = startStallWatch()
  const groups = groupByDrive(checks)
  const made = await Promise.all(
    groups.map(async (together, place) => {
      await pass(place * RAMP_MS)
      const results = await runUndisturbed(watch, () =>
        runTogether(together, adapter, service, ledger),
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
): Promise<Result[]> {
  const startedMs = performance.now()
  // Waits are judged to the tenth of a second, so the clock must not be set while they run.
  const recorder = startRecorder(() => performance.timeOrigin + performance.now())
  const { drive, finish } = makeClientDrive(adapter, service, recorder)
  let trouble: Pick<Result, 'verdict' | 'reason'> | undefined
  try {
    await first.drive(drive)
  } catch (error) {
    trouble =
      error instanceof SetUpFailed
        ? { verdict: 'inconclusive', reason: `set-up failed: ${error.message}` }
        : { verdict: 'defect', reason: `the drive threw: ${(error as Error).stack ?? error}` }
  }
  const timeline: Timeline = {
    advertised: readAdvertised(service.origin, undefined, []),
    events: [...recorder.events],
  }
  finish()
  const durationMs = Math.round(performance.now() - startedMs)
  return [first, ...others].map((check) => {
    const judged = trouble ?? judgeCheck(check, timeline, isMust(ledger.find(check.proves)))
    const result: Result = { check: check.id, requirement: check.proves, ...judged, durationMs }
    return judged.verdict === 'pass' ? result : { ...result, timeline }
  })
}
