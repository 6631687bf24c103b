/** Rules of opening: they alone know which upgrades are completed and which connections are let in. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import { Refusal } from '../refusal.ts'

/** The subprotocol that client and service agree on. */
export const SUBPROTOCOL = 'channel-protocol.v1'
const TOKEN_PREFIX = 'channel-token.'

/** What an upgrade request shows of itself. */
export interface UpgradeFacts {
  /** Value of `Upgrade`. */
  upgrade: string | undefined
  /** Value of `Sec-WebSocket-Key`. */
  key: string | undefined
  /** Value of `Sec-WebSocket-Version`. */
  version: string | undefined
  /** Offered subprotocols, in order. */
  offers: readonly string[]
  /** Value of `Accept`, which means nothing to an upgrade. */
  accept?: string | undefined
}

/**
 * The subprotocols of a `Sec-WebSocket-Protocol` header.
 * @throws Refusal `malformed-request` where an item is not a token of RFC 9110
 */
function readOffers(header: string | undefined): string[] {
  const items = (header ?? '').split(',').map((item) => item.trim())
  const offers = items.filter((item) => item !== '')
  if (offers.every((item) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(item))) return offers
  throw new Refusal('malformed-request', 'Sec-WebSocket-Protocol is not a list of tokens')
}

/**
 * Refuses what is no WebSocket upgrade or does not offer the protocol.
 * @spec connection.upgrade.required
 */
function decideUpgrade(facts: UpgradeFacts): Refusal | undefined {
  if (facts.upgrade?.toLowerCase() !== 'websocket')
    return new Refusal('upgrade-required', 'open this path as a WebSocket')
  if (!facts.offers.includes(SUBPROTOCOL))
    return new Refusal('upgrade-required', `offer the subprotocol ${SUBPROTOCOL}`)
  return undefined
}

/**
 * Refuses an opening handshake that breaks RFC 6455.
 * @spec connection.upgrade.malformed
 */
function decideHandshake(facts: UpgradeFacts): Refusal | undefined {
  if (facts.version !== '13')
    return new Refusal('upgrade-required', 'Sec-WebSocket-Version is not 13')
  if (!/^[+/0-9A-Za-z]{22}==$/.test(facts.key ?? ''))
    return new Refusal('malformed-request', 'Sec-WebSocket-Key is not 16 bytes in base64')
  return undefined
}

/**
 * Refuses who comes while the service drains.
 * @spec connection.drain.close
 */
function decideLatecomer(isDraining: boolean): Refusal | undefined {
  if (!isDraining) return undefined
  return new Refusal('unavailable', 'the service is about to stop', { retryAfterSeconds: 1 })
}

/**
 * The subprotocol that the answer names.
 * @spec connection.upgrade.subprotocol
 */
function decideSubprotocol(_offers: readonly string[]): string | undefined {
  return SUBPROTOCOL
}

/** The tokens among the offered subprotocols. */
function readOfferedTokens(offers: readonly string[]): string[] {
  const tokens = offers.filter((offer) => offer.startsWith(TOKEN_PREFIX))
  return tokens.map((offer) => offer.slice(TOKEN_PREFIX.length))
}

/**
 * Refuses a connection that offers no token or several.
 * @spec connection.token.count
 */
function decideTokenCount(tokens: readonly string[]): CloseSlug | undefined {
  return tokens.length === 1 ? undefined : 'bad-request'
}

/**
 * Refuses an origin that is neither absent, nor that of the base, nor listed.
 * @spec connection.origin.accept
 * @spec connection.origin.refuse
 */
function decideOrigin(facts: {
  origin: string | undefined
  baseOrigin: string
  origins: 'any' | readonly string[]
}): CloseSlug | undefined {
  const { origin, baseOrigin, origins } = facts
  if (origin === undefined || origins === 'any') return undefined
  return origin === baseOrigin || origins.includes(origin) ? undefined : 'forbidden'
}

/**
 * Refuses a connection beyond the limit.
 * @spec connection.capacity.refuse
 * @spec connection.capacity.freed
 */
function decideCapacity(openConnections: number, limit: number): CloseSlug | undefined {
  return openConnections < limit ? undefined : 'over-capacity'
}

export const upgradeRules = {
  readOffers,
  decideUpgrade,
  decideHandshake,
  decideLatecomer,
  decideSubprotocol,
  readOfferedTokens,
  decideTokenCount,
  decideOrigin,
  decideCapacity,
}
