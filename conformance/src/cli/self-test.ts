/** `self-test`: proves that the suite can fail, and only where it should. */

import { CHECKS } from '../checks/index.ts'
import { PATIENCE_MS } from '../drive/waiting.ts'
import { type Ledger, readLedger } from '../ledger.ts'
import { planChecks, suggest } from '../plan.ts'
import { runChecks } from '../runner.ts'
import { countCoverage } from '../self-test/coverage.ts'
import { type FloorRow, measureFloor } from '../self-test/floor.ts'
import { type KillRow, measureKills, type Range } from '../self-test/kill-matrix.ts'
import { isWhole, readShare, WHOLE } from '../self-test/share.ts'
import { trustLine } from '../self-test/trust-line.ts'
import { EXIT } from '../summary.ts'
import { startDemoHost } from '../target/demo.ts'
import { NULL_SERVERS } from '../target/null.ts'
import { type ReferenceHost, startReferenceHost } from '../target/reference.ts'
import { FAULTY_SERVER, hasProgram, SAMPLE_CHAT } from '../target/reference-package.ts'
import type { Result } from '../verdict.ts'
import { UsageError } from './usage-error.ts'

/** Servers judged at once: whole suites at a time keep two cores busy, aimed checks mostly wait. */
const CONCURRENCY = { aimed: 24, reaching: 12, all: 8 } as const

const JUDGED_BY = {
  aimed: 'the checks aimed at it',
  reaching: 'every check that asks the server for what it changes',
  all: 'every check',
} as const

/** Faults below which it takes longer to find out what checks reach than to make them all. */
const FEW = 60

function chooseRange(options: { full?: boolean; everyPair?: boolean }, faults: number): Range {
  if (options.everyPair) return 'all'
  if (!options.full) return 'aimed'
  return faults < FEW ? 'all' : 'reaching'
}

