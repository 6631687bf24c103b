/** Makes every check against the project's own server, chat and client, and keeps what was seen as transcripts. */

import type { Check } from '../../src/check.ts'
import { CHECKS } from '../../src/checks/index.ts'
import { readLedger } from '../../src/ledger.ts'
import { planChecks } from '../../src/plan.ts'
import { preflight } from '../../src/preflight.ts'
import type { Transcript } from '../../src/report/golden.ts'
import { runChecks } from '../../src/runner.ts'
import { startDemoHost } from '../../src/target/demo.ts'
import { startReferenceHost } from '../../src/target/reference.ts'
import type { Target } from '../../src/target/target.ts'
import type { Timeline } from '../../src/timeline/timeline.ts'
import type { Result } from '../../src/verdict.ts'
import { makeTranscript } from './transcript.ts'

/** What was recorded, and of which checks nothing can be kept because they did not pass. */
export interface Recorded {
  readonly transcripts: readonly Transcript[]
  readonly failed: readonly Result[]
}

/** Longest wait for timers of one check, in seconds. */
const BUDGET_SECONDS = 40
const CONCURRENCY = 24
const PATIENCE_MS = 5000

/** Records the checks of services and of applications; of all, or of those with the ids given. */
export async function recordTranscripts(seed: number, only?: readonly string[]): Promise<Recorded> {
  const hosts = await Promise.all([startReferenceHost(), startDemoHost()])
  try {
    const recorded: Recorded[] = []
    for (const host of hosts)
      recorded.push(await recordTarget(await host.start({ testTimings: true }), seed, only))
    return {
      transcripts: recorded.flatMap(({ transcripts }) => transcripts),
      failed: recorded.flatMap(({ failed }) => failed),
    }
  } finally {
    await Promise.all(hosts.map((host) => host.stop()))
  }
}

interface Seen {
  readonly timeline: Timeline
  readonly checks: readonly Check[]
  readonly secrets: readonly string[]
}

async function recordTarget(
  target: Target,
  seed: number,
  only: readonly string[] | undefined,
): Promise<Recorded> {
  const ledger = readLedger()
  const { site } = target.site.application ? target : await preflight(target)
  const planned = planChecks(CHECKS, ledger, site, {
    patterns: [],
    profiles: [],
    skip: [],
    budgetSeconds: BUDGET_SECONDS,
    ...(only && { only }),
  })
  const seen = new Map<string, Seen>()
  const results = await runChecks(planned, { ...target, site }, ledger, {
    concurrency: CONCURRENCY,
    seed,
    patienceMs: PATIENCE_MS,
    // Of a stimulus that was disturbed and given again only the last time counts.
    onTimeline: (timeline, checks, secrets) =>
      seen.set(checks[0]?.id ?? '', { timeline, checks, secrets }),
  })
  const origin = site.listedOrigin
  const failed = results.filter(({ verdict }) => verdict !== 'pass')
  const { application } = site
  return {
    failed,
    transcripts: [...seen.values()].map(({ timeline, checks, secrets }) =>
      makeTranscript({
        checks: checks.map(({ id }) => id),
        proves: checks.map(({ proves }) => proves),
        events: timeline.events,
        known: new Map([
          ...[...target.secrets, ...secrets].map((secret) => [secret, 'secret'] as const),
          ...(origin === undefined ? [] : [[origin, 'origin'] as const]),
        ]),
        ...(application && { applicationBase: application.baseUrl }),
      }),
    ),
  }
}
