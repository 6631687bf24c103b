/** Checks of the chapter discovery. */

import { PROFILES } from '@channel-protocol/schemas/registry'
import type { Check } from '../check.ts'
import { cacheable, inRange, namesProtocol, servedAsDiscovery } from '../judges/discovery.ts'
import { all, fail, inconclusive, type Judge, PASS } from '../judges/finding.ts'
import { refused } from '../judges/problem.ts'
import { answerTo } from '../timeline/timeline.ts'

const UNOFFERED = Object.values(PROFILES).flatMap((profile) =>
  profile.paths.map((path) => ({ profile: profile.name, ...path })),
)

/** Paths of profiles that a service may leave out. */
const OPTIONAL = UNOFFERED.filter(({ profile }) => profile !== 'core')

function refusedWithAndWithoutKey({ method, path }: { method: string; path: string }): Judge {
  return all(
    ...[`${method} ${path}`, `${method} ${path} keyless`].map((as) =>
      refused(as, 'profile-not-supported', 'not-found'),
    ),
  )
}

/** Some path of an offered profile was answered, and none of them as if its profile were not offered. */
const servedWhereOffered: Judge = (timeline) => {
  const answers = OPTIONAL.flatMap(
    ({ method, path }) => answerTo(timeline, `${method} ${path} offered`) ?? [],
  )
  const refusal = answers.find(({ status }) => status === 501 || status === 404)
  if (refusal)
    return fail('the path of an offered profile served', `status ${refusal.status}`, refusal)
  return answers.length > 0 ? PASS : inconclusive('no profile with a path of its own is offered')
}

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
          refusedWithAndWithoutKey,
        ),
      )(timeline),
    killedBy: ['serves-unoffered-profile'],
  },
  {
    id: 'discovery.switched-off.refused',
    proves: 'discovery.profile.refused',
    needs: ['exec', 'webhooks', 'optional-paths'],
    drive: async (drive) => {
      const { drive: bare } = await drive.launch('core alone', undefined, { profiles: ['core'] })
      await bare.call('control', 'GET', '/v1', { key: 'none' })
      const offered = OPTIONAL.filter(({ profile }) => drive.advertised.profiles.includes(profile))
      await Promise.all(
        offered.map(async ({ method, path }) => {
          // Nothing that an offered profile would do something with.
          const options = method === 'POST' ? { json: {} } : {}
          await drive.call(`${method} ${path} offered`, method, path, options)
          await bare.call(`${method} ${path}`, method, path, options)
          await bare.call(`${method} ${path} keyless`, method, path, { ...options, key: 'none' })
        }),
      )
    },
    control: all(namesProtocol('control'), servedWhereOffered),
    judge: (timeline) =>
      all(
        ...OPTIONAL.filter(({ profile }) => timeline.advertised.profiles.includes(profile)).map(
          refusedWithAndWithoutKey,
        ),
      )(timeline),
    killedBy: ['serves-switched-off-profile'],
  },
]
