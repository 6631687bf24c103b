/** `fuzz`: looks for a sequence that a server does not get right, makes it simple, and says how to see it again. */

import { makeHttp } from '../drive/http.ts'
import { generate, generateAt, sequences } from '../fuzz/arbitrary.ts'
import { saveCase } from '../fuzz/case-file.ts'
import { confirm, type Exploration, explore, type Try } from '../fuzz/explore.ts'
import { simplify } from '../fuzz/simplify.ts'
import { readTables } from '../fuzz/states.ts'
import { actionsFor, type Step } from '../fuzz/step.ts'
import { type Attempt, trySequence } from '../fuzz/try-sequence.ts'
import { readLedger } from '../ledger.ts'
import { styleFor } from '../report/console.ts'
import { startStallWatch } from '../stall-watch.ts'
import { EXIT } from '../summary.ts'
import { startReferenceHost } from '../target/reference.ts'
import { FAULTY_SERVER, hasProgram, NoReferenceServer } from '../target/reference-package.ts'
import { type Target, TargetUnavailable } from '../target/target.ts'
import { type FuzzOptions, readFuzzOptions } from './fuzz-options.ts'
import {
  caseOf,
  renderEvidenceOf,
  renderFinding,
  renderIntroduction,
  repeatCommand,
} from './fuzz-output.ts'
import { openTargets } from './open-target.ts'
import { UsageError } from './usage-error.ts'

/** How long a single thing that must come is waited for. */
const PATIENCE_MS = 3000
/** Longest that one step may take in real time. */
const PATIENT_SECONDS = 15
/** Services at once, where the suite can start them. */
const AT_ONCE = 4

/** Looks, simplifies, saves and says; returns the exit code. */
export async function fuzz(
  operands: readonly string[],
  flags: object,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const options = readFuzzOptions(operands, flags)
  const stream = options.isJson ? process.stderr : process.stdout
  const say = (...lines: string[]): void => {
    for (const line of lines) stream.write(`${line}\n`)
  }
  let opened: { target: Target; notes: readonly string[]; close: () => Promise<void> }
  try {
    opened = await open(options)
  } catch (error) {
    if (!(error instanceof TargetUnavailable)) throw error
    say(`no verdict: ${error.message}`)
    return EXIT.noVerdict
  }
  const { target } = opened
  const http = makeHttp(PATIENCE_MS * 2)
  const watch = startStallWatch()
  const around = { target, http, tables: readTables(), patienceMs: PATIENCE_MS, watch }
  const attempt: Try = (steps) => trySequence(around, steps)
  try {
    say(...opened.notes, ...renderIntroduction(options, target))
    const known = given(options, target)
    const outcome = known
      ? await playOne(known, attempt)
      : await lookFor(options, target, attempt, say)
    return conclude(options, target, outcome, { env, say, style: styleFor(stream, env) })
  } finally {
    watch.stop()
    await http.stop()
    await opened.close()
  }
}

/** What came of it. */
export interface Outcome {
  readonly exploration: Exploration
  readonly found?: {
    readonly steps: readonly Step[]
    readonly attempt: Attempt
    readonly path?: string
    /** Of what it was simplified from. */
    readonly length?: number
    readonly attempts?: number
    readonly isSimplest?: boolean
  }
}

