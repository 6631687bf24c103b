/** The setting in which the queue of webhooks is tested. */

import type { PresenceState } from '../../src/broker-port.ts'
import { makeWebhookQueue } from '../../src/outbound/webhook-queue.ts'
import { makeSenderRules } from '../../src/rules/presence-sender.ts'
import type { AttemptAnswer, Delivery } from '../../src/webhook-port.ts'
import { makeFakeClock } from '../fake-clock.ts'

interface Attempted {
  what: string
  delivery: Delivery
  atMs: number
  answer(answer: AttemptAnswer): void
  fail(cause: Error): void
}

function describeDelivery(delivery: Delivery): string {
  if (delivery.event === 'started') return `started ${delivery.epoch}`
  return `${delivery.event} ${delivery.state.clientId} ${delivery.state.version}`
}

/** A queue with this many places, a fake clock, and attempts that end when the test says so. */
export function makeSetting(concurrency = 16) {
  const clock = makeFakeClock()
  const startMs = clock.nowMs()
  const attempted: Attempted[] = []
  const counted: string[] = []
  const logged: [fields: object, message: string][] = []
  const gauges = new Map<string, () => number>()
  const write = (fields: object, message: string) => logged.push([fields, message])
  const queue = makeWebhookQueue({
    clock,
    random: { bytes: (count) => new Uint8Array(count), fraction: () => 0.5 },
    log: { debug: write, info: write, warn: write, error: write },
    metrics: {
      count: (name, label) => counted.push(label === undefined ? name : `${name} ${label}`),
      gauge: (name, read) => gauges.set(name, read),
    },
    timings: {
      presence_interval_seconds: 1,
      webhook_retry_seconds: [1, 5],
      webhook_pause_seconds: 2,
      webhook_give_up_seconds: 3600,
      webhook_retry_after_max_seconds: 300,
    },
    limits: { webhook_concurrency: concurrency },
    sender: makeSenderRules(),
    attempt(delivery) {
      const { promise, resolve, reject } = Promise.withResolvers<AttemptAnswer>()
      const what = describeDelivery(delivery)
      const atMs = clock.nowMs() - startMs
      attempted.push({ what, delivery, atMs, answer: resolve, fail: reject })
      return promise
    },
  })
  return {
    queue,
    clock,
    counted,
    logged,
    gauge: (name: string) => gauges.get(name)?.(),
    whats: () => attempted.map(({ what }) => what),
    times: () => attempted.map(({ atMs }) => atMs),
    report(clientId: string, version: number) {
      const online = version % 2 === 1
      const reason = online ? {} : { reason: 'closed' }
      const atMs = clock.nowMs()
      const state: PresenceState = { clientId, epoch: 9, version, online, connectionId: 'c', atMs }
      queue.report({ ...state, ...reason })
    },
    /** Answers the attempt of that number and lets everything settle. */
    async answer(index: number, answer: AttemptAnswer) {
      attempted[index]?.answer(answer)
      await clock.advance(0)
    },
    async fail(index: number, cause: Error) {
      attempted[index]?.fail(cause)
      await clock.advance(0)
    },
  }
}
