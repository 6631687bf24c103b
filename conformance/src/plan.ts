/** Decides before a run which checks will be made and why the others will not. */

import { LIMITS, PROFILES } from '@channel-protocol/schemas/registry'
import type { Check, Need } from './check.ts'
import type { Site } from './drive/site.ts'
import { type Exclusion, readExclusions } from './exclusions.ts'
import type { Ledger, Requirement } from './ledger.ts'

/** The profile of applications, which no service announces. */
export const APPLICATION_PROFILE = 'application'

/** What the user asked for. */
export interface Selection {
  /** Patterns over check and requirement ids, see {@link matches}; none means all. */
  readonly patterns: readonly string[]
  /** Profiles to judge; empty means those that the target announces. */
  readonly profiles: readonly string[]
  /** Longest wait for timers of one check, in seconds. */
  readonly budgetSeconds: number
  /** Profiles that the target serves without announcing them. */
  readonly served?: readonly string[]
  /** Patterns of what is not to be made, whatever else selects it; it is reported as not run. */
  readonly skip?: readonly string[]
  /** The weakest level that is judged; absent for all. */
  readonly level?: LeastLevel
  /** Ids of the only checks to be made; absent for all. */
  readonly only?: readonly string[]
}

/** A level as it is selected: itself and what binds more. */
export type LeastLevel = 'must' | 'should' | 'may'

const RANKS: Readonly<Record<Requirement['level'], number>> = {
  MUST: 0,
  'MUST NOT': 0,
  SHOULD: 1,
  'SHOULD NOT': 1,
  MAY: 2,
}
const LEAST: Readonly<Record<LeastLevel, number>> = { must: 0, should: 1, may: 2 }

/** Whether this names a level as it is selected. */
export function isLeastLevel(text: string): text is LeastLevel {
  return Object.hasOwn(LEAST, text)
}

/** Whether checks of the judged profiles are left out on purpose. */
export function isPartial({ patterns, skip = [], level, only }: Selection): boolean {
  return patterns.length > 0 || skip.length > 0 || level === 'must' || level === 'should' || !!only
}

/** A check and whether it will be made. */
export interface PlannedCheck {
  readonly check: Check
  readonly decision: 'run' | 'unsupported' | { readonly notRun: string }
}

const NEEDS: Readonly<
  Record<Need, { readonly isMet: (site: Site) => boolean; readonly remedy: string }>
> = {
  key: { isMet: (site) => site.applicationKeys.length > 0, remedy: 'give --application-key' },
  'second-key': {
    isMet: (site) => site.applicationKeys.length > 1,
    remedy: 'give --application-key twice',
  },
  webhooks: {
    isMet: (site) => site.receiver !== undefined,
    remedy: 'give --webhooks the address that the server was given as its application base',
  },
  origin: {
    isMet: (site) => site.listedOrigin !== undefined && site.advertised.origins === 'listed',
    remedy: 'give --origin an origin that the server lists',
  },
  exec: {
    isMet: (site) => site.launch !== undefined,
    remedy: 'the suite must start the server itself: run --exec -- <program>',
  },
  'optional-paths': {
    isMet: ({ advertised }) =>
      Object.values(PROFILES).some(
        ({ name, paths }) =>
          name !== 'core' && paths.length > 0 && advertised.profiles.includes(name),
      ),
    remedy: 'the service offers no profile with paths of its own beside core',
  },
  'no-idempotency': {
    isMet: ({ advertised, launch }) =>
      launch !== undefined || !advertised.profiles.includes('idempotency'),
    remedy: 'the service offers idempotency, and the suite must start one that does not',
  },
  'no-resume': {
    isMet: ({ advertised, launch }) =>
      launch !== undefined || !advertised.profiles.includes('resume'),
    remedy: 'the service offers resume, and the suite must start one that does not',
  },
  'no-broadcast': {
    isMet: ({ advertised, launch }) =>
      launch !== undefined || !advertised.profiles.includes('broadcast'),
    remedy: 'the service offers broadcast, and the suite must start one that does not',
  },
  'service-clock': {
    isMet: ({ launch, steps }) => launch !== undefined && steps === true,
    remedy:
      'the suite must start the service itself, without --clock real, and its clock must stand still until it is moved',
  },
  'small-total': {
    isMet: ({ advertised, launch }) =>
      launch !== undefined ||
      (advertised.limits.resume_total_bytes ?? Infinity) <= LIMITS.resume_total_bytes.floor,
    remedy: `a service by URL must have ${LIMITS.resume_total_bytes.floor} as its resume_total_bytes, or less`,
  },
  nodes: {
    isMet: ({ nodes = [] }) => nodes.length > 1,
    remedy: 'give the base URLs of several nodes: run http://one.example http://other.example',
  },
  'webhook-secret': {
    isMet: (site) => (site.application?.webhookSecrets.length ?? 0) > 0,
    remedy: 'give --webhook-secret the secret that the application was given',
  },
  'second-secret': {
    isMet: (site) => (site.application?.webhookSecrets.length ?? 0) > 1,
    remedy: 'give --webhook-secret twice, where the application takes two',
  },
  reports: {
    isMet: (site) => site.application?.isReportedTo !== false,
    remedy: 'give the service the URL of the application as its application base',
  },
  clock: {
    isMet: (site) => site.application?.advance !== undefined,
    remedy: 'the suite must start the application itself, as it does without a URL',
  },
}

