/** Starts the reference server with a fault, as a person would, and expects the suite to say so and nothing else. */

import { expect } from 'vitest'
import { CHECKS } from '../src/checks/index.ts'
import { readLedger } from '../src/ledger.ts'
import type { Report } from '../src/report/report.ts'
import { freePort } from '../src/target/free-port.ts'
import { conformance, startReferenceServer } from './processes.ts'

/** Exit 1, and every failure is a check aimed at the fault that quotes its clause. */
export async function expectOnlyAimedFailures(fault: string): Promise<void> {
  const ledger = readLedger()
  const webhooks = `http://127.0.0.1:${await freePort()}`
  const server = await startReferenceServer(
    ...['--test-timings', '--application-base', webhooks, '--fault', fault],
  )
  try {
    // The kill matrix judges it by everything else too; this is about what a person sees.
    const { code, stdout } = await conformance(
      ...['run', server.url, 'token.**', 'message.**', '--webhooks', webhooks, '--json'],
    )
    const { results } = JSON.parse(stdout) as Report
    const failed = results.filter(({ verdict }) => verdict === 'fail')
    expect(failed.length).toBeGreaterThan(0)
    for (const { check, clause, requirement } of failed) {
      expect(CHECKS.find(({ id }) => id === check)?.killedBy, check).toContain(fault)
      expect(clause).toBe(ledger.find(requirement).text)
    }
    expect(code).toBe(1)
  } finally {
    await server.stop()
  }
}
