/** Proves that the registry agrees with itself and that the schemas repeat it rightly. */
import { describe, expect, it } from 'vitest'
import discovery from '../json/discovery.schema.json' with { type: 'json' }
import problem from '../json/problem.schema.json' with { type: 'json' }
import terms from '../json/terms.schema.json' with { type: 'json' }
import token from '../json/token.schema.json' with { type: 'json' }
import webhook from '../json/webhook.schema.json' with { type: 'json' }
import {
  CLOSE_CODES,
  CLOSE_DUTIES,
  DEVELOPMENT,
  HEADERS,
  LIMITS,
  PROBLEM_TYPE_BASE,
  PROBLEMS,
  PROFILES,
  TIMINGS,
  WEBHOOKS,
} from '../src/registry.ts'

const closes = Object.values(CLOSE_CODES)
const problems = Object.values(PROBLEMS)
const limits = Object.values(LIMITS)
const timings = Object.values(TIMINGS)
const profiles = Object.values(PROFILES)
const slug = /^[a-z0-9]+(-[a-z0-9]+)*$/

const distinct = (values: readonly unknown[]) => new Set(values).size === values.length
const numbersOf = (value: number | readonly number[]) =>
  typeof value === 'number' ? [value] : value
const advertised = (
  rows: readonly { name: string; advertised: boolean; profiles: readonly string[] }[],
) => rows.filter((row) => row.advertised)

describe('close codes', () => {
  it('are unique, in order, with slugs that fit the reason of a Close frame', () => {
    const codes: readonly number[] = closes.map(({ code }) => code)
    expect(distinct(codes)).toBe(true)
    expect(codes).toEqual(codes.toSorted((one, other) => one - other))
    for (const row of closes) {
      expect(row.slug).toMatch(slug)
      expect(Buffer.byteLength(row.slug)).toBeLessThanOrEqual(123)
    }
  })

  it('have the duty that their range binds', () => {
    const duties = { 40: 'stop', 41: 'back-off', 42: 'reconnect', 43: 'refresh' }
    for (const { code, duty } of closes) {
      expect(Object.keys(CLOSE_DUTIES)).toContain(duty)
      const bound: string | undefined = duties[Math.floor(code / 100) as keyof typeof duties]
      expect(duty, String(code)).toBe(bound ?? 'stop')
    }
  })

  it('wait for the grace only where they are presence', () => {
    for (const { presence, grace, code } of closes) {
      if (grace) expect(presence, String(code)).not.toBe(null)
    }
  })

  it('give reasons that a disconnected event may have', () => {
    const reasons: readonly string[] = webhook.$defs.PresenceEvent.properties.reason.enum
    expect(distinct(reasons)).toBe(true)
    const given = closes.flatMap(({ presence }) => (presence === null ? [] : [presence]))
    // A lost node is noticed by the others, without any close code.
    expect([...new Set([...given, 'node-lost'])].toSorted()).toEqual(reasons.toSorted())
  })
})

describe('problems', () => {
  it('are unique, in order of their status, with a title each', () => {
    const statuses: readonly number[] = problems.map(({ status }) => status)
    expect(statuses).toEqual(statuses.toSorted((one, other) => one - other))
    expect(distinct(problems.map(({ code }) => code))).toBe(true)
    expect(distinct(problems.map(({ title }) => title))).toBe(true)
    for (const row of problems) expect(row.code).toMatch(slug)
  })

  it('are the codes of the schema, and their types match its pattern', () => {
    const { status, code, type } = problem.$defs.Problem.properties
    expect(code.enum).toEqual(problems.map((row) => row.code))
    for (const row of problems) {
      expect(PROBLEM_TYPE_BASE + row.code).toMatch(new RegExp(type.pattern, 'u'))
      expect(row.status).toBeGreaterThanOrEqual(status.minimum)
      expect(row.status).toBeLessThanOrEqual(status.maximum)
    }
  })
})

