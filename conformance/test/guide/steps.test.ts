import { describe, expect, test } from 'vitest'
import { CHECKS } from '../../src/checks/index.ts'
import { requirementsOf } from '../../src/guide/step.ts'
import { STEPS } from '../../src/guide/steps.ts'
import { isTestable, readLedger } from '../../src/ledger.ts'
import { matches } from '../../src/plan.ts'

const ledger = readLedger()
const ofServices = ledger.requirements.filter(
  (requirement) => requirement.actor === 'service' && isTestable(requirement),
)

describe('the steps of the guide', () => {
  test('cover each requirement of a service that can be judged exactly once', () => {
    const times = new Map(ofServices.map(({ id }) => [id, 0]))
    for (const step of STEPS)
      for (const { id } of requirementsOf(step, ledger)) times.set(id, (times.get(id) ?? 0) + 1)
    expect([...times].filter(([, count]) => count !== 1)).toEqual([])
  })

  test('name nothing that is not there, and each has a check', () => {
    const idle = STEPS.flatMap(({ title, profile, requirements }) =>
      requirements
        .filter(
          (pattern) =>
            !ledger.requirements.some(
              ({ id, profile: own }) => own === profile && matches(pattern, id),
            ),
        )
        .map((pattern) => `${title}: ${pattern}`),
    )
    expect(idle).toEqual([])
    const empty = STEPS.filter(
      (step) =>
        !requirementsOf(step, ledger).some(({ id }) => CHECKS.some(({ proves }) => proves === id)),
    )
    expect(empty).toEqual([])
  })

  test('come profile by profile, core first', () => {
    const profiles = STEPS.map(({ profile }) => profile)
    const changes = profiles.filter((profile, index) => profile !== profiles[index - 1])
    expect(changes[0]).toBe('core')
    expect(changes).toEqual([...new Set(profiles)])
  })

  test('say what to build in a few sentences', () => {
    for (const { title, build } of STEPS) {
      expect(build.length, title).toBeLessThan(420)
      expect(build, title).toMatch(/\.$/)
    }
  })
})
