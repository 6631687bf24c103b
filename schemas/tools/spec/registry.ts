/** Tools of the specification: the registry's rows as the generators and the lint need them; it alone reads schemas/registry here. */
import { readFileSync } from 'node:fs'

/** A row of the table of close codes. */
export interface CloseRow {
  code: number
  slug: string
  duty: string
  profile: string
  presence: string | null
  grace: boolean
  meaning: string
  gae: string
}

/** What the goog.appengine script tells its page of an ending. */
export interface GaeCallbacks {
  onerror: { code: string | number; description: string } | null
  onclose: boolean
}

/** A row of the table of problems. */
export interface ProblemRow {
  status: number
  code: string
  title: string
  retryable: boolean
  profile: string
}

/** A row of the table of limits; sizes and counts, `max` null where there is none. */
export interface LimitRow {
  name: string
  unit: string
  default: number
  floor: number
  max: number | null
  test: number
  advertised: boolean
  profiles: string[]
  meaning: string
}

/** A row of the table of timings, in seconds. */
export interface TimingRow {
  name: string
  default: number | number[]
  min: number
  max: number
  test: number | number[]
  test_floor: number
  largest_delay: number
  advertised: boolean
  profiles: string[]
  meaning: string
}

/** A row of the table of profiles. */
export interface ProfileRow {
  name: string
  role: string
  status: string
  requires: string[]
  paths: { method: string; path: string }[]
  meaning: string
}

/** A row of the table of headers. */
export interface HeaderRow {
  name: string
  from: string
  to: string
  value: string
  meaning: string
}

/** A row of the table of webhooks; `path` is below the application base. */
export interface WebhookRow {
  event: string
  profiles: string[]
  path: string
}

/** All tables of the registry that the text shows. */
export interface Registry {
  closeCodes: {
    duties: Record<string, string>
    gae: Record<string, GaeCallbacks>
    rows: CloseRow[]
  }
  problems: { type_base: string; rows: ProblemRow[] }
  limits: { rows: LimitRow[] }
  timings: { rows: TimingRow[] }
  profiles: { rows: ProfileRow[] }
  headers: { rows: HeaderRow[] }
  webhooks: { rows: WebhookRow[] }
}

/** Reads the registry from the folder at `root`. Throws where a file is missing or is not JSON. */
export function readRegistry(root: URL): Registry {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`schemas/registry/${name}.json`, root), 'utf8'))
  return {
    closeCodes: read('close-codes') as Registry['closeCodes'],
    problems: read('problems') as Registry['problems'],
    limits: read('limits') as Registry['limits'],
    timings: read('timings') as Registry['timings'],
    profiles: read('profiles') as Registry['profiles'],
    headers: read('headers') as Registry['headers'],
    webhooks: read('webhooks') as Registry['webhooks'],
  }
}
