/** Openings: it alone knows what a connection is sent first: its welcome, and what it missed where that is asked for. */
import type { Envelope } from '@channel-protocol/schemas/types'
import type { Awaitable, Counters, HeldMessage, StreamCounters } from '../broker-port.ts'
import type { Ports } from '../ports.ts'
import type { Broadcasts } from './broadcasts.ts'
import { type Connection, send } from './channel.ts'
import { type Asked, NOWHERE } from './resume.ts'
import type { Rules } from './rule-book.ts'

/** What openings are built of. */
export interface OpeningParts {
  rules: Rules
  ports: Ports
  /** What the welcome promises; 0 without heartbeat. */
  heartbeatSeconds: number
  /** Nothing where broadcasts are not offered. */
  broadcasts: Pick<Broadcasts, 'newest'> | undefined
  /** Whether what was missed is held and sent. */
  resumes: boolean
}

/** Opens connections. */
export interface Openings {
  /** Begins to hold what is sent on a connection: call it at the arrival, where that is in the order of messages. */
  hold(connection: Connection): void
  /**
   * Readies the opening of a connection that holds what is sent; what is answered writes it, and then what was held.
   * Rejects only where the broker fails.
   */
  open(connection: Connection, asked: Asked, counters: Counters): Awaitable<() => void>
}

type Missed = readonly HeldMessage[] | undefined

/** The openings of one service. */
export function makeOpenings(parts: OpeningParts): Openings {
  const { rules, ports, resumes } = parts
  const { broker, clock, metrics } = ports
  const { broadcasts } = parts

  const open: Openings['open'] = (connection, asked, counters) => {
    const offered = { messages: resumes, broadcasts: resumes && broadcasts !== undefined }
    const wanted = rules.selectAsked(asked, offered)
    const messages = isPlace(wanted.messages)
      ? broker.replay(connection.clientId, wanted.messages)
      : undefined
    const casts = isPlace(wanted.broadcasts)
      ? broker.replayBroadcasts(wanted.broadcasts)
      : undefined
    const ready = (held: Missed, heldCasts: Missed) => () =>
      write(connection, wanted, counters, {
        // What was accepted after the arrival is held for the connection already.
        messages: held?.filter(({ seq }) => seq <= counters.seq),
        broadcasts: heldCasts?.filter(({ seq }) => seq <= (connection.broadcastsFrom?.seq ?? 0)),
      })
    return messages instanceof Promise || casts instanceof Promise
      ? Promise.all([messages, casts]).then(([held, heldCasts]) => ready(held, heldCasts))
      : ready(messages, casts)
  }

  /** Writes the opening, and then what was held meanwhile. */
  function write(
    connection: Connection,
    asked: Asked,
    counters: Counters,
    missed: { messages: Missed; broadcasts: Missed },
  ): void {
    writeOpening(connection, asked, counters, missed)
    const held = connection.held ?? []
    connection.held = undefined
    for (const { frame, envelope } of held) send(connection, frame, envelope)
  }

  function writeOpening(
    connection: Connection,
    asked: Asked,
    counters: Counters,
    missed: { messages: Missed; broadcasts: Missed },
  ): void {
    const resumed = rules.decideResumed({
      ...(asked.messages && { messages: missed.messages !== undefined }),
      ...(asked.broadcasts && { broadcasts: missed.broadcasts !== undefined }),
    })
    const seqOf = (newest: StreamCounters, stream: keyof Asked): StreamCounters => {
      const place = asked[stream]
      const askedSeq = isPlace(place) && missed[stream] ? place.seq : undefined
      const seq = rules.decideWelcomeSeq(newest.seq, askedSeq, resumed, stream)
      return { epoch: newest.epoch, seq }
    }
    const newest = connection.broadcastsFrom
    const from = seqOf(counters, 'messages')
    const broadcastsFrom = newest && seqOf(newest, 'broadcasts')
    const welcome = rules.makeWelcome({
      clientId: connection.clientId,
      connectionId: connection.id,
      epoch: from.epoch,
      seq: from.seq,
      heartbeatSeconds: parts.heartbeatSeconds,
      expiresAtMs: connection.tokenExpiresAtMs,
      nowMs: clock.wallMs(),
      resumed,
    })
    if (broadcastsFrom) Object.assign(welcome, rules.makeBroadcastWelcome(broadcastsFrom))
    if (resumes) Object.assign(welcome, rules.makeWelcomeCursors(from, broadcastsFrom))
    for (const envelope of rules.makeOpening(welcome)) encode(connection, envelope)
    const { epoch } = counters
    for (const { seq, data } of rules.selectReplay(missed.messages, resumed, 'messages'))
      replay(connection, rules.makeMessage(rules.makeMessageId({ epoch, seq }), seq, data))
    if (!newest) return
    for (const { seq, data } of rules.selectReplay(missed.broadcasts, resumed, 'broadcasts')) {
      const id = rules.makeBroadcastId({ epoch: newest.epoch, seq })
      replay(connection, rules.makeBroadcast(id, seq, data))
    }
  }

  function replay(connection: Connection, envelope: Envelope): void {
    encode(connection, envelope)
    metrics.count('messages_replayed', envelope.type)
  }

  function encode({ writer }: Connection, envelope: Envelope): void {
    writer.write(rules.encodeEnvelope(envelope), envelope)
  }

  return {
    hold: (connection) => {
      const newest = broadcasts?.newest()
      connection.held = []
      connection.broadcastsFrom = newest
      connection.broadcastEpoch = newest?.epoch ?? 0
    },
    open,
  }
}

function isPlace(asked: Asked[keyof Asked]): asked is StreamCounters {
  return asked !== undefined && asked !== NOWHERE
}
