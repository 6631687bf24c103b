/** Upgrades on the connect path; it alone knows how one becomes a connection of a channel or is refused. */
import type { IncomingMessage } from 'node:http'
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import { WebSocketServer } from 'ws'
import { makeWriterParts, openWriter, type WrapWriter } from '../outbound/connection.ts'
import type { Heartbeat } from '../outbound/heartbeat.ts'
import { decideAdmission } from '../rules/admission.ts'
import { readAsked } from '../rules/resume.ts'
import { SUBPROTOCOL } from '../rules/upgrade.ts'
import { readArrival } from './arrival.ts'
import { readTarget } from './call.ts'
import { ChannelFrames } from './frames.ts'
import { readValues } from './query.ts'
import type { Service } from './service.ts'
import { makeLibraryOptions, type UpgradeKind } from './upgrade.ts'

/** What connections are joined to, beside the service. */
export interface ConnectParts {
  /** Nothing where the service does not offer `robust`. */
  heartbeat: Heartbeat | undefined
  /** Nothing where writers are used as they are. */
  wrapWriter: WrapWriter | undefined
}

/** The kind of upgrade that opens a connection of a channel. */
export function makeConnectUpgrade(service: Service, parts: ConnectParts): UpgradeKind {
  const { rules, ports, limits, channels } = service
  const frameParts = { rules, channels, heartbeat: parts.heartbeat }
  const writerParts = makeWriterParts({ clock: ports.clock, makeReason: rules.makeCloseReason })
  const offersOf = new WeakMap<IncomingMessage, readonly string[]>()
  const library = new WebSocketServer({
    ...makeLibraryOptions(),
    autoPong: rules.decidePongs(),
    maxPayload: limits.client_frame_bytes,
    maxFragments: limits.client_frame_bytes,
    handleProtocols: (_offers, request) =>
      rules.decideSubprotocol(offersOf.get(request) ?? []) ?? false,
  })

  function judge(request: IncomingMessage): void {
    const { headers } = request
    const offers = rules.readOffers(headers['sec-websocket-protocol'])
    const facts = {
      upgrade: headers.upgrade,
      key: headers['sec-websocket-key'],
      version: headers['sec-websocket-version'],
      offers,
      accept: headers.accept,
    }
    const refusal = rules.decideUpgrade(facts) ?? rules.decideHandshake(facts)
    if (refusal) throw refusal
    const late = rules.decideLatecomer(service.isDraining())
    if (late) throw late
    // The library sees no token, and none of its own refusals of the list can happen.
    headers['sec-websocket-protocol'] = SUBPROTOCOL
    offersOf.set(request, offers)
  }

  const open: UpgradeKind['open'] = (socket, request) => {
    const frames = new ChannelFrames(frameParts)
    socket.carried = frames
    const tokens = rules.readOfferedTokens(offersOf.get(request) ?? [])
    const admission = decideAdmission(rules, tokens, readArrival(service, request))
    if ('refusal' in admission) {
      const slug: CloseSlug = admission.refusal
      ports.metrics.count('connections_refused', slug)
      socket.finish(CLOSE_CODES[slug].code, rules.makeCloseReason(slug))
      return
    }
    const { claims } = admission
    const { writer, pulse } = openWriter(socket, writerParts, parts.wrapWriter, claims.clientId)
    const { query } = readTarget(request.url, service.basePath)
    const asked = readAsked(rules, {
      after: readValues(query, 'after'),
      afterBroadcast: readValues(query, 'after_broadcast'),
    })
    frames.hold(channels.admit(claims, writer, asked), pulse)
  }

  return { name: 'channel', takes: (path) => path === '/v1/connect', library, judge, open }
}
