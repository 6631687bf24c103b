import { PROFILES, type ProfileName } from '@channel-protocol/schemas/registry'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHECKS } from '../src/checks/index.ts'
import { readLedger } from '../src/ledger.ts'
import { planChecks } from '../src/plan.ts'
import { preflight } from '../src/preflight.ts'
import { runChecks } from '../src/runner.ts'
import { EXIT, summarise } from '../src/summary.ts'
import { type ReferenceHost, startReferenceHost } from '../src/target/reference.ts'

const ledger = readLedger()
/** What the reference server can offer, so that a profile that is specified later joins by itself. */
const offered = (Object.keys(PROFILES) as ProfileName[]).filter(
  (name) => PROFILES[name].role === 'service' && PROFILES[name].status === 'specified',
)

/** A profile and what it requires, in the registry's order. */
function withRequired(...names: ProfileName[]): ProfileName[] {
  const all = new Set<ProfileName>(names)
  for (const name of all)
    for (const required of PROFILES[name].requires) all.add(required as ProfileName)
  return offered.filter((name) => all.has(name))
}

/** Core alone, each profile on top of what it requires and on top of presence, and everything; each once. */
const subsets = [
  ...new Set(
    [
      withRequired('core'),
      withRequired('presence'),
      ...offered.flatMap((name) => [withRequired(name), withRequired('presence', name)]),
      offered,
    ].map((names) => names.join(', ')),
  ),
]

let host: ReferenceHost
beforeAll(async () => {
  host = await startReferenceHost()
})
afterAll(() => host.stop())

describe('the reference server', () => {
  test('offers every specified profile of a service', async () => {
    const target = await host.start({})
    expect([...target.site.advertised.profiles].sort()).toEqual([...offered].sort())
    await target.stop()
  })

  test.concurrent.for(subsets)('is conformant when it offers %s', async (subset, { expect }) => {
    const profiles = subset.split(', ')
    const target = await host.start({ profiles })
    try {
      expect(target.site.advertised.profiles).toEqual(profiles)
      const { site, served, trouble } = await preflight(target)
      expect({ served, trouble }).toEqual({ served: [], trouble: undefined })
      const selection = { patterns: [], profiles: [], budgetSeconds: 60, served }
      const results = await runChecks(
        planChecks(CHECKS, ledger, site, selection),
        { ...target, site },
        ledger,
        { concurrency: 24, seed: 1, patienceMs: 5000 },
      )
      const isOffered = ({ requirement }: { requirement: string }): boolean =>
        profiles.includes(ledger.find(requirement).profile)
      expect(
        results.filter((result) => isOffered(result) === (result.verdict === 'unsupported')),
      ).toEqual([])
      expect(
        results.filter(
          ({ verdict, reason }) =>
            verdict === 'not-run' && !/^needs (profile|optional-paths)/.test(reason ?? ''),
        ),
      ).toEqual([])
      const { exitCode, words } = summarise(results, ledger, {
        profiles,
        testTimings: true,
        isPartial: false,
        isStrict: false,
      })
      expect(
        results.flatMap(({ check, verdict, reason, expected, got }) =>
          ['pass', 'unsupported', 'not-run'].includes(verdict)
            ? []
            : [{ check, verdict, reason, expected, got }],
        ),
      ).toEqual([])
      expect(words).toContain(`conformant for ${subset}, judged with test timings`)
      expect(exitCode).toBe(EXIT.conformant)
    } finally {
      await target.stop()
    }
  })
})
