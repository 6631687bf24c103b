/** A process that serves many servers at once, each with its own faults: the contract with the suite, and what proves the suite. */
import type { ExecCommand } from '@channel-protocol/schemas/types'
import { serveCommands } from '../exec/command-pipe.ts'
import { runCommand } from '../exec/contract.ts'
import { makeServices } from '../exec/services.ts'
import { makeLog } from '../log.ts'
import type { Fault, Parts } from '../parts.ts'
import { findFault } from './find.ts'
import { FAULTS } from './index.ts'
import { applyFault, watchParts } from './reach.ts'
import { makeWatches } from './watches.ts'

/** Members of `start` that the contract does not know. */
interface MoreWishes {
  faults?: string[]
  /** Under what name to note what this server asks for. */
  watch?: string
}

interface Command extends ExecCommand {
  /** Asks what the servers watched under this name have asked for; they are watched no longer. */
  watched?: { name: string }
  /** Asks for the faults that a server may be started with. */
  list?: object
}

const log = makeLog('warn', 2)
const watches = makeWatches()
const services = makeServices(log, { members: ['faults', 'watch'], read: readFaults })

/** The faults, each noting what it changes, and at last the watch, if one is wished for. */
function readFaults({ faults = [], watch }: MoreWishes): { faults: Fault[]; told: object } {
  const changed: string[] = []
  const noted = faults.map((name) => {
    const fault = findFault(FAULTS, name)
    return {
      ...fault,
      apply: (parts: Parts) => void changed.push(...applyFault(fault, parts)),
    }
  })
  if (watch !== undefined) {
    const places = watches.begin(watch)
    noted.push({
      name: watch,
      misdeed: '',
      breaks: [],
      apply: (parts) => void watchParts(parts, places),
    })
  }
  return { faults: noted, told: { changed } }
}

async function run(command: Command): Promise<object> {
  if (command.watched) return { asked: watches.end(command.watched.name) }
  if (command.list)
    return { faults: FAULTS.map(({ name, misdeed, breaks }) => ({ name, misdeed, breaks })) }
  return runCommand(command, services)
}

serveCommands(run, services.stopAll, log)
