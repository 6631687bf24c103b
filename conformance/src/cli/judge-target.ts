/** Plans, drives and judges targets: what every command does that makes checks. */

import { PROFILES } from '@channel-protocol/schemas/registry'
import { CHECKS } from '../checks/index.ts'
import { makeGrease } from '../drive/grease.ts'
import type { Site } from '../drive/site.ts'
import { PATIENCE_MS, within } from '../drive/waiting.ts'
import { observe } from '../invariants/observe.ts'
import { type Ledger, readLedger } from '../ledger.ts'
import {
  APPLICATION_PROFILE,
  isPartial,
  isStepped,
  type PlannedCheck,
  planChecks,
  type Selection,
} from '../plan.ts'
import { PATIENCE_WITH_SILENCE_MS, preflight } from '../preflight.ts'
import { preflightApplication } from '../preflight-application.ts'
import { printable } from '../report/printable.ts'
import type { ReportTarget } from '../report/report.ts'
import { runChecks } from '../runner.ts'
import type { Target } from '../target/target.ts'
import type { Result } from '../verdict.ts'
import { type FinishedRun, makeProgress, type Surroundings } from './conclude.ts'

/** How targets are judged. */
export interface JudgeOptions extends Selection {
  readonly seed: number
  readonly concurrency: number
  readonly isStrict: boolean
  readonly isQuiet: boolean
  /** Whether what was seen is kept of passes too, so that the run can be judged again. */
  readonly isRecorded: boolean
  /** Whether valid traffic carries noise. */
  readonly isGreased?: boolean
  /** Whether an earlier run has said what is judged; false where absent. */
  readonly isIntroduced?: boolean
  /** Whether timers are waited for, and no clock is moved; false where absent. */
  readonly isRealTime?: boolean
}

/** What the line that introduces a target holds at most, in UTF-16 code units. */
const WIDTH = 400

/** Opens a target, or gives the one that was opened before. */
export type Opening = () => Promise<Target>

/** Judges targets side by side, as one run: the next is opened when the one before it has a first verdict. */
export async function judgeTargets(
  openings: readonly Opening[],
  options: JudgeOptions,
  say: Surroundings['say'],
): Promise<Omit<FinishedRun, 'reproduce'>> {
  const ledger = readLedger()
  const startedAt = new Date()
  const targets: Target[] = []
  const judging: Promise<Judged>[] = []
  let count = 0
  const progress = makeProgress(() => count, options)
  const sayInPeace: typeof say = (...lines) => {
    progress()
    say(...lines)
  }
  for (const open of openings) {
    const target = await open()
    targets.push(target)
    const prepared = await prepareTarget(target, options, ledger, sayInPeace)
    count += prepared.count
    const begun = Promise.withResolvers<void>()
    const judged = judgeTarget(prepared, options, ledger, (result) => {
      progress(result)
      if (result.verdict !== 'not-run' && result.verdict !== 'unsupported') begun.resolve()
    })
    judging.push(judged)
    // What starts beside the first checks would take the processor from them.
    await Promise.race([begun.promise, judged])
  }
  const judged = await Promise.all(judging)
  progress()
  const results = judged.flatMap((one) => one.results)
  const troubles = judged.flatMap((one) => one.troubles)
  const offered = [...new Set(targets.flatMap(profilesOf))]
  const missing = options.profiles.filter((name) => !offered.includes(name))
  const [trouble] = [
    ...(missing.length > 0 ? [`the service does not announce ${missing.join(', ')}`] : []),
    ...troubles,
  ]
  const testTimings = targets.some(({ site }) => site.advertised.testTimings)
  return {
    results,
    ledger,
    facts: {
      profiles:
        options.profiles.length > 0
          ? options.profiles
          : offered.filter((profile) => Object.hasOwn(PROFILES, profile)),
      testTimings,
      isPartial: isPartial(options),
      ...(options.skip?.length && { skipped: options.skip }),
      isStrict: options.isStrict,
      ...(trouble !== undefined && { preflight: trouble }),
    },
    target: describeTargets(targets, offered, testTimings),
    seed: options.seed,
    startedAt,
    isRecorded: options.isRecorded,
    ...(options.isGreased && { isGreased: true }),
    secrets: targets.flatMap(({ secrets }) => secrets),
  }
}

/** A target whose checks are planned. */
interface Prepared {
  readonly target: Target
  readonly planned: readonly PlannedCheck[]
  /** Checks that will be made. */
  readonly count: number
  readonly trouble: string | undefined
  /** How long what must come is waited for, in milliseconds. */
  readonly patienceMs: number
}

