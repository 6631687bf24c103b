/** The options of `fuzz`. */

import { Option } from 'commander'
import { addExecOptions, splitProgram } from '../exec-options.ts'
import type { CommandLine } from './command-line.ts'

/** Adds the command to the program. */
export function declareFuzz({ root, env, end }: CommandLine): void {
  const command = root
    .command('fuzz')
    .description(
      "play random sequences against a server and compare what it does with a model made from the specification's state tables; without a URL the reference server",
    )
    .argument('[target...]', 'base URL of the server, which nobody else uses meanwhile')
    .option(
      '--seconds <seconds>',
      'longest time to look, and again to simplify what was found',
      '30',
    )
    .option('--runs <sequences>', 'most sequences', '2000')
    .option('--steps <steps>', 'longest sequence', '20')
    .option('--seed <number>', 'which sequences (default: another each time)')
    .option(
      '--path <path>',
      'with --seed: only the sequence at this place, as fast-check writes it',
    )
    .option('--case <file>', 'play exactly this saved case')
    .option('--save <folder>', 'save what was found as a case')
    .option('--fault <name...>', 'break the reference server by these faults, to prove the fuzzer')
    .addOption(
      new Option('--application-key <key...>', 'application keys of the server')
        .env('CHANNEL_APPLICATION_KEY')
        .default(undefined, 'the published development keys'),
    )
    .addOption(
      new Option('--webhook-secret <secret...>', 'webhook secrets of the server')
        .env('CHANNEL_WEBHOOK_SECRET')
        .default(undefined, 'the published development secret'),
    )
    .addOption(
      new Option(
        '--webhooks <url>',
        'where the suite listens: what the server was given as its application base',
      )
        .env('CHANNEL_APPLICATION_BASE')
        .default(undefined, 'http://127.0.0.1:9090'),
    )
    .option('--no-webhooks', 'listen nowhere; reports are not judged')
    .option('--json', 'print the outcome as JSON and nothing else')
    .addHelpText('after', EXAMPLES)
  addExecOptions(command).action(
    end(async (all: string[], options: Record<string, unknown>) => {
      const { fuzz } = await import('../fuzz.ts')
      const { operands, program } = splitProgram(root, all)
      return fuzz(operands, { ...options, ...(program && { program }) }, env)
    }),
  )
}

const EXAMPLES = `
Examples:
  channel-conformance fuzz http://127.0.0.1:8080 --seconds 120
  channel-conformance fuzz --exec -- node server.js        each sequence on a service of its own
  channel-conformance fuzz http://127.0.0.1:8080 --save cases
  channel-conformance fuzz http://127.0.0.1:8080 --case cases/presence-grace-returned-3-steps.json
  channel-conformance fuzz --fault reports-takeover        see it find something

Exit codes: 0 nothing found, 1 something found, 2 usage, 3 no verdict, 5 a defect of the suite.`
