/** Channels: the one owner of connection state; it alone knows who is connected, who is away for a moment and who left. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { Receipt } from '@channel-protocol/schemas/types'
import type { Accepted, Act, Arrival, Awaitable, Counters, StreamCounters } from '../broker-port.ts'
import type { ConnectionWriter, Ports, PresenceSink, Timings } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import { type Channel, type Connection, makeChannel, makeConnection, send } from './channel.ts'
import type { Ending } from './connection.ts'
import { makeDisconnect } from './disconnect.ts'
import { makeGraces } from './grace.ts'
import { type Heard, makeHeard } from './heard.ts'
import type { Openings } from './opening.ts'
import type { PresenceFacts } from './presence.ts'
import { type Asked, NOTHING_ASKED } from './resume.ts'
import type { Rules } from './rule-book.ts'
import { makeSerial } from './serial.ts'
import type { TokenClaims } from './token.ts'

/** What the channels are built of. */
export interface ChannelParts {
  rules: Rules
  ports: Ports
  sink: PresenceSink
  timings: Timings
  openings: Openings
}

/** The operations on channels. */
export interface Channels {
  /**
   * Takes a connection in; its welcome follows as soon as the counters are known.
   * @param asked the streams that it wants continued; none unless given
   */
  admit(claims: TokenClaims, writer: ConnectionWriter, asked?: Asked): Connection
  /** Ends a connection, with a Close frame where the service ends it; later calls do nothing. */
  end(connection: Connection, ending: Ending): void
  /**
   * Closes the current connection, or ends the grace, and kills the tokens minted so far where `revokes`; answers how
   * many connections it closed. Rejects only where the broker fails.
   */
  disconnect(clientId: string, revokes: boolean): Promise<number>
  /**
   * Accepts a message and sends it on the current connection. Rejects only where the broker fails.
   * @param act the part of a post with a key that it is
   */
  post(clientId: string, data: string, act?: Act | undefined): Awaitable<Receipt>
  /** What is known of one client id. Rejects only where the broker fails. */
  read(clientId: string): Promise<PresenceFacts>
  /**
   * Finds every client id that was online when the last run ended, and answers what begins their graces, before
   * anybody is let in. Rejects only where the broker fails.
   */
  recover(): Promise<() => void>
  /** What a broker that nodes share makes known of client ids. */
  heard: Heard
  /** Ends every connection as one whose state is lost, and forgets who was here: the broker knows better. */
  abandon(): void
  /** Connections that were let in and did not end, in order; the set changes as they do. */
  open(): ReadonlySet<Connection>
  /** Ends every wait; nothing is reported afterwards. */
  stop(): void
}

/**
 * Channels without anybody connected.
 * @spec presence.version.alternates
 */
