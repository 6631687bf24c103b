/** Options by which the suite starts what it judges; it alone knows how a program is told from what stands before it. */

import type { Command } from 'commander'
import { quote } from '../target/shell-word.ts'
import { UsageError } from './usage-error.ts'

/** A program that the suite starts. */
export interface ExecOptions {
  /** The program and its arguments. */
  readonly program: readonly string[]
  /** Whether it takes its settings from its environment, and not commands. */
  readonly isPlain: boolean
  /** How long it may take until a service is ready. */
  readonly readySeconds: number
}

/** The options as the command line gives them. */
export interface ExecFlags {
  readonly exec?: boolean
  readonly plain?: boolean
  readonly readyTimeout?: string
  /** What stands behind `--`, by {@link splitProgram}. */
  readonly program?: readonly string[]
}

const READY_SECONDS = 20

/** Adds the options to a command. */
export function addExecOptions(command: Command): Command {
  return command
    .option(
      '--exec',
      'start the server as the program behind --, and talk to it in lines; conformance/guides/bring-a-server.md says which',
    )
    .option(
      '--plain',
      'with --exec: the program takes no lines, but its settings from CHANNEL_ variables',
    )
    .option(
      '--ready-timeout <seconds>',
      `with --exec: how long a service may take to start (default: ${READY_SECONDS})`,
    )
}

/** Tells the operands from the program behind `--`. */
export function splitProgram(
  root: Command,
  operands: readonly string[],
): { operands: readonly string[]; program?: readonly string[] } {
  const { rawArgs } = root as unknown as { readonly rawArgs: readonly string[] }
  const at = rawArgs.indexOf('--')
  if (at < 0) return { operands }
  const count = rawArgs.length - at - 1
  return {
    operands: operands.slice(0, operands.length - count),
    program: operands.slice(operands.length - count),
  }
}

/** Reads the options; throws {@link UsageError} with what to do. */
export function readExec({
  exec,
  plain,
  readyTimeout,
  program,
}: ExecFlags): ExecOptions | undefined {
  if (!exec) {
    const odd = (plain && '--plain') || (readyTimeout !== undefined && '--ready-timeout')
    if (odd) throw new UsageError(`${odd} goes with --exec -- <program>`)
    if (program !== undefined)
      throw new UsageError('a program behind -- is started with --exec: give that before --')
    return undefined
  }
  if (program === undefined || program.length === 0)
    throw new UsageError(
      '--exec starts a program: give it and its arguments behind --, as in run --exec -- node server.js',
    )
  const readySeconds = Number(readyTimeout ?? READY_SECONDS)
  if (!(readySeconds > 0 && readySeconds <= 3600))
    throw new UsageError(
      `--ready-timeout takes seconds, more than 0 and at most 3600; got ${readyTimeout}`,
    )
  return { program, isPlain: plain === true, readySeconds }
}

/** The options again, for a command that repeats a run; the program comes last. */
export function repeatExec({ program, isPlain, readySeconds }: ExecOptions): {
  options: readonly string[]
  program: string
} {
  return {
    options: [
      '--exec',
      ...(isPlain ? ['--plain'] : []),
      ...(readySeconds === READY_SECONDS ? [] : [`--ready-timeout ${readySeconds}`]),
    ],
    program: `-- ${program.map(quote).join(' ')}`,
  }
}
