/** The options of `list`. */

import { addExecOptions, splitProgram } from '../exec-options.ts'
import { UsageError } from '../usage-error.ts'
import type { CommandLine } from './command-line.ts'
import { addTargetOptions } from './target-options.ts'

/** Adds the command to the program. */
export function declareList({ root, end }: CommandLine): void {
  const command = root
    .command('list')
    .description(
      'list checks with the requirement that each judges, or what a run would make of them',
    )
    .argument(
      '[patterns...]',
      'patterns over check and requirement ids; with --plan the base URL of a server before them',
    )
    .option(
      '--plan',
      'what run with the same options would make, and what not and why; only the discovery document is asked for',
    )
    .option('--json', 'print JSON')
    .optionsGroup('With --plan, as of run:')
  addTargetOptions(command)
    .option('--profile <names...>', 'judge these profiles only')
    .option('--skip <patterns...>', 'leave these checks out')
    .option('--level <level>', 'the weakest level that is judged: must, should or may', 'may')
    .option('--rerun-failed <report>', 'only the checks that did not pass in this saved report')
    .option('--budget <seconds>', 'longest wait for the timers of one check', '40')
  addExecOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(
      end(async (all: string[], options: { json?: boolean; plan?: boolean }) => {
        const { operands, program } = splitProgram(root, all)
        if (options.plan) {
          const { listPlan } = await import('../list-plan.ts')
          const others = { seed: '0', concurrency: '1', ...options, ...(program && { program }) }
          return listPlan(operands, others)
        }
        const { list } = await import('../list.ts')
        const ofPlan = command.options.find(
          (option) =>
            option.attributeName() !== 'json' &&
            command.getOptionValueSource(option.attributeName()) === 'cli',
        )
        if (ofPlan)
          throw new UsageError(`${ofPlan.long} says what a run would make; give --plan too`)
        return list(operands, options)
      }),
    )
}

const EXAMPLES = `
Examples:
  channel-conformance list
  channel-conformance list 'token.**' --json
  channel-conformance list --plan http://127.0.0.1:8080 --no-webhooks
  channel-conformance list --plan --exec -- ./my-server

Exit codes: 0; with --plan 3 where no server answers or nothing would be made; 2 usage.`
