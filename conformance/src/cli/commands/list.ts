/** The options of `list`. */

import type { CommandLine } from './command-line.ts'

/** Adds the command to the program. */
export function declareList({ root, end }: CommandLine): void {
  root
    .command('list')
    .description('list checks with the requirement that each judges')
    .argument('[patterns...]', 'patterns over check and requirement ids')
    .option('--json', 'print JSON')
    .action(
      end(async (patterns: string[], options: { json?: boolean }) => {
        const { list } = await import('../list.ts')
        return list(patterns, options)
      }),
    )
}
