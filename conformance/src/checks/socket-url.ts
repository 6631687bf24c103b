/** Checks of the chapter socket, section opening: the URL that the application asks for, and how long it is to live. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { CallOptions } from '../drive/requests.ts'
import { answeredAs } from '../judges/call.ts'
import { all, each } from '../judges/finding.ts'
import { expiresAsAsked, expiresFromNow } from '../judges/life.ts'
import { refused } from '../judges/problem.ts'
import { sameBeforeTicket, urlBegins, urlGiven, urlInGrammar } from '../judges/socket-opening.ts'
import { uncached } from '../judges/token.ts'
import { FOREIGN_HOSTS, WRONG_LIVES } from './mint-inputs.ts'

/** Requests for a URL that a service takes; each path is put behind one that nobody has used. */
const REQUESTS: Readonly<Record<string, (path: string) => object>> = {
  'with a path': (path) => ({ path }),
  'with a leading slash': (path) => ({ path: `/${path}/a` }),
  'without a path': () => ({}),
  'with an empty path': () => ({ path: '' }),
  'with a slash alone': () => ({ path: '/' }),
  'with a life': (path) => ({ path, ttl_seconds: 30 }),
  'with a long path': (path) => ({ path: `${path}/${'고객'.repeat(100)}` }),
}

/** Bases that no request reaches the suite's service by, and what its socket URLs begin with. */
const BASES: Readonly<Record<string, { readonly base: string; readonly begins: string }>> = {
  secure: { base: 'https://localhost:4443', begins: 'wss://localhost:4443/v1/socket/' },
  'secure with a path': {
    base: 'https://localhost:4443/acme/push',
    begins: 'wss://localhost:4443/acme/push/v1/socket/',
  },
  'plain with a path': {
    base: 'http://localhost:4480/acme',
    begins: 'ws://localhost:4480/acme/v1/socket/',
  },
}

/** Asks for a URL and leaves the judging of the answer to others. */
async function ask(
  drive: Drive,
  as: string,
  members: object = { path: drive.sockets.path() },
  options: CallOptions = {},
): Promise<void> {
  await drive.call(as, 'POST', '/v1/sockets', { json: members, ...options })
}

/** In the order of the chapter. */
export const SOCKET_URL_CHECKS: readonly Check[] = [
  {
    id: 'socket.request.minted',
    proves: 'socket.mint.answer',
    drive: async (drive) => {
      for (const [as, members] of Object.entries(REQUESTS)) {
        await ask(drive, as, members(drive.sockets.path()))
      }
    },
    judge: each(Object.keys(REQUESTS), (as) =>
      all(answeredAs(as, 201, 'SocketAnswer'), urlInGrammar(as)),
    ),
    killedBy: [
      'adds-query-to-socket-urls',
      'makes-tickets-outside-grammar',
      'mints-sockets-without-expiry',
      'demands-a-socket-path',
    ],
  },
  {
    id: 'socket.answer.uncached',
    proves: 'socket.mint.no-store',
    drive: (drive) => ask(drive, 'page'),
    control: urlGiven('page'),
    judge: uncached('page'),
    killedBy: ['lets-socket-urls-be-cached'],
  },
  {
    id: 'socket.foreign-host.ignored',
    proves: 'socket.url.configured',
    drive: async (drive) => {
      await ask(drive, 'control')
      for (const [as, headers] of Object.entries(FOREIGN_HOSTS)) {
        await ask(drive, as, undefined, { headers })
      }
    },
    control: urlGiven('control'),
    judge: each(Object.keys(FOREIGN_HOSTS), (as) => sameBeforeTicket(as, 'control')),
    killedBy: ['builds-socket-url-from-host'],
  },
  {
    id: 'socket.configured-base.followed',
    proves: 'socket.url.configured',
    needs: ['exec'],
    drive: async (drive) => {
      await ask(drive, 'control')
      for (const [as, { base }] of Object.entries(BASES)) {
        const instance = await drive.launch('service', undefined, { baseUrl: base })
        await ask(instance.drive, as)
        await instance.stop()
      }
    },
    control: urlGiven('control'),
    judge: all(...Object.entries(BASES).map(([as, { begins }]) => urlBegins(as, begins))),
    killedBy: [
      'gives-plain-socket-urls-on-secure-bases',
      'builds-socket-url-from-host',
      'forgets-path-of-base-in-socket-urls',
    ],
  },
  {
    id: 'socket.ttl-given.honoured',
    proves: 'socket.ttl.honour',
    drive: async (drive) => {
      await ask(drive, 'control', { ttl_seconds: 600 })
      await ask(drive, 'fraction', { ttl_seconds: 900.25 })
      await ask(drive, 'longest', { ttl_seconds: 86_400 })
      await ask(drive, 'shortest', { ttl_seconds: 1 })
    },
    control: urlGiven('control'),
    judge: each(['fraction', 'longest', 'shortest'], (as) =>
      all(urlGiven(as), expiresAsAsked(as, 'control', 'socket_ttl_seconds')),
    ),
    killedBy: ['caps-socket-ttl', 'rounds-socket-ttl-up'],
  },
  {
    id: 'socket.ttl-default.honoured',
    proves: 'socket.ttl.honour',
    drive: async (drive) => {
      await ask(drive, 'control', { ttl_seconds: 600 })
      await ask(drive, 'default')
    },
    control: urlGiven('control'),
    judge: all(
      urlGiven('default'),
      expiresAsAsked('default', 'control', 'socket_ttl_seconds'),
      expiresFromNow('default', 'socket_ttl_seconds'),
    ),
    killedBy: ['gives-tickets-the-life-of-tokens', 'promises-sockets-a-longer-life'],
  },
  {
    id: 'socket.ttl-illegal.refused',
    proves: 'socket.ttl.refuse',
    drive: async (drive) => {
      await ask(drive, 'least', { ttl_seconds: 1 })
      await ask(drive, 'most', { ttl_seconds: 86_400 })
      for (const [as, ttl] of Object.entries(WRONG_LIVES)) {
        await ask(drive, as, { ttl_seconds: ttl })
      }
    },
    control: all(urlGiven('least'), urlGiven('most')),
    judge: each(Object.keys(WRONG_LIVES), (as) => refused(as, 'invalid-ttl')),
    killedBy: ['takes-any-socket-ttl', 'takes-socket-ttl-as-text'],
  },
]