/** Plans the checks of one target, and says what is about to happen. */
async function prepareTarget(
  target: Target,
  options: JudgeOptions,
  ledger: Ledger,
  say: Surroundings['say'],
): Promise<Prepared> {
  const { advertised, application } = target.site
  const found = application ? await preflightApplication(target.site) : await preflight(target)
  const checked = options.isRealTime ? { ...found, site: { ...found.site, steps: false } } : found
  const plan = planChecks(CHECKS, ledger, checked.site, {
    ...options,
    served: checked.served,
  })
  const planned = checked.isHopeless ? plan.map(withoutHope) : plan
  const count = planned.filter(({ decision }) => decision === 'run').length
  if (!options.isQuiet && !options.isIntroduced) {
    say(
      introduce(target),
      `revision ${ledger.revision}, ${count} of ${planned.length} checks, seed ${options.seed}${options.isGreased ? ' with noise (--grease)' : ''}, ${advertised.testTimings ? 'test' : 'production'} timings${describeClock(planned, checked.site)}${application ? '' : `, ${describeReceiver(checked.site)}`}`,
      ...(checked.silence === undefined ? [] : [describeSilence(checked.silence)]),
    )
  }
  const { site, trouble, silence } = checked
  const patienceMs = silence === undefined ? PATIENCE_MS : PATIENCE_WITH_SILENCE_MS
  return { target: { ...target, site }, planned, count, trouble, patienceMs }
}

/** What came of one target. */
interface Judged {
  readonly results: readonly Result[]
  readonly troubles: readonly string[]
}

/** Makes the checks of one target. */
async function judgeTarget(
  { target, planned, trouble, patienceMs }: Prepared,
  options: JudgeOptions,
  ledger: Ledger,
  onResult: (result: Result) => void,
): Promise<Judged> {
  const observation = observe(target.site.baseUrl)
  const results = await runChecks(planned, target, ledger, {
    concurrency: options.concurrency,
    seed: options.seed,
    patienceMs,
    answerMs: PATIENCE_MS * 2,
    isRecorded: options.isRecorded,
    onResult,
    onTimeline: observation.take,
    ...(options.isGreased && { grease: makeGrease(options.seed) }),
  })
  const ended = await endOf(target)
  return {
    results: observation.settle(results, ledger),
    troubles: [ended, trouble].filter((each) => each !== undefined),
  }
}

/** Why the program behind a target has ended, where it has. */
async function endOf({ site }: Target): Promise<string | undefined> {
  const how = site.gone && (await within(site.gone, 0))
  return how === undefined ? undefined : `the program that was started has ended: ${how}`
}

function introduce({ name, implementation, site }: Target): string {
  if (site.application) return `${name}, an application on the service at ${site.baseUrl}`
  const { name: product, version } = implementation ?? { name: 'unnamed', version: '' }
  return printable(
    `${name} (${product} ${version}) announces ${site.advertised.profiles.join(', ')}`,
    WIDTH,
  )
}

/** How many checks are made on a clock that the suite moves. */
function describeClock(planned: readonly PlannedCheck[], site: Site): string {
  const count = planned.filter(
    ({ check, decision }) => decision === 'run' && isStepped(check, site),
  ).length
  return count > 0 ? `, ${count} checks on a virtual clock` : ''
}

function describeSilence(silence: string): string {
  const seconds = [PATIENCE_MS, PATIENCE_WITH_SILENCE_MS].map((ms) => ms / 1000)
  return `${silence} within ${seconds[0]} s: mend that first; nothing else that clients are sent is waited for longer than ${seconds[1]} s`
}

function describeReceiver({ receiver }: Site): string {
  return receiver ? `webhooks at ${receiver.url}` : 'no webhooks'
}

/** What a target is judged for: an application for its role, a service for what it announces. */
function profilesOf({ site }: Target): readonly string[] {
  return site.application ? [APPLICATION_PROFILE] : site.advertised.profiles
}

/** Several targets of one run as a report names them. */
function describeTargets(
  targets: readonly Target[],
  profiles: readonly string[],
  testTimings: boolean,
): ReportTarget {
  const [first] = targets
  const baseUrl = first?.site.application?.baseUrl ?? first?.site.baseUrl ?? ''
  const { limits, timings, origins } = first?.site.advertised ?? {}
  return {
    name: targets.map(({ name }) => name).join(' and '),
    ...(first?.implementation && { implementation: first.implementation }),
    site: {
      baseUrl,
      advertised: {
        profiles,
        testTimings,
        ...(limits && { limits }),
        ...(timings && { timings }),
        ...(origins !== undefined && { origins }),
      },
    },
  }
}

function withoutHope({ check }: PlannedCheck): PlannedCheck {
  return { check, decision: { notRun: 'the preflight failed' } }
}