/** The one sequence that the options name. */
function given(
  { saved, path, seed, mostSteps }: FuzzOptions,
  target: Target,
): readonly Step[] | undefined {
  if (saved) return saved.case.steps
  if (path === undefined) return undefined
  try {
    return generateAt(sequences(actionsOf(target), mostSteps), { seed, path })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function actionsOf({ site }: Target): ReturnType<typeof actionsFor> {
  return actionsFor({
    advertised: site.advertised,
    hasWebhooks: site.receiver !== undefined,
    patienceSeconds: site.steps ? Number.POSITIVE_INFINITY : PATIENT_SECONDS,
  })
}

async function playOne(steps: readonly Step[], attempt: Try): Promise<Outcome> {
  const startedMs = performance.now()
  const seen = await confirm(attempt, steps)
  const isClear = seen.unclear === undefined
  return {
    exploration: {
      sequences: isClear ? 1 : 0,
      steps: isClear ? steps.length : 0,
      visited: seen.visited,
      unclear: new Map(isClear ? [] : [[seen.unclear ?? '', 1]]),
      seconds: (performance.now() - startedMs) / 1000,
    },
    ...(seen.finding && { found: { steps, attempt: seen } }),
  }
}

async function lookFor(
  { seed, runs, mostSteps, seconds }: FuzzOptions,
  target: Target,
  attempt: Try,
  say: (...lines: string[]) => void,
): Promise<Outcome> {
  const atOnce = target.site.launch ? AT_ONCE : 1
  const candidates = generate(sequences(actionsOf(target), mostSteps), { seed, count: runs })
  const exploration = await explore(candidates, attempt, { atOnce, seconds })
  const { shown } = exploration
  if (!shown) return { exploration }
  const length = shown.generated.steps.length
  say(
    `found after ${exploration.sequences} sequences in ${exploration.seconds.toFixed(1)} s; making its ${length} steps simpler`,
  )
  const {
    generated,
    attempt: simplest,
    attempts,
    isSimplest,
  } = await simplify(shown, attempt, { atOnce, seconds })
  return {
    exploration,
    found: {
      steps: generated.steps,
      attempt: simplest,
      path: generated.path,
      length,
      attempts,
      isSimplest,
    },
  }
}

function conclude(
  options: FuzzOptions,
  target: Target,
  outcome: Outcome,
  {
    env,
    say,
    style,
  }: Pick<Parameters<typeof renderFinding>[2], 'style'> & {
    env: NodeJS.ProcessEnv
    say: (...lines: string[]) => void
  },
): number {
  const { exploration, found } = outcome
  const saved = found && caseOf(options, target, found)
  const file =
    saved && options.saveTo !== undefined ? saveCase(options.saveTo, saved) : options.saved?.file
  const again = repeatCommand(options, env, { file, path: found?.path })
  if (found)
    say(...renderFinding(found, readLedger(), { style, again, file: options.saveTo && file }))
  const { exitCode, lines, cells } = renderEvidenceOf(exploration, found !== undefined, style)
  say(...lines)
  if (options.isJson) {
    const { sequences: count, steps, seconds } = exploration
    const { seed } = options
    const json = {
      exit_code: exitCode,
      seed,
      sequences: count,
      steps,
      seconds,
      cells,
      ...(saved && { case: saved }),
    }
    process.stdout.write(`${JSON.stringify(json, undefined, 2)}\n`)
  }
  return exitCode
}

/** Throws {@link TargetUnavailable}, and UsageError where a fault is not known. */
async function open({
  run,
  faults,
}: FuzzOptions): Promise<{ target: Target; notes: readonly string[]; close: () => Promise<void> }> {
  if (run.url || run.exec) {
    const { targets, notes, close } = await openTargets(run)
    const [target] = targets
    if (!target) throw new TargetUnavailable('nothing was opened')
    return { target, notes, close }
  }
  const host = await startOwn(faults)
  try {
    const known = faults.length > 0 ? (await host.faults()).map(({ name }) => name) : []
    const unknown = faults.find((name) => !known.includes(name))
    if (unknown !== undefined) throw new UsageError(`the reference server has no fault ${unknown}`)
    const target = await host.start({ faults, testTimings: true })
    return { target, notes: [], close: () => host.stop() }
  } catch (error) {
    await host.stop()
    throw error
  }
}

async function startOwn(faults: readonly string[]): ReturnType<typeof startReferenceHost> {
  try {
    if (faults.length > 0 && !hasProgram(FAULTY_SERVER))
      throw new UsageError('--fault needs the repository: the published server holds no faults')
    return await startReferenceHost()
  } catch (error) {
    if (error instanceof NoReferenceServer) throw new UsageError(error.message)
    throw error
  }
}
