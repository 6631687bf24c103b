/** Channels: the one owner of connection state; it alone knows who is connected, who is away for a moment and who left. */
import type { Receipt } from '@channel-protocol/schemas/types'
import type {
  Cancel,
  ConnectionWriter,
  Counters,
  Ports,
  PresenceSink,
  StreamCounters,
  Timings,
} from '../ports.ts'
import type { Departure, Ending } from './connection.ts'
import type { PresenceFacts } from './presence.ts'
import type { Rules } from './rule-book.ts'
import { makeSerial } from './serial.ts'
import type { TokenClaims } from './token.ts'

/** One connection that was let in. */
export interface Connection {
  readonly id: string
  readonly clientId: string
  readonly expiresAtMs: number
  readonly writer: ConnectionWriter
  /** 0 until it is welcomed. */
  epoch: number
  /** As `epoch`, of broadcasts. */
  broadcastEpoch: number
  welcomed: boolean
  /** Whether a newer connection of its client id was welcomed. */
  replaced: boolean
  ended: boolean
  cancelExpiry: Cancel
}

/** A client id that is online: with a current connection, or without one within the grace. */
interface Channel {
  readonly clientId: string
  /** Place in the list of online clients; it grows from one coming to the next. */
  arrival: number
  current: Connection | undefined
  superseded: Connection[]
  sinceMs: number
  epoch: number
  version: number
  cancelGrace: Cancel
}

/** What the channels are built of. */
export interface ChannelParts {
  rules: Rules
  ports: Ports
  sink: PresenceSink
  timings: Timings
  /** What the welcome promises; 0 without heartbeat. */
  heartbeatSeconds: number
  /** Counters of the newest broadcast; nothing where broadcasts are not offered. */
  newestBroadcast(): StreamCounters | undefined
}

/** The operations on channels. */
export interface Channels {
  /** Takes a connection in; its welcome follows as soon as the counters are known. */
  admit(claims: TokenClaims, writer: ConnectionWriter): Connection
  /** Ends a connection, with a Close frame where the service ends it; later calls do nothing. */
  end(connection: Connection, ending: Ending): void
  /** Accepts a message and sends it on the current connection. Rejects only where the broker fails. */
  post(clientId: string, data: string): Promise<Receipt>
  /** What is known of one client id. Rejects only where the broker fails. */
  read(clientId: string): Promise<PresenceFacts>
  /** Online clients behind a place in the list, oldest coming first, and the place of each. */
  list(afterArrival: number): Iterable<PresenceFacts & { arrival: number }>
  /** Connections that were let in and did not end, in order; the set changes as they do. */
  open(): ReadonlySet<Connection>
  /** Ends every wait; nothing is reported afterwards. */
  stop(): void
}

const nothing: Cancel = () => {}

/**
 * Channels without anybody connected.
 * @spec presence.version.alternates
 */
