/** Brings what happens on sockets to the application; it alone knows whose turn it is for the places there are. */
import type { Cancel, Clock, Limits, Log, Metrics, Random, Timings } from '../ports.ts'
import type {
  Attempt,
  AttemptAnswer,
  Schedule,
  SenderTimings,
  SocketDelivery,
  SocketSink,
} from '../webhook-port.ts'
import { beginFlush, type Flush } from './flush.ts'
import { type LoneWebhook, makeLoneWebhook } from './lone-webhook.ts'
import type { WebhookQueue } from './webhook-queue.ts'
import { attemptOrRecord, noteWebhookAnswer, noteWebhookGivenUp } from './webhook-record.ts'

/** The decisions that these webhooks ask for. */
export interface SocketWebhookRules {
  isSocketPlaceFree(inFlight: number, concurrency: number): boolean
  decideClosedAnswer(answer: AttemptAnswer): 'done' | 'declined' | 'failed'
  decideClosedSchedule(
    schedule: Schedule,
    answer: AttemptAnswer,
    at: { nowMs: number; fraction: number; timings: SenderTimings },
  ): Schedule
  isWebhookSuccess(status: number): boolean
}

/** What these webhooks work with. */
export interface SocketWebhookParts {
  clock: Clock
  random: Random
  log: Log
  metrics: Metrics
  timings: SenderTimings & Pick<Timings, 'webhook_timeout_seconds'>
  limits: Pick<Limits, 'socket_concurrency'>
  rules: SocketWebhookRules
  attempt: Attempt<SocketDelivery>
  /** Whether anything may be said now: not where another node may speak for this one's sockets. */
  mayAttempt(): boolean
}

/** How often is looked whether anything may be said again, in milliseconds. */
const LOOK_AGAIN_MS = 250

/** One attempt that waits for a place. */
interface Job {
  /** Says what is delivered; called when the attempt begins. */
  begin(): SocketDelivery
  onEnd(answer: AttemptAnswer): void
  /** Ends its own waiting, where that is bounded. */
  cancel?: Cancel
}

/**
 * Makes the webhooks of sockets: places are given in the order of asking.
 *
 * @spec socket.webhook.concurrency
 * @spec socket.webhook.unpaused
 * @spec socket.message.once
 * @spec socket.handshake.sent
 * @spec socket.closed.retried
 */
export function makeSocketWebhooks(
  parts: SocketWebhookParts,
): SocketSink & Pick<WebhookQueue, 'forget'> {
  const { clock, metrics, timings, rules } = parts
  const waiting = new Set<Job>()
  const retries = new Map<LoneWebhook<SocketDelivery>, Cancel>()
  const flushes = new Set<Flush>()
  let inFlight = 0
  let stopped = false
  let cancelLook: Cancel | undefined
  /** Replaced where what was begun before is another node's. */
  let era = {}

  metrics.gauge('socket_webhooks_waiting', () => waiting.size + retries.size)
  metrics.gauge('socket_webhooks_in_flight', () => inFlight)

  function enqueue(job: Job): void {
    if (stopped) return
    waiting.add(job)
    pump()
  }

  function pump(): void {
    if (waiting.size > 0 && !parts.mayAttempt()) lookAgain()
    else fillPlaces()
    for (const flush of flushes) if (isFlushed(flush)) flush.resolve()
  }

  function lookAgain(): void {
    cancelLook ??= clock.after(LOOK_AGAIN_MS, () => {
      cancelLook = undefined
      pump()
    })
  }

  function fillPlaces(): void {
    for (const job of waiting) {
      if (stopped || !rules.isSocketPlaceFree(inFlight, parts.limits.socket_concurrency)) break
      waiting.delete(job)
      void run(job)
    }
  }

  async function run(job: Job): Promise<void> {
    const begunIn = era
    inFlight += 1
    const delivery = job.begin()
    const answer = await attemptOrRecord(parts, parts.attempt, delivery)
    inFlight -= 1
    if (stopped) return
    noteWebhookAnswer(parts, delivery, answer, rules)
    if (begunIn === era) job.onEnd(answer)
    pump()
  }

  function enqueueClosed(webhook: LoneWebhook<SocketDelivery>, onEnd: () => void): void {
    enqueue({
      begin: () => webhook.begin(clock.nowMs()),
      onEnd: (answer) => {
        const end = webhook.noteAnswered(answer, clock.nowMs())
        if (end !== 'again') {
          if (end === 'given-up') noteWebhookGivenUp(parts, 'closed')
          onEnd()
          return
        }
        const waitMs = Math.max(0, Math.ceil(webhook.dueAtMs() - clock.nowMs()))
        const again = clock.after(waitMs, () => {
          retries.delete(webhook)
          enqueueClosed(webhook, onEnd)
        })
        retries.set(webhook, again)
      },
    })
  }

  function isFlushed({ deadlineMs }: Flush): boolean {
    if (inFlight > 0 || waiting.size > 0) return false
    return ![...retries.keys()].some((webhook) => webhook.dueAtMs() <= deadlineMs)
  }

  function dropWaiting(): void {
    era = {}
    for (const cancel of retries.values()) cancel()
    retries.clear()
    for (const job of waiting) job.cancel?.()
    waiting.clear()
    cancelLook?.()
    cancelLook = undefined
  }

  return {
    handshake(socket, atMs, onEnd) {
      const cancel = clock.after(timings.webhook_timeout_seconds * 1000, () => {
        waiting.delete(job)
        onEnd({ failure: 'unattempted' })
        pump()
      })
      const begin = (): SocketDelivery => {
        cancel()
        return { event: 'handshake', socket, atMs }
      }
      const job: Job = { begin, onEnd, cancel }
      if (stopped) cancel()
      enqueue(job)
    },

    message: (socket, message, onEnd) =>
      enqueue({ begin: () => ({ event: 'message', socket, ...message }), onEnd }),

    closed(socket, end, onEnd) {
      const closed: SocketDelivery = { event: 'closed', socket, ...end }
      const loneRules = {
        judge: (answer: AttemptAnswer) => rules.decideClosedAnswer(answer),
        schedule: (schedule: Schedule, answer: AttemptAnswer, nowMs: number) => {
          const at = { nowMs, fraction: parts.random.fraction(), timings }
          return rules.decideClosedSchedule(schedule, answer, at)
        },
      }
      enqueueClosed(makeLoneWebhook(loneRules, closed, clock.nowMs()), onEnd)
    },

    flush(timeoutMs) {
      const flushed = beginFlush(flushes, clock, timeoutMs)
      pump()
      return flushed
    },

    forget: dropWaiting,

    stop() {
      stopped = true
      dropWaiting()
      for (const flush of flushes) flush.resolve()
    },
  }
}
