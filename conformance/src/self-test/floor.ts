/** The null floor: how many checks pass against servers that implement nothing. It must be none. */

import type { Check } from '../check.ts'
import type { Ledger } from '../ledger.ts'
import { planChecks } from '../plan.ts'
import { runChecks } from '../runner.ts'
import { NULL_SERVERS, type NullServer, openNullTarget } from '../target/null.ts'
import type { Result } from '../verdict.ts'

/** What the suite said of one null server. */
export interface FloorRow {
  readonly server: NullServer
  readonly executed: number
  /** Checks that passed, warned or broke: each is a defect of the suite. */
  readonly wrong: readonly Result[]
}

/** Judges every null server by every check, as a service and as an application. */
export function measureFloor(
  checks: readonly Check[],
  ledger: Ledger,
  profiles: readonly string[],
): Promise<FloorRow[]> {
  const servers = Object.keys(NULL_SERVERS) as NullServer[]
  return Promise.all(servers.map((server) => judgeNullServer(server, checks, ledger, profiles)))
}

const PATIENCE_MS = 250
/** Nothing ever comes from a server that hangs, so that waiting longer shows nothing more. */
const PATIENCE_OF_SILENCE_MS = 60

async function judgeNullServer(
  server: NullServer,
  checks: readonly Check[],
  ledger: Ledger,
  profiles: readonly string[],
): Promise<FloorRow> {
  const results = [
    ...(await judgeAs('service', server, checks, ledger, profiles)),
    ...(await judgeAs('application', server, checks, ledger, profiles)),
  ]
  return {
    server,
    executed: results.filter(({ verdict }) => verdict !== 'not-run' && verdict !== 'unsupported')
      .length,
    wrong: results.filter(
      ({ verdict }) => verdict === 'pass' || verdict === 'warn' || verdict === 'defect',
    ),
  }
}

async function judgeAs(
  role: 'service' | 'application',
  server: NullServer,
  checks: readonly Check[],
  ledger: Ledger,
  profiles: readonly string[],
): Promise<Result[]> {
  const target = await openNullTarget(server, profiles, role)
  try {
    const planned = planChecks(checks, ledger, target.site, {
      patterns: [],
      profiles: [],
      budgetSeconds: 60,
    })
    return await runChecks(planned, target, ledger, {
      concurrency: 64,
      seed: 1,
      patienceMs: server === 'hang' ? PATIENCE_OF_SILENCE_MS : PATIENCE_MS,
    })
  } finally {
    await target.stop()
  }
}
