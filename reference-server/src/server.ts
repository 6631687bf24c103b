/** The composition root: it alone knows how rules, ports and listeners are joined to one server. */
import type { AddressInfo } from 'node:net'
import { type BrokerRules, makeMemoryBroker } from './brokers/memory.ts'
import { makeWindow } from './brokers/window.ts'
import { systemClock, systemRandom } from './clock.ts'
import { readGaeScript } from './gae-script.ts'
import { makeConnectUpgrade } from './inbound/connect-upgrade.ts'
import { makeEventStreams } from './inbound/event-stream.ts'
import { makeHandshakes } from './inbound/handshakes.ts'
import { makeHttpServer, type RequestTaker } from './inbound/http.ts'
import type { Service } from './inbound/service.ts'
import { makeSocketUpgrade } from './inbound/socket-upgrade.ts'
import { makeUpgrades } from './inbound/upgrade.ts'
import { makeMetrics, type ScrapedMetrics } from './metrics.ts'
import { makeNetworks } from './networks.ts'
import { makeHeartbeat } from './outbound/heartbeat.ts'
import { makeSocketRequestRules } from './outbound/socket-request.ts'
import { makeWebhookRequestRules } from './outbound/webhook-request.ts'
import type { Fault, Parts } from './parts.ts'
import type { Clock, Log, Metrics, Random } from './ports.ts'
import { startBroadcasts } from './rules/broadcasts.ts'
import { makeChannels } from './rules/channels.ts'
import { drainChannels, drainSockets } from './rules/drain.ts'
import { makeKeptAnswers } from './rules/kept-answers.ts'
import { makeOpenings } from './rules/opening.ts'
import { makeRateGate } from './rules/rate-gate.ts'
import { makeRules } from './rules/rule-book.ts'
import { makeSocketHeartbeatRules } from './rules/socket-heartbeat.ts'
import { makeSockets } from './rules/sockets.ts'
import { makeStreamHeartbeatRules } from './rules/sse-heartbeat.ts'
import type { Settings } from './settings.ts'
import { IMPLEMENTATION } from './version.ts'
import { makePresenceSink, makeSocketSink } from './webhook-sinks.ts'

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
  /** Answers requests on the same origin that are not the service's own, for whoever serves pages beside it. */
  elsewhere?: RequestTaker
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

  const presence = makePresenceSink(settings, parts)
  const socketSink = makeSocketSink(settings, parts)
  const sink = wraps.sink(presence.sink)
  const isRobust = settings.profiles.includes('robust')
  const broadcasts = await startBroadcasts({ rules, ports, channels: () => channels })
  const channels = makeChannels({
    rules,
    ports,
    sink,
    timings,
    openings: makeOpenings({
      rules,
      ports,
      heartbeatSeconds: isRobust ? settings.timings.heartbeat_seconds : 0,
      broadcasts: settings.profiles.includes('broadcast') ? broadcasts : undefined,
      resumes: settings.profiles.includes('resume'),
    }),
  })
  const heartbeat = isRobust ? makeHeartbeat({ clock, rules, timings, limits }) : undefined
  const sockets = makeSockets({
    rules,
    ports,
    sink: socketSink.sink,
    limits,
    epochFloor: parts.epochFloor,
  })
  const socketHeartbeat = isRobust
    ? makeHeartbeat({ clock, rules: makeSocketHeartbeatRules(rules), timings, limits })
    : undefined

  await channels.recover()
  const streamHeartbeat = isRobust
    ? makeHeartbeat({ clock, rules: makeStreamHeartbeatRules(rules), timings, limits })
    : undefined

  const takeBroadcast = makeRateGate(rules, clock, {
    perSecond: limits.broadcasts_per_second,
    what: 'broadcasts',
  })

  const keptAnswers = makeKeptAnswers({ rules, clock, metrics: ports.metrics, timings, limits })

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
    broadcasts,
    sockets,
    keptAnswers,
    takePost: makeRateGate(rules, clock, {
      perSecond: limits.messages_per_second,
      what: 'messages',
    }),
    takeBroadcast: () => takeBroadcast('all'),
    takeCall: makeRateGate(rules, clock, { perSecond: limits.calls_per_second, what: 'calls' }),
    takeHandshake: makeHandshakes({
      rules,
      ports,
      limits,
      proxies: {
        isTrusted: makeNetworks(settings.trustedProxies),
        header: settings.forwardedHeader,
      },
    }),
    applicationKeys: settings.applicationKeys,
    signingKey:
      settings.signingKey ?? (await ports.broker.keepSecret('signing-key', makeSecret(random))),
    gaeScript: settings.profiles.includes('gae') ? await readGaeScript() : '',
    cursorKey: await ports.broker.keepSecret('cursor-key', makeSecret(random)),
    basePath: settings.baseUrl ? new URL(settings.baseUrl).pathname.replace(/\/$/, '') : '',
    baseUrl: () => baseUrl,
    isDraining: () => draining !== undefined,
  }
  const socketKind = makeSocketUpgrade(service, {
    heartbeat: socketHeartbeat,
    wrapWriter: wraps.socketWriter,
    wrapReading: wraps.socketReading,
  })
  const upgrades = makeUpgrades(service, [
    makeConnectUpgrade(service, { heartbeat, wrapWriter: wraps.writer }),
    ...(settings.profiles.includes('sockets') ? [socketKind] : []),
  ])
  const streams = settings.profiles.includes('sse')
    ? makeEventStreams(service, { heartbeat: streamHeartbeat, wrapWriter: wraps.writer })
    : undefined
  const { elsewhere } = surroundings
  const http = makeHttpServer(service, upgrades, [
    ...(streams ? [streams] : []),
    ...(elsewhere ? [elsewhere] : []),
  ])
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen({ port: settings.port, host: settings.host, backlog: ACCEPT_BACKLOG }, resolve)
  })
  const { port } = http.address() as AddressInfo
  baseUrl ||= `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`
  if (
    !ports.broker.remembers &&
    ['presence-sync' as const, 'sockets' as const].some((name) => settings.profiles.includes(name))
  )
    sink.started(parts.epochFloor)
  presence.recall(await ports.broker.owed())

  async function stop(): Promise<void> {
    sink.stop()
    socketSink.sink.stop()
    heartbeat?.stop()
    socketHeartbeat?.stop()
    streamHeartbeat?.stop()
    channels.stop()
    keptAnswers.stop()
    upgrades.stop()
    const closed = new Promise<void>((resolve) => http.close(() => resolve()))
    http.closeAllConnections()
    await Promise.all([
      closed,
      upgrades.allClosed(),
      streams?.allClosed(),
      presence.stop(),
      socketSink.stop(),
      ports.broker.stop(),
    ])
  }

  async function drain(): Promise<void> {
    ports.log.info({ connections: channels.open().size }, 'draining')
    await Promise.all([
      drainChannels({ rules, channels, timings, clock, random }),
      drainSockets({ rules, sockets, timings, clock, random }),
    ])
    await Promise.all([upgrades.allClosed(), streams?.allClosed()])
    const flushMs = timings.webhook_timeout_seconds * 1000
    await Promise.all([sink.flush(flushMs), socketSink.sink.flush(flushMs)])
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

function makeSecret(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('hex')
}

function makeParts(settings: Settings, surroundings: Surroundings): Parts {
  const clock = surroundings.clock ?? systemClock
  const random = surroundings.random ?? systemRandom
  const metrics: Metrics = surroundings.metrics ?? makeMetrics(false)
  const rules = { ...makeRules(), ...makeWebhookRequestRules(), ...makeSocketRequestRules() }
  // The broker asks the rule book each time, so that a rule that a fault replaces later is the one it counts by.
  const brokerRules: BrokerRules = {
    decideEpoch: (nowMs, newest) => rules.decideEpoch(nowMs, newest),
    nextSeq: (seq) => rules.nextSeq(seq),
    nextBroadcastSeq: (seq) => rules.nextBroadcastSeq(seq),
    nextVersion: (version, online) => rules.nextVersion(version, online),
    decideSameEpoch: (asked, current) => rules.decideSameEpoch(asked, current),
    decideArrival: (facts) => rules.decideArrival(facts),
    decideDeparture: (facts) => rules.decideDeparture(facts),
  }
  const epochFloor = rules.decideEpoch(clock.nowMs(), 0)
  const timings = { ...settings.timings }
  const limits = { ...settings.limits }
  const window = settings.profiles.includes('resume')
    ? makeWindow({ rules, clock, metrics, timings, limits })
    : undefined
  // The generations of earlier runs are lost, so what was minted in one of them dies, unless nobody can revoke.
  const generationFloor = settings.profiles.includes('control') ? epochFloor : 0
  return {
    rules,
    ports: {
      clock,
      random,
      metrics,
      log: surroundings.log,
      broker: makeMemoryBroker(clock, brokerRules, epochFloor, window, generationFloor),
    },
    timings,
    limits,
    wraps: {
      attempt: (attempt) => attempt,
      sink: (sink) => sink,
      writer: (writer) => writer,
      socketAttempt: (attempt) => attempt,
      socketSink: (sink) => sink,
      socketWriter: (writer) => writer,
      socketReading: (reading) => reading,
    },
    epochFloor,
  }
}
