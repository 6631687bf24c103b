/** `run`: judges a target and reports. */

import { styleFor } from '../report/console.ts'
import { EXIT } from '../summary.ts'
import { TargetUnavailable } from '../target/target.ts'
import { redact } from '../timeline/redact.ts'
import { concludeRun, type Surroundings } from './conclude.ts'
import { repeatExec } from './exec-options.ts'
import { judgeTargets, type Opening } from './judge-target.ts'
import { beginTargets } from './open-target.ts'
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
  const secrets: string[] = []
  const tell = (...lines: string[]): void => say(...redact(lines, secrets))
  try {
    const opened = await beginTargets(options)
    if (!options.isQuiet) tell(...opened.notes)
    const targets = opened.targets.map(
      (open): Opening =>
        async () => {
          const target = await open()
          for (const secret of target.secrets) if (!secrets.includes(secret)) secrets.push(secret)
          return target
        },
    )
    try {
      let exitCode: number = EXIT.conformant
      for (let turn = 0; turn < options.repeat && exitCode === EXIT.conformant; turn += 1) {
        const own = { ...options, seed: options.seed + turn, turn, isIntroduced: turn > 0 }
        exitCode = await judge(targets, own, { env, style: styleFor(stream, env), say: tell })
      }
      return exitCode
    } finally {
      await opened.close()
    }
  } catch (error) {
    if (!(error instanceof TargetUnavailable)) throw error
    tell(`no verdict: ${error.message}`)
    return EXIT.noVerdict
  }
}

async function judge(
  targets: readonly Opening[],
  options: RunOptions & { readonly turn: number; readonly isIntroduced: boolean },
  { env, style, say }: Surroundings,
): Promise<number> {
  const reproduce = makeReproduce(
    options.url?.baseUrl,
    env,
    [`--seed ${options.seed}`, ...options.again],
    options.exec && repeatExec(options.exec).program,
  )
  const made = await judgeTargets(targets, options, say)
  const turn = { turn: options.turn + 1, of: options.repeat }
  return concludeRun({ ...made, reproduce }, options, { style, say }, turn)
}