/** Measures floor, kills and coverage, and prints them; exit code 5 where one of them is not what it must be. */
export async function selfTest(options: {
  full?: boolean
  share?: string
  everyPair?: boolean
  fault?: string[]
  json?: boolean
}): Promise<number> {
  const share = options.share === undefined ? WHOLE : readShare(options.share)
  if (!share || (options.share !== undefined && !options.full))
    throw new UsageError('--share goes with --full and reads part/of, such as 2/5')
  // What is aimed, the floor and the coverage belong to the whole; a share has only what is aimed at something else.
  const isWholeTest = options.fault === undefined && isWhole(share)
  const startedAt = Date.now()
  const ledger = readLedger()
  const profiles = [...new Set(CHECKS.map(({ proves }) => ledger.find(proves).profile))]
  const say = (...lines: string[]): void => {
    const stream = options.json ? process.stderr : process.stdout
    for (const line of lines) stream.write(`${line}\n`)
  }
  if (![FAULTY_SERVER, SAMPLE_CHAT].every(hasProgram))
    throw new UsageError('self-test needs the repository: the published packages hold no faults')
  const hosts = await Promise.all([startReferenceHost(), startDemoHost()])
  try {
    const each = await Promise.all(
      hosts.map(async (host) => ({ host, faults: await host.faults() })),
    )
    const known = each.flatMap(({ faults }) => faults)
    const isWanted = ({ name }: { name: string }): boolean => options.fault?.includes(name) ?? true
    const faults = known.filter(isWanted)
    const unknown = options.fault?.find((name) => !known.some((fault) => fault.name === name))
    if (unknown !== undefined) {
      const names = known.map(({ name }) => name)
      throw new UsageError(
        `neither the reference server nor the sample chat has a fault ${unknown}; did you mean ${suggest(unknown, names).join(', ')}?`,
      )
    }

    const floor = isWholeTest ? await measureFloor(CHECKS, ledger, profiles) : []
    if (floor.length > 0) say('the floor: checks that pass against a server that ...')
    for (const row of floor) sayFloor(row, say)

    const range = chooseRange(options, faults.length)
    say(
      `\nthe kill matrix: ${faults.length} faults, each against ${isWhole(share) ? JUDGED_BY[range] : `the others, share ${share.part} of ${share.of}`}`,
    )
    const kills: KillRow[] = []
    for (const { host, faults: own } of each) {
      const rows = await measureKills(host, own.filter(isWanted), CHECKS, ledger, {
        range,
        concurrency: CONCURRENCY[range],
        share,
        onRow: (row) => sayKill(row, options.fault !== undefined, say),
      })
      kills.push(...rows)
    }
    const results: Result[] = []
    for (const host of isWholeTest ? hosts : [])
      results.push(...(await judgeUnspoilt(host, ledger)))
    const coverage = countCoverage(ledger, CHECKS, kills, results)
    const idle = options.fault ? [] : namedButMissing(known.map(({ name }) => name))
    for (const complaint of idle) say(complaint)

    const caught = kills.filter(({ complaints }) => complaints.length === 0).length
    const wrong = floor.flatMap((row) => row.wrong).length
    say(
      isWhole(share)
        ? `\nfaults: ${caught} of ${kills.length} caught, for their own reason, and nothing else failed`
        : `\nfaults: ${caught} of ${kills.length} seen by no check that is not aimed at them`,
      `pairs of a fault and a check: ${kills.reduce((sum, { judged }) => sum + judged, 0)} judged`,
    )
    if (isWholeTest) {
      say(
        `MUSTs for services and applications: ${coverage.musts}; a check could judge ${coverage.testable}`,
      )
      say(`  cited ${coverage.cited}, exercised ${coverage.exercised}, proven ${coverage.proven}`)
      if (coverage.unproven.length > 0) say(`  not proven: ${coverage.unproven.join(', ')}`)
      say(`in ${((Date.now() - startedAt) / 1000).toFixed(0)} s`)
      say(`\ntrust: ${trustLine(coverage, floor)}`)
    }
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ floor: floor.map(({ server, executed, wrong: bad }) => ({ server, executed, wrong: bad.map(({ check }) => check) })), kills, coverage }, undefined, 2)}\n`,
      )
    }
    const isSound =
      wrong === 0 &&
      caught === kills.length &&
      idle.length === 0 &&
      (!isWholeTest || coverage.unproven.length === 0)
    return isSound ? EXIT.conformant : EXIT.suiteDefect
  } finally {
    await Promise.all(hosts.map((host) => host.stop()))
  }
}

/** Everything that is judged of what a host starts without a fault. */
async function judgeUnspoilt(host: ReferenceHost, ledger: Ledger): Promise<Result[]> {
  const target = await host.start({ testTimings: true })
  const planned = planChecks(CHECKS, ledger, target.site, {
    patterns: [],
    profiles: [],
    budgetSeconds: 60,
  })
  return runChecks(planned, target, ledger, { concurrency: 64, seed: 1, patienceMs: PATIENCE_MS })
}

function sayFloor({ server, executed, wrong }: FloorRow, say: (line: string) => void): void {
  say(
    `  ${String(wrong.length).padStart(3)} of ${String(executed).padStart(3)}  ${NULL_SERVERS[server]}`,
  )
  for (const { check, verdict, reason } of wrong)
    say(`       ${check} says ${verdict} ${reason ?? ''}`)
}

function sayKill(
  { fault, killedBy, complaints }: KillRow,
  isVerbose: boolean,
  say: (line: string) => void,
): void {
  if (complaints.length > 0) say(`  NOT CAUGHT CLEANLY  ${fault.name}: ${fault.misdeed}`)
  else if (isVerbose) say(`  caught  ${fault.name} by ${killedBy.join(', ')}`)
  for (const complaint of complaints) say(`      ${complaint}`)
}

/** Faults that checks name but that neither host has. */
function namedButMissing(known: readonly string[]): string[] {
  return CHECKS.flatMap(({ id, killedBy }) =>
    killedBy
      .filter((name) => !known.includes(name))
      .map((name) => `${id} names the fault ${name}, which does not exist`),
  )
}
