/** The commands and their options. */

import { Command, CommanderError, Option } from 'commander'
import { EXIT } from '../summary.ts'
import { UsageError } from './usage-error.ts'

/** Reads the command line, does what it says and returns the exit code. Throws {@link UsageError} where it cannot be read. */
export async function program(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  let exitCode: number = EXIT.conformant
  const root = new Command('channel-conformance')
    .description('Judges a server against the Channel Protocol, requirement by requirement.')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .showHelpAfterError(false)
    .addHelpText('after', EXAMPLES)

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
    .action(async (operands: string[], options: Record<string, unknown>) => {
      const { run } = await import('./run.ts')
      exitCode = await run(operands, options, env)
    })

  root
    .command('client')
    .description(
      "judge a client from a service that the suite plays; without --exec or --page the project's own client",
    )
    .argument(
      '[program...]',
      'with --exec, after --: the program that holds the client, and its arguments',
    )
    .option(
      '--exec',
      'start the program and talk to it in lines; conformance/src/client/README.md says which',
    )
    .option('--page <file>', 'serve this HTML file and its folder, for a browser that you open')
    .option('--only <patterns...>', 'patterns over check and requirement ids')
    .option('--strict', 'no verdict while any testable MUST is not judged')
    .option('--json', 'print the report as JSON and nothing else')
    .option('--report <file>', 'write the report as JSON')
    .option('--junit <file>', 'write the report as JUnit XML')
    .option('--quiet', 'print only deviations and the verdict')
    .option(
      '--self-test',
      'prove the checks: every wrong client is caught, and no empty program passes',
    )
    .option('--aimed', 'with --self-test: each wrong client only by the checks aimed at it')
    .option('--fault <names...>', 'with --self-test: only these wrong clients')
    .action(async (operands: string[], options: Record<string, unknown>) => {
      const { client } = await import('./client.ts')
      exitCode = await client(operands, options, env)
    })

  root
    .command('list')
    .description('list checks with the requirement that each judges')
    .argument('[patterns...]', 'patterns over check and requirement ids')
    .option('--json', 'print JSON')
    .action(async (patterns: string[], options: { json?: boolean }) => {
      const { list } = await import('./list.ts')
      exitCode = list(patterns, options)
    })

  root
    .command('explain')
    .description(
      'explain a check or a requirement: the clause, the stimulus, the faults that prove it',
    )
    .argument('<id>', 'id of a check or of a requirement')
    .action(async (id: string) => {
      const { explain } = await import('./explain.ts')
      exitCode = explain(id)
    })

  root
    .command('self-test')
    .description('prove the suite: nothing passes against six empty servers, every fault is caught')
    .option(
      '--full',
      'judge every fault by every check that can reach it, not only by those aimed at it',
    )
    .option(
      '--share <part/of>',
      'with --full: of the pairs of a fault and a check that is not aimed at it only this share, such as 2/5',
    )
    .option('--every-pair', 'judge every fault by every check, also where the two never meet')
    .option('--fault <names...>', 'only these faults, and no floor')
    .option('--json', 'print JSON')
    .action(
      async (options: {
        full?: boolean
        share?: string
        everyPair?: boolean
        fault?: string[]
        json?: boolean
      }) => {
        const { selfTest } = await import('./self-test.ts')
        exitCode = await selfTest(options)
      },
    )

  try {
    await root.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0)
      throw new UsageError(
        `${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}; --help lists what there is`,
      )
  }
  return exitCode
}

const EXAMPLES = `
Examples:
  channel-conformance                                       judge the reference server
  channel-conformance run http://127.0.0.1:8080             judge a server that runs with the development credentials
  channel-conformance run http://127.0.0.1:8080 'token.**'  only what concerns tokens
  channel-conformance run https://push.example/base --application-key K1 K2 --no-webhooks
  channel-conformance run --application http://127.0.0.1:9090
                                                            judge a web application that uses the protocol
  channel-conformance client --exec -- node adapter.js      judge a client library
  channel-conformance explain token.expiry.close

Exit codes: 0 conformant, 1 not conformant, 2 usage, 3 no verdict, 5 a defect of the suite, 130 interrupted.`
