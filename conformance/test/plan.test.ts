import { describe, expect, test } from 'vitest'
import type { Check } from '../src/check.ts'
import type { Site } from '../src/drive/site.ts'
import { PASS } from '../src/judges/finding.ts'
import type { Ledger, Requirement } from '../src/ledger.ts'
import {
  isPartial,
  isStepped,
  type LeastLevel,
  matches,
  planChecks,
  type Selection,
  suggest,
  suggestPatterns,
} from '../src/plan.ts'
import { readAdvertised } from '../src/target/advertised.ts'

const requirement = (id: string, profile: string): Requirement => ({
  id,
  profile,
  level: 'MUST',
  actor: 'service',
  class: 'wire',
  rows: [],
  chapter: 'token',
  section: '',
  text: '',
})
const rows = [
  requirement('token.a', 'core'),
  requirement('presence.b', 'presence'),
  requirement('application.c', 'application'),
  { ...requirement('token.d', 'core'), level: 'SHOULD' as const },
]
const ledger: Ledger = {
  revision: '1.0',
  requirements: rows,
  find: (id) => rows.find((row) => row.id === id) as Requirement,
}
const check = (members: Partial<Check> = {}): Check => ({
  id: 'token.a.works',
  proves: 'token.a',
  drive: async () => {},
  judge: () => PASS,
  killedBy: ['breaks-a'],
  ...members,
})
const site: Site = {
  baseUrl: 'http://127.0.0.1:1',
  advertised: readAdvertised('http://127.0.0.1:1', { profiles: ['core'] }, []),
  applicationKeys: ['key'],
  webhookPrefix: '',
}
const all: Selection = { patterns: [], profiles: [], budgetSeconds: 10 }
const waitForConnections: NonNullable<Check['waitSeconds']> = ({ limits }) =>
  limits.connections ?? 99
const decisionOf = (members: Partial<Check>, selection = all): unknown =>
  planChecks([check(members)], ledger, site, selection)[0]?.decision

describe('matches', () => {
  test('one star stands for one part and two for any number', () => {
    expect(matches('token.*', 'token.a')).toBe(true)
    expect(matches('token.*', 'token.a.works')).toBe(false)
    expect(matches('token.**', 'token.a.works')).toBe(true)
    expect(matches('token.a', 'tokenXa')).toBe(false)
  })
  test('two stars at the end stand for the id before them too', () => {
    expect(matches('token.a.**', 'token.a')).toBe(true)
    expect(matches('token.*.**', 'token.a')).toBe(true)
    expect(matches('token.**', 'tokens.a')).toBe(false)
    expect(matches('token.a.**', 'token.ab')).toBe(false)
    expect(matches('**', 'token.a')).toBe(true)
  })
})

describe('suggest', () => {
  test('names the nearest ids first', () => {
    expect(suggest('token.expird', ['presence.lost', 'token.expired'])[0]).toBe('token.expired')
  })
  test('names what begins so before what is merely as short, and nothing twice', () => {
    const ids = ['sse.id', 'token.expiry.close', 'token.expiry.close', 'gae.end.told']
    expect(suggest('token', ids).slice(0, 2)).toEqual(['token.expiry.close', 'sse.id'])
  })
})

describe('suggestPatterns', () => {
  const ids = ['sse.id', 'token.expiry.close', 'token.expiry.silent', 'token.mint.answer']

  test('names all that begins so for a noun alone, rightly or wrongly spelt', () => {
    expect(suggestPatterns('token', ids)[0]).toBe('token.**')
    expect(suggestPatterns('tokne', ids)[0]).toBe('token.**')
    expect(suggestPatterns('token.expirey.**', ids)[0]).toBe('token.expiry.**')
  })
  test('names an id where that is nearer', () => {
    expect(suggestPatterns('token.mint.answr', ids)[0]).toBe('token.mint.answer')
  })
})