export function makeChannels(parts: ChannelParts): Channels {
  const { rules, ports, sink, timings, openings } = parts
  const { clock, broker, metrics, log } = ports
  const channels = new Map<string, Channel>()
  const open = new Set<Connection>()
  const arriving = new Map<string, Connection>()
  const serial = makeSerial()
  const disconnect = makeDisconnect({ rules, ports, channels, end, note })
  const graces = makeGraces({ rules, ports, timings, serial, channels, note, reportFailure })

  function admit(
    claims: TokenClaims,
    writer: ConnectionWriter,
    asked: Asked = NOTHING_ASKED,
  ): Connection {
    const id = rules.makeConnectionId(ports.random.bytes(12))
    const connection = makeConnection(id, claims, writer, clock)
    open.add(connection)
    serial(claims.clientId, () => welcome(connection, asked)).catch((cause: unknown) => {
      reportFailure(cause, connection.id)
      end(connection, { by: 'service', slug: 'internal-error' })
    })
    return connection
  }

  async function welcome(connection: Connection, wanted: Asked): Promise<void> {
    if (connection.ended) return
    const { clientId } = connection
    // What is there is not awaited: each of these is there at once where the state is in memory.
    const asked = broker.generation(clientId)
    const generation = asked instanceof Promise ? await asked : asked
    if (connection.ended) return
    const dead = rules.decideRevoked(connection.generation, generation)
    if (dead) return refuse(connection, dead)
    const arrival = { clientId, connectionId: connection.id, atMs: clock.wallMs() }
    arriving.set(connection.id, connection)
    try {
      const coming = broker.arrive(arrival)
      if (broker.shared) Promise.resolve(coming).catch(() => settle(arrival))
      const counters = coming instanceof Promise ? await coming : coming
      const { came } = counters
      const channel = take(connection)
      try {
        const opening = openings.open(connection, wanted, counters)
        const write = opening instanceof Promise ? await opening : opening
        if (connection.ended) return
        if (broker.shared?.mayWrite() === false) throw new Refusal('unavailable')
        join(connection, channel, counters.epoch, write)
        const { connectionId, atMs } = arrival
        if (came) note(clientId, counters, { online: true, connectionId, atMs })
      } finally {
        if (!connection.welcomed) await withdraw(channel, arrival, came ? counters : undefined)
      }
    } finally {
      arriving.delete(connection.id)
    }
  }

  /** Lets a connection that has arrived hold what is sent from now on; an older one is sent nothing more. */
  function take(connection: Connection): Channel {
    const { clientId } = connection
    const channel = channels.get(clientId) ?? openChannel(clientId)
    if (channel.incoming === connection) return channel
    channel.incoming = connection
    if (channel.current) channel.current.replaced = true
    openings.hold(connection)
    return channel
  }

  /** Gives an older connection back what a newer one held that was never welcomed. */
  function restore(channel: Channel): void {
    const { current, incoming } = channel
    channel.incoming = undefined
    if (!current) return
    current.replaced = false
    for (const { frame, envelope } of incoming?.held ?? []) send(current, frame, envelope)
  }

  /** Undoes an arrival that nobody was welcomed by, and so nobody hears of; the next version is larger still. */
  async function withdraw(
    channel: Channel,
    arrival: Arrival,
    coming: Counters | undefined,
  ): Promise<void> {
    const { clientId, connectionId, atMs } = arrival
    const older = channel.current
    if (older) await broker.arrive({ ...arrival, connectionId: older.id })
    else await broker.leave(clientId, connectionId, 'lost')
    restore(channel)
    // Whatever grace ran is another node's, or over: the store takes this for the last connection.
    if (!older && !coming && broker.shared)
      graces.holdBack(channel, connectionId, rules.decideEnding({ by: 'loss' }))
    if (!coming) return
    channels.delete(clientId)
    const gone = await broker.depart({ ...arrival, reason: 'lost' })
    // Another node's connection has come to where this one came.
    if (!gone) note(clientId, coming, { online: true, connectionId, atMs })
  }

  /** Finds out what became of an arrival that was not answered, and undoes it. */
  function settle(arrival: Arrival): void {
    const { clientId, connectionId } = arrival
    const known = channels.get(clientId)
    const channel = known ?? openChannel(clientId)
    graces.inTurn(channel, connectionId, async () => {
      const seen = await broker.read(clientId)
      if (seen.connectionId === connectionId) return withdraw(channel, arrival, undefined)
      if (channel.incoming?.id === connectionId) restore(channel)
      if (!known && !channel.current && !channel.incoming) channels.delete(clientId)
    })
  }

  function join(
    connection: Connection,
    channel: Channel,
    epoch: number,
    writeOpening: () => void,
  ): void {
    const older = channel.current
    channel.cancelGrace()
    channel.incoming = undefined
    channel.current = connection
    connection.welcomed = true
    connection.epoch = epoch
    writeOpening()
    connection.cancelExpiry = clock.after(
      rules.decideExpiryDelay(connection.expiresAtMs, clock.nowMs()),
      () => end(connection, { by: 'service', slug: 'token-expired' }),
    )
    metrics.count('connections_welcomed')
    if (older) supersede(channel, older)
  }

  /** Ends a connection that was never welcomed, and so never was one for presence. */
  function refuse(connection: Connection, slug: CloseSlug): void {
    connection.ended = true
    open.delete(connection)
    metrics.count('connections_refused', slug)
    connection.writer.close(slug)
  }

  function openChannel(clientId: string): Channel {
    const channel = makeChannel(clientId)
    channels.set(clientId, channel)
    return channel
  }

  function supersede(channel: Channel, older: Connection): void {
    channel.superseded.push(older)
    older.replaced = true
    const slug = rules.decideTakeover()
    if (slug) end(older, { by: 'service', slug })
  }

  function note(
    clientId: string,
    { epoch, version }: Counters,
    change: { online: boolean; connectionId: string; reason?: string; atMs: number },
  ): void {
    sink.report({ clientId, epoch, version, ...change })
  }

  function end(connection: Connection, ending: Ending): void {
    if (connection.ended) return
    connection.ended = true
    connection.cancelExpiry()
    open.delete(connection)
    if (ending.by === 'service') connection.writer.close(ending.slug)
    metrics.count('connections_ended', ending.by === 'service' ? ending.slug : ending.by)
    const channel = channels.get(connection.clientId)
    if (!channel) return
    channel.superseded = channel.superseded.filter((other) => other !== connection)
    const current = channel.current === connection
    if (current) channel.current = undefined
    if (rules.decideDeparture({ welcomed: connection.welcomed, current }) === 'nothing') return
    graces.depart(channel, connection.id, rules.decideEnding(ending))
  }

  /** A broker out of reach is no defect: what asked for it is refused or done later. */
  function reportFailure(cause: unknown, connectionId: string): void {
    if (cause instanceof Refusal) {
      log.warn({ err: cause, connection_id: connectionId }, 'the broker cannot be reached')
      return
    }
    metrics.count('defects')
    log.error({ err: cause, connection_id: connectionId }, 'a connection met a defect')
  }

  function post(clientId: string, data: string, act?: Act | undefined): Awaitable<Receipt> {
    return serial.together(
      clientId,
      () => broker.accept(clientId, data, act),
      (accepted) => finish(clientId, data, accepted),
    )
  }

  function finish(clientId: string, data: string, accepted: Accepted<Counters>): Receipt {
    const { stored, again, carried } = accepted
    const id = rules.makeMessageId(accepted)
    // What an earlier run accepted is replayed to whoever was welcomed since.
    const sent = again ? 0 : carried
    const connections = sent ?? deliver(channels.get(clientId), accepted, data, id)
    metrics.count('messages_accepted')
    const receipt = rules.makeReceipt(id, accepted, connections)
    return Object.assign(receipt, rules.makeStored(stored, 'messages'))
  }

  /** Sends an accepted message on the current connection, and answers on how many it went out. */
  function deliver(
    channel: Channel | undefined,
    counters: StreamCounters,
    data: string,
    id = rules.makeMessageId(counters),
  ): number {
    const current = channel?.current
    const lost = current && rules.decideEpochChange(current.epoch, counters.epoch)
    if (current && lost) end(current, { by: 'service', slug: lost })
    const envelope = rules.makeMessage(id, counters.seq, data)
    const frame = rules.encodeEnvelope(envelope)
    const nowMs = clock.nowMs()
    let connections = 0
    const newest = channel?.incoming ?? channel?.current
    for (const receiver of rules.selectReceivers(newest, channel?.superseded ?? [])) {
      const mayHave = rules.decideDelivery(receiver.expiresAtMs, nowMs)
      if (!mayHave || !receiver.writer.isOpen()) continue
      for (const piece of rules.makeDelivery(frame, counters.seq)) send(receiver, piece, envelope)
      connections += 1
    }
    return connections
  }

  async function read(clientId: string): Promise<PresenceFacts> {
    return { clientId, ...(await broker.read(clientId)) }
  }

  function abandon(): void {
    graces.cancelAll()
    channels.clear()
    for (const connection of open) end(connection, { by: 'service', slug: 'state-lost' })
  }

  metrics.gauge('connections_open', () => open.size)
  metrics.gauge('channels_online', () => channels.size)

  return {
    admit,
    end,
    disconnect: (clientId, revokes) => serial(clientId, () => disconnect(clientId, revokes)),
    post,
    read: (clientId) => serial(clientId, () => read(clientId)),
    recover: () => graces.recover(openChannel),
    heard: makeHeard({
      rules,
      channels,
      arriving,
      ...{ take, restore, deliver, end, supersede, openChannel, holdBack: graces.holdBack },
    }),
    abandon,
    open: () => open,
    stop: () => {
      graces.stop()
      for (const connection of open) connection.cancelExpiry()
    },
  }
}
