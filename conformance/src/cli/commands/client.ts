/** The options of `client`. */

import { splitProgram } from '../exec-options.ts'
import { UsageError } from '../usage-error.ts'
import type { CommandLine } from './command-line.ts'

/** Adds the command to the program. */
export function declareClient({ root, env, end }: CommandLine): void {
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
    .option('--markdown <file>', 'write the report as Markdown, for the summary of a CI run')
    .option('--html <file>', 'write the report as one HTML page that needs no server')
    .option('--quiet', 'print only deviations and the verdict')
    .option(
      '--self-test',
      'prove the checks: every wrong client is caught, and no empty program passes',
    )
    .option('--aimed', 'with --self-test: each wrong client only by the checks aimed at it')
    .option('--fault <names...>', 'with --self-test: only these wrong clients')
    .addHelpText('after', EXAMPLES)
    .action(
      end(async (all: string[], options: Record<string, unknown>) => {
        const { operands, program } = splitProgram(root, all)
        if (program && operands.length > 0)
          throw new UsageError(
            `${operands.join(' ')} stands before --: patterns go behind --only, the program and its arguments behind --`,
          )
        const { client } = await import('../client.ts')
        return client(all, options, env)
      }),
    )
}

const EXAMPLES = `
Examples:
  channel-conformance client
  channel-conformance client --exec -- node adapter.js
  channel-conformance client --page page.html
  channel-conformance client --only 'client.resume.**' --exec -- ./adapter

Exit codes: 0 conformant, 1 not conformant, 2 usage, 3 no verdict, 5 a defect of the suite, 130 interrupted.`
