/** Puts the commands together. */

import { Command, CommanderError } from 'commander'
import { EXIT } from '../summary.ts'
import { declareClient } from './commands/client.ts'
import type { CommandLine } from './commands/command-line.ts'
import { declareCompare } from './commands/compare.ts'
import { declareDoctor } from './commands/doctor.ts'
import { declareExplain } from './commands/explain.ts'
import { declareFuzz } from './commands/fuzz.ts'
import { declareList } from './commands/list.ts'
import { declareReplay } from './commands/replay.ts'
import { declareRun } from './commands/run.ts'
import { declareSelfTest } from './commands/self-test.ts'
import { UsageError } from './usage-error.ts'

/** In the order in which the help lists them. */
const COMMANDS: readonly ((commandLine: CommandLine) => void)[] = [
  declareRun,
  declareClient,
  declareList,
  declareExplain,
  declareDoctor,
  declareReplay,
  declareCompare,
  declareFuzz,
  declareSelfTest,
]

/** Reads the command line, does what it says and returns the exit code. Throws {@link UsageError} where it cannot be read. */
export async function program(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  let exitCode: number = EXIT.conformant
  const root = new Command('channel-conformance')
    .description('Judges a server against the Channel Protocol, requirement by requirement.')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .showHelpAfterError(false)
    .addHelpText('after', EXAMPLES)
  const end: CommandLine['end'] =
    (perform) =>
    async (...args) => {
      exitCode = await perform(...args)
    }
  for (const declare of COMMANDS) declare({ root, env, end })
  if (isWord(args[0])) await demandCommand(args[0], root)
  root.hook('preAction', async (_, command) => {
    if (!command.options.some(({ long }) => long === '--settings')) return
    const { applySettings, readSettings } = await import('./settings-file.ts')
    const settings = readSettings(command.opts().settings, env)
    if (settings) applySettings(command, settings)
  })

  try {
    await root.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0)
      throw new UsageError(
        `${error.message.replace(/^error: |\.$/g, '').replaceAll('\n', ' ')}; --help lists what there is`,
      )
  }
  return exitCode
}

/** Whether an argument is neither an option nor a URL nor a pattern over ids, which have dots. */
function isWord(argument: string | undefined): argument is string {
  return /^[a-z-]+$/i.test(argument ?? '') && !argument?.startsWith('-')
}

/** Refuses a word that no id can match, and that is all but a command's name: it is not meant as a pattern of `run`. */
async function demandCommand(word: string, { commands }: Command): Promise<void> {
  const names = ['help', ...commands.map((command) => command.name())]
  if (names.includes(word)) return
  const { suggestCommand } = await import('./mistyped-command.ts')
  const meant = suggestCommand(word, names)
  if (meant !== undefined)
    throw new UsageError(`there is no command ${word}; did you mean ${meant}? --help lists them`)
}

const EXAMPLES = `
Examples:
  channel-conformance                                       judge the reference server
  channel-conformance run http://127.0.0.1:8080             judge a server that runs with the development credentials
  channel-conformance run --exec -- ./my-server             start a server and judge it
  channel-conformance doctor http://127.0.0.1:8080          see first whether everything is there that a verdict needs
  channel-conformance explain token.expiry.close            what a requirement asks for, and how it is judged
  channel-conformance client --exec -- node adapter.js      judge a client library
  channel-conformance help run                              the options and examples of a command

Settings: an option comes first, then its environment variable, then channel-conformance.json in the working directory
(or --settings <file>), then its default.

Exit codes: 0 conformant, 1 not conformant, 2 usage, 3 no verdict, 5 a defect of the suite, 130 interrupted.`
