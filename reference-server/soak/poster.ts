/** The application's posts: it alone knows what is posted next, in which way, and what every answer meant. */
import { setTimeout } from 'node:timers/promises'
import type { Books, Receipt } from './books.ts'
import type { Answer, Calls } from './calls.ts'
import type { Random } from './random.ts'

/** What a poster works with. */
export interface PosterParts {
  clientIds: readonly string[]
  /** Posts per second, as a mean. */
  rate: number
  calls: Calls
  books: Books
  random: Random
  /** Hears of answers that break a promise, in words. */
  onFault(fault: string): void
}

/** A poster at work. */
export interface Poster {
  /** Ends posting, and resolves when every post is answered or given up. */
  stop(): Promise<void>
  /** Posts one message to each client id and one broadcast, of these texts; rejects where that takes too long. */
  mark(message: string, broadcast: string): Promise<void>
  /** Posts at its pace until it is stopped. */
  start(): void
}

const TICK_MS = 50
const AGAIN_MS = 200
const TRIES = 150
const MOST_IN_FLIGHT = 200

/** One post, ready to be made. */
interface Post {
  path: string
  body: object
  key: string | undefined
  texts: readonly string[]
  /** Client id of each text; absent for a broadcast. */
  clientIds: readonly (string | undefined)[]
}

/** A poster that has not begun. */
export function makePoster(parts: PosterParts): Poster {
  const { clientIds, calls, books, random } = parts
  const inFlight = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let texts = 0
  let due = 0

  const text = (): string => {
    texts += 1
    return `post ${texts}`
  }
  const key = (): string | undefined => (random.chance(0.5) ? `"key ${texts}"` : undefined)

  function message(clientId: string, data: string, idempotencyKey: string | undefined): Post {
    const body = { client_id: clientId, data }
    return { path: '/v1/messages', body, key: idempotencyKey, texts: [data], clientIds: [clientId] }
  }

  function broadcast(data: string, idempotencyKey: string | undefined): Post {
    const path = '/v1/broadcasts'
    return { path, body: { data }, key: idempotencyKey, texts: [data], clientIds: [undefined] }
  }

  function plan(): Post {
    const kind = random.fraction()
    if (kind < 0.8) return message(random.pick(clientIds), text(), key())
    if (kind < 0.85) return broadcast(text(), key())
    const messages = Array.from({ length: 2 + random.below(9) }, () => ({
      client_id: random.pick(clientIds),
      data: text(),
    }))
    return {
      path: '/v1/batches',
      body: { messages },
      key: key(),
      texts: messages.map(({ data }) => data),
      clientIds: messages.map(({ client_id }) => client_id),
    }
  }

  /** Makes a post, again and again where a key makes that safe, and answers the last answer. */
  async function ask(post: Post): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await calls.post(post.path, post.body, post.key)
      if (answer && answer.status < 300) return answer
      if (!answer || answer.status >= 500) for (const each of post.texts) books.doubt(each)
      if (post.key === undefined || tries === TRIES) return answer
      await setTimeout(AGAIN_MS)
    }
  }

  async function make(post: Post): Promise<Answer> {
    const askedAt = books.moment()
    const answer = await ask(post)
    if (!answer || answer.status >= 300) return answer
    const receipts = (answer.body.results ?? [answer.body]) as Receipt[]
    for (const [at, receipt] of receipts.entries()) {
      if (typeof receipt.seq !== 'number') continue
      books.accept(receipt, post.texts[at] ?? '', askedAt, post.clientIds[at])
    }
    if (post.key !== undefined && random.chance(0.2)) await repeat(post, receipts)
    return answer
  }

  /** Makes a post again that was answered: while the service remembers, the answer is the same. */
  async function repeat(post: Post, receipts: readonly Receipt[]): Promise<void> {
    const askedAt = books.moment()
    const answer = await calls.post(post.path, post.body, post.key)
    if (!answer) for (const each of post.texts) books.doubt(each)
    if (!answer || answer.status >= 300) return
    const again = (answer.body.results ?? [answer.body]) as Receipt[]
    for (const [at, receipt] of again.entries()) {
      const first = receipts[at]
      if (receipt.id === first?.id || typeof receipt.seq !== 'number') continue
      if (receipt.epoch === first?.epoch)
        parts.onFault(`"${post.texts[at]}" was accepted twice in one epoch under one key`)
      // Keys die with the epoch: in the next one it is another message.
      books.accept(receipt, post.texts[at] ?? '', askedAt, post.clientIds[at])
    }
  }

  function run(post: Post): Promise<Answer> {
    const made = make(post)
    const done = made.then(
      () => undefined,
      (cause: unknown) => parts.onFault(`a post failed: ${String(cause)}`),
    )
    inFlight.add(done)
    void done.then(() => inFlight.delete(done))
    return made
  }

  return {
    start: () => {
      timer = setInterval(() => {
        due += (parts.rate * TICK_MS) / 1000
        for (; due >= 1; due -= 1) if (inFlight.size < MOST_IN_FLIGHT) void run(plan())
      }, TICK_MS)
    },
    stop: async () => {
      clearInterval(timer)
      due = 0
      while (inFlight.size > 0) await Promise.all(inFlight)
    },
    mark: async (ofEach, ofAll) => {
      const posts = clientIds.map((clientId) =>
        message(clientId, ofEach, `"${ofEach} ${clientId}"`),
      )
      const made = await Promise.all([...posts, broadcast(ofAll, `"${ofAll}"`)].map(run))
      for (const answer of made)
        if (!answer || answer.status >= 300)
          throw new Error(`the service takes no posts: ${JSON.stringify(answer ?? 'no answer')}`)
    },
  }
}
