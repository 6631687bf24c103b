/** Sockets: the one owner of their state; it alone knows which are open, what waits in each and what is owed about it. */
import type { SocketResult } from '@channel-protocol/schemas/types'
import type { OwedSocket, SocketEnd, SocketFacts } from '../broker-port.ts'
import type { ConnectionReading, ConnectionWriter, Limits, Ports } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { AttemptAnswer, SocketSink } from '../webhook-port.ts'
import type { Rules } from './rule-book.ts'
import type { SocketEnding, SocketProgress } from './socket-life.ts'

/** A text that the page sent and that was not attempted yet. */
interface PageMessage {
  number: number
  body: string
  atMs: number
}

/** One socket, from its opening until nothing is owed about it. */
export interface Socket {
  readonly facts: SocketFacts
  readonly writer: ConnectionWriter
  readonly reading: ConnectionReading
  stage: SocketProgress['stage']
  held: string[]
  heldBytes: number
  /** Messages read so far. */
  read: number
  unsent: PageMessage[]
  inFlight: number
  /** Nothing while it is open. */
  ending: (SocketEnding & { atMs: number }) | undefined
  /** Whether `closed` is on its way. */
  told: boolean
}

/** What the sockets are built of. */
export interface SocketParts {
  rules: Rules
  ports: Ports
  sink: SocketSink
  limits: Limits
  /** Least epoch of a socket from now on, in microseconds since 1970. */
  epochFloor(): number
}

/** The operations on sockets. */
export interface Sockets {
  /** Takes a socket in and asks the application about it. */
  admit(path: string, writer: ConnectionWriter, reading: ConnectionReading): Socket
  /** Takes a text of the page. */
  take(socket: Socket, body: string): void
  /** Ends a socket, with a Close frame where the service ends it; later calls do nothing. */
  end(socket: Socket, ending: SocketEnding): void
  /** Whether something is owed about a socket that was opened here. */
  has(id: string): boolean
  /** Sends a text to each socket of a list. */
  send(ids: readonly string[], body: string): SocketResult[]
  /** Sends a text to every accepted socket and answers their number. */
  broadcast(body: string): number
  /**
   * Tells the application of the end of sockets of earlier runs.
   * @spec socket.closed.restart
   */
  recover(owed: readonly OwedSocket[]): void
  /**
   * Closes every socket and says no more of any, nor of those of others: whoever has taken them over does.
   * @spec cluster.node.silent
   */
  abandon(): void
  /** Sockets that did not end, in the order of their opening. */
  open(): ReadonlySet<Socket>
  /** Number of sockets about which something is owed, the open ones included. */
  count(): number
}

const ID_BYTES = 18

/**
 * Sockets without anybody connected.
 * @spec socket.closed.sent
 */