describe('limits and timings', () => {
  it('have names that nothing else has', () => {
    expect(distinct([...limits, ...timings].map(({ name }) => name))).toBe(true)
  })

  it('default to what their range allows', () => {
    for (const { name, default: value, floor, max } of limits) {
      expect(value, name).toBeGreaterThanOrEqual(floor)
      expect(value, name).toBeLessThanOrEqual(max ?? Number.MAX_SAFE_INTEGER)
    }
    for (const { name, default: value, min, max } of timings) {
      for (const seconds of numbersOf(value)) {
        expect(seconds, name).toBeGreaterThanOrEqual(min)
        expect(seconds, name).toBeLessThanOrEqual(max)
      }
    }
  })

  it('have test values that every service can take', () => {
    for (const { name, test, max } of limits) {
      expect(test, name).toBeGreaterThanOrEqual(1)
      expect(test, name).toBeLessThanOrEqual(max ?? Number.MAX_SAFE_INTEGER)
    }
    for (const { name, test, test_floor: floor, min, max } of timings) {
      expect(floor, name).toBeLessThanOrEqual(min)
      for (const seconds of numbersOf(test)) {
        expect(seconds, name).toBeGreaterThanOrEqual(floor)
        expect(seconds, name).toBeLessThanOrEqual(max)
      }
    }
  })

  it('are those of the discovery schema, the ones of core required', () => {
    const parts = discovery.$defs.Discovery.properties
    for (const [rows, part] of [
      [limits, parts.limits] as const,
      [timings, parts.timings] as const,
    ]) {
      const names = advertised(rows).map(({ name }) => name)
      expect(Object.keys(part.properties)).toEqual(names)
      const core = advertised(rows).filter(({ profiles: [only] }) => only === 'core')
      expect(part.required).toEqual(core.map(({ name }) => name))
    }
  })

  it('bound the terms and the token request of the schemas', () => {
    expect(terms.$defs.ClientId.maxLength).toBe(LIMITS.client_id_bytes.max)
    expect(terms.$defs.Token.pattern).toContain(`{1,${LIMITS.token_bytes.max}}`)
    const { ttl_seconds: ttl } = token.$defs.TokenRequest.properties
    expect([ttl.minimum, ttl.maximum]).toEqual([
      TIMINGS.token_ttl_seconds.min,
      TIMINGS.token_ttl_seconds.max,
    ])
  })
})

describe('profiles', () => {
  const names: readonly string[] = profiles.map(({ name }) => name)

  it('have names that the discovery schema takes', () => {
    const { items } = discovery.$defs.Discovery.properties.profiles
    for (const name of names) expect(name).toMatch(new RegExp(items.pattern, 'u'))
  })

  it('require only profiles that stand before them', () => {
    for (const { name, requires } of profiles) {
      for (const required of requires) {
        expect(names.indexOf(required), name).toBeLessThan(names.indexOf(name))
        expect(names).toContain(required)
      }
    }
  })

  it('own each method of a path alone', () => {
    const owned = profiles.flatMap(({ paths }) =>
      paths.map(({ method, path }) => `${method} ${path}`),
    )
    expect(distinct(owned)).toBe(true)
  })

  it('are the ones that every other row names', () => {
    for (const { profile } of [...closes, ...problems]) expect(names).toContain(profile)
    for (const row of [...limits, ...timings, ...Object.values(WEBHOOKS)])
      for (const name of row.profiles) expect(names).toContain(name)
  })
})

describe('headers', () => {
  it('travel between two different roles', () => {
    const roles = ['application', 'service', 'client']
    for (const { name, from, to } of Object.values(HEADERS)) {
      expect(roles, name).toContain(from)
      expect(
        roles.filter((role) => role !== from),
        name,
      ).toContain(to)
    }
  })
})

describe('development credentials', () => {
  it('are two application keys and secrets of a legal length', () => {
    expect(distinct(DEVELOPMENT.application_keys)).toBe(true)
    expect(DEVELOPMENT.application_keys).toHaveLength(2)
    for (const secret of DEVELOPMENT.webhook_secrets) {
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/)
      const { length } = Buffer.from(secret.slice('whsec_'.length), 'base64')
      expect(length).toBeGreaterThanOrEqual(24)
      expect(length).toBeLessThanOrEqual(64)
    }
  })

  it('stay on one machine', () => {
    expect(DEVELOPMENT.listen.host).toBe('127.0.0.1')
    expect(new URL(DEVELOPMENT.webhook_base).hostname).toBe('127.0.0.1')
  })
})
