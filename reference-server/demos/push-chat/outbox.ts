/** What is on its way to each user; it alone knows in which order it goes and when one list stands for several. */
import { ServiceProblemError } from '@channel-protocol/reference-server/application'
import type { Clock } from './clock.ts'
import type { Complain } from './parts.ts'

const mostAttempts = 3
const longestWaitSeconds = 5

interface Job {
  /** Makes the text when its turn has come. */
  makeText(): string
  settle(isSent: boolean): void
}

/** What an outbox needs. */
export interface OutboxParts {
  send(clientId: string, text: string): Promise<unknown>
  clock: Clock
  complain: Complain
}

/** Sends to each user one text after the other, in the order in which they were given. */
export interface Outbox {
  /** Sends text to each; answers whether the service took it for all of them. */
  post(receivers: readonly string[], text: string): Promise<boolean>
  /** Sends each what `makeList` makes when its turn has come; where that still waits, it is not repeated. */
  announce(receivers: readonly string[], makeList: () => string): void
}

/**
 * Makes an empty outbox.
 * @spec application.post.ordered
 * @spec application.users.newest
 */
export function makeOutbox({ send, clock, complain }: OutboxParts): Outbox {
  const queues = new Map<string, Job[]>()

  /** Sends one text. Only what the service certainly did not take is sent again. */
  async function deliver(clientId: string, text: string): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await send(clientId, text)
        return true
      } catch (cause) {
        const wait = cause instanceof ServiceProblemError ? cause.retryAfterSeconds : undefined
        if (wait === undefined || wait > longestWaitSeconds || attempt === mostAttempts) {
          complain('a push did not reach the service', cause)
          return false
        }
        await new Promise<void>((resolve) => void clock.after(wait * 1000, resolve))
      }
    }
  }

  async function work(clientId: string, jobs: Job[]): Promise<void> {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift())
      job.settle(await deliver(clientId, job.makeText()))
    queues.delete(clientId)
  }

  function put(clientId: string, job: Job): void {
    const waiting = queues.get(clientId)
    if (waiting !== undefined) {
      waiting.push(job)
      return
    }
    const jobs = [job]
    queues.set(clientId, jobs)
    void work(clientId, jobs)
  }

  return {
    async post(receivers, text) {
      const sent = receivers.map(
        (clientId) =>
          new Promise<boolean>((settle) => put(clientId, { makeText: () => text, settle })),
      )
      return (await Promise.all(sent)).every(Boolean)
    },
    announce(receivers, makeList) {
      for (const clientId of receivers) {
        const waits = queues.get(clientId)?.some(({ makeText }) => makeText === makeList)
        if (!waits) put(clientId, { makeText: makeList, settle: () => {} })
      }
    },
  }
}
