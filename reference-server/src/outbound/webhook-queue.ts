/** Brings presence to the application; it alone knows which client's turn it is. */
import type { OwedState, PresenceState } from '../broker-port.ts'
import type { Cancel, Clock, Limits, Log, Metrics, PresenceSink, Random } from '../ports.ts'
import type {
  Attempt,
  AttemptAnswer,
  Delivery,
  Sender,
  SenderRules,
  SenderTimings,
} from '../webhook-port.ts'
import { beginFlush, type Flush } from './flush.ts'
import type { LoneWebhook } from './lone-webhook.ts'
import {
  attemptOrRecord,
  noteTargetTurn,
  noteWebhookAnswer,
  noteWebhookGivenUp,
} from './webhook-record.ts'
import { makeStartedWebhook } from './webhook-started.ts'
import { makeWebhookTarget } from './webhook-target.ts'

/** What the queue works with. */
export interface WebhookQueueParts {
  clock: Clock
  random: Random
  log: Log
  metrics: Metrics
  timings: SenderTimings
  limits: Pick<Limits, 'webhook_concurrency'>
  sender: SenderRules
  attempt: Attempt
}

/** Presence webhooks, of this run and of the last one. */
export interface WebhookQueue extends PresenceSink {
  /** Takes what the last run owed; returns at once. */
  recall(owed: readonly OwedState[]): void
  /** Leaves what is owed about clients to another node: only what is in flight is answered. */
  forget(): void
}

/** One client that something is owed about, or was a moment ago. */
interface Entry {
  sender: Sender
  owed: boolean
  wakeAtMs: number
  cancelWake: Cancel
}

const nothing: Cancel = () => undefined

/**
 * Makes the queue of webhooks: bounded by clients, fair among them, `started` before everything else.
 *
 * @spec presence.connected.reported
 * @spec presence.started.reported
 * @spec presence.version.newest
 * @spec webhook.client.single
 * @spec webhook.target.concurrency
 * @spec webhook.target.paused
 */