export function makeChannels(parts: ChannelParts): Channels {
  const { rules, ports, sink, timings } = parts
  const { clock, broker, metrics, log } = ports
  const channels = new Map<string, Channel>()
  const open = new Set<Connection>()
  const serial = makeSerial()
  let arrivals = 0

  function admit(claims: TokenClaims, writer: ConnectionWriter): Connection {
    const connection: Connection = {
      id: rules.makeConnectionId(ports.random.bytes(12)),
      clientId: claims.clientId,
      expiresAtMs: claims.expiresAtMs,
      writer,
      epoch: 0,
      broadcastEpoch: 0,
      welcomed: false,
      replaced: false,
      ended: false,
      cancelExpiry: nothing,
    }
    open.add(connection)
    serial(claims.clientId, () => welcome(connection)).catch((cause: unknown) => {
      reportDefect(cause, connection.id)
      end(connection, { by: 'service', slug: 'internal-error' })
    })
    return connection
  }

  async function welcome(connection: Connection): Promise<void> {
    if (connection.ended) return
    const { clientId } = connection
    const known = channels.get(clientId)
    const facts = { online: known !== undefined, takeover: known?.current !== undefined }
    const came = rules.decideArrival(facts) === 'came'
    const counters = came ? await broker.turn(clientId, true) : await broker.open(clientId)
    if (connection.ended) {
      // The client went before it was welcomed: nobody hears of this turn, and the next version is larger still.
      if (came && !known) await broker.turn(clientId, false)
      return
    }
    const channel = known ?? openChannel(clientId)
    const older = channel.current
    channel.cancelGrace()
    channel.current = connection
    connection.welcomed = true
    connection.epoch = counters.epoch
    writeWelcome(connection, counters.seq)
    connection.cancelExpiry = clock.after(
      rules.decideExpiryDelay(connection.expiresAtMs, clock.nowMs()),
      () => end(connection, { by: 'service', slug: 'token-expired' }),
    )
    metrics.count('connections_welcomed')
    if (older) supersede(channel, older)
    if (!came) return
    const atMs = clock.nowMs()
    Object.assign(channel, { epoch: counters.epoch, version: counters.version, sinceMs: atMs })
    note(clientId, counters, { online: true, connectionId: connection.id, atMs })
  }

  function openChannel(clientId: string): Channel {
    arrivals += 1
    const channel: Channel = {
      clientId,
      arrival: arrivals,
      current: undefined,
      superseded: [],
      sinceMs: 0,
      epoch: 0,
      version: 0,
      cancelGrace: nothing,
    }
    channels.set(clientId, channel)
    return channel
  }

  function writeWelcome(connection: Connection, seq: number): void {
    const facts = {
      clientId: connection.clientId,
      connectionId: connection.id,
      epoch: connection.epoch,
      seq,
      heartbeatSeconds: parts.heartbeatSeconds,
      expiresAtMs: connection.expiresAtMs,
      nowMs: clock.nowMs(),
    }
    const newest = parts.newestBroadcast()
    connection.broadcastEpoch = newest?.epoch ?? 0
    const welcome = {
      ...rules.makeWelcome(facts),
      ...(newest && rules.makeBroadcastWelcome(newest)),
    }
    for (const envelope of rules.makeOpening(welcome))
      connection.writer.write(rules.encodeEnvelope(envelope))
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
    channel.cancelGrace()
    const leave = (): void => {
      serial(channel.clientId, () => report(channel, connectionId, departure)).catch(
        (cause: unknown) => reportDefect(cause, connectionId),
      )
    }
    const graceMs = rules.decideGraceMs(departure.grace, timings.presence_grace_seconds)
    if (graceMs > 0) channel.cancelGrace = clock.after(graceMs, leave)
    else leave()
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
    const counters = await broker.turn(clientId, false)
    if (isLast) channels.delete(clientId)
    const { reason } = departure
    note(clientId, counters, { online: false, connectionId, reason, atMs: clock.nowMs() })
  }

  function reportDefect(cause: unknown, connectionId: string): void {
    metrics.count('defects')
    log.error({ err: cause, connection_id: connectionId }, 'a connection met a defect')
  }

  async function post(clientId: string, data: string): Promise<Receipt> {
    const counters = await broker.accept(clientId)
    const channel = channels.get(clientId)
    const current = channel?.current
    const lost = current && rules.decideEpochChange(current.epoch, counters.epoch)
    if (current && lost) end(current, { by: 'service', slug: lost })
    const id = rules.makeMessageId(counters)
    const frame = rules.encodeEnvelope(rules.makeMessage(id, counters.seq, data))
    const nowMs = clock.nowMs()
    let connections = 0
    for (const receiver of rules.selectReceivers(channel?.current, channel?.superseded ?? [])) {
      const mayHave = rules.decideDelivery(receiver.expiresAtMs, nowMs)
      if (!mayHave || !receiver.writer.isOpen()) continue
      for (const piece of rules.makeDelivery(frame, counters.seq)) receiver.writer.write(piece)
      connections += 1
    }
    metrics.count('messages_accepted')
    return rules.makeReceipt(id, counters, connections)
  }

  async function read(clientId: string): Promise<PresenceFacts> {
    const channel = channels.get(clientId)
    if (channel) return describe(channel)
    const { epoch, version } = await broker.read(clientId)
    return {
      clientId,
      online: false,
      epoch,
      version,
      connectionId: undefined,
      sinceMs: undefined,
    }
  }

  function describe(channel: Channel): PresenceFacts & { arrival: number } {
    const { clientId, arrival, epoch, version, current } = channel
    const sinceMs = current && channel.sinceMs
    return { clientId, arrival, online: true, epoch, version, connectionId: current?.id, sinceMs }
  }

  function* list(afterArrival: number): Iterable<PresenceFacts & { arrival: number }> {
    for (const channel of channels.values()) {
      if (channel.arrival <= afterArrival) continue
      const facts = describe(channel)
      if (rules.decideListed(facts)) yield facts
    }
  }

  metrics.gauge('connections_open', () => open.size)
  metrics.gauge('channels_online', () => channels.size)

  return {
    admit,
    end,
    post: (clientId, data) => serial(clientId, () => post(clientId, data)),
    read: (clientId) => serial(clientId, () => read(clientId)),
    list,
    open: () => open,
    stop: () => {
      for (const channel of channels.values()) channel.cancelGrace()
      for (const connection of open) connection.cancelExpiry()
    },
  }
}
