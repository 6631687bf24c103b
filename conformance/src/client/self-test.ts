/** Proves the checks of clients: wrong clients are caught, each for its reason, and empty programs pass nothing. */

import { isMust, type Ledger } from '../ledger.ts'
import { programFile } from '../program-file.ts'
import { TargetUnavailable } from '../target/target.ts'
import type { Result } from '../verdict.ts'
import type { ClientCheck } from './check.ts'
import { startProgrammableService } from './drive/service.ts'
import { runClientChecks } from './run-checks.ts'
import { inTurn } from './target/in-turn.ts'
import { startProgram } from './target/program.ts'

const PROGRAM = programFile(new URL('target/wrong/program', import.meta.url))
const EMPTY = programFile(new URL('target/wrong/empty', import.meta.url))

/** The command of the suite's own small client, with a fault or without. */
export function smallClient(fault?: string): string[] {
  return [process.execPath, PROGRAM, ...(fault === undefined ? [] : [fault])]
}

/** Programs that hold no client, by what they do. */
export const EMPTY_PROGRAMS: Readonly<Record<string, string>> = {
  exits: 'ends at once',
  garbage: 'prints garbage',
  silent: 'prints nothing',
  mute: 'says that it is ready and nothing more',
  yes: 'says open to every open, and close to every close',
}

/** What was found of one wrong client. */
export interface ClientKill {
  readonly fault: string
  readonly killedBy: readonly string[]
  /** Empty where it was caught, for its own reason, and nothing else failed. */
  readonly complaints: readonly string[]
}

/** Judges a program by these checks; one that cannot be talked to is judged by none. */
export async function judgeProgram(
  command: readonly string[],
  checks: readonly ClientCheck[],
  ledger: Ledger,
  start = startProgram,
): Promise<Result[]> {
  const adapter = await start(command)
  const service = await startProgrammableService()
  try {
    return await runClientChecks(checks, adapter, service, ledger, {
      isSilent: true,
    })
  } finally {
    await adapter.stop()
    await service.stop()
  }
}

/** The checks that said anything but that nothing can be said of a program that holds no client. */
export async function judgeEmptyProgram(
  name: string,
  checks: readonly ClientCheck[],
  ledger: Ledger,
): Promise<Result[]> {
  try {
    const results = await judgeProgram([process.execPath, EMPTY, name], checks, ledger)
    return results.filter(({ verdict }) => ['pass', 'warn', 'defect'].includes(verdict))
  } catch (error) {
    if (error instanceof TargetUnavailable) return []
    throw error
  }
}

/** Programs judged at once: by every check each keeps some 200 channels, by those aimed at it a few. */
const AT_ONCE = { every: 10, aimed: 40 } as const
/** When rows that complained are judged again. */
const FEWER = 3

/**
 * Judges wrong clients by all these checks, or with `isAimed` by those that are aimed at each. A row that complains is
 * judged again with fewer beside it: what programs side by side do to each other's timers says nothing about a fault.
 */
export async function judgeFaults(
  faults: readonly string[],
  checks: readonly ClientCheck[],
  ledger: Ledger,
  { isAimed, onKill }: { readonly isAimed: boolean; readonly onKill?: (kill: ClientKill) => void },
): Promise<ClientKill[]> {
  const kills: ClientKill[] = []
  // Many starts at once hold up the suite itself, which then waits for everything again.
  const start = inTurn(startProgram)
  let queue = [...faults]
  for (const atOnce of [isAimed ? AT_ONCE.aimed : AT_ONCE.every, FEWER]) {
    const again: string[] = []
    const work = async (): Promise<void> => {
      for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
        const kill = await judgeFault(fault, checks, ledger, isAimed, start)
        if (kill.complaints.length > 0 && atOnce !== FEWER) again.push(fault)
        else {
          kills.push(kill)
          onKill?.(kill)
        }
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    queue = again
  }
  return kills
}

async function judgeFault(
  fault: string,
  checks: readonly ClientCheck[],
  ledger: Ledger,
  isAimedOnly: boolean,
  start: typeof startProgram,
): Promise<ClientKill> {
  const isAimed = ({ killedBy }: ClientCheck): boolean => killedBy.includes(fault)
  const aimed = new Set(checks.filter(isAimed).map(({ id }) => id))
  if (aimed.size === 0) return { fault, killedBy: [], complaints: ['no check is aimed at it'] }
  const made = isAimedOnly ? checks.filter(isAimed) : checks
  const results = await judgeProgram(smallClient(fault), made, ledger, start)
  const isKill = ({ verdict, requirement }: Result): boolean =>
    verdict === (isMust(ledger.find(requirement)) ? 'fail' : 'warn')
  return {
    fault,
    killedBy: results
      .filter((result) => aimed.has(result.check) && isKill(result))
      .map(({ check }) => check),
    complaints: results.flatMap((result) => {
      const { check, verdict, reason, got } = result
      const says = `says ${verdict}: ${reason ?? got ?? ''}`
      if (aimed.has(check)) return isKill(result) ? [] : [`${check} should fail, but ${says}`]
      return verdict === 'fail' || verdict === 'warn' || verdict === 'defect'
        ? [`${check} is not aimed at it, but ${says}`]
        : []
    }),
  }
}