export function makeWebhookQueue(parts: WebhookQueueParts): WebhookQueue {
  const { clock, random, timings, sender: rules, attempt } = parts
  const target = makeWebhookTarget(rules, timings, parts.limits.webhook_concurrency)
  const entries = new Map<string, Entry>()
  const ready = new Set<Entry>()
  const flushes = new Set<Flush>()
  let started: LoneWebhook<Delivery> | undefined
  let cancelTarget = nothing
  let cancelStarted = nothing
  let stopped = false

  parts.metrics.gauge('webhook_in_flight', target.inFlight)
  parts.metrics.gauge('webhook_pending', () => {
    const pending = [...entries.values()].filter(({ owed }) => owed).length
    return started === undefined ? pending : pending + 1
  })

  function wakeAt(entry: Entry, atMs: number): void {
    entry.wakeAtMs = atMs
    entry.cancelWake = clock.after(Math.max(1, Math.ceil(atMs - clock.nowMs())), () => {
      consider(entry)
      pump()
    })
  }

  function consider(entry: Entry): PresenceState | undefined {
    entry.cancelWake()
    entry.cancelWake = nothing
    const next = rules.decideNextWebhook(rules, entry.sender, clock.nowMs(), timings)
    entry.owed = next.kind === 'send' || next.kind === 'wait' || next.kind === 'rest'
    if (next.kind === 'send') {
      ready.add(entry)
      return next.state
    }
    ready.delete(entry)
    if (next.kind === 'wait' || next.kind === 'linger') wakeAt(entry, next.untilMs)
    if (next.kind === 'forget') entries.delete(entry.sender.current.clientId)
    return undefined
  }

  async function run(delivery: Delivery, done: (answer: AttemptAnswer) => void): Promise<void> {
    target.noteBegun(clock.nowMs())
    const answer = await attemptOrRecord(parts, attempt, delivery)
    const turn = target.noteEnded(answer, clock.nowMs())
    if (stopped) return
    noteWebhookAnswer(parts, delivery, answer, rules)
    noteTargetTurn(parts, turn, answer)
    for (const flush of flushes) flush.isHopeless = target.isUnwell()
    done(answer)
    pump()
  }

  function beginPresence(entry: Entry): void {
    const state = consider(entry)
    ready.delete(entry)
    if (state === undefined) return
    entry.sender = rules.noteBegun(rules, entry.sender, state, clock.nowMs())
    void run({ event: state.online ? 'connected' : 'disconnected', state }, (answer) => {
      const at = { nowMs: clock.nowMs(), fraction: random.fraction(), timings }
      entry.sender = rules.noteAnswered(rules, entry.sender, state, answer, at)
      if (entry.sender.givenUpAtMs === at.nowMs) noteWebhookGivenUp(parts, 'presence')
      consider(entry)
    })
  }

  function beginStarted(webhook: LoneWebhook<Delivery>): void {
    void run(webhook.begin(clock.nowMs()), (answer) => {
      const end = webhook.noteAnswered(answer, clock.nowMs())
      if (end === 'given-up') noteWebhookGivenUp(parts, 'started')
      if (end !== 'again') started = undefined
      else cancelStarted = clock.after(Math.ceil(webhook.dueAtMs() - clock.nowMs()), pump)
    })
  }

  function takeNext(): (() => void) | undefined {
    const webhook = started
    if (webhook?.isDue(clock.nowMs())) return () => beginStarted(webhook)
    const [entry] = ready
    return entry === undefined ? undefined : () => beginPresence(entry)
  }

  function pump(): void {
    cancelTarget()
    cancelTarget = nothing
    while (!stopped) {
      const begin = takeNext()
      const freeAtMs = target.freeAtMs()
      if (begin === undefined || freeAtMs === undefined) break
      const waitMs = Math.ceil(freeAtMs - clock.nowMs())
      if (waitMs > 0) {
        cancelTarget = clock.after(waitMs, pump)
        break
      }
      begin()
    }
    for (const flush of flushes) if (isFlushed(flush)) flush.resolve()
  }

  function isFlushed({ deadlineMs, isHopeless }: Flush): boolean {
    if (target.inFlight() > 0) return false
    // The process ends with a flush: it waits for one more attempt, not for an application that is away.
    if (target.isUnwell() && (isHopeless || takeNext() === undefined)) return true
    const targetAtMs = target.freeAtMs() ?? Number.POSITIVE_INFINITY
    if (targetAtMs > deadlineMs) return true
    if (ready.size > 0 || (started?.dueAtMs() ?? Number.POSITIVE_INFINITY) <= deadlineMs)
      return false
    return ![...entries.values()].some(({ owed, wakeAtMs }) => owed && wakeAtMs <= deadlineMs)
  }

  return {
    report(state) {
      if (stopped) return
      const known = entries.get(state.clientId)
      const sender = rules.noteReported(rules, known?.sender, state)
      const entry = known ?? { sender, owed: true, wakeAtMs: 0, cancelWake: nothing }
      entry.sender = sender
      entries.set(state.clientId, entry)
      consider(entry)
      pump()
    },

    recall(owed) {
      for (const one of owed) {
        const sender = rules.noteRecalled(one)
        const entry = { sender, owed: true, wakeAtMs: 0, cancelWake: nothing }
        entries.set(one.state.clientId, entry)
        consider(entry)
      }
      pump()
    },

    forget() {
      for (const entry of entries.values()) entry.cancelWake()
      entries.clear()
      ready.clear()
    },

    started(epochFloor) {
      if (stopped) return
      started = makeStartedWebhook(rules, timings, epochFloor, clock.nowMs(), random.fraction)
      pump()
    },

    flush(timeoutMs) {
      const flushed = beginFlush(flushes, clock, timeoutMs)
      pump()
      return flushed
    },

    stop() {
      stopped = true
      cancelTarget()
      cancelStarted()
      for (const entry of entries.values()) entry.cancelWake()
      entries.clear()
      ready.clear()
      started = undefined
      for (const flush of flushes) flush.resolve()
    },
  }
}
