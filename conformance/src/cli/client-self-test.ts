/** `client --self-test`: proves that the checks of clients can fail, and only where they should. */

import { CLIENT_CHECKS } from '../client/checks/index.ts'
import {
  EMPTY_PROGRAMS,
  judgeEmptyProgram,
  judgeFaults,
  judgeProgram,
  smallClient,
} from '../client/self-test.ts'
import { CLIENT_FAULTS } from '../client/target/wrong/faults.ts'
import { readLedger } from '../ledger.ts'
import { EXIT } from '../summary.ts'
import type { ClientOptions } from './client-options.ts'
import { UsageError } from './usage-error.ts'

type Say = (...lines: string[]) => void

/** Measures and prints; exit code 5 where something is not as it must be. */
export async function clientSelfTest(
  { faults: named, isAimed, patterns }: ClientOptions,
  say: Say,
): Promise<number> {
  if (patterns.length > 0) throw new UsageError('--only does not go with --self-test')
  const unknown = named.find((name) => !(name in CLIENT_FAULTS))
  if (unknown !== undefined) throw new UsageError(`there is no wrong client ${unknown}`)
  const floor = named.length > 0 ? [] : await measureFloor(say)
  const faults = named.length > 0 ? named : Object.keys(CLIENT_FAULTS)
  const kills = await judgeFaults(faults, CLIENT_CHECKS, readLedger(), {
    isAimed,
    onKill({ fault, killedBy, complaints }) {
      if (complaints.length > 0) say(`  NOT CAUGHT CLEANLY  ${fault}`)
      else if (named.length > 0) say(`  caught  ${fault} by ${killedBy.join(', ')}`)
      say(...complaints.map((complaint) => `      ${complaint}`))
    },
  })
  const caught = kills.filter(({ complaints }) => complaints.length === 0).length
  say(`wrong clients: ${caught} of ${kills.length} caught, for their own reason`)
  const isSound = floor.length === 0 && caught === kills.length
  return isSound ? EXIT.conformant : EXIT.suiteDefect
}

/** What is wrong with programs that hold no client, and with one that has no fault: nothing, where all is well. */
async function measureFloor(say: Say): Promise<string[]> {
  const ledger = readLedger()
  const judgeFaultless = async (): Promise<string[]> => {
    const results = await judgeProgram(smallClient(), CLIENT_CHECKS, ledger)
    const others = results.filter(({ verdict }) => verdict !== 'pass')
    say(`${results.length - others.length} of ${results.length} pass for a client without a fault`)
    return others.map((row) => `  ${row.check} says ${row.verdict}: ${row.reason ?? row.got}`)
  }
  const judgeEmpty = async ([name, deed]: readonly [string, string]): Promise<string[]> => {
    const passed = await judgeEmptyProgram(name, CLIENT_CHECKS, ledger)
    say(`${passed.length} of ${CLIENT_CHECKS.length} pass for a program that ${deed}`)
    return passed.map(({ check, verdict }) => `  ${check} says ${verdict}`)
  }
  const complaints = await Promise.all([
    judgeFaultless(),
    ...Object.entries(EMPTY_PROGRAMS).map(judgeEmpty),
  ])
  say(...complaints.flat())
  return complaints.flat()
}
