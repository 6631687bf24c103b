/** Handshakes; it alone knows by what they are counted, and in which order. */
import type { Limits, Ports } from '../ports.ts'
import type { HandshakeKind } from '../rules/rate.ts'
import { makeRateGate } from '../rules/rate-gate.ts'
import type { Rules } from '../rules/rule-book.ts'
import { type Coming, makeAddressReader, type Proxies } from './address.ts'

/** Takes one handshake; throws the Refusal `rate-limited` beyond a rate. */
export type TakeHandshake = (request: Coming, kind: HandshakeKind) => void

/** What handshakes are counted with. */
export interface HandshakeParts {
  rules: Rules
  ports: Pick<Ports, 'clock' | 'metrics'>
  limits: Limits
  proxies: Proxies
}

/**
 * Counts handshakes, those of each address first: what one of them has too many of takes nothing from the others.
 * @spec connection.rate.counted
 * @spec sse.rate.counted
 * @spec socket.rate.counted
 */
export function makeHandshakes(parts: HandshakeParts): TakeHandshake {
  const { rules, ports, limits, proxies } = parts
  const readAddress = makeAddressReader(rules, proxies)
  const takeOfAddress = makeRateGate(rules, ports.clock, {
    perSecond: limits.address_handshakes_per_second,
    what: 'handshakes from one address',
  })
  const takeOfAll = makeRateGate(rules, ports.clock, {
    perSecond: limits.handshakes_per_second,
    what: 'handshakes',
  })

  return (request, kind) => {
    if (!rules.decideCounted(kind)) return
    const address = readAddress(request)
    let refuser = 'address'
    try {
      takeOfAddress(address)
      refuser = 'all'
      takeOfAll(address)
    } catch (refusal) {
      ports.metrics.count('handshakes_refused', refuser)
      throw refusal
    }
  }
}
