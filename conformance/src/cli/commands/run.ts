/** The options of `run`. */

import { Option } from 'commander'
import { addExecOptions, splitProgram } from '../exec-options.ts'
import type { CommandLine } from './command-line.ts'
import { addTargetOptions } from './target-options.ts'

/** Adds the command to the program. */
export function declareRun({ root, env, end }: CommandLine): void {
  const command = root
    .command('run', { isDefault: true })
    .description(
      'judge a server, or an application; without a URL the reference server and the sample chat, started for the purpose with test timings',
    )
    .argument(
      '[target and patterns...]',
      'base URL of the server, or of each of its nodes, then patterns over check and requirement ids: presence.** names all that begins so, token.*.* all of three parts',
    )
  addTargetOptions(command)
    .addOption(
      new Option('--application <url>', 'judge this application, and not a server').env(
        'CHANNEL_APPLICATION',
      ),
    )
    .addOption(
      new Option(
        '--service <url>',
        'the server that the application uses; started where it is on this machine and nothing listens',
      )
        .env('CHANNEL_SERVICE')
        .default(undefined, 'http://127.0.0.1:8080'),
    )
    .option(
      '--guide',
      'go from step to step in the order in which one builds a server, and stop at the first that is not done',
    )
    .option(
      '--profile <names...>',
      'judge these profiles only (default: those that the server announces)',
    )
    .option(
      '--skip <patterns...>',
      'leave these checks out; they are reported as not run, and the last line says so',
    )
    .option('--level <level>', 'the weakest level that is judged: must, should or may', 'may')
    .option('--rerun-failed <report>', 'only the checks that did not pass in this saved report')
    .option('--budget <seconds>', 'longest wait for the timers of one check', '40')
    .option('--seed <number>', 'order of the checks')
    .option(
      '--repeat <times>',
      'run so often, with another seed each time, until one run is not conformant',
      '1',
    )
    .option('--concurrency <checks>', 'checks in flight at once', '64')
    .option(
      '--grease',
      'noise in all valid traffic, as the seed has it: unknown members and parameters, other spellings of JSON and headers, chunks and pieces; no verdict may change',
    )
    .option('--strict', 'no verdict while any testable MUST is not judged')
    .option('--json', 'print the report as JSON and nothing else')
    .option('--report <file>', 'write the report as JSON')
    .option(
      '--record',
      'keep what every check saw in the report, passes too: replay judges it again, compare compares it',
    )
    .addOption(
      new Option(
        '--clock <clock>',
        'virtual: the clock of a service that the suite starts is moved, where it has one that can be; real: timers are waited for',
      )
        .choices(['virtual', 'real'])
        .default('virtual'),
    )
    .option('--junit <file>', 'write the report as JUnit XML')
    .option('--markdown <file>', 'write the report as Markdown, for the summary of a CI run')
    .option('--html <file>', 'write the report as one HTML page that needs no server')
    .option('--quiet', 'print only deviations and the verdict')
  addExecOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(
      end(async (all: string[], options: Record<string, unknown>) => {
        const { operands, program } = splitProgram(root, all)
        if (isForOwnOnly(operands, { ...options, program })) {
          const { startOwnEarly } = await import('../../target/own-programs.ts')
          startOwnEarly()
        }
        const { run } = await import('../run.ts')
        return run(operands, { ...options, ...(program && { program }) }, env)
      }),
    )
}

/** Options that may say that something else is judged than all of what the project itself runs. */
const SELECTING = ['program', 'application', 'guide', 'profile', 'rerunFailed'] as const

function isForOwnOnly(operands: readonly string[], options: Record<string, unknown>): boolean {
  return operands.length === 0 && SELECTING.every((name) => options[name] === undefined)
}

const EXAMPLES = `
Examples:
  channel-conformance run
  channel-conformance run http://127.0.0.1:8080
  channel-conformance run http://127.0.0.1:8080 'token.**' --level must
  channel-conformance run http://127.0.0.1:8080 --skip 'socket.**' --record --report run.json --html run.html
  channel-conformance run http://127.0.0.1:8080 --rerun-failed run.json
  channel-conformance run https://push.example/base --application-key K1 K2 --webhook-secret whsec_... \\
      --webhooks http://10.0.0.7:9090 --origin https://page.example
  channel-conformance run http://10.0.0.1:8080 http://10.0.0.2:8080 --webhooks http://10.0.0.7:9090
  channel-conformance run --exec -- ./my-server
  channel-conformance run --application http://127.0.0.1:9090

A check that did not pass is never tried again to get another verdict.

Exit codes: 0 conformant for the judged profiles, with evidence; 1 not conformant; 2 usage; 3 no verdict: the server
cannot be reached, something is missing that a judged profile needs, a MUST is inconclusive or nothing was executed
(with --strict also where a MUST was not judged); 5 a defect of the suite itself; 130 interrupted.`
