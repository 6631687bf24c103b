/** Faults of socket URLs: of what the application is given when it asks for one. */
import type { Fault, Parts } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import { writeInstant } from '../rules/instant.ts'
import { needsNoKey } from './without-key.ts'

const TOKEN_LIFE_SECONDS = 7200

function changesUrl(
  name: string,
  misdeed: string,
  breaks: string,
  change: (url: string, facts: Parameters<Parts['rules']['makeSocketUrl']>[0]) => string,
): Fault {
  return {
    name,
    misdeed,
    breaks: [breaks],
    apply: ({ rules }) => {
      const make = rules.makeSocketUrl
      rules.makeSocketUrl = (facts) => change(make(facts), facts)
    },
  }
}

function readsTtl(
  name: string,
  misdeed: string,
  breaks: string,
  read: (
    value: unknown,
    defaultSeconds: number,
    rightly: (value: unknown, defaultSeconds: number) => number,
  ) => number,
): Fault {
  return {
    name,
    misdeed,
    breaks: [breaks],
    apply: ({ rules }) => {
      const rightly = rules.readSocketTtl
      rules.readSocketTtl = (value, defaultSeconds) => read(value, defaultSeconds, rightly)
    },
  }
}

/** Each breaks what the chapter on sockets promises about the URL, or whom it is given to. */
export const socketUrlFaults: readonly Fault[] = [
  needsNoKey(
    'mints-sockets-without-key',
    '/v1/sockets',
    'A socket URL is given without an application key.',
  ),
  needsNoKey(
    'sends-to-sockets-without-key',
    '/v1/sockets/messages',
    'A send to sockets is taken without an application key.',
  ),
  needsNoKey(
    'broadcasts-to-sockets-without-key',
    '/v1/sockets/broadcasts',
    'A broadcast to sockets is taken without an application key.',
  ),
  changesUrl(
    'adds-query-to-socket-urls',
    'The URL has a query behind the ticket.',
    'socket.mint.answer',
    (url) => `${url}?v=1`,
  ),
  {
    name: 'makes-tickets-outside-grammar',
    misdeed: 'A ticket begins with a character that the grammar does not have.',
    breaks: ['socket.mint.answer'],
    apply: ({ rules }) => {
      const { mintTicket, verifyTicket } = rules
      rules.mintTicket = (...claims) => `=${mintTicket(...claims)}`
      rules.verifyTicket = (ticket, key) =>
        ticket.startsWith('=') ? verifyTicket(ticket.slice(1), key) : undefined
    },
  },
  {
    name: 'mints-sockets-without-expiry',
    misdeed: 'The answer does not say until when the URL opens sockets.',
    breaks: ['socket.mint.answer'],
    apply: ({ rules }) => {
      const make = rules.makeSocketAnswer
      rules.makeSocketAnswer = (...facts) =>
        ({ url: make(...facts).url }) as ReturnType<typeof make>
    },
  },
  {
    name: 'demands-a-socket-path',
    misdeed: 'A request without a path is refused.',
    breaks: ['socket.mint.answer'],
    apply: ({ rules }) => {
      const read = rules.readSocketPath
      rules.readSocketPath = (value, maxBytes) => {
        const path = read(value, maxBytes)
        if (path === '') throw new Refusal('invalid-path', 'path is absent')
        return path
      }
    },
  },
  {
    name: 'lets-socket-urls-be-cached',
    misdeed: 'A socket URL is sent without Cache-Control: no-store.',
    breaks: ['socket.mint.no-store'],
    apply: ({ rules }) => {
      rules.makeSocketHeaders = () => ({})
    },
  },
  changesUrl(
    'builds-socket-url-from-host',
    'The URL is made from the Host header of the request.',
    'socket.url.configured',
    (_url, { host, ticket }) => `ws://${host}/v1/socket/${ticket}`,
  ),
  changesUrl(
    'gives-plain-socket-urls-on-secure-bases',
    'The URL begins with ws: where the base is https:.',
    'socket.url.configured',
    (url) => url.replace(/^wss/, 'ws'),
  ),
  changesUrl(
    'forgets-path-of-base-in-socket-urls',
    'The path of the base is left out of the URL.',
    'socket.url.configured',
    (url, { ticket }) => `${new URL(url).origin}/v1/socket/${ticket}`,
  ),
  readsTtl(
    'caps-socket-ttl',
    'A ticket lives an hour at most, whatever was asked for.',
    'socket.ttl.honour',
    (value, defaultSeconds, rightly) => Math.min(rightly(value, defaultSeconds), 3600),
  ),
  readsTtl(
    'rounds-socket-ttl-up',
    'The life of a ticket is rounded up to a whole minute.',
    'socket.ttl.honour',
    (value, defaultSeconds, rightly) => {
      const ttl = rightly(value, defaultSeconds)
      return ttl > 600 ? Math.ceil(ttl / 60) * 60 : ttl
    },
  ),
  readsTtl(
    'gives-tickets-the-life-of-tokens',
    'A ticket lives two hours where the request names no life.',
    'socket.ttl.honour',
    (value, _defaultSeconds, rightly) => rightly(value, TOKEN_LIFE_SECONDS),
  ),
  {
    name: 'promises-sockets-a-longer-life',
    misdeed: 'expires_at lies five seconds behind the instant at which the ticket expires.',
    breaks: ['socket.ttl.honour', 'socket.open.plain'],
    apply: ({ rules }) => {
      const make = rules.makeSocketAnswer
      rules.makeSocketAnswer = (url, claims) => ({
        ...make(url, claims),
        expires_at: writeInstant(claims.expiresAtMs + 5000),
      })
    },
  },
  readsTtl(
    'takes-any-socket-ttl',
    'A ttl_seconds that is no number from 1 to 86400 counts as none.',
    'socket.ttl.refuse',
    (value, defaultSeconds, rightly) => {
      const isLegal = typeof value === 'number' && value >= 1 && value <= 86_400
      return rightly(isLegal ? value : undefined, defaultSeconds)
    },
  ),
  readsTtl(
    'takes-socket-ttl-as-text',
    'A ttl_seconds in a string is taken for its number.',
    'socket.ttl.refuse',
    (value, defaultSeconds, rightly) =>
      rightly(typeof value === 'string' ? Number(value) : value, defaultSeconds),
  ),
]
