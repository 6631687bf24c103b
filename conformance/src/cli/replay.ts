/** `replay`: judges a recorded report again, without the server. */

import type { Report } from '@channel-protocol/schemas/types'
import { CHECKS } from '../checks/index.ts'
import { CLIENT_CHECKS } from '../client/checks/index.ts'
import { readLedger } from '../ledger.ts'
import { type Replayed, replay } from '../replay.ts'
import { styleFor } from '../report/console.ts'
import { printable } from '../report/printable.ts'
import { EXIT, type RunFacts } from '../summary.ts'
import { concludeRun } from './conclude.ts'
import { readReport } from './saved-report.ts'
import { UsageError } from './usage-error.ts'

const WIDTH = 300
/** What a command of a report holds at most: it comes from whoever wrote the file. */
const COMMAND_WIDTH = 2000

/** Judges a saved report and returns the exit code of the verdict. */
export function replayReport(
  file: string,
  { json = false, quiet = false }: { readonly json?: boolean; readonly quiet?: boolean },
  env: NodeJS.ProcessEnv,
): number {
  const report = readReport(file)
  const { revision } = report.suite
  const ledger = readLedger()
  if (revision !== ledger.revision)
    throw new UsageError(`${file} judges revision ${revision}, and this suite ${ledger.revision}`)
  const stream = json ? process.stderr : process.stdout
  const say = (...lines: string[]): void => {
    for (const line of lines) stream.write(`${line}\n`)
  }
  if (report.run.recorded !== true) {
    say(
      'not judged again: the run was not recorded, so what passing checks saw is not in the report; record one with run --record --report',
      `no verdict of ${file}`,
    )
    return EXIT.noVerdict
  }
  const startedAt = new Date()
  const commands = new Map(
    report.results.map(({ check, reproduce }) => [check, printable(reproduce, COMMAND_WIDTH)]),
  )
  const replayed = replay(report, [...CHECKS, ...CLIENT_CHECKS], ledger)
  if (!quiet) say(introduce(file, report))
  const exitCode = concludeRun(
    {
      results: replayed.results,
      ledger,
      facts: factsOf(report),
      target: targetOf(report),
      seed: report.run.seed,
      startedAt,
      isRecorded: true,
      ...(report.run.grease && { isGreased: true }),
      reproduce: (ids) => commands.get(ids.split(' ')[0] ?? '') ?? '',
    },
    { isJson: json },
    {
      style: styleFor(stream, env),
      say: (...lines) => say(...lines.slice(0, -1), ...tell(replayed), ...lines.slice(-1)),
    },
  )
  return exitCode
}

function introduce(file: string, { suite, target, run }: Report): string {
  return printable(
    `${file}: ${target.name}, judged by ${suite.name} ${suite.version} on ${run.started_at}, is judged again without it`,
    WIDTH,
  )
}

/** What differs from the report, and what could not be judged. */
function tell({ results, judged, differences, notAgain }: Replayed): string[] {
  const byReason = Map.groupBy(notAgain, ({ reason }) => reason)
  return [
    ...differences.map(({ check, what }) => printable(`differs: ${check}: ${what}`, WIDTH)),
    ...[...byReason].map(([reason, own]) =>
      printable(
        `not judged again: ${own.length} ${own.length === 1 ? 'check' : 'checks'} (${own[0]?.check}${own.length > 1 ? ', ...' : ''}): ${reason}`,
        WIDTH,
      ),
    ),
    `judged again: ${judged} of ${results.length} checks, ${differences.length === 0 ? 'each as in the report' : `${differences.length} not as in the report: a judge was mended, or the report was edited`}`,
  ]
}

function factsOf({ target, run }: Report): RunFacts {
  const { selection } = run
  return {
    profiles: selection?.profiles ?? target.profiles,
    testTimings: target.test_timings,
    isPartial: selection?.partial ?? false,
    ...(selection?.skipped && { skipped: selection.skipped }),
    isStrict: selection?.strict ?? false,
    ...(selection?.trouble !== undefined && { preflight: selection.trouble }),
  }
}

function targetOf({ target }: Report): Parameters<typeof concludeRun>[0]['target'] {
  const {
    name,
    url,
    implementation,
    profiles,
    test_timings: testTimings,
    limits,
    timings,
    origins,
  } = target
  return {
    name,
    ...(implementation && { implementation }),
    site: {
      baseUrl: url,
      advertised: {
        profiles,
        testTimings,
        ...(limits && { limits }),
        ...(timings && { timings }),
        ...(origins !== undefined && { origins }),
      },
    },
  }
}
