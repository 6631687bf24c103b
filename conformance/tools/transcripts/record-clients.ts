/** Makes every check of clients against the project's own client, and keeps what was seen as transcripts. */

import type { ClientCheck } from '../../src/client/check.ts'
import { CLIENT_CHECKS } from '../../src/client/checks/index.ts'
import { startProgrammableService } from '../../src/client/drive/service.ts'
import { runClientChecks } from '../../src/client/run-checks.ts'
import { startProgram } from '../../src/client/target/program.ts'
import { readLedger } from '../../src/ledger.ts'
import { findInReferenceServer } from '../../src/target/reference-package.ts'
import type { Timeline } from '../../src/timeline/timeline.ts'
import type { Recorded } from './record.ts'
import { makeTranscript } from './transcript.ts'

/** Records the checks of clients, of all or of those with the ids given, which takes about as long as the longest wait of a client. */
export async function recordClientTranscripts(only?: readonly string[]): Promise<Recorded> {
  const checks = CLIENT_CHECKS.filter(({ id }) => only?.includes(id) !== false)
  if (checks.length === 0) return { transcripts: [], failed: [] }
  const adapter = await startProgram([process.execPath, findInReferenceServer('client/adapter')])
  const service = await startProgrammableService()
  try {
    const seen = new Map<string, { timeline: Timeline; checks: readonly ClientCheck[] }>()
    const results = await runClientChecks(checks, adapter, service, readLedger(), {
      onTimeline: (timeline, checks) => seen.set(checks[0]?.id ?? '', { timeline, checks }),
    })
    return {
      failed: results.filter(({ verdict }) => verdict !== 'pass'),
      transcripts: [...seen.values()].map(({ timeline, checks }) =>
        makeTranscript({
          checks: checks.map(({ id }) => id),
          proves: checks.map(({ proves }) => proves),
          events: timeline.events,
          known: new Map(),
        }),
      ),
    }
  } finally {
    await adapter.stop()
    await service.stop()
  }
}
