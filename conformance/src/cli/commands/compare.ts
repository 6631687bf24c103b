/** The options of `compare`. */

import { addExecOptions, splitProgram } from '../exec-options.ts'
import type { CommandLine } from './command-line.ts'
import { addTargetOptions } from './target-options.ts'

/** Adds the command to the program. */
export function declareCompare({ root, env, end }: CommandLine): void {
  const command = root
    .command('compare')
    .description(
      'judge several servers alike, and say where their verdicts differ, and where all pass and do not do the same: the holes of the specification',
    )
    .argument(
      '[targets...]',
      'base URLs, reports that run --record --report saved, or the word reference for the reference server; with --exec one more is started',
    )
  addTargetOptions(command)
    .option('--only <patterns...>', 'patterns over check and requirement ids')
    .option('--skip <patterns...>', 'leave these checks out')
    .option('--level <level>', 'the weakest level that is judged: must, should or may', 'may')
    .option('--profile <names...>', 'judge these profiles only')
    .option('--budget <seconds>', 'longest wait for the timers of one check', '40')
    .option('--seed <number>', 'order of the checks, the same for every target')
    .option('--concurrency <checks>', 'checks in flight at once', '64')
    .option('--html <file>', 'write one page with the matrix of all targets')
    .option('--json', 'print what was found as JSON and nothing else')
    .option('--quiet', 'print only what was found')
  addExecOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(
      end(async (all: string[], options: Record<string, unknown>) => {
        const { compare } = await import('../compare.ts')
        const { operands, program } = splitProgram(root, all)
        return compare(operands, { ...options, ...(program && { program }) }, env)
      }),
    )
}

const EXAMPLES = `
Targets are judged one after the other with the same seed, so that one --webhooks address serves them all.
Ids, times, the order of members and texts for people are no differences. Neither is how often something came.

Examples:
  channel-conformance compare reference http://127.0.0.1:8080
  channel-conformance compare reference --exec -- python3 server.py --exec
  channel-conformance compare ours.json theirs.json --html matrix.html
  channel-conformance compare reference http://127.0.0.1:8080 --only 'message.**'

Exit codes: 0 no difference, 1 differences, 2 usage, 3 nothing could be compared, 5 a defect of the suite.`
