/** Steps of one node in the shared store: it alone knows in whose name scripts run, and which writes were answered. */
import type { Clock } from '../../ports.ts'
import { type Link, makeUnavailable, saysOf } from './link.ts'
import { makeNames, type Names, nameStore } from './names.ts'
import { LAPSED, LOST, type Script } from './script.ts'

/** Who runs scripts: a node under the generation of the store that it entered. */
export interface Standing {
  generation: string
  /** Every epoch of the generation is at least this, in microseconds since 1970. */
  floor: number
  node: string
}

/** Runs scripts in the name of this node. */
export interface Steps {
  /** A step that changes something; answers what the script answers. */
  write<T>(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<T>
  /** A step that changes nothing that has to last. */
  read<T>(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<T>
  /** A step that is made also where steps are closed. */
  loose<T>(script: Script, args: readonly (string | number)[]): Promise<T>
  names(): Names
  standing(): Standing
  /** From now on under another name. */
  enter(standing: Standing): void
  /** The number of the newest write that was answered. */
  answered(): number
}

/** What steps are built of. */
export interface StepParts {
  link: Link
  clock: Clock
  database: number
  /** Whether steps may be made now: a node that has no place in the store makes none. */
  isOpen(): boolean
  /** Called when a script found another generation, or no lease. */
  onFenced(how: typeof LOST | typeof LAPSED): void
}

/** The steps of a node that did not enter yet. */
export function makeSteps(parts: StepParts): Steps {
  const { link, clock } = parts
  const store = nameStore(parts.database)
  let standing: Standing = { generation: '', floor: 0, node: '' }
  let names = makeNames(parts.database, '')
  let lease = ''
  let mark = 0
  let answered = 0

  async function run<T>(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    writes: boolean,
  ): Promise<T> {
    const number = writes ? ++mark : 0
    const { generation, node } = standing
    // A clock that stands is moved by hand, and then what is kept grows old by it.
    const time = clock.standsStill ? String(clock.nowMs()) : ''
    const own = [generation, node, time, writes ? String(number) : '', names.prefix]
    try {
      const answer = await link.run<T>(
        script,
        [store, lease, ...keys],
        [...own, ...args.map(String)],
      )
      answered = Math.max(answered, number)
      return answer
    } catch (error) {
      const said = saysOf(error)
      if (standing.node === node)
        for (const how of [LOST, LAPSED] as const) if (said.startsWith(how)) parts.onFenced(how)
      throw error
    }
  }

  /** Refuses where there is no place in the store to speak from. */
  function demand(): void {
    if (!parts.isOpen()) throw makeUnavailable('the store cannot be reached')
  }

  return {
    write: async (script, keys, args) => {
      demand()
      return run(script, keys, args, true)
    },
    read: async (script, keys, args) => {
      demand()
      return run(script, keys, args, false)
    },
    loose: (script, args) => run(script, [], args, false),
    names: () => names,
    standing: () => standing,
    enter: (next) => {
      standing = next
      names = makeNames(parts.database, next.generation)
      lease = names.lease(next.node)
      mark = 0
      answered = 0
    },
    answered: () => answered,
  }
}
