/** A time that stands still until it is moved; it alone knows what is due when, and when a process has caught up. */
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { Clock } from './ports.ts'

/** A clock that stands still but for `advance`. */
export interface VirtualClock extends Clock {
  /**
   * Moves to the first instant at which something is due, or by `maxSeconds` where nothing is due sooner, and does
   * what is due then. Resolves with the seconds moved when what was done is written out and webhooks have been sent.
   * 0 moves nothing: it resolves when the process has caught up with what it had been sent. Calls wait for each other.
   */
  advance(maxSeconds: number): Promise<number>
}

interface Due {
  readonly atMs: number
  readonly fn: () => void
}

/** Turns of the event loop that see everything that had arrived read, acted on and answered. */
const TURNS = 4

/** How long a connection to an application that neither opens nor fails is waited for, in milliseconds of real time. */
const CONNECT_MS = 2000

const connections = watchConnections()

/** A clock that stands at `startMs`, in milliseconds since 1970. What is asked for in 0 ms happens without a move. */
export function makeVirtualClock(startMs: number): VirtualClock {
  let nowMs = Math.floor(startMs)
  const waiting = new Set<Due>()
  let moves: Promise<unknown> = Promise.resolve()

  function first(): Due | undefined {
    let earliest: Due | undefined
    for (const due of waiting) if (!earliest || due.atMs < earliest.atMs) earliest = due
    return earliest
  }

  async function move(maxSeconds: number): Promise<number> {
    await settle()
    const untilMs = nowMs + Math.round(maxSeconds * 1000)
    const startedMs = nowMs
    nowMs = Math.min(first()?.atMs ?? untilMs, untilMs)
    for (let due = first(); due && due.atMs <= nowMs; due = first()) {
      waiting.delete(due)
      due.fn()
    }
    if (nowMs > startedMs) await settle()
    return (nowMs - startedMs) / 1000
  }

  return {
    standsStill: true,
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    after(ms, fn) {
      if (ms <= 0) {
        const soon = setImmediate(fn)
        return () => clearImmediate(soon)
      }
      const due: Due = { atMs: nowMs + Math.ceil(ms), fn }
      waiting.add(due)
      return () => waiting.delete(due)
    },
    advance(maxSeconds) {
      const moved = moves.then(() => move(maxSeconds))
      moves = moved.catch(() => undefined)
      return moved
    },
  }
}

/** Resolves when nothing that this process can do by itself is left to do. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    if (connections.areOpening()) turn = -1
  }
}

/** Watches the connections to applications that are being made: all that a webhook waits for before it is sent. */
function watchConnections(): { areOpening(): boolean } {
  // The sockets themselves, and not what the library says of them: it is silent where its client is stopped meanwhile.
  const opening = new Map<Socket, number>()
  subscribe('net.client.socket', (message) => {
    opening.set((message as { socket: Socket }).socket, performance.now())
  })
  return {
    areOpening() {
      const limit = performance.now() - CONNECT_MS
      for (const [socket, sinceMs] of opening)
        if (!socket.connecting || sinceMs < limit) opening.delete(socket)
      return opening.size > 0
    },
  }
}
