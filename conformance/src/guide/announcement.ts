/** What a server says of itself in discovery when it begins: made from the registry, so that it can be copied and is true. */

import { LIMITS, TIMINGS } from '@channel-protocol/schemas/registry'

type Row = {
  readonly advertised: boolean
  readonly profiles: readonly string[]
  readonly default: unknown
}

/** The discovery document of a service that offers only these profiles and keeps all defaults. */
export function leastDiscovery(profiles: readonly string[]): Record<string, unknown> {
  return {
    protocol: 'channel-protocol.v1',
    implementation: { name: 'my-server', version: '0.1.0' },
    profiles,
    limits: advertisedOf(LIMITS, profiles),
    timings: advertisedOf(TIMINGS, profiles),
    origins: 'any',
    test_timings: false,
  }
}

/** What a profile adds to the document, in words. */
export function announcementOf(profile: string): string {
  const added = [advertisedOf(LIMITS, [profile]), advertisedOf(TIMINGS, [profile])]
  const [limits, timings] = added.map((rows) => JSON.stringify(rows).slice(1, -1))
  const what = [
    ...(limits ? [`to limits ${limits}`] : []),
    ...(timings ? [`to timings ${timings}`] : []),
  ].join(', ')
  return `Add to profiles "${profile}"${what && `, ${what.replaceAll(',"', ', "')}`}; these are the defaults.`
}

function advertisedOf(
  rows: Readonly<Record<string, Row>>,
  profiles: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rows)
      .filter(([, row]) => row.advertised && row.profiles.some((name) => profiles.includes(name)))
      .map(([name, row]) => [name, row.default]),
  )
}
