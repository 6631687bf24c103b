/** What a program in the plain form is told: it alone knows which variable carries which member of `start`. */

import { LIMITS, TIMINGS, WEBHOOKS } from '@channel-protocol/schemas/registry'
import type { ExecStart } from '@channel-protocol/schemas/types'

/** A variable, or a family of them. */
export interface PlainVariable {
  /** Its name; of a family, with what stands for the varying part in angle brackets. */
  readonly name: string
  /** What it says, for a person. */
  readonly meaning: string
  /** The variables and their values for a service. */
  readonly of: (
    start: ExecStart,
    listen: { readonly port: number },
  ) => Readonly<Record<string, string>>
}

const HOST = '127.0.0.1'

/** Every variable that the suite sets, in the order of the guide. */
export const PLAIN_VARIABLES: readonly PlainVariable[] = [
  one('CHANNEL_HOST', 'address to listen on', () => HOST),
  one('CHANNEL_PORT', 'port to listen on', (_start, { port }) => String(port)),
  one('CHANNEL_APPLICATION_KEY', 'application keys, with commas between', ({ application_keys }) =>
    application_keys.join(','),
  ),
  one(
    'CHANNEL_WEBHOOK_SECRET',
    'secrets that sign webhooks, each `whsec_` and Base64, with commas between',
    ({ webhook_secrets }) => webhook_secrets.join(','),
  ),
  one(
    'CHANNEL_APPLICATION_BASE',
    'URL below which webhooks go, without a slash at its end',
    ({ webhook_base }) => webhook_base,
  ),
  one('CHANNEL_ORIGIN', 'listed origins, with commas between', ({ origins }) => origins.join(',')),
  one(
    'CHANNEL_TEST_TIMINGS',
    '`true` where timings may be shorter than in production; the service then advertises `test_timings`',
    ({ timings }) => (isShort(timings) ? 'true' : undefined),
  ),
  {
    name: 'CHANNEL_<TIMING>',
    meaning:
      'a row of `schemas/registry/timings.json` that it advertises, in seconds, such as `CHANNEL_HEARTBEAT_SECONDS`; a list has commas between',
    of: ({ timings }) =>
      Object.fromEntries(
        Object.entries(timings)
          .filter(([name]) => isSettable(name))
          .map(([name, value]) => [variable(name), String(value)]),
      ),
  },
  {
    name: 'CHANNEL_<LIMIT>',
    meaning:
      'a row of `schemas/registry/limits.json`, such as `CHANNEL_CONNECTIONS`; only where a check needs it',
    of: ({ limits = {} }) =>
      Object.fromEntries(
        Object.entries(limits)
          .filter(([name]) => name in LIMITS)
          .map(([name, value]) => [variable(name), String(value)]),
      ),
  },
  one(
    'CHANNEL_PROFILES',
    'profiles to offer, with commas between; only where a check needs fewer than all',
    ({ profiles }) => profiles?.join(','),
  ),
  one(
    'CHANNEL_BASE_URL',
    'public base; it listens at the path of this all the same; only where a check needs it',
    ({ base_url }) => base_url,
  ),
  {
    name: 'CHANNEL_WEBHOOK_<EVENT>_URL',
    meaning: `where the webhook of one event goes (${Object.keys(WEBHOOKS).join(', ')}); only where a check needs it`,
    of: ({ webhook_urls = {} }) =>
      Object.fromEntries(
        Object.entries(webhook_urls).map(([event, url]) => [
          `CHANNEL_WEBHOOK_${event.toUpperCase()}_URL`,
          url,
        ]),
      ),
  },
  one(
    'CHANNEL_PRIVATE_PORT',
    'always `0`: a listener for operators, where there is one, stays off',
    () => '0',
  ),
]

/** The environment of a program that shall be as `start` says: that of the suite, but for `CHANNEL_` variables. */
export function plainEnvironment(
  start: ExecStart,
  port: number,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !name.startsWith('CHANNEL_'))
  const own = PLAIN_VARIABLES.map(({ of }) => of(start, { port }))
  return Object.assign(Object.fromEntries(others), ...own) as NodeJS.ProcessEnv
}

function one(
  name: string,
  meaning: string,
  read: (start: ExecStart, listen: { readonly port: number }) => string | undefined,
): PlainVariable {
  return {
    name,
    meaning,
    of: (start, listen) => {
      const value = read(start, listen)
      return value === undefined ? {} : { [name]: value }
    },
  }
}

function variable(name: string): string {
  return `CHANNEL_${name.toUpperCase()}`
}

/** Those that are the same in every service are nobody's to set. */
function isSettable(name: string): boolean {
  const row = Object.entries(TIMINGS).find(([one]) => one === name)?.[1]
  return row !== undefined && (row.min !== row.max || Array.isArray(row.default))
}

function isShort(timings: ExecStart['timings']): boolean {
  return Object.entries(TIMINGS).some(([name, { min }]) =>
    [timings[name] ?? []].flat().some((value) => value < min),
  )
}
