/** The composition root: it alone knows how rules, ports and listeners are joined to one server. */
import type { AddressInfo } from 'node:net'
import { makeMemoryBroker } from './brokers/memory.ts'
import { systemClock, systemRandom } from './clock.ts'
import { makeHttpServer } from './inbound/http.ts'
import type { Service } from './inbound/service.ts'
import { makeUpgrades } from './inbound/upgrade.ts'
import { makeMetrics, type ScrapedMetrics } from './metrics.ts'
import { makeHeartbeat } from './outbound/heartbeat.ts'
import { makeWebhookAttempt } from './outbound/webhook-attempt.ts'
import { makeWebhookQueue } from './outbound/webhook-queue.ts'
import { makeWebhookRequestRules } from './outbound/webhook-request.ts'
import type { Fault, Parts } from './parts.ts'
import type { Clock, Log, Metrics, PresenceSink, Random } from './ports.ts'
import { makeChannels } from './rules/channels.ts'
import { drainChannels } from './rules/drain.ts'
import { makeRateGate } from './rules/rate-gate.ts'
import { makeRules } from './rules/rule-book.ts'
import type { Settings } from './settings.ts'
import { IMPLEMENTATION } from './version.ts'

/** Connections that may wait to be accepted; a shorter queue loses some of a sudden crowd without a word. */
const ACCEPT_BACKLOG = 4096

/** A server that runs. */
export interface RunningServer {
  /** Public base, without a trailing slash. */
  baseUrl: string
  /** Port that is listened on. */
  port: number
  isDraining(): boolean
  /** Sends clients away, delivers what is owed to the application, then stops. A second call waits for the first. */
  drain(): Promise<void>
  /** Ends everything at once. */
  stop(): Promise<void>
}

/** What may be replaced when a server is started for a test. */
export interface Surroundings {
  log: Log
  clock?: Clock
  random?: Random
  metrics?: ScrapedMetrics
}

/**
 * Starts a server and resolves when it listens. Rejects where the address cannot be listened on.
 * @param faults named defects that are applied before anything is joined
 */
export async function startServer(
  settings: Settings,
  surroundings: Surroundings,
  faults: readonly Fault[] = [],
): Promise<RunningServer> {
  const parts = makeParts(settings, surroundings)
  for (const fault of faults) fault.apply(parts)
  const { rules, ports, timings, limits, wraps } = parts
  const { clock, random } = ports

  const presence = makePresence(settings, parts)
  const sink = wraps.sink(presence.sink)
  const isRobust = settings.profiles.includes('robust')
  const channels = makeChannels({
    rules,
    ports,
    sink,
    timings,
    heartbeatSeconds: isRobust ? settings.timings.heartbeat_seconds : 0,
  })
  const heartbeat = isRobust ? makeHeartbeat({ clock, rules, timings, limits }) : undefined

  let baseUrl = settings.baseUrl ?? ''
  let draining: Promise<void> | undefined
  const service: Service = {
    rules,
    ports,
    limits,
    timings,
    facts: {
      implementation: IMPLEMENTATION,
      profiles: settings.profiles,
      limits: settings.limits,
      timings: settings.timings,
      origins: settings.origins,
      testTimings: settings.testTimings,
    },
    channels,
    takePost: makeRateGate(rules, clock, limits.messages_per_second),
    applicationKeys: settings.applicationKeys,
    signingKey: settings.signingKey ?? Buffer.from(random.bytes(32)).toString('hex'),
    cursorKey: Buffer.from(random.bytes(32)).toString('hex'),
    basePath: settings.baseUrl ? new URL(settings.baseUrl).pathname.replace(/\/$/, '') : '',
    baseUrl: () => baseUrl,
    isDraining: () => draining !== undefined,
  }
  const upgrades = makeUpgrades(service, { heartbeat, wrapWriter: wraps.writer })
  const http = makeHttpServer(service, upgrades.onUpgrade)
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen({ port: settings.port, host: settings.host, backlog: ACCEPT_BACKLOG }, resolve)
  })
  const { port } = http.address() as AddressInfo
  baseUrl ||= `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`
  if (settings.profiles.includes('presence-sync')) sink.started(parts.epochFloor)

  async function stop(): Promise<void> {
    sink.stop()
    heartbeat?.stop()
    channels.stop()
    upgrades.stop()
    const closed = new Promise<void>((resolve) => http.close(() => resolve()))
    http.closeAllConnections()
    await Promise.all([closed, upgrades.allClosed(), presence.stop(), ports.broker.stop()])
  }

  async function drain(): Promise<void> {
    ports.log.info({ connections: channels.open().size }, 'draining')
    await drainChannels({ rules, channels, timings, clock, random })
    await upgrades.allClosed()
    await sink.flush(timings.webhook_timeout_seconds * 1000)
    await stop()
    ports.log.info({}, 'stopped')
  }

  return {
    baseUrl,
    port,
    isDraining: service.isDraining,
    drain: () => {
      draining ??= drain()
      return draining
    },
    stop,
  }
}

function makeParts(settings: Settings, surroundings: Surroundings): Parts {
  const clock = surroundings.clock ?? systemClock
  const random = surroundings.random ?? systemRandom
  const metrics: Metrics = surroundings.metrics ?? makeMetrics(false)
  const rules = { ...makeRules(), ...makeWebhookRequestRules() }
  // The broker asks the rule book each time, so that a rule that a fault replaces later is the one it counts by.
  const counterRules = {
    decideEpoch: (nowMs: number, newest: number) => rules.decideEpoch(nowMs, newest),
    nextSeq: (seq: number) => rules.nextSeq(seq),
    nextVersion: (version: number, online: boolean) => rules.nextVersion(version, online),
  }
  const epochFloor = rules.decideEpoch(clock.nowMs(), 0)
  return {
    rules,
    ports: {
      clock,
      random,
      metrics,
      log: surroundings.log,
      broker: makeMemoryBroker(clock, counterRules, epochFloor),
    },
    timings: { ...settings.timings },
    limits: { ...settings.limits },
    wraps: {
      attempt: (attempt) => attempt,
      sink: (sink) => sink,
      writer: (writer) => writer,
    },
    epochFloor,
  }
}

function makePresence(
  settings: Settings,
  parts: Parts,
): { sink: PresenceSink; stop(): Promise<void> } {
  const { rules, ports, timings, limits } = parts
  const urls = settings.webhookTargets
  if (!settings.profiles.includes('presence') || !urls) {
    const nobody: PresenceSink = {
      report: () => {},
      started: () => {},
      flush: async () => {},
      stop: () => {},
    }
    return { sink: nobody, stop: async () => {} }
  }
  const attempts = makeWebhookAttempt({
    clock: ports.clock,
    rules,
    urls,
    secrets: settings.webhookSecrets,
    userAgent: `${IMPLEMENTATION.name}/${IMPLEMENTATION.version}`,
    timings,
    limits,
  })
  const sink = makeWebhookQueue({
    clock: ports.clock,
    random: ports.random,
    log: ports.log,
    metrics: ports.metrics,
    timings,
    limits,
    sender: rules,
    attempt: parts.wraps.attempt(attempts.attempt),
  })
  return { sink, stop: attempts.stop }
}
