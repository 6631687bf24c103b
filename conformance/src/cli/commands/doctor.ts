/** The options of `doctor`. */

import { addExecOptions, splitProgram } from '../exec-options.ts'
import type { CommandLine } from './command-line.ts'
import { addTargetOptions } from './target-options.ts'

/** Adds the command to the program. */
export function declareDoctor({ root, env, end }: CommandLine): void {
  const command = root
    .command('doctor')
    .description(
      'look whether everything is there that a verdict needs: server, key, clock, connection, origin, webhooks, profiles, rates, timings',
    )
    .argument('[url...]', 'base URL of the server (default: http://127.0.0.1:8080)')
  addTargetOptions(command)
    .option('--budget <seconds>', 'longest wait for the timers of one check', '40')
    .option('--json', 'print JSON')
  addExecOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(
      end(async (all: string[], options: Record<string, unknown>) => {
        const { doctor } = await import('../doctor.ts')
        const { operands, program } = splitProgram(root, all)
        return doctor(operands, { ...options, ...(program && { program }) }, env)
      }),
    )
}

const EXAMPLES = `
Examples:
  channel-conformance doctor
  channel-conformance doctor https://push.example/base --application-key KEY1 KEY2 --webhooks http://10.0.0.7:9090
  channel-conformance doctor --exec -- ./my-server

Exit codes: 0 all is well, 3 something would keep a verdict from being given, 2 usage.`
