/** Rules of discovery: they alone know what the service says about itself. */
import { LIMITS, type ProfileName, TIMINGS } from '@channel-protocol/schemas/registry'
import type { Discovery } from '@channel-protocol/schemas/types'
import type { Limits, Timings } from '../ports.ts'

/** What a running service knows of itself. */
export interface ServiceFacts {
  implementation: { name: string; version: string }
  profiles: readonly ProfileName[]
  limits: Limits
  timings: Timings
  origins: 'any' | readonly string[]
  testTimings: boolean
}

/**
 * The discovery document.
 * @spec discovery.document.answer
 * @spec discovery.values.range
 */
function makeDiscovery(facts: ServiceFacts): Discovery {
  return {
    protocol: 'channel-protocol.v1',
    implementation: facts.implementation,
    profiles: [...facts.profiles],
    limits: selectAdvertised<Discovery['limits']>(LIMITS, facts.limits, facts.profiles),
    timings: selectAdvertised<Discovery['timings']>(TIMINGS, facts.timings, facts.profiles),
    origins: facts.origins === 'any' ? 'any' : 'listed',
    test_timings: decideTestTimings(facts.testTimings),
  }
}

/**
 * Whether the document says that values may lie outside their ranges.
 * @spec discovery.test-timings.announced
 */
function decideTestTimings(testTimings: boolean): boolean {
  return testTimings
}

function selectAdvertised<Advertised>(
  rows: Record<string, { advertised: boolean; profiles: readonly string[] }>,
  values: Record<string, unknown>,
  profiles: readonly string[],
): Advertised {
  const names = Object.keys(rows).filter((name) => {
    const row = rows[name]
    return row?.advertised === true && row.profiles.some((name) => profiles.includes(name))
  })
  return Object.fromEntries(names.map((name) => [name, values[name]])) as Advertised
}

/**
 * Headers of the discovery document.
 * @spec discovery.cache.allowed
 */
function makeDiscoveryHeaders(): Record<string, string> {
  return { 'cache-control': 'public, max-age=60' }
}

export const discoveryRules = { makeDiscovery, makeDiscoveryHeaders }
