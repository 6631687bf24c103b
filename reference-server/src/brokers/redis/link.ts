/** The connection to the shared store: it alone knows how commands go out, for how long they are waited for, and what a failure means. */
import { createClient, ErrorReply, type RedisClientType } from '@redis/client'
import { systemClock } from '../../clock.ts'
import type { Cancel, Log } from '../../ports.ts'
import { Refusal } from '../../refusal.ts'
import type { Script } from './script.ts'

/** What is done with what is published. */
export type Listener = (message: string, channel: string) => void

// One for both: what a step publishes for this node comes right before its answer. Two of them cost a lone post a fifth
// more, and the loss of either had to be the loss of both.
/** The connection to the store, for commands and for what is published. */
export interface Link {
  /** Makes the first try to connect, and all others after it; resolves with the failure of the first, if it failed. */
  start(): Promise<unknown>
  /** Runs a script. Rejects with the Refusal `unavailable` where the store does not answer, and with the store's error otherwise. */
  run<T>(script: Script, keys: readonly string[], args: readonly string[]): Promise<T>
  /** Sends one command; as `run`. */
  send<T>(args: readonly string[]): Promise<T>
  /** Listens to a channel; resolves when nothing that is published from then on is missed. */
  subscribe(channel: string): Promise<void>
  unsubscribe(channel: string): void
  /** Whether there is a connection. */
  isConnected(): boolean
  /** Whether there is one, and the store answers. */
  isUp(): boolean
  stop(): void
}

/** What a link is built of. */
export interface LinkParts {
  url: string
  log: Log
  scripts: readonly Script[]
  listener: Listener
  /** Called when the connection is there, also again after it was lost; it is not up before this resolves. */
  onConnected(): Promise<void>
  /** Called when it is up. */
  onUp(): void
  /** Called when it was lost. */
  onDown(): void
}

/** Milliseconds that an answer of the store is waited for. */
const ANSWER_MS = 2000

/** Commands that may wait for their answer. */
const MOST_WAITING = 20_000

const WATCH_MS = 250

const MOST_RETRY_MS = 1000

// A connection that brings no answer for so long is given up, as its other end may be gone without a word.
const STUCK_MS = 5000

interface Call {
  sinceMs: number
  fail(cause: Refusal): void
}

/** An answer that is not there. */
export function makeUnavailable(detail: string): Refusal {
  return new Refusal('unavailable', detail, { retryAfterSeconds: 1 })
}

/** What is heard from others in the time in which the store answers; rejects with the Refusal `unavailable` otherwise. */
export function inTime<T>(heard: Promise<T>, detail = 'the store does not answer'): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = systemClock.after(ANSWER_MS, () => reject(makeUnavailable(detail)))
    heard.then((value) => {
      cancel()
      resolve(value)
    }, reject)
  })
}

