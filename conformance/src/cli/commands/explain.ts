/** The options of `explain`. */

import type { CommandLine } from './command-line.ts'

/** Adds the command to the program. */
export function declareExplain({ root, end }: CommandLine): void {
  root
    .command('explain')
    .description(
      'explain a check or a requirement: the clause, the stimulus, the faults that prove it',
    )
    .argument('<id>', 'id of a check or of a requirement')
    .addHelpText('after', EXAMPLES)
    .action(
      end(async (id: string) => {
        const { explain } = await import('../explain.ts')
        return explain(id)
      }),
    )
}

const EXAMPLES = `
Examples:
  channel-conformance explain token.expiry.close
  channel-conformance explain token.expired.closed

Exit codes: 0; 2 where there is no such check or requirement.`
