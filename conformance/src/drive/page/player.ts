/** Plays pages in a process of their own; it alone knows how that is started, asked and ended. */

import { type ChildProcess, spawn } from 'node:child_process'
import { programFile } from '../../program-file.ts'
import type { PageStep } from './step.ts'
import { installTransports } from './transports.ts'
import { installClock, installDocument, installPage, type WorldFacts } from './world.ts'

/** A page to be played. */
export interface Play {
  readonly facts: WorldFacts
  readonly script: string
  readonly steps: readonly PageStep[]
}

/** What was seen of a page, or why nothing was. */
export type Played =
  | { readonly events: readonly Readonly<Record<string, unknown>>[] }
  | { readonly failure: string }

/** Longest time for one page, those before it included, in milliseconds. */
const PLAY_MS = 20_000
const HEAP_MEGABYTES = 128

const WORLD = `(scope, facts) => {
const clock = (${installClock})(scope, facts);
(${installDocument})(scope, facts, clock);
const world = (${installTransports})(scope, facts, clock);
(${installPage})(scope, facts, clock);
return world
}`

interface Player {
  readonly child: ChildProcess
  readonly waiting: Map<number, (played: Played) => void>
}

let player: Player | undefined
let lastId = 0

/** Plays a page to its end, on a clock of its own. Never rejects. */
export function playPage(play: Play): Promise<Played> {
  player ??= start()
  const { child, waiting } = player
  lastId += 1
  const id = lastId
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), PLAY_MS)
    waiting.set(id, (played) => {
      clearTimeout(late)
      waiting.delete(id)
      resolve(played)
    })
    child.send({ id, world: WORLD, ...play }, () => {})
  })
}

/** A process without files, children, workers and environment; it ends with the suite, and does not keep it. */
function start(): Player {
  const file = programFile(new URL('process', import.meta.url))
  const flags = ['--permission', `--max-old-space-size=${HEAP_MEGABYTES}`, '--no-warnings']
  const child = spawn(process.execPath, [...flags, file], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {},
  })
  const started: Player = { child, waiting: new Map() }
  const onGone = (): void => {
    if (player === started) player = undefined
    for (const tell of [...started.waiting.values()])
      tell({ failure: 'it took too long or too much memory' })
  }
  child.on('exit', onGone)
  child.on('error', onGone)
  child.on('message', ({ id, ...played }: Played & { readonly id: number }) => {
    started.waiting.get(id)?.(played)
  })
  child.unref()
  child.channel?.unref()
  return started
}
