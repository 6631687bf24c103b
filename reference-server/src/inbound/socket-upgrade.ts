/** Upgrades at socket URLs; it alone knows how one becomes a socket or is refused. */
import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import { makeWriterParts, openWriter, type WrapWriter } from '../outbound/connection.ts'
import type { Heartbeat } from '../outbound/heartbeat.ts'
import { makeFrameOptions } from '../outbound/library-socket.ts'
import type { ConnectionReading } from '../ports.ts'
import { decideSocketAdmission } from '../rules/admission.ts'
import { readArrival } from './arrival.ts'
import { readTarget } from './call.ts'
import type { Service } from './service.ts'
import { SocketFrames } from './socket-frames.ts'
import type { UpgradeKind, UpgradeRequest } from './upgrade.ts'

const BEFORE_TICKET = '/v1/socket/'

/** What sockets are joined to, beside the service. */
export interface SocketUpgradeParts {
  /** Nothing where the service does not offer `robust`. */
  heartbeat: Heartbeat | undefined
  /** Nothing where writers are used as they are. */
  wrapWriter: WrapWriter | undefined
  wrapReading(reading: ConnectionReading, path: string): ConnectionReading
}

/**
 * The kind of upgrade that opens a socket.
 * @spec socket.open.plain
 * @spec socket.refused.silent
 */
export function makeSocketUpgrade(service: Service, parts: SocketUpgradeParts): UpgradeKind {
  const { rules, ports, limits, sockets, turn } = service
  const frameParts = { rules, sockets, heartbeat: parts.heartbeat }
  const writerParts = makeWriterParts({
    clock: ports.clock,
    turn,
    makeReason: rules.makeSocketCloseReason,
  })
  const options = makeFrameOptions({
    autoPong: true,
    maxPayload: rules.decideMaxTextBytes(limits.data_bytes),
    maxFragments: rules.decideMaxFragments(limits.data_bytes),
  })

  function judge({ headers }: UpgradeRequest): readonly string[] {
    const refusal = rules.decideSocketUpgrade({
      upgrade: headers.upgrade,
      key: headers['sec-websocket-key'],
      version: headers['sec-websocket-version'],
    })
    if (refusal) throw refusal
    const late = rules.decideSocketLatecomer(service.isDraining())
    if (late) throw late
    const named = rules.decideSocketSubprotocol(headers['sec-websocket-protocol'])
    return named === undefined ? [] : [named]
  }

  const open: UpgradeKind['open'] = (page, request) => {
    const frames = new SocketFrames(frameParts)
    page.carried = frames
    const path = readTarget(request.url, service.basePath).path ?? ''
    const ticket = path.slice(BEFORE_TICKET.length)
    const admission = decideSocketAdmission(rules, ticket, readArrival(service, request))
    if ('refusal' in admission) {
      const slug = admission.refusal
      ports.metrics.count('sockets_refused', slug)
      page.finish(CLOSE_CODES[slug].code, rules.makeSocketCloseReason(slug))
      return
    }
    const { claims } = admission
    const { writer, pulse } = openWriter(page, writerParts, parts.wrapWriter, claims.path)
    const reading = { pause: () => page.pause(), resume: () => page.resume() }
    const admitted = sockets.admit(claims.path, writer, parts.wrapReading(reading, claims.path))
    frames.hold(admitted, pulse)
  }

  return {
    name: 'socket',
    takes: (path) => path.startsWith(BEFORE_TICKET),
    options,
    judge,
    selectProtocol: ([named]) => named,
    open,
  }
}
