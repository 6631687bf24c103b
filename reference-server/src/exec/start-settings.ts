/** Reads what a service shall be that is started by command; it alone knows how `start` becomes settings. */
import { type LimitName, TIMINGS, type TimingName } from '@channel-protocol/schemas/registry'
import type { ExecStart } from '@channel-protocol/schemas/types'
import { describeErrors, validate } from '@channel-protocol/schemas/validate'
import { flagOf, SETTABLE_LIMITS, SETTABLE_TIMINGS } from '../setting-rows.ts'
import { readSettings, type Settings } from '../settings.ts'
import { Unsupported } from './command-pipe.ts'

/** The members of `start`. */
const MEMBERS: readonly (keyof ExecStart)[] = [
  ...(['application_keys', 'webhook_secrets', 'webhook_base', 'origins'] as const),
  ...(['timings', 'clock', 'limits', 'profiles', 'base_url', 'webhook_urls', 'nodes'] as const),
]

/**
 * Checks `start` against its schema. Throws {@link Unsupported} with the name of a member that is neither of the contract
 * nor one of `others`, and an Error that says what is wrong with another.
 */
export function readStart(value: unknown, others: readonly string[]): ExecStart {
  const read = validate('ExecStart', value)
  if (!read.valid) throw new Error(`start: ${describeErrors(read.errors)}`)
  const known = new Set<string>([...MEMBERS, ...others])
  const unknown = Object.keys(read.value).find((name) => !known.has(name))
  if (unknown !== undefined) throw new Unsupported(unknown)
  if (read.value.application_keys.length === 0)
    throw new Error('start: application_keys is empty, and a service needs one')
  return read.value
}

/** The settings of that service, on a port that the system chooses. Throws where one of them is out of its range. */
export function settingsOf(start: ExecStart, more: readonly string[] = []): Settings {
  const many = (flag: string, values: readonly string[] = []): string[] =>
    values.flatMap((value) => [flag, value])
  const flags = [
    ...['--port', '0', '--private-port', '0', '--application-base', start.webhook_base],
    ...many('--application-key', start.application_keys),
    ...many('--webhook-secret', start.webhook_secrets),
    ...many('--origin', start.origins),
    ...many('--profiles', start.profiles),
    ...many('--base-url', start.base_url === undefined ? [] : [start.base_url]),
    ...flagsOfTimings(start.timings),
    ...Object.entries(start.limits ?? {}).flatMap(([name, limit]) => {
      if (!(SETTABLE_LIMITS as string[]).includes(name)) throw new Unsupported('limits')
      return [`--${flagOf(name as LimitName)}`, String(limit)]
    }),
    ...Object.entries(start.webhook_urls ?? {}).flatMap(([event, url]) => [
      `--webhook-${event}-url`,
      url,
    ]),
    ...more,
  ]
  return readSettings(flags, {})
}

/** Timings that this server does not know cannot be seen in it; those that nobody may set have to be what they are. */
function flagsOfTimings(timings: ExecStart['timings']): string[] {
  const known = Object.entries(timings).filter(([name]) => name in TIMINGS) as [
    TimingName,
    number | number[],
  ][]
  const isSettable = ([name]: [TimingName, unknown]): boolean => SETTABLE_TIMINGS.includes(name)
  const odd = known.find((entry) => !isSettable(entry) && entry[1] !== TIMINGS[entry[0]].default)
  if (odd) throw new Error(`start: ${odd[0]} is ${TIMINGS[odd[0]].default} in every service`)
  const isShort = known.some(([name, value]) =>
    [value].flat().some((one) => one < TIMINGS[name].min),
  )
  return [
    ...(isShort ? ['--test-timings'] : []),
    ...known.filter(isSettable).flatMap(([name, value]) => [`--${flagOf(name)}`, String(value)]),
  ]
}
