/** The options of `run`. */

import { Option } from 'commander'
import type { CommandLine } from './command-line.ts'

/** Adds the command to the program. */
export function declareRun({ root, env, end }: CommandLine): void {
  root
    .command('run', { isDefault: true })
    .description(
      'judge a server, or an application; without a URL the reference server and the sample chat, started for the purpose with test timings',
    )
    .argument(
      '[target and patterns...]',
      'base URL of the server, then patterns over check and requirement ids: presence.** names all that begins so, token.*.* all of three parts',
    )
    .addOption(
      new Option(
        '--application-key <key...>',
        'application keys of the server, two where it takes two',
      )
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
    .option('--no-webhooks', 'listen nowhere; what needs webhooks is not judged')
    .addOption(
      new Option('--origin <origin>', 'an origin that the server lists')
        .env('CHANNEL_ORIGIN')
        .default(undefined, 'the published development origin'),
    )
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
      '--profile <names...>',
      'judge these profiles only (default: those that the server announces)',
    )
    .option('--budget <seconds>', 'longest wait for the timers of one check', '40')
    .option('--seed <number>', 'order of the checks')
    .option(
      '--repeat <times>',
      'run so often, with another seed each time, until one run is not conformant',
      '1',
    )
    .option('--concurrency <checks>', 'checks in flight at once', '64')
    .option('--strict', 'no verdict while any testable MUST is not judged')
    .option('--json', 'print the report as JSON and nothing else')
    .option('--report <file>', 'write the report as JSON')
    .option('--junit <file>', 'write the report as JUnit XML')
    .option('--quiet', 'print only deviations and the verdict')
    .action(
      end(async (operands: string[], options: Record<string, unknown>) => {
        const { run } = await import('../run.ts')
        return run(operands, options, env)
      }),
    )
}
