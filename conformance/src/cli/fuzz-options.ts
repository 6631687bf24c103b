/** Reads what `fuzz` was asked to do; everything that a person can have got wrong is said here. */

import { randomInt } from 'node:crypto'
import { type Case, readCase, UnreadableCase } from '../fuzz/case-file.ts'
import { type RunOptions, readRunOptions } from './run-options.ts'
import { UsageError } from './usage-error.ts'

/** What `fuzz` was asked to do. */
export interface FuzzOptions {
  /** What is to be judged; neither URL nor program where the reference server is meant. */
  readonly run: RunOptions
  readonly faults: readonly string[]
  readonly seconds: number
  readonly runs: number
  readonly mostSteps: number
  readonly seed: number
  readonly path?: string
  readonly saved?: { readonly file: string; readonly case: Case }
  readonly saveTo?: string
  readonly isJson: boolean
}

/** The options as the command line gives them. */
interface Flags {
  readonly seconds: string
  readonly runs: string
  readonly steps: string
  readonly seed?: string
  readonly path?: string
  readonly case?: string
  readonly save?: string
  readonly fault?: string[]
  readonly json?: boolean
}

/** Longest sequence that is of use: beyond it, simplifying takes longer than finding. */
const MOST_STEPS = 100
/** What `run` asks for and `fuzz` has no use for. */
const UNUSED = { budget: '0', repeat: '1', concurrency: '1' }

/** Reads operands and flags; throws {@link UsageError} with what to do. */
export function readFuzzOptions(operands: readonly string[], given: object): FuzzOptions {
  const {
    seconds,
    runs,
    steps,
    seed,
    path,
    save,
    fault,
    json,
    case: file,
    ...rest
  } = given as Flags
  const [first, second] = operands
  if (first !== undefined && !/^https?:\/\//.test(first))
    throw new UsageError(
      `fuzz takes the base URL of a server, such as http://127.0.0.1:8080; got ${first}`,
    )
  if (second !== undefined) throw new UsageError(`fuzz takes one server; got ${second} besides`)
  const run = readRunOptions(operands, { ...rest, ...UNUSED })
  if (fault && (run.url || run.exec))
    throw new UsageError('--fault breaks the reference server: give no URL and no program with it')
  if (path !== undefined && seed === undefined)
    throw new UsageError('--path is a place among the sequences of a seed: give --seed too')
  if (path !== undefined && !/^\d+(:\d+)*$/.test(path))
    throw new UsageError(
      `--path takes numbers with colons between them, such as 17:3:0; got ${path}`,
    )
  if (file !== undefined && (seed !== undefined || save !== undefined))
    throw new UsageError('--case plays what is saved: give neither --seed nor --save with it')
  return {
    run,
    faults: fault ?? [],
    seconds: readNumber('--seconds', seconds, 1, 86_400),
    runs: readNumber('--runs', runs, 1, 1_000_000),
    mostSteps: readNumber('--steps', steps, 1, MOST_STEPS),
    seed: seed === undefined ? randomInt(1_000_000) : readNumber('--seed', seed, 0, 2 ** 31 - 1),
    ...(path !== undefined && { path }),
    ...(file !== undefined && { saved: { file, case: readSaved(file) } }),
    ...(save !== undefined && { saveTo: save }),
    isJson: json === true,
  }
}

function readSaved(file: string): Case {
  try {
    return readCase(file)
  } catch (error) {
    if (error instanceof UnreadableCase) throw new UsageError(error.message)
    throw error
  }
}

function readNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new UsageError(`${flag} takes a whole number from ${least} to ${most}; got ${text}`)
}
