/** Posts on their way into the shared store: it alone knows which of them go there in one step. */
import type { Accepted, Broker, Counters } from '../../broker-port.ts'
import { type BrokerParts, FORGET_AFTER_MS } from '../parts.ts'
import { ACCEPT_BROADCAST, ACCEPT_MESSAGES } from './counting.ts'
import { makeUnavailable } from './link.ts'
import type { Steps } from './steps.ts'
import { ALWAYS } from './stream.ts'

/** Messages of one step: the store does nothing else meanwhile. */
const MOST_IN_STEP = 100

/** Messages that may wait for their answer. */
const MOST_WAITING = 20_000

/** What the store answers of each; a negative `stored` where nothing is held for anybody. */
type Taken = [
  epoch: number,
  seq: number,
  version: number,
  stored: number,
  carried: number,
  again: number,
]

/** A message that waits for its answer. */
interface Waiting {
  clientId: string
  data: string
  item: number
  resolve(accepted: Accepted<Counters>): void
  reject(cause: unknown): void
}

/** The part of a broker that accepts, in the name of a node. */
export function makePosting(
  steps: Steps,
  parts: BrokerParts,
): Pick<Broker, 'accept' | 'acceptBroadcast'> {
  const { limits, timings, holds } = parts
  /** What goes out next, by the post with a key that it is a part of; without one by nothing. */
  let leaving = new Map<string, Waiting[]>()
  let waiting = 0
  /** Steps without an answer. */
  let running = 0

  function describeBounds(forgetMs: number): string {
    const windowMs = Math.round(timings.resume_window_seconds * 1000)
    const { resume_messages, resume_bytes, resume_total_bytes } = limits
    const kept = `${holds ? 1 : 0} ${forgetMs} ${windowMs}`
    return `${kept} ${resume_messages} ${resume_bytes} ${resume_total_bytes}`
  }

  const nameAct = (scope: string): string[] => (scope === '' ? [] : [steps.names().post(scope)])
  const namePart = (item: number): string => `i${item}`

  async function takeStep(scope: string, messages: readonly Waiting[]): Promise<void> {
    running += 1
    try {
      const keys = messages.map(({ clientId }) => steps.names().client(clientId))
      const texts = JSON.stringify(messages.map(({ data }) => data))
      const parts = messages.map(({ item }) => namePart(item))
      const answer = await steps.write<string>(
        ACCEPT_MESSAGES,
        [...keys, ...nameAct(scope)],
        [describeBounds(FORGET_AFTER_MS), texts, ...(scope === '' ? [] : [JSON.stringify(parts)])],
      )
      const taken = JSON.parse(answer) as Taken[]
      for (const [at, { resolve }] of messages.entries()) resolve(readTaken(taken[at] as Taken))
    } catch (cause) {
      for (const { reject } of messages) reject(cause)
    } finally {
      waiting -= messages.length
      running -= 1
      leave()
    }
  }

  function leave(): void {
    const left = leaving
    leaving = new Map()
    for (const [scope, messages] of left) void takeStep(scope, messages)
  }

  return {
    accept: (clientId, data, act) => {
      if (waiting >= MOST_WAITING)
        return Promise.reject(makeUnavailable('too much is waiting for the store'))
      const { promise, resolve, reject } = Promise.withResolvers<Accepted<Counters>>()
      const message = { clientId, data, item: act?.item ?? 0, resolve, reject }
      const scope = act?.scope ?? ''
      // A step for each message was two thirds of its CPU. So those of one turn of the event loop go together, and
      // those that come while the store is busy with others when it has answered.
      if (leaving.size === 0 && running === 0) setImmediate(leave)
      const messages = leaving.get(scope)
      if (messages) messages.push(message)
      else leaving.set(scope, [message])
      waiting += 1
      if (messages?.length === MOST_IN_STEP) {
        leaving.delete(scope)
        void takeStep(scope, messages)
      }
      return promise
    },
    acceptBroadcast: async (data, act) => {
      const keys = [steps.names().broadcasts, ...nameAct(act?.scope ?? '')]
      const args = [describeBounds(ALWAYS), data, namePart(act?.item ?? 0)]
      const answer = await steps.write<string>(ACCEPT_BROADCAST, keys, args)
      const { version, ...accepted } = readTaken(JSON.parse(answer) as Taken)
      return accepted
    },
  }
}

function readTaken([epoch, seq, version, stored, carried, again]: Taken): Accepted<Counters> {
  return {
    epoch,
    seq,
    version,
    stored: stored < 0 ? undefined : stored === 1,
    carried,
    ...(again === 1 && { again: true as const }),
  }
}