describe('planChecks', () => {
  test('a check whose needs are met is run', () => {
    expect(decisionOf({})).toBe('run')
  })
  test('a check of a profile that is not announced is unsupported', () => {
    expect(decisionOf({ proves: 'presence.b' })).toBe('unsupported')
  })
  test('a profile that is served without being announced is not unsupported', () => {
    expect(decisionOf({ proves: 'presence.b' }, { ...all, served: ['presence'] })).toEqual({
      notRun: 'profile presence is not announced, though its path is served',
    })
  })
  test('a need that is not met is named with its remedy', () => {
    expect(decisionOf({ needs: ['second-key'] })).toEqual({
      notRun: 'needs second-key: give --application-key twice',
    })
  })
  test('what is held in all is judged by URL where the suite can reach it', () => {
    const decide = (total: number): unknown => {
      const document = { profiles: ['core'], limits: { resume_total_bytes: total } }
      const advertised = readAdvertised(site.baseUrl, document, [])
      const small = check({ needs: ['small-total'] })
      return planChecks([small], ledger, { ...site, advertised }, all)[0]?.decision
    }
    expect(decide(16_777_216)).toBe('run')
    expect(decide(16_777_217)).toEqual({
      notRun:
        'needs small-total: a service by URL must have 16777216 as its resume_total_bytes, or less',
    })
  })
  test('a wait beyond the budget is not run', () => {
    expect(decisionOf({ waitSeconds: () => 11 })).toEqual({
      notRun: 'needs short-timers: waits 11 s, the budget is 10 s',
    })
  })
  test('a wait for a limit is one for that of the service which the suite starts for the check, where it can', () => {
    const few = { limits: { connections: 5 }, waitSeconds: waitForConnections }
    const launch = (): Promise<never> => Promise.reject(new Error('nothing is launched here'))
    expect(planChecks([check(few)], ledger, { ...site, launch }, all)[0]?.decision).toBe('run')
    expect(decisionOf(few)).toEqual({ notRun: expect.stringContaining('needs short-timers') })
  })
  test('a profile that was not selected is not run', () => {
    expect(decisionOf({}, { ...all, profiles: ['presence'] })).toEqual({
      notRun: 'profile core was not selected',
    })
  })
  test('a pattern selects by check id and by requirement id', () => {
    expect(planChecks([check()], ledger, site, { ...all, patterns: ['token.a'] })).toHaveLength(1)
    expect(planChecks([check()], ledger, site, { ...all, patterns: ['token.b'] })).toHaveLength(0)
  })

  test('what is skipped is planned as not run, by check id and by requirement id', () => {
    const skipped = { notRun: 'skipped by --skip token.**' }
    expect(decisionOf({}, { ...all, skip: ['presence.**', 'token.**'] })).toEqual(skipped)
    expect(decisionOf({}, { ...all, skip: ['token.a'] })).toEqual({
      notRun: 'skipped by --skip token.a',
    })
    expect(decisionOf({}, { ...all, skip: ['token.b'] })).toBe('run')
  })
  test('a level leaves out what binds less, and keeps what binds more', () => {
    const should = check({ id: 'token.d.works', proves: 'token.d' })
    const decide = (level: LeastLevel): unknown[] =>
      planChecks([check(), should], ledger, site, { ...all, level }).map(({ decision }) => decision)
    expect(decide('must')).toEqual(['run', { notRun: 'a SHOULD, and --level is must' }])
    expect(decide('should')).toEqual(['run', 'run'])
    expect(decide('may')).toEqual(['run', 'run'])
  })
  test('a check that was found wrong is not made, and the challenge is named', () => {
    const [planned] = planChecks([check()], ledger, site, all, [
      {
        check: check().id,
        reason: 'the text allows both',
        issue: 'https://issues.example/7',
        since: '1.0.1',
      },
    ])
    expect(planned?.decision).toEqual({
      notRun: 'excluded since 1.0.1: the text allows both (https://issues.example/7)',
    })
  })

  test('only the checks that are named are planned', () => {
    const ids = (only: string[]): number =>
      planChecks([check()], ledger, site, { ...all, only }).length
    expect(ids(['token.a.works'])).toBe(1)
    expect(ids([])).toBe(0)
  })
  test('a run is partial where checks are left out on purpose', () => {
    expect(isPartial(all)).toBe(false)
    expect(isPartial({ ...all, level: 'may' })).toBe(false)
    for (const part of [
      { patterns: ['a'] },
      { skip: ['a'] },
      { level: 'must' as const },
      { only: [] },
    ])
      expect(isPartial({ ...all, ...part })).toBe(true)
  })

  test('checks of applications are planned where one is judged, and nowhere else', () => {
    const checks = [check(), check({ id: 'application.c.works', proves: 'application.c' })]
    const application = { baseUrl: 'http://127.0.0.1:2', webhookSecrets: [] }
    const ids = (own: Site): string[] =>
      planChecks(checks, ledger, own, all).map((planned) => planned.check.id)
    expect(ids(site)).toEqual(['token.a.works'])
    expect(ids({ ...site, applicationKeys: [], application })).toEqual(['application.c.works'])
  })

  test.each([
    ['webhook-secret', 'give --webhook-secret the secret'],
    ['second-secret', 'give --webhook-secret twice'],
    ['reports', 'application base'],
    ['clock', 'start the application itself'],
  ] as const)('an application that lacks %s has that check not run', (need, remedy) => {
    const application = { baseUrl: '', webhookSecrets: [], isReportedTo: false }
    const checks = [check({ proves: 'application.c', needs: [need] })]
    const [planned] = planChecks(checks, ledger, { ...site, application }, all)
    expect(planned?.decision).toEqual({ notRun: expect.stringContaining(remedy) })
  })
})

describe('isStepped', () => {
  const launch = (): Promise<never> => Promise.reject(new Error('nothing is launched here'))
  const able = { launch, steps: true }

  test('a check that waits is made on a clock that the suite moves, where the suite can start a service with one', () => {
    expect(isStepped({ waitSeconds: () => 1 }, able)).toBe(true)
    expect(isStepped({ needs: ['service-clock'] }, able)).toBe(true)
    expect(isStepped({ waitSeconds: () => 1 }, { launch })).toBe(false)
    expect(isStepped({ waitSeconds: () => 1 }, {})).toBe(false)
  })

  test('a check that waits for nothing, or for what the transport times, is made in real time', () => {
    expect(isStepped({}, able)).toBe(false)
    expect(isStepped({ waitSeconds: () => 1, realTime: true }, able)).toBe(false)
  })

  test('a wait on such a clock costs nothing of the budget, and an instant is judged on no other', () => {
    const stepping = { ...site, ...able }
    const decide = (members: Partial<Check>, on: Site): unknown =>
      planChecks([check(members)], ledger, on, all)[0]?.decision
    expect(decide({ waitSeconds: () => 99 }, stepping)).toBe('run')
    expect(decide({ waitSeconds: () => 99 }, site)).toEqual({
      notRun: expect.stringContaining('needs short-timers'),
    })
    expect(decide({ needs: ['service-clock'] }, site)).toEqual({
      notRun: expect.stringContaining('needs service-clock'),
    })
  })
})
