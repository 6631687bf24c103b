/** The program or page that holds the client under test, as a run sees it, whichever way its lines travel. */

import { pass } from '../../drive/waiting.ts'
import { type Command, type Ready, readReady, readTold, type Told, writeLine } from '../contract.ts'

/** A program or page that has said that it is ready. */
export interface Adapter extends Ready {
  /** Channels are opened a few milliseconds apart, in the order of the calls; what is said of one meanwhile waits for that. */
  send(command: Command): void
  /** Calls back with everything that is told of the channel `id` from now on. */
  listen(id: string, take: (told: Told) => void): void
  /** Why it is gone, once it is; it does not come back. */
  readonly gone: Promise<string>
  stop(): Promise<void>
}

/** How lines travel to and from a program. */
export interface Wire {
  write(line: string): void
  /** Milliseconds that the client needs between two channels that it opens. */
  readonly betweenMs: number
  stop(): Promise<void>
}

/** Both ends of an adapter that is being made: lines go in by `take`, its end by `end`. */
export interface MakingAdapter {
  readonly ready: Promise<Adapter>
  take(line: string): void
  /** The program or page is gone, and why. */
  end(why: string): void
}

/** Makes an adapter on a wire. `ready` resolves with the greeting, and rejects where the program ends before. */
export function makeAdapter(wire: Wire): MakingAdapter {
  const listeners = new Map<string, (told: Told) => void>()
  const greeting = Promise.withResolvers<Adapter>()
  const gone = Promise.withResolvers<string>()
  let isReady = false
  return {
    ready: greeting.promise,
    take(line) {
      const ready = isReady ? undefined : readReady(line)
      if (ready) {
        isReady = true
        greeting.resolve({
          ...ready,
          send: paced((command) => wire.write(writeLine(command)), wire.betweenMs),
          listen: (id, take) => listeners.set(id, take),
          gone: gone.promise,
          stop: wire.stop,
        })
        return
      }
      const told = readTold(line)
      if (told) listeners.get(told.id)?.(told)
    },
    end(why) {
      gone.resolve(why)
      greeting.reject(new Error(why))
    },
  }
}

/** Lets what opens something wait for its turn, and what follows for the same channel wait with it. */
function paced(send: (command: Command) => void, betweenMs: number): (command: Command) => void {
  const queue: Command[] = []
  let isBusy = false
  const work = async (): Promise<void> => {
    isBusy = true
    for (let command = queue.shift(); command; command = queue.shift()) {
      send(command)
      if (command.command === 'open') await pass(betweenMs)
    }
    isBusy = false
  }
  return (command) => {
    const isWaiting = queue.some(({ id }) => id === command.id)
    if (command.command === 'close' && !isWaiting) send(command)
    else {
      queue.push(command)
      if (!isBusy) void work()
    }
  }
}
