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
import { startDemoHost } from '../src/target/demo.ts'
import { type Fault, type ReferenceHost, startReferenceHost } from '../src/target/reference.ts'
import type { Result } from '../src/verdict.ts'

const ledger = readLedger()
const profiles = Object.values(PROFILES)
  .filter(({ role, status }) => role === 'service' && status === 'specified')
  .map(({ name }) => name)
let hosts: ReferenceHost[]
let faults: Fault[]
let floor: FloorRow[]
let kills: KillRow[]

beforeAll(async () => {
  hosts = await Promise.all([startReferenceHost(), startDemoHost()])
  faults = []
  kills = []
  // What says nothing is waited for, and what is aimed mostly waits: side by side they take as long as the longer one.
  const measuring = measureFloor(CHECKS, ledger, profiles)
  for (const host of hosts) {
    const own = await host.faults()
    faults.push(...own)
    const how = { range: 'aimed' as const, concurrency: 24 }
    kills.push(...(await measureKills(host, own, CHECKS, ledger, how)))
  }
  floor = await measuring
}, 1_800_000)
afterAll(() => Promise.all(hosts.map((host) => host.stop())))

describe('the suite', () => {
  test('passes nothing against six servers that implement nothing, though it runs every check it can', () => {
    expect(
      floor.map(({ server, wrong }) => ({ server, wrong: wrong.map(({ check }) => check) })),
    ).toEqual(floor.map(({ server }) => ({ server, wrong: [] })))
    for (const { executed } of floor) expect(executed).toBeGreaterThan(CHECKS.length * 0.9)
  })

  test('catches every fault of the reference server and of the sample chat by the checks aimed at it', () => {
    expect(
      kills.flatMap(({ fault, complaints }) =>
        complaints.map((complaint) => `${fault.name}: ${complaint}`),
      ),
    ).toEqual([])
  })

  test('aims only at faults that exist', () => {
    const known = faults.map(({ name }) => name)
    expect(
      CHECKS.flatMap(({ killedBy }) => killedBy).filter((name) => !known.includes(name)),
    ).toEqual([])
  })

  test('proves every MUST that can be seen from outside, and the README says so', async () => {
    const results: Result[] = []
    for (const host of hosts) {
      const target = await host.start({ testTimings: true })
      const planned = planChecks(CHECKS, ledger, target.site, {
        patterns: [],
        profiles: [],
        budgetSeconds: 60,
      })
      const how = { concurrency: 64, seed: 1, patienceMs: 5000 }
      results.push(...(await runChecks(planned, target, ledger, how)))
    }
    const coverage = countCoverage(ledger, CHECKS, kills, results)
    expect(coverage.unproven).toEqual([])
    expect(coverage).toMatchObject({ cited: coverage.testable, exercised: coverage.testable })
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    expect(readme).toContain(trustLine(coverage, floor))
  })
})
