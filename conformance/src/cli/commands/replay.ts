/** The options of `replay`. */

import type { CommandLine } from './command-line.ts'

/** Adds the command to the program. */
export function declareReplay({ root, env, end }: CommandLine): void {
  root
    .command('replay')
    .description(
      'judge a recorded report again, without the server: what run --record --report wrote',
    )
    .argument('<report>', 'the file')
    .option('--json', 'print the report as the judges of today make it, and nothing else')
    .option('--quiet', 'print only differences and the verdict')
    .addHelpText('after', EXAMPLES)
    .action(
      end(async (file: string, options: { json?: boolean; quiet?: boolean }) => {
        const { replayReport } = await import('../replay.ts')
        return replayReport(file, options, env)
      }),
    )
}

const EXAMPLES = `
No secret is needed: a recorded report carries stand-ins of the same shape, and signatures that were made again with
published secrets. Whatever differs from the saved verdicts is listed: a judge was mended, or the report was edited.

Examples:
  channel-conformance run http://127.0.0.1:8080 --record --report recorded.json
  channel-conformance replay recorded.json

Exit codes: that of the verdict as it is judged again: 0 conformant, 1 not conformant, 3 no verdict (where the run was
not recorded, too), 5 a defect of the suite; 2 usage.`
