/** Rules of open connections: they alone know what is sent on them, what ends them and what an ending means. */
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import type { Envelope, ReconnectEnvelope, WelcomeEnvelope } from '@channel-protocol/schemas/types'
import { writeInstant } from './instant.ts'

/** How a connection ended: by the client's Close frame, by loss, or by the service's own decision. */
export type Ending =
  | { by: 'client'; code: number }
  | { by: 'loss' }
  | { by: 'service'; slug: CloseSlug }

/** What an ending of the current connection means for presence. */
export interface Departure {
  reason: string
  grace: boolean
}

/** What the welcome is made of. */
export interface WelcomeFacts {
  clientId: string
  connectionId: string
  epoch: number
  seq: number
  heartbeatSeconds: number
  expiresAtMs: number
  nowMs: number
  resumed: boolean
}

/** Code of a Close frame without a code. */
const NO_CODE = 1005

/**
 * A name for a new connection.
 * @spec connection.welcome.id
 */
function makeConnectionId(bytes: Uint8Array): string {
  return `conn_${Buffer.from(bytes).toString('base64url')}`
}

/**
 * The first envelope of a connection.
 * @spec connection.welcome.expiry
 * @spec connection.welcome.seq
 */
function makeWelcome(facts: WelcomeFacts): WelcomeEnvelope {
  return {
    type: 'welcome',
    client_id: facts.clientId,
    connection_id: facts.connectionId,
    epoch: facts.epoch,
    seq: facts.seq,
    heartbeat_seconds: facts.heartbeatSeconds,
    expires_at: writeInstant(facts.expiresAtMs),
    expires_in_seconds: Math.max(0, facts.expiresAtMs - facts.nowMs) / 1000,
    resumed: facts.resumed,
  }
}

/**
 * Everything that opens a connection, in order.
 * @spec connection.welcome.first
 */
function makeOpening(welcome: WelcomeEnvelope): Envelope[] {
  return [welcome]
}

/**
 * What a draining service sends on a connection before it closes it: how long to stay away then.
 * @spec connection.drain.announced
 */
function makeFarewell(afterSeconds: number): ReconnectEnvelope[] {
  return [{ type: 'reconnect', after_seconds: afterSeconds }]
}

/**
 * An envelope as a frame; text frames are strings.
 * @spec connection.envelope.text
 */
function encodeEnvelope(envelope: Envelope): string | Uint8Array {
  return JSON.stringify(envelope)
}

/**
 * How the older connection ends when a newer one is welcomed.
 * @spec connection.takeover.close
 */
function decideTakeover(): CloseSlug | undefined {
  return 'replaced'
}

/**
 * How a connection ends on which the client sent a data frame of `bytes` bytes.
 * @spec connection.data.refused
 */
function decideDataFrame(_bytes: number): CloseSlug | undefined {
  return 'protocol-violation'
}

/**
 * How a connection ends whose client broke RFC 6455, from the code of the WebSocket library.
 * @spec connection.frame.size
 * @spec connection.frame.malformed
 * @spec connection.frame.utf8
 */
function decideBadFrame(libraryCode: number): CloseSlug {
  if (libraryCode === CLOSE_CODES['invalid-utf8'].code) return 'invalid-utf8'
  // 1008 is the library's word for too many fragments of one message.
  if (libraryCode === CLOSE_CODES['frame-too-large'].code || libraryCode === 1008)
    return 'frame-too-large'
  return 'protocol-error'
}

/**
 * Whether a client's Close frame is answered.
 * @spec connection.close.answered
 */
function decideCloseAnswer(_code: number): boolean {
  return true
}

/**
 * Whether a client's Pings are answered.
 * @spec connection.ping.answered
 */
function decidePongs(): boolean {
  return true
}

/**
 * The code of the Close frame that answers a client's: its own, or none where it had none.
 * @spec connection.close.answered
 */
function selectCloseCode(code: number): number | undefined {
  return code === NO_CODE ? undefined : code
}

/**
 * The reason of a Close frame that the service writes on its own account.
 * @spec connection.takeover.close
 * @spec connection.token.count
 */
function makeCloseReason(slug: CloseSlug): string {
  return slug
}

/**
 * Milliseconds for which the service reads and discards after its last word, a Close frame or the answer to a
 * request that it reads no further, before it ends the TCP connection.
 * @spec connection.close.ended
 * @spec connection.close.lingering
 */
function decideLingerMs(closeTimeoutSeconds: number, _after: 'close' | 'answer'): number {
  return closeTimeoutSeconds * 1000
}

/**
 * How a connection ends when its client id continues in another epoch.
 * @spec connection.epoch.constant
 */
function decideEpochChange(welcomed: number, current: number): CloseSlug | undefined {
  return welcomed === current ? undefined : 'state-lost'
}

/**
 * What an ending of the current connection means for presence.
 * @spec presence.closed.reported
 * @spec presence.lost.reported
 * @spec presence.expiry.reported
 * @spec presence.violation.reported
 * @spec presence.unresponsive.reported
 * @spec presence.slow.reported
 * @spec presence.draining.reported
 */
function decideEnding(ending: Ending): Departure {
  if (ending.by === 'loss') return { reason: 'lost', grace: true }
  if (ending.by === 'client') {
    const saidGoodbye = ending.code === CLOSE_CODES.closed.code || ending.code === NO_CODE
    return saidGoodbye ? { reason: 'closed', grace: false } : { reason: 'lost', grace: true }
  }
  const row = CLOSE_CODES[ending.slug]
  return { reason: row.presence ?? 'lost', grace: row.grace }
}

/**
 * What it means for presence that the process ended which held the current connection, or was waiting for another.
 * @param leftFor why the last connection had ended, where it had
 * @spec presence.node-lost.reported
 */
function decideNodeEnd(leftFor: string | undefined): Departure {
  return { reason: leftFor ?? 'node-lost', grace: true }
}

export const connectionRules = {
  makeConnectionId,
  makeWelcome,
  makeOpening,
  makeFarewell,
  encodeEnvelope,
  decideTakeover,
  decideDataFrame,
  decideBadFrame,
  decideCloseAnswer,
  decidePongs,
  selectCloseCode,
  makeCloseReason,
  decideLingerMs,
  decideEpochChange,
  decideEnding,
  decideNodeEnd,
}
