/** Broker in Redis or Valkey, for one node or many; it alone knows how its parts are joined, and in which order a node begins. */

import type { Broker, NodeEvents, PresenceState } from '../broker-port.ts'
import { systemClock } from '../clock.ts'
import type { Cancel } from '../ports.ts'
import { BrokerError } from './broker-error.ts'
import type { BrokerParts } from './parts.ts'
import { makeAnswers } from './redis/answers.ts'
import { makeCasting } from './redis/casting.ts'
import { makeHearing } from './redis/hearing.ts'
import { explainFailure, forgetGeneration, inspect } from './redis/housekeeping.ts'
import { type Life, makeLife } from './redis/life.ts'
import { type Link, makeLink } from './redis/link.ts'
import { nameSecrets } from './redis/names.ts'
import { BEGAN, TOLD } from './redis/nodes.ts'
import { makePosting } from './redis/posting.ts'
import { makeRelay } from './redis/relay.ts'
import { SCRIPTS } from './redis/scripts.ts'
import { makeSenders } from './redis/senders.ts'
import { makeSocketNotes } from './redis/sockets.ts'
import { makeStandings } from './redis/standing.ts'
import { makeSteps } from './redis/steps.ts'
import { makeStreams } from './redis/stream.ts'

/** Seconds for which a node that is not heard of keeps its place. */
const LEASE_SECONDS = 10

const SWEEP_MS = 5000

const nobody: NodeEvents = {
  arrived: () => {},
  message: () => {},
  replaced: () => {},
  disconnect: () => {},
  gap: () => {},
  broadcast: () => {},
  broadcastsFrom: () => {},
  orphaned: () => {},
  recall: () => {},
  report: () => {},
  sendToSockets: () => [],
  broadcastToSockets: () => 0,
  orphanedSockets: () => {},
  expelled: () => {},
  began: () => {},
}

/**
 * Opens the broker of a `redis:` or `rediss:` URL, whose path names the database. All nodes with the same one are one
 * service. Rejects with a BrokerError where it cannot be reached at the start; later it comes back by itself.
 * @param leaseSeconds how long a node that is not heard of keeps its place
 */
