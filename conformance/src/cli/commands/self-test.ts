/** The options of `self-test`. */

import type { CommandLine } from './command-line.ts'

/** Adds the command to the program. */
export function declareSelfTest({ root, end }: CommandLine): void {
  root
    .command('self-test')
    .description('prove the suite: nothing passes against six empty servers, every fault is caught')
    .option(
      '--full',
      'judge every fault by every check that can reach it, not only by those aimed at it',
    )
    .option(
      '--share <part/of>',
      'with --full: only the pairs of a fault and a check that is not aimed at it, and of them only this share, such as 2/5',
    )
    .option('--every-pair', 'judge every fault by every check, also where the two never meet')
    .option('--fault <names...>', 'only these faults, and no floor')
    .option('--json', 'print JSON')

    .addHelpText('after', EXAMPLES)
    .action(
      end(
        async (options: {
          full?: boolean
          share?: string
          everyPair?: boolean
          fault?: string[]
          json?: boolean
        }) => {
          const { selfTest } = await import('../self-test.ts')
          return selfTest(options)
        },
      ),
    )
}

const EXAMPLES = `
Examples:
  channel-conformance self-test
  channel-conformance self-test --fault accepts-expired-token
  channel-conformance self-test --full --share 2/5

Exit codes: 0 every fault is caught and nothing passes against an empty server, 2 usage, 5 otherwise.`
