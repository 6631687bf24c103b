/** Rules of paths: they alone know which call a method and a path stand for. */
import { PROFILES, type ProfileName } from '@channel-protocol/schemas/registry'
import { Refusal } from '../refusal.ts'

/** The calls that this server knows. */
export type RouteName =
  | 'discovery'
  | 'token'
  | 'connect'
  | 'message'
  | 'batch'
  | 'broadcast'
  | 'presence'
  | 'control'
  | 'gae'
  | SocketRouteName

type SocketRouteName = 'socket' | 'socket-open' | 'socket-send' | 'socket-broadcast'

/** One call: where it is and how it is guarded. */
export interface Route {
  name: RouteName
  path: string
  methods: readonly string[]
  /** Methods that it takes too where event streams are offered. */
  streamMethods?: readonly string[]
  profile: ProfileName
  /** Whether an application key is needed. */
  keyed: boolean
  /** Whether `path` is only the beginning of its path. */
  isPrefix?: true
  /** Whether it sends something, so that it may come with an `Idempotency-Key`. */
  sends?: true
  /** Members of its body; nothing where it takes no body. */
  members?: readonly string[]
}

const READ = ['GET', 'HEAD']

/** Members of one message, alone or in a batch. */
export const MESSAGE_MEMBERS = ['client_id', 'data']

/** All calls of this server. */
export const ROUTES: readonly Route[] = [
  { name: 'discovery', path: '/v1', methods: READ, profile: 'core', keyed: false },
  {
    name: 'token',
    path: '/v1/tokens',
    methods: ['POST'],
    profile: 'core',
    keyed: true,
    members: ['client_id', 'ttl_seconds'],
  },
  {
    name: 'connect',
    path: '/v1/connect',
    methods: ['GET'],
    streamMethods: ['OPTIONS'],
    profile: 'core',
    keyed: false,
  },
  {
    name: 'message',
    path: '/v1/messages',
    methods: ['POST'],
    profile: 'core',
    keyed: true,
    sends: true,
    members: MESSAGE_MEMBERS,
  },
  {
    name: 'batch',
    path: '/v1/batches',
    methods: ['POST'],
    profile: 'batch',
    keyed: true,
    sends: true,
    members: ['messages'],
  },
  {
    name: 'broadcast',
    path: '/v1/broadcasts',
    methods: ['POST'],
    profile: 'broadcast',
    keyed: true,
    sends: true,
    members: ['data'],
  },
  { name: 'presence', path: '/v1/presence', methods: READ, profile: 'presence-sync', keyed: true },
  {
    name: 'control',
    path: '/v1/disconnects',
    methods: ['POST'],
    profile: 'control',
    keyed: true,
    members: ['client_id', 'revoke_tokens'],
  },
  { name: 'gae', path: '/_ah/channel/jsapi', methods: READ, profile: 'gae', keyed: false },
  {
    name: 'socket',
    path: '/v1/sockets',
    methods: ['POST'],
    profile: 'sockets',
    keyed: true,
    members: ['path', 'ttl_seconds'],
  },
  {
    name: 'socket-open',
    path: '/v1/socket/',
    isPrefix: true,
    methods: ['GET'],
    profile: 'sockets',
    keyed: false,
  },
  {
    name: 'socket-send',
    path: '/v1/sockets/messages',
    methods: ['POST'],
    profile: 'sockets',
    keyed: true,
    sends: true,
    members: ['sockets', 'body'],
  },
  {
    name: 'socket-broadcast',
    path: '/v1/sockets/broadcasts',
    methods: ['POST'],
    profile: 'sockets',
    keyed: true,
    sends: true,
    members: ['body'],
  },
]

/**
 * The call that a path below the base stands for.
 * @spec problem.path.unknown
 * @spec security.controls.unreachable
 */
function decideRoute(path: string): Route | Refusal {
  return (
    ROUTES.find((route) => isPathOf(route, path)) ??
    new Refusal('not-found', 'there is no call at this path')
  )
}

function isPathOf(route: Route, path: string): boolean {
  return route.isPrefix ? path.startsWith(route.path) : path === route.path
}

/**
 * Refuses a path of a profile that is not offered.
 * @spec discovery.profile.refused
 */
function decideProfile(path: string, offered: readonly ProfileName[]): Refusal | undefined {
  for (const profile of Object.values(PROFILES)) {
    const paths: readonly { path: string }[] = profile.paths
    const isIts = paths.some((row) => row.path === path)
    if (isIts && !offered.includes(profile.name))
      return new Refusal('profile-not-supported', `the profile ${profile.name} is not offered`)
  }
  const own = ROUTES.find((route) => isPathOf(route, path))
  if (own && !offered.includes(own.profile))
    return new Refusal('profile-not-supported', `the profile ${own.profile} is not offered`)
  return undefined
}

/**
 * Refuses a method that a call does not take.
 * @spec problem.method.refused
 */
function decideMethod(
  method: string,
  route: Route,
  offered: readonly ProfileName[],
): Refusal | undefined {
  const allow = [...route.methods, ...(offered.includes('sse') ? (route.streamMethods ?? []) : [])]
  if (allow.includes(method)) return undefined
  return new Refusal('method-not-allowed', `this path takes ${allow.join(' and ')}`, { allow })
}

/**
 * Refuses a POST with an `Idempotency-Key` where it would be ignored: what the caller wants once would be repeated.
 * @spec problem.idempotency.refused
 */
function decideIdempotency(
  keys: readonly string[],
  offered: readonly ProfileName[],
): Refusal | undefined {
  if (keys.length === 0 || offered.includes('idempotency')) return undefined
  return new Refusal('profile-not-supported', 'the profile idempotency is not offered')
}

export const routeRules = { decideRoute, decideProfile, decideMethod, decideIdempotency }