export function makeSockets(parts: SocketParts): Sockets {
  const { rules, ports, sink, limits } = parts
  const { broker, clock, log, metrics } = ports
  const sockets = new Map<string, Socket>()
  const open = new Set<Socket>()
  /** Ids of those of earlier runs about which something is owed. */
  const left = new Set<string>()

  function progressOf({ stage, inFlight, unsent, ending }: Socket): SocketProgress {
    return { stage, inFlight, unsent: unsent.length, ended: ending !== undefined }
  }

  function admit(path: string, writer: ConnectionWriter, reading: ConnectionReading): Socket {
    const id = rules.makeSocketId(ports.random.bytes(ID_BYTES))
    const epoch = rules.decideSocketEpoch(clock.nowMs(), parts.epochFloor())
    const socket: Socket = {
      facts: { id, path, epoch },
      writer,
      reading,
      stage: 'pending',
      held: [],
      heldBytes: 0,
      read: 0,
      unsent: [],
      inFlight: 0,
      ending: undefined,
      told: false,
    }
    sockets.set(id, socket)
    open.add(socket)
    proceed(socket)
    sink.handshake(socket.facts, clock.wallMs(), (answer) => settle(socket, answer))
    return socket
  }

  function settle(socket: Socket, answer: Parameters<Rules['decideHandshakeAnswer']>[0]): void {
    const outcome = rules.decideHandshakeAnswer(answer)
    for (const body of rules.selectHeld(socket.held, outcome)) write(socket, body)
    socket.held = []
    socket.heldBytes = 0
    socket.stage = outcome === 'accept' ? 'accepted' : 'failed'
    metrics.count(outcome === 'accept' ? 'sockets_accepted' : 'sockets_refused', outcome)
    if (outcome !== 'accept') {
      socket.unsent = []
      if (!rules.decideClosedOwed(outcome)) forget(socket)
      end(socket, { by: 'service', slug: rules.decideHandshakeEnd(outcome) })
    }
    proceed(socket)
  }

  /** Nothing more is said about it. */
  function forget(socket: Socket): void {
    socket.told = true
    sockets.delete(socket.facts.id)
    note(broker.forgetSocket(socket.facts.id))
  }

  /** What the broker cannot note is told once more by the next run. */
  function note(work: Promise<void>): void {
    work.catch((cause: unknown) => {
      if (cause instanceof Refusal) return
      metrics.count('defects')
      log.error({ err: cause }, 'a socket met a defect')
    })
  }

  function describeEnd(ending: SocketEnding & { atMs: number }): SocketEnd {
    return { ...rules.decideSocketEnd(ending), atMs: ending.atMs }
  }

  function write({ writer }: Socket, body: string): void {
    writer.write(rules.encodeSocketText(body))
    metrics.count('socket_texts_sent')
  }

  /** Attempts what may be attempted now, and reads on where that is right. */
  function proceed(socket: Socket): void {
    while (socket.unsent.length > 0 && rules.decideMessageTurn(progressOf(socket))) {
      const [message] = socket.unsent.splice(rules.selectNextMessage(socket.unsent.length), 1)
      if (message) attempt(socket, message)
    }
    if (rules.decideReading(progressOf(socket))) socket.reading.resume()
    else socket.reading.pause()
    tellEnd(socket)
  }

  function attempt(socket: Socket, message: PageMessage): void {
    socket.inFlight += 1
    sink.message(socket.facts, message, (answer: AttemptAnswer) => {
      socket.inFlight -= 1
      if (rules.decideMessageAnswer(answer) === 'unavailable') {
        const failure: SocketEnding = { by: 'service', slug: 'application-unavailable' }
        // Where the page has left before, what is left of it is dropped as well.
        socket.unsent = [...rules.selectLeft(socket.unsent, failure)]
        end(socket, failure)
      }
      proceed(socket)
    })
  }

  function tellEnd(socket: Socket): void {
    const { facts, ending } = socket
    if (!ending || socket.told || !rules.decideClosedTurn(progressOf(socket))) return
    socket.told = true
    tellClosed(facts, describeEnd(ending), () => sockets.delete(facts.id))
  }

  function tellClosed(facts: SocketFacts, end: SocketEnd, onEnd: () => void): void {
    note(broker.noteSocketEnd(facts.id, end))
    sink.closed(facts, end, () => {
      note(broker.forgetSocket(facts.id))
      onEnd()
    })
  }

  function take(socket: Socket, body: string): void {
    if (socket.ending) return
    socket.read += 1
    socket.unsent.push({ number: socket.read, body, atMs: clock.wallMs() })
    proceed(socket)
  }

  function end(socket: Socket, ending: SocketEnding): void {
    if (socket.ending) return
    socket.ending = { ...ending, atMs: clock.wallMs() }
    socket.unsent = [...rules.selectLeft(socket.unsent, ending)]
    open.delete(socket)
    if (ending.by === 'service') socket.writer.close(ending.slug)
    metrics.count('sockets_ended', ending.by === 'service' ? ending.slug : ending.by)
    proceed(socket)
    if (!socket.told) note(broker.noteSocketEnd(socket.facts.id, describeEnd(socket.ending)))
  }

  function sendTo(socket: Socket, body: string): boolean {
    if (!rules.isSocketReachable(progressOf(socket), socket.writer.isOpen())) return false
    if (!rules.decideHolding(progressOf(socket))) {
      write(socket, body)
      return true
    }
    const bytes = Buffer.byteLength(body)
    if (!rules.decideHeld(socket.heldBytes, bytes, limits.socket_held_bytes)) return false
    socket.held.push(body)
    socket.heldBytes += bytes
    return true
  }

  function broadcast(body: string): number {
    const views = [...open].map((socket) => {
      const { id, path } = socket.facts
      return { socket, id, path, ...progressOf(socket) }
    })
    const receivers = rules
      .selectSocketReceivers(views)
      .filter(({ socket }) => socket.writer.isOpen())
    for (const { socket } of receivers) write(socket, body)
    return receivers.length
  }

  function recover(owed: readonly OwedSocket[]): void {
    for (const { socket, end } of owed) {
      left.add(socket.id)
      const lost = describeEnd({ by: 'loss', atMs: clock.wallMs() })
      tellClosed(socket, end ?? lost, () => left.delete(socket.id))
    }
  }

  function abandon(): void {
    for (const socket of sockets.values()) {
      socket.told = true
      end(socket, { by: 'service', slug: 'state-lost' })
    }
    sockets.clear()
    left.clear()
  }

  metrics.gauge('sockets_open', () => open.size)
  metrics.gauge('sockets_ending', () => sockets.size + left.size - open.size)

  return {
    admit,
    take,
    end,
    has: (id) => sockets.has(id),
    send: (ids, body) =>
      ids.map((id) => {
        const taken = rules.selectNamed(id, sockets).map((socket) => sendTo(socket, body))
        return { socket: id, delivered: taken.includes(true) }
      }),
    broadcast,
    recover,
    abandon,
    open: () => open,
    count: () => sockets.size + left.size,
  }
}
