/** The lane of plain posts and upgrades; it alone knows which connections carry nothing else so far, and hands over those that do. */
import type { Socket } from 'node:net'
import type { Awaitable } from '../broker-port.ts'
import { type WrittenAnswer, writePlainAnswer } from '../outbound/answer.ts'
import { disownStream, ownStream, type StreamOwner } from '../outbound/stream-owner.ts'
import { makePlainPostReader, type PlainPost, type PlainPostReader } from './plain-post.ts'
import type { PlainUpgrade, PlainUpgradeReader } from './plain-upgrade.ts'

/** What a lane is joined to. */
export interface LaneParts {
  /** Targets of the posts that are answered here. */
  urls: ReadonlySet<string>
  /** Answers a post; neither throws nor rejects. */
  answer(post: PlainPost): Awaitable<{ made: WrittenAnswer }>
  readUpgrade: PlainUpgradeReader
  /** Takes a connection over for good that begins with an upgrade. */
  upgrade(upgrade: PlainUpgrade, socket: Socket): void
  /** Takes a connection over for good, for whose first bytes was waited `waitedMs` milliseconds. */
  handOver(socket: Socket, waitedMs: number): void
  /** Refuses a connection on which nothing came for `firstBytesMs`, and ends it. */
  expire(socket: Socket): void
  /** For how long the first bytes of a connection are waited for, in milliseconds. */
  firstBytesMs: number
  /** For how long a connection that carried a post may wait for the next, in milliseconds. */
  keepAliveMs: number
}

/** Takes connections until it is stopped. */
export interface Lane {
  take(socket: Socket): void
  /** Ends the connections that were not handed over. */
  stop(): void
}

/**
 * Answers plain posts without the library's request and response, which cost two thirds of what a post costs, and lets
 * plain upgrades pass by them. Whatever is not plain takes its connection to the library, bytes and all: there is one reading of a request that is hard to read.
 */
export function makePostLane(parts: LaneParts): Lane {
  const posters = new Set<Poster>()
  const readPost = makePlainPostReader(parts.urls)
  const sweepMs = Math.min(1000, Math.max(50, parts.firstBytesMs / 4))
  let timer: NodeJS.Timeout | undefined

  // As the library's own: by the time of the machine, whatever clock the service goes by.
  function sweep(): void {
    const nowMs = performance.now()
    for (const poster of posters) poster.judgeIdleness(nowMs)
    if (posters.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    take: (socket) => {
      const poster = new Poster(socket, parts, readPost, posters)
      posters.add(poster)
      ownStream(socket, poster)
      timer ??= setInterval(sweep, sweepMs).unref()
    },
    stop: () => {
      clearInterval(timer)
      for (const poster of posters) poster.destroy()
    },
  }
}

/** One connection, with one post at a time. */
class Poster implements StreamOwner {
  readonly #socket: Socket
  readonly #parts: LaneParts
  readonly #readPost: PlainPostReader
  readonly #all: Set<Poster>
  #isAnswering = false
  #hasPosted = false
  #hasEnded = false
  #sinceMs = performance.now()
  /** What came behind the post that is being answered. */
  #rest: Buffer | undefined

  constructor(socket: Socket, parts: LaneParts, readPost: PlainPostReader, all: Set<Poster>) {
    this.#socket = socket
    this.#parts = parts
    this.#readPost = readPost
    this.#all = all
  }

  onData(bytes: Buffer): void {
    if (!this.#isAnswering) {
      this.#read(bytes)
      return
    }
    this.#rest = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes
    this.#socket.pause()
  }

  onEnd(): void {
    this.#hasEnded = true
    if (!this.#isAnswering) this.#socket.end()
  }

  #read(bytes: Buffer): void {
    const post = this.#readPost(bytes)
    if (!post) {
      const upgrade = this.#hasEnded ? undefined : this.#parts.readUpgrade(bytes)
      if (upgrade) this.#upgrade(upgrade)
      else this.#leave(bytes)
      return
    }
    this.#isAnswering = true
    this.#hasPosted = true
    const answered = this.#parts.answer(post)
    if (answered instanceof Promise) void answered.then(({ made }) => this.#write(made))
    else this.#write(answered.made)
  }

  #write(answer: WrittenAnswer): void {
    this.#isAnswering = false
    this.#sinceMs = performance.now()
    if (this.#socket.destroyed) return
    writePlainAnswer(this.#socket, answer, this.#parts.keepAliveMs)
    const rest = this.#rest
    if (rest) {
      this.#rest = undefined
      this.#socket.resume()
      this.#read(rest)
    }
    if (this.#hasEnded && !this.#isAnswering) this.#socket.end()
  }

  onError(): void {
    this.destroy()
  }

  onClose(): void {
    this.#all.delete(this)
  }

  /** The taker owns the connection from then on. */
  #upgrade(upgrade: PlainUpgrade): void {
    this.#all.delete(this)
    this.#parts.upgrade(upgrade, this.#socket)
  }

  #letGo(): void {
    this.#all.delete(this)
    disownStream(this.#socket)
  }

  /** Hands the connection over, with what was read of it. */
  #leave(bytes: Buffer): void {
    this.#letGo()
    const waitedMs = this.#hasPosted ? 0 : performance.now() - this.#sinceMs
    this.#parts.handOver(this.#socket, waitedMs)
    this.#socket.unshift(bytes)
  }

  #expire(): void {
    this.#letGo()
    this.#parts.expire(this.#socket)
  }

  judgeIdleness(nowMs: number): void {
    if (this.#isAnswering) return
    const idleMs = nowMs - this.#sinceMs
    if (!this.#hasPosted) {
      if (idleMs >= this.#parts.firstBytesMs) this.#expire()
    } else if (idleMs >= this.#parts.keepAliveMs) this.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
