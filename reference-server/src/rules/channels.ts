/** Channels: the one owner of connection state; it alone knows who is connected, who is away for a moment and who left. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { Receipt } from '@channel-protocol/schemas/types'
import type {
  Act,
  Arrival,
  ConnectionWriter,
  Counters,
  Ports,
  PresenceSink,
  Timings,
} from '../ports.ts'
import { Refusal } from '../refusal.ts'
import { type Channel, type Connection, makeChannel, makeConnection } from './channel.ts'
import type { Departure, Ending } from './connection.ts'
import type { Openings } from './opening.ts'
import type { PresenceFacts } from './presence.ts'
import { type Asked, NOTHING_ASKED } from './resume.ts'
import type { Rules } from './rule-book.ts'
import { makeSerial } from './serial.ts'
import type { TokenClaims } from './token.ts'

/** Wait before presence is told again to a broker that did not take it. */
const RETRY_MS = 1000

const RECOVERED_AT_ONCE = 1000

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
  post(clientId: string, data: string, act?: Act | undefined): Promise<Receipt>
  /** What is known of one client id. Rejects only where the broker fails. */
  read(clientId: string): Promise<PresenceFacts>
  /** Begins the grace of every client id that was online when the last run ended. Rejects only where the broker fails. */
  recover(): Promise<void>
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
  const serial = makeSerial()
  let stopped = false

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

  async function welcome(connection: Connection, asked: Asked): Promise<void> {
    if (connection.ended) return
    const { clientId } = connection
    const generation = await broker.generation(clientId)
    if (connection.ended) return
    const dead = rules.decideRevoked(connection.generation, generation)
    if (dead) return refuse(connection, dead)
    const known = channels.get(clientId)
    const arrival = { clientId, connectionId: connection.id, atMs: clock.wallMs() }
    const { came, ...counters } = await broker.arrive(arrival)
    try {
      await openings.open(connection, asked, counters, (write) => {
        if (connection.ended) return
        join(connection, known ?? openChannel(clientId), counters.epoch, write)
        const { connectionId, atMs } = arrival
        if (came) note(clientId, counters, { online: true, connectionId, atMs })
      })
    } finally {
      if (!connection.welcomed) await withdraw(arrival, came, known?.current)
    }
  }

  /** Undoes an arrival that nobody was welcomed by, and so nobody hears of; the next version is larger still. */
  async function withdraw(arrival: Arrival, came: boolean, older?: Connection): Promise<void> {
    if (older) await broker.arrive({ ...arrival, connectionId: older.id })
    else await broker.leave(arrival.clientId, arrival.connectionId, 'lost')
    if (came) await broker.depart({ ...arrival, reason: 'lost' })
  }

  function join(
    connection: Connection,
    channel: Channel,
    epoch: number,
    writeOpening: () => void,
  ): void {
    const older = channel.current
    channel.cancelGrace()
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
    depart(channel, connection.id, rules.decideEnding(ending))
  }

  function depart(channel: Channel, connectionId: string, departure: Departure): void {
    const { clientId } = channel
    const { reason } = departure
    inTurn(channel, connectionId, () => broker.leave(clientId, connectionId, reason))
    holdBack(channel, connectionId, departure)
  }

  /** Reports a departure when its grace is over. */
  function holdBack(channel: Channel, connectionId: string, departure: Departure): void {
    channel.cancelGrace()
    const leave = (told: Departure): void =>
      inTurn(channel, connectionId, () => report(channel, connectionId, told))
    const graceMs = rules.decideGraceMs(departure.grace, timings.presence_grace_seconds)
    if (graceMs === 0) {
      leave(departure)
      return
    }
    const cancel = clock.after(graceMs, () => leave(departure))
    channel.cancelGrace = () => {
      cancel()
      channel.endGrace = () => {}
    }
    channel.endGrace = () => {
      const told = rules.decideGraceEnd(departure)
      if (!told) return
      cancel()
      leave(told)
    }
  }

  /** Does what presence owes, when it is the client id's turn, and again until the broker has taken it. */
  function inTurn(channel: Channel, connectionId: string, work: () => Promise<void>): void {
    serial(channel.clientId, work).catch((cause: unknown) => {
      reportFailure(cause, connectionId)
      if (stopped || !(cause instanceof Refusal)) return
      channel.cancelRetry = clock.after(RETRY_MS, () => inTurn(channel, connectionId, work))
    })
  }

  async function recover(): Promise<void> {
    const known = new Set(channels.keys())
    let place = 0
    for (;;) {
      const page = await broker.list(place, RECOVERED_AT_ONCE)
      for (const { clientId, connectionId = '', arrival, leftFor } of page) {
        place = arrival
        if (known.has(clientId)) continue
        const departure = rules.decideNodeEnd(leftFor)
        if (connectionId) await broker.leave(clientId, connectionId, departure.reason)
        holdBack(openChannel(clientId), connectionId, departure)
      }
      if (page.length < RECOVERED_AT_ONCE) return
    }
  }

  async function disconnect(clientId: string, revokes: boolean): Promise<number> {
    if (revokes) await broker.revoke(clientId)
    const channel = channels.get(clientId)
    channel?.endGrace()
    const current = channel?.current
    if (!current?.writer.isOpen()) return 0
    const slug = rules.decideDisconnect(revokes)
    if (slug) end(current, { by: 'service', slug })
    return 1
  }

  async function report(
    channel: Channel,
    connectionId: string,
    departure: Departure,
  ): Promise<void> {
    const { clientId, current } = channel
    if (channels.get(clientId) !== channel) return
    // Asked again: a newer connection may have been welcomed while this departure waited for its turn.
    const isLast = current === undefined
    if (rules.decideDeparture({ welcomed: true, current: isLast }) === 'nothing') return
    const { reason } = departure
    const atMs = clock.wallMs()
    const counters = await broker.depart({ clientId, connectionId, reason, atMs })
    if (isLast) channels.delete(clientId)
    if (counters) note(clientId, counters, { online: false, connectionId, reason, atMs })
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

  async function post(clientId: string, data: string, act?: Act | undefined): Promise<Receipt> {
    const { stored, again, ...counters } = await broker.accept(clientId, data, act)
    const channel = channels.get(clientId)
    const current = channel?.current
    const lost = current && rules.decideEpochChange(current.epoch, counters.epoch)
    if (current && lost) end(current, { by: 'service', slug: lost })
    const id = rules.makeMessageId(counters)
    const envelope = rules.makeMessage(id, counters.seq, data)
    const frame = rules.encodeEnvelope(envelope)
    const nowMs = clock.nowMs()
    let connections = 0
    // What an earlier run accepted is replayed to whoever was welcomed since.
    const receivers = again
      ? []
      : rules.selectReceivers(channel?.current, channel?.superseded ?? [])
    for (const receiver of receivers) {
      const mayHave = rules.decideDelivery(receiver.expiresAtMs, nowMs)
      if (!mayHave || !receiver.writer.isOpen()) continue
      for (const piece of rules.makeDelivery(frame, counters.seq))
        receiver.writer.write(piece, envelope)
      connections += 1
    }
    metrics.count('messages_accepted')
    return {
      ...rules.makeReceipt(id, counters, connections),
      ...rules.makeStored(stored, 'messages'),
    }
  }

  async function read(clientId: string): Promise<PresenceFacts> {
    return { clientId, ...(await broker.read(clientId)) }
  }

  metrics.gauge('connections_open', () => open.size)
  metrics.gauge('channels_online', () => channels.size)

  return {
    admit,
    end,
    disconnect: (clientId, revokes) => serial(clientId, () => disconnect(clientId, revokes)),
    post: (clientId, data, act) => serial(clientId, () => post(clientId, data, act)),
    read: (clientId) => serial(clientId, () => read(clientId)),
    recover,
    open: () => open,
    stop: () => {
      stopped = true
      for (const channel of channels.values()) {
        channel.cancelGrace()
        channel.cancelRetry()
      }
      for (const connection of open) connection.cancelExpiry()
    },
  }
}
