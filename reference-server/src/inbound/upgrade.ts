/** Upgrades; it alone knows what all of them have in common, and which kind a path asks for. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import type { WebSocketServer } from 'ws'
import { writeRawAnswer } from '../outbound/answer.ts'
import { ChannelSocket, type Keeper } from '../outbound/channel-socket.ts'
import { makeTurn } from '../outbound/turn.ts'
import { Refusal } from '../refusal.ts'
import type { HandshakeKind } from '../rules/rate.ts'
import { readTarget } from './call.ts'
import type { UpgradeTaker } from './http.ts'
import { makeRefusalAnswer } from './refuse.ts'
import type { Service } from './service.ts'

/** Refused and ending sockets that may linger beside the open connections. */
const LINGERING_SOCKETS = 1000

/** The longest that a timer of the runtime can be. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** One kind of connection that an upgrade may open. */
export interface UpgradeKind {
  name: HandshakeKind
  /** Whether this kind is opened at a path below the base. */
  takes(path: string): boolean
  library: WebSocketServer
  /** Judges a request and makes it ready for the library; throws the Refusal that is answered instead. */
  judge(request: IncomingMessage): void
  /** Takes over what was upgraded, before anything is read from it. */
  open(socket: ChannelSocket, request: IncomingMessage): void
}

/** Takes upgrades until it is stopped. */
export interface Upgrades extends UpgradeTaker {
  /** Resolves when no socket is left. */
  allClosed(): Promise<void>
  /** Ends every socket at once. */
  stop(): void
}

/** What the library is told for every kind of connection. */
export function makeLibraryOptions() {
  return {
    noServer: true,
    WebSocket: ChannelSocket,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: true,
    // How long a closing may take is decided by the clock of the service. The library's types do not know this option yet.
    ...{ closeTimeout: LONGEST_TIMER_MS },
  }
}

/** The upgrade side of a service. */
export function makeUpgrades(service: Service, kinds: readonly UpgradeKind[]): Upgrades {
  const { rules, ports, limits, timings } = service
  const sockets = new Set<ChannelSocket>()
  const turn = makeTurn()
  let onEmpty = (): void => {}

  const keeper: Keeper = {
    onFinish: (socket) => {
      const lingerMs = rules.decideLingerMs(timings.close_timeout_seconds, 'close')
      socket.once(
        'close',
        ports.clock.after(lingerMs, () => socket.terminate()),
      )
    },
    onGone: (socket) => {
      sockets.delete(socket)
      if (sockets.size === 0) onEmpty()
    },
  }

  const kindOf = (path: string | undefined): UpgradeKind | undefined =>
    path === undefined ? undefined : kinds.find((kind) => kind.takes(path))

  function onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    let kind: UpgradeKind
    try {
      kind = judge(request)
    } catch (cause) {
      refuse(stream, cause)
      return
    }
    // The answer and the welcome leave in one write: each costs as much as all else that a handshake takes.
    stream.cork()
    turn.add({ flush: () => stream.uncork() })
    kind.library.handleUpgrade(request, stream, head, (socket) => {
      const opened = socket as ChannelSocket
      sockets.add(opened)
      opened.takeIn(stream as Socket, keeper)
      try {
        kind.open(opened, request)
      } catch (cause) {
        ports.metrics.count('defects')
        ports.log.error({ err: cause }, 'a connection met a defect before it was let in')
        opened.finish(CLOSE_CODES['internal-error'].code, rules.makeCloseReason('internal-error'))
      }
    })
  }

  function judge(request: IncomingMessage): UpgradeKind {
    if (request.headers.host === undefined && request.httpVersion === '1.1')
      throw new Refusal('malformed-request', 'the request has no Host')
    const kind = kindOf(readTarget(request.url, service.basePath).path)
    if (!kind) throw new Refusal('not-found', 'there is no WebSocket at this path')
    service.takeHandshake(request, kind.name)
    kind.judge(request)
    if (sockets.size >= limits.connections + LINGERING_SOCKETS)
      throw new Refusal('over-capacity', 'too many sockets are open', { retryAfterSeconds: 1 })
    return kind
  }

  function refuse(stream: Duplex, cause: unknown): void {
    const answer = makeRefusalAnswer(service, cause)
    ports.metrics.count('requests_answered', String(answer.status))
    const lingerMs = rules.decideLingerMs(timings.close_timeout_seconds, 'answer')
    writeRawAnswer(stream, answer, { clock: ports.clock, lingerMs })
  }

  return {
    takes: (path) => kindOf(path) !== undefined,
    onUpgrade,
    allClosed: () =>
      new Promise((resolve) => {
        onEmpty = resolve
        if (sockets.size === 0) resolve()
      }),
    stop: () => {
      for (const socket of sockets) socket.terminate()
    },
  }
}
