/** The lane of plain posts; it alone knows which connections carry nothing else so far, and hands over those that do. */
import type { Socket } from 'node:net'
import { type WrittenAnswer, writePlainAnswer } from '../outbound/answer.ts'
import { makePlainPostReader, type PlainPost, type PlainPostReader } from './plain-post.ts'

/** What a lane is joined to. */
export interface LaneParts {
  /** Targets of the posts that are answered here. */
  urls: ReadonlySet<string>
  /** Answers a post; never rejects. */
  answer(post: PlainPost): Promise<WrittenAnswer>
  /** Takes a connection over for good. */
  handOver(socket: Socket): void
  /** For how long a connection that carried a post may wait for the next, in milliseconds. */
  keepAliveMs: number
}

/** Takes connections until it is stopped. */
export interface Lane {
  take(socket: Socket): void
  /** Ends the connections that were not handed over. */
  stop(): void
}

/** For how long the first bytes of a connection are waited for here, in milliseconds. */
const FIRST_BYTES_MS = 100

/**
 * Answers plain posts without the library's request and response, which cost two thirds of what a post costs. Whatever
 * is not plain takes its connection to the library, bytes and all: there is one reading of a request that is hard to read.
 */
export function makePostLane(parts: LaneParts): Lane {
  const posters = new Set<Poster>()
  const readPost = makePlainPostReader(parts.urls)
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
      posters.add(new Poster(socket, parts, readPost, posters))
      timer ??= setInterval(sweep, FIRST_BYTES_MS).unref()
    },
    stop: () => {
      clearInterval(timer)
      for (const poster of posters) poster.destroy()
    },
  }
}

/** One connection, with one post at a time. */
class Poster {
  readonly #socket: Socket
  readonly #parts: LaneParts
  readonly #readPost: PlainPostReader
  readonly #among: Set<Poster>
  #isAnswering = false
  #hasPosted = false
  #hasEnded = false
  #sinceMs = performance.now()
  /** What came behind the post that is being answered. */
  #rest: Buffer | undefined

  constructor(socket: Socket, parts: LaneParts, readPost: PlainPostReader, among: Set<Poster>) {
    this.#socket = socket
    this.#parts = parts
    this.#readPost = readPost
    this.#among = among
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('error', this.destroy)
    socket.on('close', this.destroy)
  }

  readonly #onData = (bytes: Buffer): void => {
    if (!this.#isAnswering) {
      this.#read(bytes)
      return
    }
    this.#rest = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes
    this.#socket.pause()
  }

  readonly #onEnd = (): void => {
    this.#hasEnded = true
    if (!this.#isAnswering) this.#socket.end()
  }

  #read(bytes: Buffer): void {
    const post = this.#readPost(bytes)
    if (!post) {
      this.#leave(bytes)
      return
    }
    this.#isAnswering = true
    this.#hasPosted = true
    void this.#parts.answer(post).then((answer) => this.#write(answer))
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

  /** Hands the connection over, with what was read of it. */
  #leave(bytes?: Buffer): void {
    const socket = this.#socket
    this.#among.delete(this)
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('error', this.destroy)
    socket.off('close', this.destroy)
    this.#parts.handOver(socket)
    if (bytes) socket.unshift(bytes)
  }

  judgeIdleness(nowMs: number): void {
    if (this.#isAnswering) return
    const idleMs = nowMs - this.#sinceMs
    if (!this.#hasPosted) {
      // The library has a time for heads, and its own answer to who exceeds it.
      if (idleMs >= FIRST_BYTES_MS) this.#leave()
    } else if (idleMs >= this.#parts.keepAliveMs) this.destroy()
  }

  readonly destroy = (): void => {
    this.#among.delete(this)
    this.#socket.destroy()
  }
}