/** A link that connects, again and again, until it is stopped. */
export function makeLink(parts: LinkParts): Link {
  const { log, scripts, listener } = parts
  const calls = new Set<Call>()
  let connected: RedisClientType | undefined
  /** The connection that everything may use. */
  let up: RedisClientType | undefined
  let stopped = false
  let stalledSinceMs: number | undefined
  let tries = 0
  let cancelRetry: Cancel = () => {}

  function makeClient(onLost: (cause: unknown) => void): RedisClientType {
    const client = createClient({
      url: parts.url,
      disableOfflineQueue: true,
      disableClientInfo: true,
      // Its own time-outs cost a timer for each command, and end none that was sent.
      commandOptions: { timeout: 0 },
      maintNotifications: 'disabled',
      // A connection is never mended, so that nothing is taken for heard that fell between two of them.
      socket: { connectTimeout: ANSWER_MS, reconnectStrategy: false },
    })
    client.on('error', onLost)
    return client as RedisClientType
  }

  async function connect(): Promise<unknown> {
    let lost = false
    let failure: unknown
    const onLost = (cause: unknown): void => {
      if (lost || stopped) return
      lost = true
      failure = cause
      if (tries === 0 && connected) log.warn({ err: cause }, 'the store cannot be reached')
      close(made)
      retry()
    }
    const made = makeClient(onLost)
    const cancel = systemClock.after(2 * ANSWER_MS, () => onLost(new Error('no answer in time')))
    try {
      await made.connect()
      await Promise.all(scripts.map(({ lua }) => made.sendCommand(['SCRIPT', 'LOAD', lua])))
      if (lost || stopped) {
        close(made)
        return failure
      }
      connected = made
      await parts.onConnected()
      if (lost || stopped) return failure
      if (tries > 0) log.info({}, 'the store can be reached again')
      tries = 0
      up = made
      parts.onUp()
    } catch (cause) {
      onLost(cause)
    } finally {
      cancel()
    }
    return failure
  }

  function close(made: RedisClientType): void {
    made.destroy()
    if (connected !== made) return
    connected = undefined
    up = undefined
    stalledSinceMs = undefined
    for (const call of calls) call.fail(makeUnavailable('the store cannot be reached'))
    calls.clear()
    parts.onDown()
  }

  function retry(): void {
    tries += 1
    cancelRetry = systemClock.after(Math.min(50 * 2 ** tries, MOST_RETRY_MS), () => void connect())
  }

  function watch(): void {
    const nowMs = performance.now()
    for (const call of calls) {
      if (nowMs - call.sinceMs < ANSWER_MS) break
      stalledSinceMs ??= nowMs
      calls.delete(call)
      call.fail(makeUnavailable('the store does not answer'))
    }
    if (connected && stalledSinceMs !== undefined && nowMs - stalledSinceMs > STUCK_MS) {
      log.warn({}, 'the store does not answer: connecting anew')
      close(connected)
      retry()
    }
    if (!stopped) cancelWatch = systemClock.after(WATCH_MS, watch)
  }
  let cancelWatch = systemClock.after(WATCH_MS, watch)

  function send<T>(args: readonly string[]): Promise<T> {
    const client = connected
    if (!client) return Promise.reject(makeUnavailable('the store cannot be reached'))
    if (calls.size >= MOST_WAITING)
      return Promise.reject(makeUnavailable('too much is waiting for the store'))
    return new Promise((resolve, reject) => {
      const call = { sinceMs: performance.now(), fail: reject }
      calls.add(call)
      client.sendCommand<T>(args).then(
        (answer) => {
          stalledSinceMs = undefined
          calls.delete(call)
          resolve(answer)
        },
        (cause: Error) => {
          calls.delete(call)
          reject(explain(cause))
        },
      )
    })
  }

  return {
    start: connect,
    send,
    run: async <T>({ sha, lua }: Script, keys: readonly string[], args: readonly string[]) => {
      const rest = [String(keys.length), ...keys, ...args]
      try {
        return await send<T>(['EVALSHA', sha, ...rest])
      } catch (error) {
        if (!saysOf(error).startsWith('NOSCRIPT')) throw error
        return await send<T>(['EVAL', lua, ...rest])
      }
    },
    subscribe: async (channel) => {
      if (!connected) throw makeUnavailable('the store cannot be reached')
      await connected.sSubscribe(channel, listener).catch((cause: Error) => {
        throw explain(cause)
      })
    },
    unsubscribe: (channel) => {
      connected?.sUnsubscribe(channel, listener).catch(() => {})
    },
    isConnected: () => connected !== undefined,
    isUp: () => up !== undefined && stalledSinceMs === undefined,
    stop: () => {
      stopped = true
      cancelRetry()
      cancelWatch()
      if (connected) close(connected)
    },
  }
}

/** What the store itself said of a failure. */
export function saysOf(error: unknown): string {
  return error instanceof Refusal && error.cause instanceof Error ? error.cause.message : ''
}

/** Whatever the store could not do may be done later; what it calls wrong is a defect of ours. */
function explain(cause: Error): Error {
  const isDefect = cause instanceof ErrorReply && /^(ERR|WRONGTYPE) /.test(cause.message)
  if (isDefect || !(cause instanceof ErrorReply)) {
    return isDefect ? cause : makeUnavailable('the store cannot be reached')
  }
  return Object.assign(makeUnavailable('the store refuses'), { cause })
}
