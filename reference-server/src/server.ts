/** The composition root: it alone knows how rules, ports and listeners are joined to one server. */
import { hostname } from 'node:os'
import { openBroker } from './brokers/open.ts'
import { systemClock, systemRandom } from './clock.ts'
import { readGaeScript } from './gae-script.ts'
import { makeHandshakes } from './inbound/handshakes.ts'
import type { RequestTaker } from './inbound/http.ts'
import type { Service } from './inbound/service.ts'
import { type Listener, startListener } from './listener.ts'
import { makeMetrics, type ScrapedMetrics } from './metrics.ts'
import { makeNetworks } from './networks.ts'
import { makeHeartbeat } from './outbound/heartbeat.ts'
import { makeSocketRequestRules } from './outbound/socket-request.ts'
import { makeTurn, type Turn } from './outbound/turn.ts'
import { makeWebhookRequestRules } from './outbound/webhook-request.ts'
import { asIs, type Fault, type Parts } from './parts.ts'
import type { Clock, Log, Metrics, Random } from './ports.ts'
import { startBroadcasts } from './rules/broadcasts.ts'
import { makeChannels } from './rules/channels.ts'
import { drainChannels, drainSockets } from './rules/drain.ts'
import { makeKeptAnswers } from './rules/kept-answers.ts'
import { makeOpenings } from './rules/opening.ts'
import { makeRateGate } from './rules/rate-gate.ts'
import { makeRules } from './rules/rule-book.ts'
import { makeSocketHeartbeatRules } from './rules/socket-heartbeat.ts'
import { makeSocketReach } from './rules/socket-reach.ts'
import { makeSockets } from './rules/sockets.ts'
import { makeStreamHeartbeatRules } from './rules/sse-heartbeat.ts'
import type { Settings } from './settings.ts'
import { IMPLEMENTATION } from './version.ts'
import { makePresenceSink, makeSocketSink } from './webhook-sinks.ts'

