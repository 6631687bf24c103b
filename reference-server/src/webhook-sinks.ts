/** Composition of webhooks: it alone knows how their rules, attempts and queues are joined. */

import type { Broker, NodeEvents, Shared } from './broker-port.ts'
import { makeSocketRequest } from './outbound/socket-request.ts'
import { makeSocketWebhooks } from './outbound/socket-webhooks.ts'
import { makeHttpAttempt, makeWebhookAttempt } from './outbound/webhook-attempt.ts'
import { makeWebhookQueue, type WebhookQueue } from './outbound/webhook-queue.ts'
import type { Parts } from './parts.ts'
import type { Ports, PresenceSink } from './ports.ts'
import type { Settings } from './settings.ts'
import { IMPLEMENTATION } from './version.ts'
import type { Attempt, SenderRules, SocketDelivery, SocketSink } from './webhook-port.ts'

const USER_AGENT = `${IMPLEMENTATION.name}/${IMPLEMENTATION.version}`

const nobody: PresenceSink & SocketSink = {
  report: () => {},
  started: () => {},
  handshake: () => {},
  message: () => {},
  closed: () => {},
  flush: async () => {},
  stop: () => {},
}

/** Webhooks of presence, and what a broker that nodes share makes known of them. */
export interface PresenceWebhooks {
  sink: PresenceSink
  heard: Pick<NodeEvents, 'recall' | 'report' | 'began'>
  /** Leaves to another node what is owed. */
  forget(): void
  stop(): Promise<void>
}

const noEvents = { recall: () => {}, report: () => {}, began: () => {} }

/** What hears of presence and of starts, and the end of its connections; nobody where neither is offered. */
export function makePresenceSink(settings: Settings, parts: Parts): PresenceWebhooks {
  const { rules, ports, timings, limits } = parts
  const urls = settings.webhookTargets
  const offersPresence = settings.profiles.includes('presence')
  if (!urls || !(offersPresence || settings.profiles.includes('sockets')))
    return { sink: nobody, heard: noEvents, forget: () => {}, stop: async () => {} }
  const attempts = makeWebhookAttempt({
    clock: ports.clock,
    rules,
    urls,
    secrets: settings.webhookSecrets,
    userAgent: USER_AGENT,
    timings,
    limits,
  })
  const queue = makeWebhookQueue({
    clock: ports.clock,
    random: ports.random,
    log: ports.log,
    metrics: ports.metrics,
    timings,
    limits,
    sender: rules,
    attempt: noteAttempts(parts.wraps.attempt(attempts.attempt), ports.broker, rules),
  })
  const { shared } = ports.broker
  const report = shared ? makeRoutedReport(shared, queue, ports) : queue.report
  return {
    sink: { ...queue, report: offersPresence ? report : nobody.report },
    heard: { recall: queue.recall, report: queue.report, began: queue.started },
    forget: queue.forget,
    stop: attempts.stop,
  }
}

/** Wait before a state is routed again that the broker did not take. */
const ROUTE_AGAIN_MS = 1000

/** Reports a state here, unless another node is the one that tells the application of its client id. */
function makeRoutedReport(
  shared: Shared,
  queue: WebhookQueue,
  { clock }: Pick<Ports, 'clock'>,
): WebhookQueue['report'] {
  const report: WebhookQueue['report'] = (state) => {
    shared.route(state).then(
      (isOurs) => {
        if (isOurs) queue.report(state)
      },
      () => clock.after(ROUTE_AGAIN_MS, () => report(state)),
    )
  }
  return report
}

/** What cannot be noted is attempted once more by the next run. */
const unnoted = (): void => {}

/**
 * Lets the broker know of every attempt before it is made, and of every success, so that the next run goes on there.
 * @spec presence.started.kept
 */
function noteAttempts(attempt: Attempt, broker: Broker, rules: SenderRules): Attempt {
  return async (delivery) => {
    if (delivery.event === 'started') {
      const answer = await attempt(delivery)
      const isHeard =
        'status' in answer &&
        (rules.isWebhookSuccess(answer.status) || rules.isStartedDeclined(answer.status))
      if (isHeard) await broker.noteStarted().catch(unnoted)
      return answer
    }
    const { clientId, epoch, version } = delivery.state
    try {
      await broker.noteAttempted(clientId, { epoch, version })
    } catch {
      return { failure: 'unnoted' }
    }
    const answer = await attempt(delivery)
    if ('status' in answer && rules.isWebhookSuccess(answer.status))
      await broker.noteAcknowledged(clientId, { epoch, version }).catch(unnoted)
    return answer
  }
}

/** Webhooks of sockets. */
export interface SocketWebhooks {
  sink: SocketSink
  /** Leaves to another node what is owed. */
  forget(): void
  stop(): Promise<void>
}

/** What takes the webhooks of sockets, and the end of its connections; nobody where they are not offered. */
export function makeSocketSink(settings: Settings, parts: Parts): SocketWebhooks {
  const { rules, ports, timings, limits } = parts
  const urls = settings.socketTargets
  if (!urls || !settings.profiles.includes('sockets'))
    return { sink: nobody, forget: () => {}, stop: async () => {} }
  const configured = { urls, secrets: settings.webhookSecrets, userAgent: USER_AGENT }
  const attempts = makeHttpAttempt({
    clock: ports.clock,
    timeoutMs: timings.webhook_timeout_seconds * 1000,
    connections: limits.socket_concurrency,
    makeRequest: (delivery: SocketDelivery, nowMs) =>
      makeSocketRequest(rules, delivery, configured, nowMs),
  })
  const sink = makeSocketWebhooks({
    clock: ports.clock,
    random: ports.random,
    log: ports.log,
    metrics: ports.metrics,
    timings,
    limits,
    rules,
    attempt: noteHandshakes(parts.wraps.socketAttempt(attempts.attempt), ports.broker),
    mayAttempt: () => ports.broker.shared?.mayWrite() !== false,
  })
  return { sink: parts.wraps.socketSink(sink), forget: sink.forget, stop: attempts.stop }
}

/** Lets the broker know of every socket that the application hears of: from then on it is owed the end. */
function noteHandshakes(attempt: Attempt<SocketDelivery>, broker: Broker): Attempt<SocketDelivery> {
  return async (delivery) => {
    if (delivery.event !== 'handshake') return attempt(delivery)
    try {
      await broker.noteSocket(delivery.socket)
    } catch {
      return { failure: 'connection' }
    }
    return attempt(delivery)
  }
}
