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
    .action(
      end(async (id: string) => {
        const { explain } = await import('../explain.ts')
        return explain(id)
      }),
    )
}
