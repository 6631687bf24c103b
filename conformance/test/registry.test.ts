import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readCheckRows } from '../src/check-rows.ts'
import { type AnyCheck, EVERY_CHECK as CHECKS } from '../src/checks/every.ts'
import { readExclusions } from '../src/exclusions.ts'
import { isMust, isTestable, readLedger } from '../src/ledger.ts'
import { uncited } from '../src/self-test/coverage.ts'
import { describeChecks } from '../tools/checks/describe-checks.ts'

const ledger = readLedger()
const duplicates = (ids: readonly string[]): string[] =>
  ids.filter((id, at) => ids.indexOf(id) !== at)

describe('the registry of checks', () => {
  test('every check has an id of its own: noun.situation.reaction', () => {
    const ids = CHECKS.map(({ id }) => id)
    expect(duplicates(ids)).toEqual([])
    expect(ids.filter((id) => !/^[a-z-]+\.[a-z0-9-]+\.[a-z0-9-]+$/.test(id))).toEqual([])
  })

  test('every check judges a requirement that the specification has and that can be judged', () => {
    const wrong = CHECKS.filter(({ proves }) => !isTestable(ledger.find(proves)))
    expect(wrong.map(({ id }) => id)).toEqual([])
  })

  test('checks that share a stimulus need the same service, as they are judged on one', () => {
    const needs = (check: AnyCheck): string =>
      JSON.stringify([check.alone, check.limits, check.needs?.includes('exec')])
    const wrong = CHECKS.filter((check) =>
      CHECKS.some((other) => other.drive === check.drive && needs(other) !== needs(check)),
    )
    expect(wrong.map(({ id }) => id)).toEqual([])
  })

  test('a check stands in the list under the noun of its requirement', () => {
    const wrong = CHECKS.filter(({ id, proves }) => id.split('.')[0] !== proves.split('.')[0])
    expect(wrong.map(({ id }) => id)).toEqual([])
  })

  test('every MUST for the service has a check or a written reason', () => {
    expect(uncited(ledger, CHECKS).map(({ id }) => id)).toEqual([])
    const silent = ledger.requirements.filter(
      (requirement) => isMust(requirement) && !isTestable(requirement) && !requirement.reason,
    )
    expect(silent.map(({ id }) => id)).toEqual([])
  })

  test('what is excluded is a check', () => {
    const ids = new Set(CHECKS.map(({ id }) => id))
    expect(readExclusions().filter(({ check }) => !ids.has(check))).toEqual([])
  })

  test('ids are locked: a new one is added to requirements/check-ids.json, an old one never goes or changes meaning', () => {
    const locked = JSON.parse(
      readFileSync(new URL('../requirements/check-ids.json', import.meta.url), 'utf8'),
    ) as Record<string, string>
    expect(Object.fromEntries(CHECKS.map(({ id, proves }) => [id, proves]))).toEqual(locked)
  })

  test('what `list` prints is recorded of the checks as they are: `npm run generate` records it anew', () => {
    expect(readCheckRows()).toEqual(describeChecks())
  })
})
