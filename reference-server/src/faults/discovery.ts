/** Faults of discovery. */
import type { Discovery } from '@channel-protocol/schemas/types'
import type { Fault } from '../parts.ts'
import { Refusal } from '../refusal.ts'

/** Each breaks what the chapter on discovery promises. */
export const discoveryFaults: readonly Fault[] = [
  {
    name: 'discovery-needs-key',
    misdeed: 'The discovery document is given to nobody without an application key.',
    breaks: ['discovery.document.answer'],
    apply: ({ rules }) => {
      const decide = rules.decideRoute
      rules.decideRoute = (path) => {
        const route = decide(path)
        return route instanceof Refusal || route.name !== 'discovery'
          ? route
          : { ...route, keyed: true }
      }
    },
  },
  {
    name: 'discovery-without-implementation',
    misdeed: 'The discovery document does not say which program answers.',
    breaks: ['discovery.document.answer', 'problem.answer.schema'],
    apply: ({ rules }) => {
      const make = rules.makeDiscovery
      rules.makeDiscovery = (facts) => {
        const { implementation: _implementation, ...rest } = make(facts)
        return rest as Discovery
      }
    },
  },
  {
    name: 'hides-test-timings',
    misdeed:
      'The discovery document says `test_timings` false though timers run below their ranges.',
    breaks: ['discovery.values.range'],
    apply: ({ rules }) => {
      const make = rules.makeDiscovery
      rules.makeDiscovery = (facts) => ({ ...make(facts), test_timings: false })
    },
  },
  {
    name: 'discovery-omits-a-limit',
    misdeed: 'The discovery document leaves out `header_bytes`.',
    breaks: ['discovery.values.range'],
    apply: ({ rules }) => {
      const make = rules.makeDiscovery
      rules.makeDiscovery = (facts) => {
        const document = make(facts)
        const { header_bytes: _headerBytes, ...limits } = document.limits
        return { ...document, limits }
      }
    },
  },
  {
    name: 'discovery-not-cacheable',
    misdeed: 'The discovery document comes without `Cache-Control`.',
    breaks: ['discovery.cache.allowed'],
    apply: ({ rules }) => {
      rules.makeDiscoveryHeaders = () => ({})
    },
  },
  {
    name: 'serves-unoffered-profile',
    misdeed: 'The script is served though the discovery document does not have its profile.',
    breaks: ['discovery.profile.refused'],
    apply: ({ rules }) => {
      const make = rules.makeDiscovery
      rules.makeDiscovery = (facts) => {
        const { profiles, ...document } = make(facts)
        return {
          ...document,
          profiles: profiles.filter((name) => name !== 'gae') as typeof profiles,
        }
      }
    },
  },
  {
    name: 'serves-switched-off-profile',
    misdeed: 'Broadcasts are taken though their profile is switched off.',
    breaks: ['discovery.profile.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideProfile
      rules.decideProfile = (path, offered) =>
        path === '/v1/broadcasts' ? undefined : decide(path, offered)
    },
  },
]
