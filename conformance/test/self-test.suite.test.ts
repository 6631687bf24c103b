import { readFileSync } from 'node:fs'
import { PROFILES } from '@channel-protocol/schemas/registry'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHECKS } from '../src/checks/index.ts'
import { readLedger } from '../src/ledger.ts'
import { planChecks } from '../src/plan.ts'
import { runChecks } from '../src/runner.ts'
import { countCoverage } from '../src/self-test/coverage.ts'
import { type FloorRow, measureFloor } from '../src/self-test/floor.ts'
import { type KillRow, measureKills } from '../src/self-test/kill-matrix.ts'
import { trustLine } from '../src/self-test/trust-line.ts'
import { type ReferenceHost, startReferenceHost } from '../src/target/reference.ts'

const ledger = readLedger()
const profiles = Object.values(PROFILES)
  .filter(({ role, status }) => role === 'service' && status === 'specified')
  .map(({ name }) => name)
let host: ReferenceHost
let floor: FloorRow[]
let kills: KillRow[]

beforeAll(async () => {
  host = await startReferenceHost()
  floor = await measureFloor(CHECKS, ledger, profiles)
  kills = await measureKills(host, await host.faults(), CHECKS, ledger, {
    isFull: false,
    concurrency: 12,
  })
}, 240_000)
afterAll(() => host.stop())

describe('the suite', () => {
  test('passes nothing against six servers that implement nothing, though it runs every check it can', () => {
    expect(
      floor.map(({ server, wrong }) => ({ server, wrong: wrong.map(({ check }) => check) })),
    ).toEqual(floor.map(({ server }) => ({ server, wrong: [] })))
    for (const { executed } of floor) expect(executed).toBeGreaterThan(CHECKS.length * 0.9)
  })

  test('catches every fault of the reference server by the checks aimed at it', () => {
    expect(
      kills.flatMap(({ fault, complaints }) =>
        complaints.map((complaint) => `${fault.name}: ${complaint}`),
      ),
    ).toEqual([])
  })

  test('aims only at faults that exist', async () => {
    const known = (await host.faults()).map(({ name }) => name)
    expect(
      CHECKS.flatMap(({ killedBy }) => killedBy).filter((name) => !known.includes(name)),
    ).toEqual([])
  })

  test('proves every MUST that can be seen from outside, and the README says so', async () => {
    const target = await host.start({ testTimings: true })
    const planned = planChecks(CHECKS, ledger, target.site, {
      patterns: [],
      profiles: [],
      budgetSeconds: 60,
    })
    const results = await runChecks(planned, target, ledger, {
      concurrency: 64,
      seed: 1,
      patienceMs: 5000,
    })
    const coverage = countCoverage(ledger, CHECKS, kills, results)
    expect(coverage.unproven).toEqual([])
    expect(coverage).toMatchObject({ cited: coverage.testable, exercised: coverage.testable })
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    expect(readme).toContain(trustLine(coverage, floor))
  })
})
