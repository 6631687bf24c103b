/** The sockets that the sample let in: it alone knows who is there, so that nobody else's sockets are told. */
import type { Application } from '@channel-protocol/reference-server/application'
import { foldName } from '../names.ts'
import { type Hall, readUser } from './talk.ts'

/** One send names at most this many on every service. */
const mostSockets = 100

/** A socket and what it was opened for. */
export interface Guest {
  socket: string
  path: string
  /** Microseconds since 1970: over where a `started` has a larger one. */
  epoch: number
}

/** The open sockets, at most 100, each under a name that looks like no other. */
export interface Crowd extends Hall {
  /** Why nobody of that name can come in now; nothing where somebody can. */
  refuses(name: string): 'taken' | 'full' | undefined
  enter(guest: Guest): void
  /** Answers whether it was there. */
  leave(socket: string): boolean
  has(socket: string): boolean
  /** Takes a `started`: whoever has a smaller epoch is gone. */
  started(epoch: number): void
}

/** Makes an empty crowd. */
export function makeCrowd(application: Pick<Application, 'sendSocketMessage'>): Crowd {
  const guests = new Map<string, Guest>()

  async function send(sockets: readonly string[], text: string): Promise<void> {
    if (sockets.length === 0) return
    for (const { socket, delivered } of await application.sendSocketMessage(sockets, text))
      if (!delivered) guests.delete(socket)
  }

  return {
    tell: (socket, text) => send([socket], text),
    tellAll: (text) => send([...guests.keys()], text),
    refuses(name) {
      const folded = foldName(name)
      const isTaken = [...guests.values()].some(({ path }) => foldName(readUser(path)) === folded)
      if (isTaken) return 'taken'
      return guests.size >= mostSockets ? 'full' : undefined
    },
    enter(guest) {
      guests.set(guest.socket, guest)
    },
    leave: (socket) => guests.delete(socket),
    has: (socket) => guests.has(socket),
    started(epoch) {
      for (const guest of guests.values()) if (guest.epoch < epoch) guests.delete(guest.socket)
    },
  }
}
