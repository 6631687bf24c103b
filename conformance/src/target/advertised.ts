/** Reads what a service says about itself into what checks and judges need; tolerant, because judging is not done here. */

import { LIMITS, TIMINGS } from '@channel-protocol/schemas/registry'
import type { Advertised } from '../timeline/timeline.ts'

/**
 * The advertised values, with the registry's defaults where the document says nothing.
 * Without a document the service is taken for one of the profile `core`.
 */
export function readAdvertised(
  baseUrl: string,
  document: Readonly<Record<string, unknown>> | undefined,
  webhookSecrets: readonly string[],
): Advertised {
  const profiles = document?.profiles
  return {
    baseUrl,
    profiles: Array.isArray(profiles)
      ? profiles.filter((name) => typeof name === 'string')
      : ['core'],
    limits: { ...defaultsOf(LIMITS), ...numbersIn(document?.limits) } as Advertised['limits'],
    timings: { ...defaultsOf(TIMINGS), ...numbersIn(document?.timings) },
    testTimings: document?.test_timings === true,
    origins: typeof document?.origins === 'string' ? document.origins : 'any',
    webhookSecrets,
  }
}

function defaultsOf(
  rows: Readonly<Record<string, { readonly default: number | readonly number[] }>>,
): Record<string, number | readonly number[]> {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.default]))
}

function numbersIn(members: unknown): Record<string, number | readonly number[]> {
  if (typeof members !== 'object' || members === null) return {}
  return Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) =>
        typeof value === 'number' ||
        (Array.isArray(value) && value.every((entry) => typeof entry === 'number')),
    ),
  ) as Record<string, number | readonly number[]>
}
