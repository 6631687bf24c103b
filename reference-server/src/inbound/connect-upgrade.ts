/** Upgrades on the connect path; it alone knows how one becomes a connection of a channel or is refused. */
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import { makeWriterParts, openWriter, type WrapWriter } from '../outbound/connection.ts'
import type { Heartbeat } from '../outbound/heartbeat.ts'
import { makeFrameOptions } from '../outbound/library-socket.ts'
import { decideAdmission } from '../rules/admission.ts'
import { readAsked } from '../rules/resume.ts'
import { readArrival } from './arrival.ts'
import { readTarget } from './call.ts'
import { ChannelFrames } from './frames.ts'
import { readValues } from './query.ts'
import type { Service } from './service.ts'
import type { UpgradeKind, UpgradeRequest } from './upgrade.ts'

/** What connections are joined to, beside the service. */
export interface ConnectParts {
  /** Nothing where the service does not offer `robust`. */
  heartbeat: Heartbeat | undefined
  /** Nothing where writers are used as they are. */
  wrapWriter: WrapWriter | undefined
}

/** The kind of upgrade that opens a connection of a channel. */
export function makeConnectUpgrade(service: Service, parts: ConnectParts): UpgradeKind {
  const { rules, ports, limits, channels, turn } = service
  const frameParts = { rules, channels, heartbeat: parts.heartbeat }
  const writerParts = makeWriterParts({
    clock: ports.clock,
    turn,
    makeReason: rules.makeCloseReason,
  })
  const options = makeFrameOptions({
    autoPong: rules.decidePongs(),
    maxPayload: limits.client_frame_bytes,
    maxFragments: limits.client_frame_bytes,
  })

  function judge({ headers }: UpgradeRequest): readonly string[] {
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
    return offers
  }

  const open: UpgradeKind['open'] = (socket, request, offers) => {
    const frames = new ChannelFrames(frameParts)
    socket.carried = frames
    const tokens = rules.readOfferedTokens(offers)
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

  return {
    name: 'channel',
    takes: (path) => path === '/v1/connect',
    options,
    judge,
    selectProtocol: (offers) => rules.decideSubprotocol(offers),
    open,
  }
}
