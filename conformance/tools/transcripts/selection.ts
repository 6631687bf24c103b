/** Which transcripts are recorded anew: it alone reads the command line for that. */

import { parseArgs } from 'node:util'
import { EVERY_CHECK } from '../../src/checks/every.ts'
import { isSelected, suggest } from '../../src/plan.ts'
import { groupByDrive } from '../../src/runner.ts'

/** What somebody asked for: an explanation, all transcripts, or those of the checks with the ids given. */
export interface Asked {
  readonly help: boolean
  readonly only?: readonly string[]
}

export const HELP = `Writes conformance/transcripts anew from what the reference server, the sample chat and the project's own client do today.

Usage: npm run transcripts [-- --only <pattern>]...

  --only <pattern>  write what these checks or requirements show today, and keep the others as they are:
                    presence.** names all that begins so, token.*.* all ids of three parts; may be given again
  --help            print this

Read what changed before you commit it: a transcript is shown beside every failure as what a conforming server does.
`

/**
 * Reads the arguments. Checks that share a stimulus share a transcript, and so are recorded together.
 * @throws TypeError where an argument is unknown; Error where a pattern matches nothing, with ids that may have been meant.
 */
export function readArguments(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { help, only: patterns } = values
  if (!patterns) return { help }
  for (const pattern of patterns) {
    if (EVERY_CHECK.some((check) => isSelected(check, [pattern]))) continue
    const ids = EVERY_CHECK.map(({ id }) => id)
    throw new Error(
      `no check or requirement matches ${pattern}; did you mean ${suggest(pattern, ids).join(', ')}?`,
    )
  }
  const groups = groupByDrive(EVERY_CHECK).filter((together) =>
    together.some((check) => isSelected(check, patterns)),
  )
  return { help, only: groups.flat().map(({ id }) => id) }
}
