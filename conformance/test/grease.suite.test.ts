import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHECKS } from '../src/checks/index.ts'
import { makeGrease } from '../src/drive/grease.ts'
import { readLedger } from '../src/ledger.ts'
import { planChecks } from '../src/plan.ts'
import type { Report } from '../src/report/report.ts'
import { runChecks } from '../src/runner.ts'
import { type ReferenceHost, startReferenceHost } from '../src/target/reference.ts'
import type { Verdict } from '../src/verdict.ts'
import { conformance } from './processes.ts'

/** Checks of ordinary traffic, none of which is aimed at the faults below. */
const ORDINARY = [
  'token.request.minted',
  'message.post.receipted',
  'message.seq.counted',
  'message.ids.unique',
  'broadcast.everybody.reached',
  'batch.receipts.as-alone',
  'token.connect-url.clean',
  'connection.welcome.numbered',
  'message.neighbours.isolated',
  'presence.read-gone.offline',
]
const SEED = 4

let host: ReferenceHost
beforeAll(async () => {
  host = await startReferenceHost()
})
afterAll(() => host.stop())

/** What ordinary checks say of a server with this fault. */
async function judge(fault: string, isGreased: boolean): Promise<Set<Verdict>> {
  const target = await host.start({ faults: [fault] })
  try {
    const checks = CHECKS.filter(({ id }) => ORDINARY.includes(id))
    const ledger = readLedger()
    const selection = { patterns: [], skip: [], profiles: [], budgetSeconds: 40 }
    const planned = planChecks(checks, ledger, target.site, selection)
    const results = await runChecks(planned, target, ledger, {
      concurrency: 4,
      seed: SEED,
      patienceMs: 1500,
      ...(isGreased && { grease: makeGrease(SEED) }),
    })
    return new Set(results.map(({ verdict }) => verdict))
  } finally {
    await target.stop()
  }
}

describe('run --grease', () => {
  // That each check passes without noise is shown where transcripts are recorded.
  test('no verdict changes where valid traffic carries noise', { timeout: 480_000 }, async () => {
    const { code, stdout } = await conformance('run', '--json', '--seed', `${SEED}`, '--grease')
    const { run, results } = JSON.parse(stdout) as Report
    expect(run.grease).toBe(true)
    const changed = results.filter(({ verdict }) => verdict !== 'pass')
    expect(changed.map(({ check, verdict, got }) => `${check} ${verdict} ${got}`)).toEqual([])
    expect(results).toHaveLength(CHECKS.length)
    expect(code).toBe(0)
  })

  test.each([
    'refuses-unknown-members',
    'refuses-unknown-parameters',
    'refuses-escaped-names',
    'wants-client-id-first',
    'wants-length-of-token-requests',
    'overlooks-shouted-headers',
  ])(
    'ordinary traffic shows that a server %s as soon as it carries noise, and not before',
    async (fault) => {
      expect(await judge(fault, false)).toEqual(new Set(['pass']))
      expect(await judge(fault, true)).not.toEqual(new Set(['pass']))
    },
  )
})