/** A server that runs. */
export interface RunningServer {
  /** Public base, without a trailing slash. */
  baseUrl: string
  /** Port that is listened on. */
  port: number
  /** Bases of the further nodes. */
  nodes: readonly string[]
  isDraining(): boolean
  /** Whether it takes calls: it does not drain, and its broker can be reached and written. */
  isReady(): boolean
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
  /** At how many addresses the one service is asked, each as if it were a node of several; one unless given. */
  nodes?: number
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
  const turn = makeTurn()
  const parts = await makeParts(settings, surroundings, turn)
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
    epochFloor: () => ports.broker.shared?.epochFloor() ?? parts.epochFloor,
  })
  const socketReach = makeSocketReach(sockets, ports.broker.shared)
  const socketHeartbeat = isRobust
    ? makeHeartbeat({ clock, rules: makeSocketHeartbeatRules(rules), timings, limits })
    : undefined

  const { told } = await ports.broker.began()
  const owed = await ports.broker.owed()
  const owedSockets = await ports.broker.owedSockets()
  const { shared } = ports.broker
  if (shared)
    shared.listen({
      ...channels.heard,
      ...broadcasts.heard,
      ...presence.heard,
      ...socketReach.heard,
      expelled: () => {
        channels.abandon()
        presence.forget()
        sockets.abandon()
        socketSink.forget()
      },
    })
  const beginGraces = shared ? undefined : await channels.recover()
  const streamHeartbeat = isRobust
    ? makeHeartbeat({ clock, rules: makeStreamHeartbeatRules(rules), timings, limits })
    : undefined

  const takeBroadcast = makeRateGate(rules, clock, {
    perSecond: limits.broadcasts_per_second,
    what: 'broadcasts',
  })

  const keptAnswers = makeKeptAnswers({ rules, ports, timings, limits })

  let baseUrl = settings.baseUrl ?? ''
  let draining: Promise<void> | undefined
  const service: Service = {
    rules,
    ports,
    turn,
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
    socketReach,
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
  const listenerParts = {
    wraps,
    heartbeats: { connections: heartbeat, sockets: socketHeartbeat, streams: streamHeartbeat },
    elsewhere: surroundings.elsewhere,
  }
  const listen = async (own: Service, port: number): Promise<Listener> =>
    startListener(own, listenerParts, { host: settings.host, port })
  const first = await listen(service, settings.port)
  baseUrl ||= first.url
  // Before anything is awaited, and so before anybody is let in.
  const hasState = ['presence-sync' as const, 'sockets' as const].some((name) =>
    settings.profiles.includes(name),
  )
  if (hasState && !told) sink.started(parts.epochFloor)
  presence.heard.recall(owed)
  // A grace that is over at once is told of behind what was told before it.
  beginGraces?.()
  if (settings.profiles.includes('sockets')) sockets.recover(owedSockets)
  const others = await Promise.all(
    Array.from({ length: (surroundings.nodes ?? 1) - 1 }, async () => {
      let url = baseUrl
      const own = wraps.node({ ...service, baseUrl: () => settings.baseUrl ?? url })
      const listener = await listen(own, 0)
      url = listener.url
      return listener
    }),
  )
  const listeners = [first, ...others]

  async function stop(): Promise<void> {
    sink.stop()
    socketSink.sink.stop()
    heartbeat?.stop()
    socketHeartbeat?.stop()
    streamHeartbeat?.stop()
    channels.stop()
    await Promise.all([
      ...listeners.map((listener) => listener.stop()),
      presence.stop(),
      socketSink.stop(),
    ])
    await ports.broker.stop()
  }

  async function drain(): Promise<void> {
    ports.log.info({ connections: channels.open().size }, 'draining')
    await Promise.all([
      drainChannels({ rules, channels, timings, clock, random }),
      drainSockets({ rules, sockets, timings, clock, random }),
    ])
    await Promise.all(listeners.map((listener) => listener.allClosed()))
    const flushMs = timings.webhook_timeout_seconds * 1000
    await Promise.all([sink.flush(flushMs), socketSink.sink.flush(flushMs)])
    await stop()
    ports.log.info({}, 'stopped')
  }

  return {
    baseUrl,
    port: first.port,
    nodes: others.map(({ url }) => url + service.basePath),
    isDraining: service.isDraining,
    isReady: () => !service.isDraining() && ports.broker.isReady(),
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

async function makeParts(
  settings: Settings,
  surroundings: Surroundings,
  { gather }: Turn,
): Promise<Parts> {
  const clock = surroundings.clock ?? systemClock
  const random = surroundings.random ?? systemRandom
  const metrics: Metrics = surroundings.metrics ?? makeMetrics(false)
  const rules = { ...makeRules(), ...makeWebhookRequestRules(), ...makeSocketRequestRules() }
  const epochFloor = rules.decideEpoch(clock.nowMs(), 0)
  const timings = { ...settings.timings }
  const limits = { ...settings.limits }
  const broker = await openBroker(settings.broker, {
    clock,
    metrics,
    log: surroundings.log,
    // It asks the rule book each time, so that a rule that a fault replaces later is the one it counts by.
    rules,
    timings,
    limits,
    epochFloor,
    // No two that run listen on one port of one machine.
    nodeName: settings.port === 0 ? undefined : `${hostname()} ${settings.host} ${settings.port}`,
    holds: settings.profiles.includes('resume'),
    revokes: settings.profiles.includes('control'),
    gather,
  })
  return {
    rules,
    ports: {
      clock,
      random,
      metrics,
      log: surroundings.log,
      broker,
    },
    timings,
    limits,
    wraps: {
      attempt: (attempt) => attempt,
      sink: (sink) => sink,
      node: (service) => service,
      writer: asIs,
      socketAttempt: (attempt) => attempt,
      socketSink: (sink) => sink,
      socketWriter: asIs,
      socketReading: (reading) => reading,
    },
    epochFloor: (await broker.began()).epochFloor,
  }
}
