/** A check's view of the webhooks about one client id, and its say in how they are answered. */

import type { Recorder } from '../timeline/recorder.ts'
import { readForm } from '../timeline/timeline.ts'
import type { Arrival, Receiver, Reply } from './receiver.ts'
import { type Growing, makeGrowing } from './waiting.ts'

/** An attempt as a check sees it. */
export interface Attempt extends Arrival {
  readonly fields: Readonly<Record<string, string>>
}

/** Decides the answer to an attempt; `number` counts this watch's attempts from 1. */
export type Replying = (attempt: Attempt, number: number) => Reply

/** The attempts that arrive for one watch. */
export interface Webhooks {
  readonly attempts: Growing<Attempt>
  /** The first attempt, earlier or still to come, of this event that satisfies the test. */
  event(
    name: string,
    test?: (attempt: Attempt) => boolean,
    ms?: number,
  ): Promise<Attempt | undefined>
  /** The first `count` attempts, or fewer when patience ends. */
  first(count: number, ms?: number): Promise<Attempt[]>
  forget(): void
}

/** Starts to watch a receiver for arrivals that satisfy `matches`. */
export function watchWebhooks(
  recorder: Recorder,
  receiver: Receiver,
  as: string,
  matches: (arrival: Arrival) => boolean,
  patienceMs: number,
  replying: Replying = () => ({ status: 204 }),
): Webhooks {
  const attempts = makeGrowing<Attempt>(recorder.clock)
  const forget = receiver.expect({
    matches,
    take(arrival) {
      const event = recorder.record({ kind: 'webhook', as, ...arrival })
      const attempt = { ...arrival, fields: readForm(arrival.body) }
      const reply = replying(attempt, attempts.entries.length + 1)
      attempts.add(attempt)
      return {
        reply,
        ended: (status) => recorder.record({ kind: 'webhook-answer', as, status, to: event.n }),
      }
    },
  })
  return {
    attempts,
    event: (name, test = () => true, ms = patienceMs) =>
      attempts.find((attempt) => attempt.fields.event === name && test(attempt), ms),
    first: (count, ms = patienceMs) => attempts.collect(count, () => true, ms),
    forget() {
      attempts.end()
      forget()
    },
  }
}
