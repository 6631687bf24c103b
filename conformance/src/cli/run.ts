/** `run`: judges a target and reports. */

import { styleFor } from '../report/console.ts'
import { EXIT } from '../summary.ts'
import { type Target, TargetUnavailable } from '../target/target.ts'
import { redact } from '../timeline/redact.ts'
import { concludeRun, type Surroundings } from './conclude.ts'
import { repeatExec } from './exec-options.ts'
import { judgeTargets } from './judge-target.ts'
import { type OpenedTargets, openTargets } from './open-target.ts'
import { makeReproduce } from './reproduce.ts'
import { type RunOptions, readRunOptions } from './run-options.ts'

/** Judges what the options name, or the project's own server and chat; returns the exit code. */
export async function run(
  operands: readonly string[],
  flags: object,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const options = readRunOptions(operands, flags)
  const stream = options.isJson ? process.stderr : process.stdout
  const say = (...lines: string[]): void => {
    for (const line of lines) stream.write(`${line}\n`)
  }
  if ((flags as { readonly guide?: boolean }).guide) {
    const { guide } = await import('./guide.ts')
    return guide(options, { env, style: styleFor(stream, env), say })
  }
  let opened: OpenedTargets
  try {
    opened = await openTargets(options)
  } catch (error) {
    if (!(error instanceof TargetUnavailable)) throw error
    say(`no verdict: ${error.message}`)
    return EXIT.noVerdict
  }
  const secrets = opened.targets.flatMap((target) => target.secrets)
  const tell = (...lines: string[]): void => say(...redact(lines, secrets))
  if (!options.isQuiet) tell(...opened.notes)
  try {
    let exitCode: number = EXIT.conformant
    for (let turn = 0; turn < options.repeat && exitCode === EXIT.conformant; turn += 1) {
      if (options.repeat > 1) tell('', `run ${turn + 1} of ${options.repeat}`)
      const own = { ...options, seed: options.seed + turn }
      exitCode = await judge(opened.targets, own, { env, style: styleFor(stream, env), say: tell })
    }
    return exitCode
  } finally {
    await opened.close()
  }
}

async function judge(
  targets: readonly Target[],
  options: RunOptions,
  { env, style, say }: Surroundings,
): Promise<number> {
  const reproduce = makeReproduce(
    options.url?.baseUrl,
    env,
    [`--seed ${options.seed}`, ...options.again],
    options.exec && repeatExec(options.exec).program,
  )
  const made = await judgeTargets(targets, options, say)
  return concludeRun({ ...made, reproduce }, options, { style, say })
}
