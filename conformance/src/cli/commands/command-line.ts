/** What the declaration of a command is given. */

import type { Command } from 'commander'

/** The command line that is being put together. */
export interface CommandLine {
  readonly root: Command
  readonly env: NodeJS.ProcessEnv
  /** Makes what `perform` resolves with the exit code of the program. */
  end<Args extends unknown[]>(
    perform: (...args: Args) => Promise<number>,
  ): (...args: Args) => Promise<void>
}
