/** Until when a conforming service may act: an advertised timer plus the registry's largest delay. */

import { TIMINGS, type TimingName } from '@channel-protocol/schemas/registry'
import { type Advertised, seconds } from './timeline.ts'

/** Seconds within which a conforming service acts on this timer. */
export function latestSeconds(advertised: Advertised, name: TimingName): number {
  return seconds(advertised, name) + TIMINGS[name].largest_delay
}

/** The sum of {@link latestSeconds} over several timers: what a check that lets them run out has to wait. */
export function latestOf(...names: readonly TimingName[]): (advertised: Advertised) => number {
  return (advertised) => names.reduce((sum, name) => sum + latestSeconds(advertised, name), 0)
}
