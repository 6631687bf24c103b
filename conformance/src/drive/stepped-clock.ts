/** The time of services whose clocks are stepped; it alone knows when a service may be moved on. */

import type { ServiceClock } from './site.ts'
import type { Carrying, DriveClock } from './waiting.ts'

/** Turns of the suite's event loop that see everything read that had arrived. */
const TURNS = 3
/** The same where connections keep coming. */
const MOST_TURNS = 500
/** Rounds between suite and service in which nothing happens before time moves on. */
const SILENT_ROUNDS = 2
/** The same while a request has no answer: only a service that waits for the time, or for the application, is silent so long. */
const SILENT_ROUNDS_UNANSWERED = 12
/** The same after a move that brought nothing: its own round was a silent one. */
const QUIET_ROUNDS = 0
const QUIET_ROUNDS_UNANSWERED = 3
/** Rounds after which a service that never falls silent is moved all the same, and moves that lead nowhere. */
const MOST_ROUNDS = 2000
const MOST_VAIN_MOVES = 200
/** Longest step while several services move side by side, in seconds. */
const SIDE_BY_SIDE_SECONDS = 0.02

/** What seconds with decimals leave of a whole millisecond. */
const ROUNDING_MS = 0.001
/** What their sums leave of an instant: less than a nanosecond, in which some services count. */
const SUM_MS = 5e-7

/** What accepts the webhooks of services. */
export interface Listener {
  /** Connections that were accepted so far. */
  accepted(): number
  /** Whether a connection was made, or a webhook begun, of which nobody has been given anything yet. */
  isArriving(): boolean
}

const NOBODY: Listener = { accepted: () => 0, isArriving: () => false }

interface Deadline {
  atMs: number
  readonly resolve: () => void
}

/**
 * Makes the clock of one drive, which moves only while the drive waits, and then from one instant at which something is
 * due to the next. No verdict depends on how slow a process is: time moves only when suite and service
 * have told each other that nothing is left to do.
 * @param listener where the webhooks of the services arrive
 */
export function makeSteppedClock(first: ServiceClock, listener: Listener = NOBODY): DriveClock {
  const services = new Set([first])
  const deadlines = new Set<Deadline>()
  const sockets = new Set<Carrying>()
  /** How far the first service has been moved, to fractions of a millisecond: it may count in smaller units. */
  let movedMs = 0
  const nowMs = (): number => Math.round(first.nowMs + movedMs)
  let unanswered = 0
  let happened = 0
  let vainMoves = 0
  /** What happened, or was asked for, while the time was being moved: it belongs to the instant that is reached. */
  const unplaced = new Set<{ atMs: number }>()
  let isRunning = false
  let isMoving = false
  let moving: Promise<void> | undefined

  /** Changes whenever anything happened. */
  function trace(): number {
    let bytes = 0
    for (const socket of sockets) {
      if (socket.destroyed) sockets.delete(socket)
      bytes += socket.bytesRead - socket.writableLength
    }
    return happened + bytes
  }

  async function advance(service: ServiceClock, seconds: number): Promise<number> {
    try {
      return await service.advance(seconds)
    } catch {
      // It has ended, or its process has: what is waited for will not come by waiting.
      services.delete(service)
      return seconds
    }
  }

  async function readAll(): Promise<void> {
    for (let turn = 0, all = 0; turn < TURNS && all < MOST_TURNS; all += 1) {
      const accepted = listener.accepted()
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      // The runtime accepts one connection in a turn: behind each there may be another.
      turn = listener.accepted() === accepted ? turn + 1 : 0
    }
  }

  /** Resolves when nothing is on its way any more; `wasQuiet` says that the last move brought nothing. */
  async function settle(wasQuiet: boolean): Promise<void> {
    if (!wasQuiet) await readAll()
    let isQuiet = wasQuiet
    const leastRounds = (): number => {
      if (unanswered > 0) return isQuiet ? QUIET_ROUNDS_UNANSWERED : SILENT_ROUNDS_UNANSWERED
      if (listener.isArriving()) return SILENT_ROUNDS_UNANSWERED
      return isQuiet ? QUIET_ROUNDS : SILENT_ROUNDS
    }
    for (let silent = 0, rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
      if (silent >= leastRounds() || deadlines.size === 0) return
      const before = trace()
      await Promise.all([...services].map((service) => advance(service, 0)))
      await readAll()
      if (trace() === before) silent += 1
      else {
        silent = 0
        isQuiet = false
      }
    }
  }

  /** Moves to the next instant at which something is due, at a service or here. */
  async function step(): Promise<void> {
    isMoving = true
    const dueMs = Math.min(...[...deadlines].map(({ atMs }) => atMs))
    const [service, ...others] = services
    const wholeSeconds = Math.max(0, dueMs - first.nowMs - movedMs) / 1000
    const most = others.length > 0 ? Math.min(wholeSeconds, SIDE_BY_SIDE_SECONDS) : wholeSeconds
    const moved = service ? await advance(service, most) : most
    for (const other of others)
      for (let left = moved; left > 1e-6; ) left -= (await advance(other, left)) || left
    const beforeMs = nowMs()
    // What is left may be less than the service can count.
    movedMs += (moved > 0 || most * 1000 > ROUNDING_MS ? moved : most) * 1000
    vainMoves = moved > 0 ? 0 : vainMoves + 1
    // Its time stands still for good, and the drive is not to wait for ever.
    if (service && vainMoves > MOST_VAIN_MOVES) services.delete(service)
    for (const event of unplaced) event.atMs += nowMs() - beforeMs
    unplaced.clear()
    isMoving = false
    moving = undefined
  }

  async function run(): Promise<void> {
    let isQuiet = false
    while (deadlines.size > 0) {
      await settle(isQuiet)
      const due = [...deadlines].filter(({ atMs }) => atMs <= first.nowMs + movedMs + SUM_MS)
      for (const deadline of due) {
        deadlines.delete(deadline)
        deadline.resolve()
      }
      if (due.length > 0 || deadlines.size === 0) {
        isQuiet = false
        await readAll()
        continue
      }
      const before = trace()
      moving = step()
      await moving
      await readAll()
      isQuiet = trace() === before
    }
    isRunning = false
  }

  function place(event: { atMs: number }): void {
    if (isMoving) unplaced.add(event)
  }

  function wait(ms: number): { over: Promise<void>; cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>()
    // An instant that nobody can name, as out of an `expires_at` that is no time, is not waited for.
    const waitMs = Number.isFinite(ms) ? Math.max(0, Math.ceil(ms - ROUNDING_MS)) : 0
    const deadline: Deadline = { atMs: nowMs() + waitMs, resolve }
    deadlines.add(deadline)
    place(deadline)
    happened += 1
    if (!isRunning) {
      isRunning = true
      void run()
    }
    return { over: promise, cancel: () => deadlines.delete(deadline) }
  }

  return {
    nowMs,
    pass: (ms) => wait(ms).over,
    async within(promise, ms) {
      const { over, cancel } = wait(ms)
      try {
        return await Promise.race([promise, over.then(() => undefined)])
      } finally {
        cancel()
        await moving
        happened += 1
      }
    },
    async during(work) {
      unanswered += 1
      try {
        return await work
      } finally {
        await moving
        unanswered -= 1
        happened += 1
      }
    },
    stir() {
      happened += 1
    },
    correct: place,
    carries: (socket) => sockets.add(socket),
    join(service) {
      services.add(service)
      return () => services.delete(service)
    },
  }
}
