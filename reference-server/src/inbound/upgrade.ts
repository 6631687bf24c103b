/** Upgrades; it alone knows what all of them have in common, and which kind a path asks for. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import type { WebSocketServer } from 'ws'
import { writeRawAnswer } from '../outbound/answer.ts'
import { ChannelSocket, type Keeper, openOn } from '../outbound/channel-socket.ts'
import { makeSwitch } from '../outbound/switch.ts'
import { makeTurn } from '../outbound/turn.ts'
import { Refusal } from '../refusal.ts'
import type { HandshakeKind } from '../rules/rate.ts'
import { readTarget } from './call.ts'
import type { UpgradeTaker } from './http.ts'
import type { PlainUpgrade } from './plain-upgrade.ts'
import { makeRefusalAnswer } from './refuse.ts'
import type { Service } from './service.ts'

/** Refused and ending sockets that may linger beside the open connections. */
const LINGERING_SOCKETS = 1000

/** The longest that a timer of the runtime can be. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What is looked at of a request for an upgrade. */
export interface UpgradeRequest {
  httpVersion: string
  url?: string | undefined
  headers: Readonly<IncomingHttpHeaders>
  socket: Pick<Socket, 'remoteAddress'>
}

/** One kind of connection that an upgrade may open. */
export interface UpgradeKind {
  name: HandshakeKind
  /** Whether this kind is opened at a path below the base. */
  takes(path: string): boolean
  library: WebSocketServer
  /** Judges a request and answers the subprotocols that it offers; throws the Refusal that is answered instead. */
  judge(request: UpgradeRequest): readonly string[]
  /** The subprotocol that the answer names. */
  selectProtocol(offers: readonly string[]): string | undefined
  /** Takes over what was upgraded, before anything is read from it. */
  open(socket: ChannelSocket, request: UpgradeRequest, offers: readonly string[]): void
}

/** What may be completed, with the subprotocols that it offers. */
interface Judged {
  kind: UpgradeKind
  offers: readonly string[]
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
    const { headers } = request
    const judged = judge(request, stream)
    if (!judged) return
    const { kind, offers } = judged
    joinWrites(stream)
    // The library sees no token, and none of its own refusals of the list can happen.
    const protocol = kind.selectProtocol(offers)
    if (protocol) headers['sec-websocket-protocol'] = protocol
    else delete headers['sec-websocket-protocol']
    kind.library.handleUpgrade(request, stream, head, (socket) => {
      letIn(socket as ChannelSocket, stream as Socket, request, judged)
    })
  }

  function onPlain({ httpVersion, url, headers }: PlainUpgrade, stream: Socket): void {
    const request = { httpVersion, url, headers, socket: stream }
    const judged = judge(request, stream)
    if (!judged) return
    const { kind, offers } = judged
    joinWrites(stream)
    const key = headers['sec-websocket-key'] ?? ''
    stream.write(makeSwitch(key, kind.selectProtocol(offers)), 'latin1')
    letIn(openOn(stream, kind.library.options), stream, request, judged)
  }

  /** The answer and the welcome leave in one write: each costs as much as all else that a handshake takes. */
  function joinWrites(stream: Duplex): void {
    stream.cork()
    turn.add({ flush: () => stream.uncork() })
  }

  function letIn(
    opened: ChannelSocket,
    stream: Socket,
    request: UpgradeRequest,
    { kind, offers }: Judged,
  ): void {
    sockets.add(opened)
    opened.takeIn(stream, keeper)
    try {
      kind.open(opened, request, offers)
    } catch (cause) {
      ports.metrics.count('defects')
      ports.log.error({ err: cause }, 'a connection met a defect before it was let in')
      opened.finish(CLOSE_CODES['internal-error'].code, rules.makeCloseReason('internal-error'))
    }
  }

  /** Answers a request that is refused; nothing for that. */
  function judge(request: UpgradeRequest, stream: Duplex): Judged | undefined {
    try {
      return decide(request)
    } catch (cause) {
      refuse(stream, cause)
      return undefined
    }
  }

  function decide(request: UpgradeRequest): Judged {
    if (request.headers.host === undefined && request.httpVersion === '1.1')
      throw new Refusal('malformed-request', 'the request has no Host')
    const kind = kindOf(readTarget(request.url, service.basePath).path)
    if (!kind) throw new Refusal('not-found', 'there is no WebSocket at this path')
    service.takeHandshake(request, kind.name)
    const offers = kind.judge(request)
    if (sockets.size >= limits.connections + LINGERING_SOCKETS)
      throw new Refusal('over-capacity', 'too many sockets are open', { retryAfterSeconds: 1 })
    return { kind, offers }
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
    onPlain,
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
