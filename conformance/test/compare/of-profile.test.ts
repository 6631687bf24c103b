import { JSON_SCHEMAS } from '@channel-protocol/schemas'
import { expect, test } from 'vitest'
import { MEMBERS, unsharedOf } from '../../src/compare/of-profile.ts'

test('every member that the schemas have where a profile is offered is known, with its profiles', () => {
  const said = new Map<string, Set<string>>()
  const read = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, member] of Object.entries(value)) {
      const { description } = (member ?? {}) as { description?: unknown }
      const where = /present where (.*?) (?:is|are) offered/.exec(String(description))?.[1] ?? ''
      for (const [, profile = ''] of where.matchAll(/`([a-z-]+)`/g))
        said.set(name, (said.get(name) ?? new Set()).add(profile))
      read(member)
    }
  }
  read(JSON_SCHEMAS)
  expect(said.size).toBeGreaterThan(2)
  for (const [name, profiles] of said)
    expect([name, [...(MEMBERS[name] ?? [])].sort()]).toEqual([name, [...profiles].sort()])
})

test('a member of two profiles is shared where both are', () => {
  expect(unsharedOf(new Set(['broadcast'])).hasMember('broadcast_cursor')).toBe(true)
  expect(unsharedOf(new Set(['broadcast', 'resume'])).hasMember('broadcast_cursor')).toBe(false)
})

test('an act of a profile is shared where the profile is', () => {
  expect(unsharedOf(new Set([])).hasAct('frame heartbeat')).toBe(true)
  expect(unsharedOf(new Set(['robust'])).hasAct('frame heartbeat')).toBe(false)
  expect(unsharedOf(new Set([])).hasAct('frame message')).toBe(false)
})
