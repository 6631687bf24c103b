/** Looks at the advertised rates: it alone knows how fast a run is, and which limits get in its way. */

import type { LimitName } from '@channel-protocol/schemas/registry'
import type { Look } from './diagnosis.ts'
import type { Site } from './drive/site.ts'

/** What a run with its usual concurrency stays below on a fast machine, per second. */
const PLENTY = {
  calls_per_second: 2000,
  handshakes_per_second: 1000,
  address_handshakes_per_second: 1000,
  messages_per_second: 50,
} as const satisfies Partial<Record<LimitName, number>>

const REMEDY =
  'raise them while the suite runs, or make fewer checks at once, such as --concurrency 2'

/** Says whether a run would be refused with 429 for what it does beside the checks of rates. */
export function lookAtRates({ advertised }: Site): Look {
  const { limits, profiles } = advertised
  if (!profiles.includes('robust')) return { state: 'ok', what: 'the server announces none' }
  const rates = Object.entries(PLENTY).map(([name, plenty]) => {
    const limit = limits[name] ?? Number.POSITIVE_INFINITY
    return { told: `${name} ${limit}`, isLow: limit < plenty }
  })
  const low = rates.filter(({ isLow }) => isLow)
  if (low.length === 0)
    return { state: 'ok', what: `enough for a run: ${rates.map(({ told }) => told).join(', ')}` }
  return {
    state: 'note',
    what: `too low for a run at full speed: ${low.map(({ told }) => told).join(', ')}`,
    details: [
      'all calls and handshakes of the suite come from one address, most with one key: what exceeds these is refused with 429, and checks of other things fail or are inconclusive for it',
      REMEDY,
    ],
  }
}
