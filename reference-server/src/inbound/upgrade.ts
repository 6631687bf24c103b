/** Upgrades; it alone knows how a request becomes a connection or a refused socket. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import { WebSocketServer } from 'ws'
import { writeRawAnswer } from '../outbound/answer.ts'
import { ChannelSocket } from '../outbound/channel-socket.ts'
import { makeConnectionWriter, type Pulse } from '../outbound/connection.ts'
import type { Heartbeat } from '../outbound/heartbeat.ts'
import type { ConnectionWriter } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import { decideAdmission } from '../rules/admission.ts'
import type { Connection } from '../rules/channels.ts'
import { SUBPROTOCOL } from '../rules/upgrade.ts'
import { listenToFrames } from './frames.ts'
import type { UpgradeHandler } from './http.ts'
import { makeRefusalAnswer } from './refuse.ts'
import type { Service } from './service.ts'

/** Refused and ending sockets that may linger beside the open connections. */
const LINGERING_SOCKETS = 1000

/** What upgrades are joined to, beside the service. */
export interface UpgradeParts {
  /** Nothing where the service does not offer `robust`. */
  heartbeat: Heartbeat | undefined
  wrapWriter(writer: ConnectionWriter, clientId: string, pulse: Pulse): ConnectionWriter
}

/** Takes upgrades until it is stopped. */
export interface Upgrades {
  onUpgrade: UpgradeHandler
  /** Resolves when no socket is left. */
  allClosed(): Promise<void>
  /** Ends every socket at once. */
  stop(): void
}

/** The upgrade side of a service. */
export function makeUpgrades(service: Service, parts: UpgradeParts): Upgrades {
  const { rules, ports, limits, timings, channels } = service
  const lingerFor = (after: 'close' | 'answer'): number =>
    rules.decideLingerMs(timings.close_timeout_seconds, after)
  const sockets = new Set<ChannelSocket>()
  let onEmpty = (): void => {}
  // The type definitions of the library do not know this option yet.
  const linger = { closeTimeout: lingerFor('close') }
  const offersOf = new WeakMap<IncomingMessage, readonly string[]>()
  const library = new WebSocketServer({
    noServer: true,
    WebSocket: ChannelSocket,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: true,
    maxPayload: limits.client_frame_bytes,
    maxFragments: limits.client_frame_bytes,
    ...linger,
    handleProtocols: (_offers, request) =>
      rules.decideSubprotocol(offersOf.get(request) ?? []) ?? false,
  })

  function onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    let offers: readonly string[]
    try {
      offers = judge(request)
    } catch (cause) {
      refuse(stream, cause)
      return
    }
    // The library sees no token, and none of its own refusals of the list can happen.
    request.headers['sec-websocket-protocol'] = SUBPROTOCOL
    offersOf.set(request, offers)
    library.handleUpgrade(request, stream, head, (socket) => {
      open(socket as ChannelSocket, stream as Socket, request, offers)
    })
  }

  function judge(request: IncomingMessage): readonly string[] {
    const { headers } = request
    if (headers.host === undefined && request.httpVersion === '1.1')
      throw new Refusal('malformed-request', 'the request has no Host')
    const offers = rules.readOffers(headers['sec-websocket-protocol'])
    const facts = {
      upgrade: headers.upgrade,
      key: headers['sec-websocket-key'],
      version: headers['sec-websocket-version'],
      offers,
    }
    const refusal = rules.decideUpgrade(facts) ?? rules.decideHandshake(facts)
    if (refusal) throw refusal
    const late = rules.decideLatecomer(service.isDraining())
    if (late) throw late
    if (sockets.size >= limits.connections + LINGERING_SOCKETS)
      throw new Refusal('over-capacity', 'too many sockets are open', { retryAfterSeconds: 1 })
    return offers
  }

  function refuse(stream: Duplex, cause: unknown): void {
    const answer = makeRefusalAnswer(service, cause)
    ports.metrics.count('requests_answered', String(answer.status))
    writeRawAnswer(stream, answer, { clock: ports.clock, lingerMs: lingerFor('answer') })
  }

  function open(
    socket: ChannelSocket,
    stream: Socket,
    request: IncomingMessage,
    offers: readonly string[],
  ): void {
    let connection: Connection | undefined
    sockets.add(socket)
    listenToFrames(socket, { rules, channels, connection: () => connection })
    socket.once('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0) onEmpty()
    })
    const admission = decideAdmission(rules, {
      offers,
      origin: request.headers.origin,
      baseOrigin: new URL(service.baseUrl()).origin,
      origins: service.facts.origins,
      signingKey: service.signingKey,
      nowMs: ports.clock.nowMs(),
      openConnections: channels.open().size,
      maxConnections: limits.connections,
    })
    if ('refusal' in admission) {
      turnAway(socket, admission.refusal)
      return
    }
    const { claims } = admission
    const raw = makeConnectionWriter(socket, stream, ports.clock, rules.makeCloseReason)
    const writer = parts.wrapWriter(raw, claims.clientId, raw)
    const admitted = channels.admit(claims, writer)
    connection = admitted
    const unwatch = parts.heartbeat?.watch({
      pulse: raw,
      writer,
      onEnd: (slug) => channels.end(admitted, { by: 'service', slug }),
    })
    if (unwatch) socket.once('close', unwatch)
  }

  function turnAway(socket: ChannelSocket, slug: CloseSlug): void {
    ports.metrics.count('connections_refused', slug)
    socket.finish(CLOSE_CODES[slug].code, rules.makeCloseReason(slug))
  }

  return {
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
