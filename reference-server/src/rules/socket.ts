/** Rules of sockets, gathered; it alone knows which of them are a channel's under a name of their own. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import { Refusal } from '../refusal.ts'
import { connectionRules } from './connection.ts'
import { livenessRules, type Vitals } from './liveness.ts'
import { socketLifeRules } from './socket-life.ts'
import { socketPathRules } from './socket-path.ts'
import { socketSendRules } from './socket-send.ts'
import { socketTicketRules } from './socket-ticket.ts'
import { type UpgradeFacts, upgradeRules } from './upgrade.ts'

/**
 * Refuses what is no WebSocket upgrade, whatever subprotocols it offers.
 * @spec socket.upgrade.required
 */
function decideSocketUpgrade(facts: Omit<UpgradeFacts, 'offers'>): Refusal | undefined {
  if (facts.upgrade?.toLowerCase() !== 'websocket')
    return new Refusal('upgrade-required', 'open this path as a WebSocket')
  return upgradeRules.decideHandshake({ ...facts, offers: [] })
}

/**
 * The subprotocol that the answer names: none.
 * @spec socket.open.plain
 */
function decideSocketSubprotocol(_offers: string | undefined): string | undefined {
  return undefined
}

/**
 * Whether a sign of life that the page's script would see is due: never, as no envelope travels on a socket.
 * @spec socket.envelope.none
 */
function decideSocketHeartbeat(_vitals: Vitals, _heartbeatSeconds: number): boolean {
  return false
}

/**
 * How a socket ends whose page broke RFC 6455 or sent too much at once, from the code of the WebSocket library.
 * @spec socket.frame.malformed
 * @spec socket.message.too-large
 */
function decideBadSocketFrame(libraryCode: number): CloseSlug {
  return connectionRules.decideBadFrame(libraryCode)
}

export const socketRules = {
  ...socketPathRules,
  ...socketTicketRules,
  ...socketSendRules,
  ...socketLifeRules,
  decideSocketUpgrade,
  decideSocketSubprotocol,
  decideSocketHeartbeat,
  decideBadSocketFrame,
  /** As for a channel. @spec socket.origin.refuse */
  decideSocketOrigin: upgradeRules.decideOrigin,
  /** As for a channel. @spec socket.capacity.refuse */
  decideSocketCapacity: upgradeRules.decideCapacity,
  /** As for a channel. @spec socket.drain.close */
  decideSocketLatecomer: upgradeRules.decideLatecomer,
  /** As for a channel. @spec socket.close.answered */
  decideSocketCloseAnswer: connectionRules.decideCloseAnswer,
  /** As for a channel. @spec socket.close.answered */
  selectSocketCloseCode: connectionRules.selectCloseCode,
  /** As for a channel. */
  makeSocketCloseReason: connectionRules.makeCloseReason,
  /** As for a channel. @spec socket.heartbeat.ping @spec socket.heartbeat.heard */
  decideSocketPing: livenessRules.decidePing,
  /** As for a channel. @spec socket.heartbeat.timeout */
  decideSocketSilence: livenessRules.decideSilence,
  /** As for a channel. @spec socket.slow.ended */
  decideSocketBacklog: livenessRules.decideBacklog,
  /** As for a channel. @spec socket.drain.close */
  decideSocketDrainDelayMs: livenessRules.decideDrainDelayMs,
}
