/** Upgrades; it alone knows what all of them have in common, and which kind a path asks for. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import { writeRawAnswer } from '../outbound/answer.ts'
import { ChannelSocket, type Keeper } from '../outbound/channel-socket.ts'
import type { FrameOptions } from '../outbound/library-socket.ts'
import { disownStream } from '../outbound/stream-owner.ts'
import { makeSwitch } from '../outbound/switch.ts'
import { Refusal } from '../refusal.ts'
import type { HandshakeKind } from '../rules/rate.ts'
import { readTarget } from './call.ts'
import type { UpgradeTaker } from './http.ts'
import type { PlainUpgrade } from './plain-upgrade.ts'
import { makeRefusalAnswer } from './refuse.ts'
import type { Service } from './service.ts'

/** Refused and ending sockets that may linger beside the open connections. */
const LINGERING_SOCKETS = 1000

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
  options: FrameOptions
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

/** The upgrade side of a service. */
export function makeUpgrades(service: Service, kinds: readonly UpgradeKind[]): Upgrades {
  const { rules, ports, limits, timings, turn } = service
  const sockets = new Set<ChannelSocket>()
  let onEmpty = (): void => {}

  const keeper: Keeper = {
    onFinish: (socket) => {
      const lingerMs = rules.decideLingerMs(timings.close_timeout_seconds, 'close')
      return ports.clock.after(lingerMs, () => socket.terminate())
    },
    onGone: (socket) => {
      sockets.delete(socket)
      if (sockets.size === 0) onEmpty()
    },
  }

  const kindOf = (path: string | undefined): UpgradeKind | undefined =>
    path === undefined ? undefined : kinds.find((kind) => kind.takes(path))

  function onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const judged = judge(request, stream)
    if (!judged) return
    const socket = stream as Socket
    if (!socket.readable || !socket.writable) {
      socket.destroy()
      return
    }
    // The listener's time for the next request, which ends here.
    socket.setTimeout(0)
    if (head.length > 0) socket.unshift(head)
    letIn(socket, request, judged)
  }

  function onPlain({ httpVersion, url, headers }: PlainUpgrade, stream: Socket): void {
    const request = { httpVersion, url, headers, socket: stream }
    const judged = judge(request, stream)
    if (judged) letIn(stream, request, judged)
    else disownStream(stream)
  }

  function letIn(stream: Socket, request: UpgradeRequest, { kind, offers }: Judged): void {
    const key = request.headers['sec-websocket-key'] ?? ''
    const answer = makeSwitch(key, kind.selectProtocol(offers))
    const opened = new ChannelSocket(stream, answer, kind.options, keeper)
    sockets.add(opened)
    turn.add(opened)
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
