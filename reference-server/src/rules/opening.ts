/** Openings: it alone knows what a connection is sent first: its welcome, and what it missed where that is asked for. */
import type { Envelope } from '@channel-protocol/schemas/types'
import type { Counters, HeldMessage, Ports, StreamCounters } from '../ports.ts'
import type { Broadcasts } from './broadcasts.ts'
import type { Connection } from './channel.ts'
import { type Asked, NOWHERE } from './resume.ts'
import type { Rules } from './rule-book.ts'

/** What openings are built of. */
export interface OpeningParts {
  rules: Rules
  ports: Ports
  /** What the welcome promises; 0 without heartbeat. */
  heartbeatSeconds: number
  /** Nothing where broadcasts are not offered. */
  broadcasts: Pick<Broadcasts, 'newest' | 'join'> | undefined
  /** Whether what was missed is held and sent. */
  resumes: boolean
}

/** Opens connections. */
export interface Openings {
  /**
   * Readies the opening of a connection. `join` is then called once, when nothing is accepted for the connection
   * until it returns; `write` writes the opening, and is called then or never.
   * Call it where no message of the client id is accepted until it resolves. Rejects only where the broker fails.
   */
  open(
    connection: Connection,
    asked: Asked,
    counters: Counters,
    join: (write: () => void) => void,
  ): Promise<void>
}

type Missed = readonly HeldMessage[] | undefined

/** The openings of one service. */
export function makeOpenings(parts: OpeningParts): Openings {
  const { rules, ports, resumes } = parts
  const { broker, clock, metrics } = ports
  const { broadcasts } = parts

  const open: Openings['open'] = async (connection, asked, counters, join) => {
    const offered = { messages: resumes, broadcasts: resumes && broadcasts !== undefined }
    const wanted = rules.selectAsked(asked, offered)
    const messages = isPlace(wanted.messages)
      ? await broker.replay(connection.clientId, wanted.messages)
      : undefined
    const joinWith = (missed: Missed): void =>
      join(() => writeOpening(connection, wanted, counters, { messages, broadcasts: missed }))
    if (broadcasts && isPlace(wanted.broadcasts)) await broadcasts.join(wanted.broadcasts, joinWith)
    else joinWith(undefined)
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
    const newest = broadcasts?.newest()
    connection.broadcastEpoch = newest?.epoch ?? 0
    const from = seqOf(counters, 'messages')
    const broadcastsFrom = newest && seqOf(newest, 'broadcasts')
    const welcome = {
      ...rules.makeWelcome({
        clientId: connection.clientId,
        connectionId: connection.id,
        ...from,
        heartbeatSeconds: parts.heartbeatSeconds,
        expiresAtMs: connection.tokenExpiresAtMs,
        nowMs: clock.wallMs(),
        resumed,
      }),
      ...(broadcastsFrom && rules.makeBroadcastWelcome(broadcastsFrom)),
      ...(resumes && rules.makeWelcomeCursors(from, broadcastsFrom)),
    }
    for (const envelope of rules.makeOpening(welcome)) write(connection, envelope)
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
    write(connection, envelope)
    metrics.count('messages_replayed', envelope.type)
  }

  function write({ writer }: Connection, envelope: Envelope): void {
    writer.write(rules.encodeEnvelope(envelope), envelope)
  }

  return { open }
}

function isPlace(asked: Asked[keyof Asked]): asked is StreamCounters {
  return asked !== undefined && asked !== NOWHERE
}
