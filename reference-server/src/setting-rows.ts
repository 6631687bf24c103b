/** The table of settings; it alone knows their names, defaults, units and how each text is read. */
import {
  DEVELOPMENT,
  LIMITS,
  type LimitName,
  TIMINGS,
  type TimingName,
  WEBHOOKS,
} from '@channel-protocol/schemas/registry'
import { readSecret } from './outbound/webhook-signature.ts'
import {
  readBaseUrl,
  readBroker,
  readForwardedHeader,
  readInteger,
  readKey,
  readLeaseSeconds,
  readLogLevel,
  readNumber,
  readNumbers,
  readOrigin,
  readPort,
  readProfile,
  readProxies,
  readSigningKey,
  readSwitch,
  readText,
  readUrl,
} from './setting-readers.ts'

/** One setting. Its variable is `CHANNEL_` and its name in capitals with underscores. */
export interface SettingRow {
  /** Name, as in `--name`. */
  name: string
  /** What stands for its value in the help; nothing for a switch. */
  placeholder?: string
  /** What it is for, with its unit. */
  meaning: string
  /** What holds where it is not given, in words. */
  fallback: string
  /** Whether it may be given several times, or with commas in its variable. */
  repeatable?: boolean
  /** Reads one text; throws an Error that says what is wrong with it. */
  read(text: string): unknown
}

/** Timings that may be set; the others are the same for every service. */
export const SETTABLE_TIMINGS = (Object.keys(TIMINGS) as TimingName[]).filter(
  (name) => isRange(TIMINGS[name]) || name === 'webhook_retry_seconds',
)
/** Limits that may be set; the others are the same for every service. */
export const SETTABLE_LIMITS = (Object.keys(LIMITS) as LimitName[]).filter(
  (name) => LIMITS[name].floor !== LIMITS[name].max,
)

const PLACEHOLDER_URL = 'url'

const plain: SettingRow[] = [
  row('host', 'address', 'address to listen on', DEVELOPMENT.listen.host, readText),
  row('port', 'number', 'port to listen on; 0 takes a free one', '8080', readPort),
  row(
    'base-url',
    PLACEHOLDER_URL,
    'public base; may have a path',
    'http://<host>:<port>',
    readBaseUrl,
  ),
  many(
    'application-key',
    'key',
    'secret of the application, at least 16 visible characters',
    readKey,
  ),
  many('webhook-secret', 'secret', 'whsec_ and base64 of 24 to 64 bytes', readSecret),
  row(
    'signing-key',
    'secret',
    'signs tokens and tickets, at least 32 characters; where control is offered, tokens die with what the broker keeps all the same',
    'a random one that the broker keeps, so that with memory both die with the process',
    readSigningKey,
  ),
  row(
    'broker',
    'where',
    'where the state lives: memory, which dies with the process; sqlite:<file>, one file that outlives it; redis://<address>, an engine that several servers share',
    'memory',
    readBroker,
  ),
  row(
    'node-lease-seconds',
    'seconds',
    'with an engine that servers share: how long one that is not heard of keeps its clients, 1 to 40',
    '10',
    readLeaseSeconds,
  ),
  row(
    'application-base',
    PLACEHOLDER_URL,
    'where webhooks go, with the historical paths below it',
    'none',
    readUrl,
  ),
  ...Object.values(WEBHOOKS).map(({ event, path }) =>
    row(
      `webhook-${event}-url`,
      PLACEHOLDER_URL,
      `where the webhook ${event} goes`,
      `<application-base>${path}`,
      readUrl,
    ),
  ),
  many(
    'origin',
    'origin',
    "an origin whose pages may connect beside the base's, or any",
    readOrigin,
  ),
  many('profiles', 'names', 'profiles to offer', readProfile, 'every one that this server knows'),
  {
    name: 'test-timings',
    meaning: 'run with the short timings of tests, and allow values below the floors',
    fallback: 'off',
    read: readSwitch,
  },
  many('fault', 'name', 'break one rule on purpose, to see the suite find it', readText),
  row('log-level', 'level', 'debug, info, warn, error or silent', 'info', readLogLevel),
  row(
    'private-port',
    'number',
    'loopback port of /livez, /readyz and /metrics; 0 is off',
    '8081',
    readPort,
  ),
  many(
    'trusted-proxy',
    'network',
    'a proxy, or a network of them such as 10.0.0.0/8, that says where clients come from; it matters to address-handshakes-per-second alone',
    readProxies,
  ),
  row(
    'forwarded-header',
    'name',
    'the header in which trusted proxies say it, forwarded or x-forwarded-for; they have to write this one themselves',
    'x-forwarded-for',
    readForwardedHeader,
  ),
]

/** All settings, in the order of the help. */
export const SETTING_ROWS: readonly SettingRow[] = [
  ...plain,
  ...SETTABLE_TIMINGS.map((name): SettingRow => {
    const { meaning, min, max, test } = TIMINGS[name]
    const fallback = String(TIMINGS[name].default)
    const range = `${min} to ${max}; ${test} with --test-timings`
    const read = name === 'webhook_retry_seconds' ? readNumbers : readNumber
    return { ...row(flagOf(name), 'seconds', `${meaning} In seconds, ${range}.`, fallback, read) }
  }),
  ...SETTABLE_LIMITS.map((name): SettingRow => {
    const { meaning, unit, floor, max, test } = LIMITS[name]
    const range = `${max === null ? `at least ${floor}` : `${floor} to ${max}`}; ${test} with --test-timings`
    const fallback = String(LIMITS[name].default)
    return row(flagOf(name), 'number', `${meaning} In ${unit}, ${range}.`, fallback, readInteger)
  }),
]

/** Name of the flag of a timing or limit. */
export function flagOf(name: TimingName | LimitName): string {
  return name.replaceAll('_', '-')
}

function isRange({ min, max }: { min: number; max: number }): boolean {
  return min !== max
}

function row(
  name: string,
  placeholder: string,
  meaning: string,
  fallback: string,
  read: (text: string) => unknown,
): SettingRow {
  return { name, placeholder, meaning, fallback, read }
}

function many(
  name: string,
  placeholder: string,
  meaning: string,
  read: (text: string) => unknown,
  fallback = 'none',
): SettingRow {
  return { name, placeholder, meaning, fallback, read, repeatable: true }
}