/** Plans a run: checks of applications where the site has one, and those of services where it has none. */
export function planChecks(
  checks: readonly Check[],
  ledger: Ledger,
  site: Site,
  selection: Selection,
  exclusions: readonly Exclusion[] = readExclusions(),
): PlannedCheck[] {
  const selected = checks.filter(
    (check) =>
      isSelected(check, selection.patterns) &&
      selection.only?.includes(check.id) !== false &&
      isForApplications(check, ledger) === (site.application !== undefined),
  )
  return selected.map((check) => {
    const excluded = exclusions.find(({ check: id }) => id === check.id)
    return {
      check,
      decision: excluded
        ? { notRun: `excluded since ${excluded.since}: ${excluded.reason} (${excluded.issue})` }
        : decide(check, ledger, site, selection),
    }
  })
}

function decide(
  check: Check,
  ledger: Ledger,
  site: Site,
  selection: Selection,
): PlannedCheck['decision'] {
  const { profile, level } = ledger.find(check.proves)
  const skipped = selection.skip?.find((pattern) => isSelected(check, [pattern]))
  if (skipped !== undefined) return { notRun: `skipped by --skip ${skipped}` }
  if (RANKS[level] > LEAST[selection.level ?? 'may'])
    return { notRun: `a ${level}, and --level is ${selection.level}` }
  const profiles = [...(site.application ? [] : [profile]), ...(check.profiles ?? [])]
  if (selection.profiles.length > 0 && !selection.profiles.includes(profile)) {
    return { notRun: `profile ${profile} was not selected` }
  }
  const missing = profiles.find((name) => !site.advertised.profiles.includes(name))
  if (missing === profile) {
    return selection.served?.includes(profile)
      ? { notRun: `profile ${profile} is not announced, though its path is served` }
      : 'unsupported'
  }
  if (missing !== undefined)
    return { notRun: `needs profile ${missing}, which the service does not announce` }
  for (const need of [...(site.application ? [] : ['key' as const]), ...(check.needs ?? [])]) {
    if (!NEEDS[need].isMet(site)) return { notRun: `needs ${need}: ${NEEDS[need].remedy}` }
  }
  const wait = waitOf(check, site)
  return wait > selection.budgetSeconds
    ? {
        notRun: `needs short-timers: waits ${Math.ceil(wait)} s, the budget is ${selection.budgetSeconds} s`,
      }
    : 'run'
}

/** Seconds that a check waits for what the service that it is made on advertises; none where its clock is moved. */
export function waitOf(check: Check, site: Site): number {
  if (isStepped(check, site)) return 0
  const { advertised, launch } = site
  const limits = launch ? { ...advertised.limits, ...check.limits } : advertised.limits
  return check.waitSeconds?.({ ...advertised, limits }) ?? 0
}

/** Whether a check is made on a service of its own whose clock the suite moves: where it waits for timers and can. */
export function isStepped(
  { waitSeconds, realTime, needs = [] }: Pick<Check, 'waitSeconds' | 'realTime' | 'needs'>,
  { launch, steps }: Pick<Site, 'launch' | 'steps'>,
): boolean {
  if (!launch || !steps || realTime) return false
  return waitSeconds !== undefined || needs.includes('service-clock')
}

/** Whether it judges an application and not a service. */
export function isForApplications(check: Check, ledger: Ledger): boolean {
  return ledger.find(check.proves).profile === APPLICATION_PROFILE
}

/** Whether a pattern, or one of several, names this check or its requirement. */
export function isSelected(
  check: Pick<Check, 'id' | 'proves'>,
  patterns: readonly string[],
): boolean {
  return (
    patterns.length === 0 ||
    patterns.some((pattern) => matches(pattern, check.id) || matches(pattern, check.proves))
  )
}

/**
 * Whether an id matches a pattern: `*` stands for one part or a piece of it, `**` for any number of parts,
 * and `.**` at the end also for none, so that an id belongs to what is below it.
 */
export function matches(pattern: string, id: string): boolean {
  const stem = pattern.replace(/\.\*\*$/, '')
  const source = stem
    .split('**')
    .map((piece) => piece.split('*').map(escapeForRegExp).join('[^.]*'))
    .join('.*')
  const below = stem === pattern ? '' : '(\\..*)?'
  return new RegExp(`^${source}${below}$`).test(id)
}

/** Ids that somebody who typed `text` may have meant, nearest first, at most three: of `token` those that begin so. */
export function suggest(text: string, ids: readonly string[]): string[] {
  const beginningOf = makeBeginning(text)
  return nearest(
    [...new Set(ids)].map((id) => [
      id,
      Math.min(editDistance(text, id), editDistance(text, beginningOf(id)) + 1),
    ]),
  )
}

/** Patterns that somebody who typed `pattern` may have meant, nearest first, at most three: of `tokne` it is `token.**`. */
export function suggestPatterns(pattern: string, ids: readonly string[]): string[] {
  const stem = pattern.replace(/\.?\*+$/, '')
  const beginnings = new Set(ids.map(makeBeginning(stem)))
  return nearest([
    ...[...new Set(ids)].map((id) => [id, editDistance(pattern, id)] as const),
    ...[...beginnings]
      .filter((beginning) => !ids.includes(beginning))
      .map((beginning) => [`${beginning}.**`, editDistance(stem, beginning)] as const),
  ])
}

/** Cuts ids to as many parts as a text has. */
function makeBeginning(text: string): (id: string) => string {
  const parts = text.split('.').length
  return (id) => id.split('.').slice(0, parts).join('.')
}

function nearest(far: readonly (readonly [text: string, distance: number])[]): string[] {
  return [...far]
    .sort(([, a], [, b]) => a - b)
    .slice(0, 3)
    .map(([text]) => text)
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}

/** Letters to put in, take out or replace until one text is the other. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