export async function openRedisBroker(
  url: string,
  parts: BrokerParts,
  leaseSeconds = LEASE_SECONDS,
): Promise<Broker> {
  const { clock, log, timings } = parts
  const database = Number(new URL(url).pathname.slice(1) || 0)
  const secrets = new Map<string, string>()
  let events = nobody
  let cancelSweep: Cancel = () => {}
  let bytesHeld = 0
  /** What is done when the store can be used. */
  const put: (() => void)[] = []
  parts.metrics.gauge('resume_bytes_held', () => bytesHeld)
  const current = (): NodeEvents => events

  const link: Link = makeLink({
    url,
    log,
    scripts: SCRIPTS,
    listener: (message, channel) => {
      const { broadcastChannel, nodeChannel } = steps.names()
      if (channel === broadcastChannel) casting.hear(message)
      else if (channel !== nodeChannel(steps.standing().node)) hearing.hear(message, channel)
      else if (message.startsWith('[')) hearing.hearMessages(message)
      else if (message.startsWith('{')) events.report(JSON.parse(message))
      else relay.hear(message)
    },
    onConnected: async () => {
      await inspect(link, log)
      await life.connected()
    },
    onUp: () => {
      for (const work of put.splice(0)) work()
    },
    onDown: () => life.disconnected(),
  })
  const steps = makeSteps({
    link,
    clock,
    database,
    isOpen: () => life.isIn() && link.isUp(),
    onFenced: (how) => life.fenced(how),
  })
  const streams = makeStreams(steps, parts)
  const senders = makeSenders(steps)
  const hasLease = (): boolean => life.hasLease()
  const hearing = makeHearing({
    link,
    hasLease,
    channelOf: (clientId) => steps.names().clientChannel(clientId),
    readMissed: streams.readMissed,
    events: current,
    gather: parts.gather,
  })
  const relay = makeRelay({ link, steps, hasLease, events: current })
  const casting = makeCasting({
    hasLease,
    readMissed: streams.replayBroadcasts,
    onGap: () => beginBroadcasts().catch(() => {}),
    events: current,
  })

  async function beginBroadcasts(): Promise<void> {
    const counters = await streams.openBroadcasts()
    casting.begin(counters)
    events.broadcastsFrom(counters)
  }

  async function listenToAll(): Promise<void> {
    const { broadcastChannel, nodeChannel } = steps.names()
    const own = nodeChannel(steps.standing().node)
    await Promise.all([link.subscribe(broadcastChannel), link.subscribe(own)])
  }

  /** Brings what was missed, or begins. */
  function goOn(): void {
    hearing.catchUp()
    if (casting.isBegun()) void casting.catchUp()
    else if (events !== nobody) beginBroadcasts().catch(() => {})
  }

  /** Brings what was handed to this node while it heard nothing; what it knows already is not newer. */
  function hearOwed(): void {
    const report = (states: readonly PresenceState[]): void => {
      for (const state of states) events.report(state)
    }
    senders.listOwed().then(report, () => {})
  }

  function whenUp(work: () => void): void {
    if (link.isUp()) work()
    else put.push(work)
  }

  const life: Life = makeLife({
    link,
    log,
    steps,
    database,
    leaseMs: leaseSeconds * 1000,
    name: parts.nodeName ?? '',
    epochFloor: parts.epochFloor,
    events: current,
    isListenedTo: () => events !== nobody,
    route: (state) => {
      const report = (isOurs: boolean): void => {
        if (isOurs) events.report(state)
      }
      // What is not routed now is owed by this node, and found where that ends.
      senders.route(state).then(report, () => {})
    },
    onLost: () => {
      hearing.clear()
      casting.clear()
      events.expelled()
    },
    onEntered: async (over) => {
      // First of all: whoever arrives under the new place is sent to by what it listens to.
      const listening = listenToAll()
      // A store that lost everything gets back what tokens and cursors are signed with.
      await Promise.all([
        listening,
        ...[...secrets].map(([name, secret]) => keepSecret(name, secret)),
      ])
      whenUp(goOn)
      if (over === undefined) return
      whenUp(() => {
        events.began(steps.standing().floor)
        forgetGeneration(link, database, over).catch(() => {})
      })
    },
    onReturned: async () => {
      await Promise.all([listenToAll(), hearing.resume()])
      whenUp(goOn)
      whenUp(hearOwed)
    },
    onRegained: () => whenUp(goOn),
  })

  async function keepSecret(name: string, fresh: string): Promise<string> {
    const key = nameSecrets(database)
    await link.send(['HSETNX', key, name, fresh])
    const kept = await link.send<string>(['HGET', key, name])
    secrets.set(name, kept)
    return kept
  }

  function sweep(): void {
    cancelSweep = systemClock.after(SWEEP_MS, () => {
      streams
        .sweep()
        .then((bytes) => {
          bytesHeld = bytes
        })
        .catch(() => {})
        .finally(sweep)
    })
  }

  const failure = await link.start()
  if (!life.isIn()) {
    link.stop()
    throw new BrokerError(explainFailure(url, failure))
  }
  sweep()
  const { disconnect, ...standings } = makeStandings(steps, hearing, parts)
  const { open, replay, replayBroadcasts } = streams

  return {
    open,
    replay,
    ...makePosting(steps, parts),
    openBroadcasts: async () => {
      const counters = await streams.openBroadcasts()
      casting.begin(counters)
      return counters
    },
    replayBroadcasts,
    ...standings,
    noteAttempted: senders.noteAttempted,
    noteAcknowledged: senders.noteAcknowledged,
    ...makeAnswers(steps, () => timings.idempotency_window_seconds * 1000),
    keepSecret,
    shared: {
      listen: (those) => {
        events = those
        life.look()
      },
      mayWrite: hasLease,
      disconnect,
      route: senders.route,
      epochFloor: () => steps.standing().floor,
      sendToSockets: relay.sendToSockets,
      broadcastToSockets: relay.broadcastToSockets,
    },
    isReady: () => link.isUp() && life.isIn() && life.hasLease(),
    began: async () => ({
      epochFloor: steps.standing().floor,
      told: (await steps.loose<number>(BEGAN, [])) === 1,
    }),
    noteStarted: async () => {
      await steps.loose(TOLD, [])
    },
    ...makeSocketNotes(steps),
    // What another node owes is taken over when that is known to be dead.
    owed: async () => [],
    owedSockets: async () => [],
    stop: async () => {
      events = nobody
      cancelSweep()
      await life.quit()
      link.stop()
    },
  }
}
