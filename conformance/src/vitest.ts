/** The suite inside vitest: each planned check a test, with watch mode, filters and an editor; it alone imports vitest. */

import { afterAll, beforeAll, describe, type TestContext, test } from 'vitest'
import { CHECKS } from './checks/index.ts'
import { judgeTargets } from './cli/judge-target.ts'
import { openTargets } from './cli/open-target.ts'
import { type RunOptions, readRunOptions } from './cli/run-options.ts'
import { type Ledger, readLedger } from './ledger.ts'
import { type PlannedCheck, planChecks } from './plan.ts'
import { renderDeviation, styleFor } from './report/console.ts'
import { goldenOf } from './report/golden.ts'
import type { Target } from './target/target.ts'
import type { Result } from './verdict.ts'

/** What is to be judged, and how; each member is the option of `run` of the same name. */
export interface ConformanceOptions {
  /** Base URL of a service that runs. */
  readonly url?: string
  /** A program and its arguments, to be started over the contract of `run --exec`. */
  readonly exec?: readonly string[]
  /** Patterns over ids of checks and requirements; all where absent. */
  readonly patterns?: readonly string[]
  readonly profiles?: readonly string[]
  readonly applicationKeys?: readonly string[]
  readonly webhookSecrets?: readonly string[]
  /** Where the suite listens: what the service was given as its application base; false for nowhere. */
  readonly webhooks?: string | false
  /** An origin that the service lists. */
  readonly origin?: string
  readonly clock?: 'real' | 'virtual'
  readonly seed?: number
}

/** Longest time of a whole run; the first test waits for all of it. */
const RUN_MS = 600_000

/** What a test does with each verdict that is no pass. */
const SKIPPED: readonly Result['verdict'][] = ['not-run', 'unsupported']

/**
 * Registers every planned check as a test; call it at the top of a test file and await it. A check that is not made is
 * a skipped test with its reason, a SHOULD that is not met an annotation, everything else that is no pass a failure
 * with all that the console would say. Only the checks whose tests are to run are made.
 * Rejects where nothing can be judged: no answer, no program, options that cannot be read.
 */
export async function testConformance(options: ConformanceOptions = {}): Promise<void> {
  const read = readOptions(options)
  const { targets, close } = await openTargets(read)
  const ledger = readLedger()
  const planned = targets.flatMap(({ site }) => planChecks(CHECKS, ledger, site, read))
  describe(`channel protocol: ${targets.map(({ name }) => name).join(' and ')}`, () => {
    let results: Promise<ReadonlyMap<string, Result>>
    const ids = new Map<string, string>()

    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the first parameter as a list of fixtures.
    beforeAll(({}, suite) => {
      results = judgeAll(targets, { ...read, only: idsToRun(suite, ids) })
    })
    afterAll(close)

    for (const [chapter, checks] of byChapter(planned, ledger)) {
      describe(chapter, () => {
        for (const { check } of checks) {
          const name = `${check.id}: ${ledger.find(check.proves).text}`
          ids.set(name, check.id)
          test(name, { timeout: RUN_MS }, async (context) => {
            await tell((await results).get(check.id), ledger, context)
          })
        }
      })
    }
  })
}

function readOptions(options: ConformanceOptions): RunOptions {
  const { url, exec, patterns = [], profiles, clock, seed, webhooks, origin } = options
  const operands = [...(url === undefined ? [] : [url]), ...patterns]
  const flags = {
    budget: '40',
    repeat: '1',
    concurrency: '64',
    quiet: true,
    ...(options.applicationKeys && { applicationKey: options.applicationKeys }),
    ...(options.webhookSecrets && { webhookSecret: options.webhookSecrets }),
    ...(webhooks !== undefined && { webhooks }),
    ...(origin !== undefined && { origin }),
    ...(profiles && { profile: profiles }),
    ...(clock && { clock }),
    ...(seed !== undefined && { seed: String(seed) }),
    ...(exec && { exec: true, program: exec }),
  }
  return readRunOptions(operands, flags)
}

/** Of the tests of a suite, or of suites in it, those that a filter has left. */
interface Tasks {
  readonly tasks: readonly (Partial<Tasks> & { readonly name: string; readonly mode: string })[]
}

function idsToRun({ tasks }: Tasks, ids: ReadonlyMap<string, string>): string[] {
  return tasks.flatMap((task) => {
    if (task.tasks) return idsToRun({ tasks: task.tasks }, ids)
    return task.mode === 'skip' || task.mode === 'todo' ? [] : (ids.get(task.name) ?? [])
  })
}

async function judgeAll(
  targets: readonly Target[],
  options: RunOptions,
): Promise<ReadonlyMap<string, Result>> {
  const openings = targets.map((target) => () => Promise.resolve(target))
  const { results } = await judgeTargets(openings, options, () => {})
  return new Map(results.map((result) => [result.check, result]))
}

function byChapter(
  planned: readonly PlannedCheck[],
  ledger: Ledger,
): Map<string, readonly PlannedCheck[]> {
  return Map.groupBy(planned, ({ check }) => ledger.find(check.proves).chapter)
}

/** Makes a result the outcome of its test. */
async function tell(
  result: Result | undefined,
  ledger: Ledger,
  { skip, annotate }: Pick<TestContext, 'skip' | 'annotate'>,
): Promise<void> {
  if (!result) return skip('it was not made')
  if (result.verdict === 'pass') return
  if (SKIPPED.includes(result.verdict)) return skip(result.reason)
  const style = styleFor(process.stdout, { NO_COLOR: '1' })
  const command = `channel-conformance run ${result.check}`
  const said = renderDeviation(result, ledger, style, command, goldenOf(result.check)).join('\n')
  if (result.verdict !== 'warn') throw new Error(`\n${said}`)
  await annotate(said, 'warning')
}
