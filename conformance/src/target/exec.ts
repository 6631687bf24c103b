/** An implementation that speaks the contract: it alone knows which of its processes holds which service. */

import type { ExecReady, ExecStart } from '@channel-protocol/schemas/types'
import { describeErrors, validate } from '@channel-protocol/schemas/validate'
import { Unsupported } from '../drive/set-up-failed.ts'
import { within } from '../drive/waiting.ts'
import type { CommandedChild, Reply } from './command-lines.ts'
import type { Implementation, StartedService } from './implementation.ts'
import { TargetUnavailable } from './target.ts'
import { makeTurns } from './turns.ts'

/** How a program is started that speaks the contract. */
export interface ExecOptions {
  /** Starts a process of it. */
  readonly startProgram: () => CommandedChild
  /** How long it may take until a service is ready. */
  readonly readyMs: number
  /** Takes what a person should know of the program. */
  readonly onNote?: (note: string) => void
}

/** A program that speaks the contract. */
export interface ExecImplementation extends Implementation {
  /** Asks the first process for what the contract does not know. */
  ask(verb: string, members: object): Promise<Reply>
}

/** No implementation knows it; one that says that it has done it says so of anything. */
const NONSENSE = 'unheard-of'
/** How long the answer to nonsense may come after the first service is ready. */
const NONSENSE_MS = 1000
const STOP_MS = 5000
const DRAIN_MS = 120_000
/** How long a program may take to end after its standard input. */
const END_MS = 2000
/** Programs that start at once: while they do, they take the processor from what is judged. */
const AT_ONCE = 2

/** Starts the program; rejects with TargetUnavailable where it cannot be started. */
export function makeExecImplementation({
  startProgram,
  readyMs,
  onNote = () => {},
}: ExecOptions): ExecImplementation {
  const children = new Set<CommandedChild>()
  const turns = makeTurns(AT_ONCE)
  const spawnChild = (): CommandedChild => {
    const child = startProgram()
    children.add(child)
    return child
  }
  const first = spawnChild()
  const answersNonsense = first.ask(NONSENSE, {}, 2 * readyMs).then(
    () =>
      `${first.name} says that it has done "${NONSENSE}", which nobody knows; the contract asks for unsupported, so what else it says of itself may be as wrong`,
    (error: unknown) => (error instanceof Unsupported ? undefined : (error as Error).message),
  )
  // Compiled while the program starts, and not when its answer is there.
  setImmediate(() => validate('ExecReady', undefined))
  let firstStarts: Promise<StartedService> | undefined
  let takesMany = false

  async function startIn(child: CommandedChild, start: ExecStart): Promise<StartedService> {
    const reply = await child.ask('start', start, readyMs)
    const ready = readReady(reply, child.name)
    const endChild = async (): Promise<void> => {
      if (ready.many) return
      children.delete(child)
      await child.end(END_MS)
    }
    let over: Promise<void> | undefined
    return {
      ready,
      gone: child.gone,
      async advance(seconds) {
        // A wait that a check left behind ends with its service, and asks it nothing more.
        if (over) throw new TargetUnavailable(`${ready.url} was stopped`)
        return readAdvanced(await child.ask('advance', { url: ready.url, seconds }), child.name)
      },
      async drain() {
        await child.ask('drain', { url: ready.url }, DRAIN_MS)
        over ??= endChild()
        await over
      },
      stop() {
        // One that cannot stop a service, or is gone, is ended; of one that holds others nothing is lost by waiting.
        over ??= child
          .ask('stop', { url: ready.url }, STOP_MS)
          .catch(() => {})
          .then(endChild)
        return over
      },
    }
  }

  async function startFirst(start: ExecStart): Promise<StartedService> {
    const service = await startIn(first, start)
    takesMany = service.ready.many === true
    const late = `${first.name} did not answer a command that it does not know; the contract asks for unsupported`
    const odd = await within(
      answersNonsense.then((note) => ({ note })),
      NONSENSE_MS,
    )
    const note = odd ? odd.note : late
    if (note !== undefined) onNote(note)
    return service
  }

  return {
    async start(start) {
      if (!firstStarts) {
        firstStarts = startFirst(start)
        return firstStarts
      }
      // Only its first service tells whether the process takes more of them.
      await firstStarts.catch(() => {})
      if (takesMany) return startIn(first, start)
      return turns(async () => {
        const child = spawnChild()
        try {
          return await startIn(child, start)
        } catch (error) {
          children.delete(child)
          await child.end(0)
          throw error
        }
      })
    },
    ask: first.ask,
    async end() {
      await Promise.all([...children].map((child) => child.end(END_MS)))
    },
  }
}

function readReady({ ready }: Reply, name: string): ExecReady {
  if (ready === undefined)
    throw new TargetUnavailable(
      `${name} answers start with neither ready, nor unsupported, nor error`,
    )
  const read = validate('ExecReady', ready)
  if (!read.valid)
    throw new TargetUnavailable(`${name} answers start, ready: ${describeErrors(read.errors)}`)
  const url = URL.parse(read.value.url)
  if (url && /^https?:$/.test(url.protocol))
    return { ...read.value, url: read.value.url.replace(/\/+$/, '') }
  throw new TargetUnavailable(`${name} answers start with a url that is none: ${read.value.url}`)
}

function readAdvanced({ advanced }: Reply, name: string): number {
  const read = validate('ExecAdvanced', advanced)
  if (read.valid) return read.value.seconds
  throw new TargetUnavailable(`${name} answers advance, advanced: ${describeErrors(read.errors)}`)
}
