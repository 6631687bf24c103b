import { PROFILES } from '@channel-protocol/schemas/registry'
import { validate } from '@channel-protocol/schemas/validate'
import { describe, expect, test } from 'vitest'
import { announcementOf, leastDiscovery } from '../../src/guide/announcement.ts'
import { STEPS } from '../../src/guide/steps.ts'

describe('what the guide says of discovery', () => {
  test.for(
    Object.values(PROFILES)
      .filter(({ role, status }) => role === 'service' && status === 'specified')
      .map(({ name, requires }) => [name, ['core', ...requires, name]] as const),
  )('a server of %s that says it says it legally', ([, profiles]) => {
    expect(validate('Discovery', leastDiscovery([...new Set(profiles)]))).toMatchObject({
      valid: true,
    })
  })

  test('names every advertised value that a profile of the guide adds', () => {
    for (const profile of new Set(STEPS.map((step) => step.profile))) {
      const { limits, timings } = leastDiscovery([profile]) as Record<string, object>
      for (const name of [...Object.keys(limits ?? {}), ...Object.keys(timings ?? {})])
        expect(announcementOf(profile)).toContain(`"${name}"`)
    }
  })
})
