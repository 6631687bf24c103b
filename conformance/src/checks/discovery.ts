/** Checks of the chapter discovery. */

import { PROFILES } from '@channel-protocol/schemas/registry'
import type { Check } from '../check.ts'
import { cacheable, inRange, namesProtocol, servedAsDiscovery } from '../judges/discovery.ts'
import { all } from '../judges/finding.ts'
import { refused } from '../judges/problem.ts'

const UNOFFERED = Object.values(PROFILES).flatMap((profile) =>
  profile.paths.map((path) => ({ profile: profile.name, ...path })),
)

/** In the order of the chapter. */
export const DISCOVERY_CHECKS: readonly Check[] = [
  {
    id: 'discovery.document.served',
    proves: 'discovery.document.answer',
    drive: async (drive) => {
      await drive.call('reader', 'GET', '/v1', { key: 'none' })
    },
    judge: servedAsDiscovery('reader'),
    killedBy: ['discovery-needs-key', 'discovery-without-implementation'],
  },
  {
    id: 'discovery.values.within-range',
    proves: 'discovery.values.range',
    drive: async (drive) => {
      await drive.call('reader', 'GET', '/v1', { key: 'none' })
    },
    control: namesProtocol('reader'),
    judge: inRange('reader'),
    killedBy: ['hides-test-timings', 'discovery-omits-a-limit'],
  },
  {
    id: 'discovery.cache.sent',
    proves: 'discovery.cache.allowed',
    drive: async (drive) => {
      await drive.call('reader', 'GET', '/v1', { key: 'none' })
    },
    control: namesProtocol('reader'),
    judge: cacheable('reader'),
    killedBy: ['discovery-not-cacheable'],
  },
  {
    id: 'discovery.unoffered.refused',
    proves: 'discovery.profile.refused',
    drive: async (drive) => {
      await drive.call('control', 'GET', '/v1', { key: 'none' })
      for (const { profile, method, path } of UNOFFERED) {
        if (drive.advertised.profiles.includes(profile)) continue
        const options = method === 'POST' ? { json: {} } : {}
        await drive.call(`${method} ${path}`, method, path, options)
        await drive.call(`${method} ${path} keyless`, method, path, { ...options, key: 'none' })
      }
    },
    control: namesProtocol('control'),
    judge: (timeline) =>
      all(
        ...UNOFFERED.filter(({ profile }) => !timeline.advertised.profiles.includes(profile)).map(
          ({ method, path }) =>
            all(
              ...[`${method} ${path}`, `${method} ${path} keyless`].map((as) =>
                refused(as, 'profile-not-supported', 'not-found'),
              ),
            ),
        ),
      )(timeline),
    killedBy: ['serves-unoffered-profile'],
  },
]
