/** Checks of the chapter token about minting: keys, lives, and what an answer holds. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { CallOptions } from '../drive/requests.ts'
import { answeredAs } from '../judges/call.ts'
import { all, each } from '../judges/finding.ts'
import { accepted } from '../judges/message.ts'
import { refused } from '../judges/problem.ts'
import {
  challenged,
  livesAsAsked,
  livesFromNow,
  minted,
  sameConnectUrl,
  uncached,
  withoutTokenInUrls,
} from '../judges/token.ts'
import { FOREIGN_HOSTS, WRONG_LIVES } from './mint-inputs.ts'

/** Defects of an application key, made from a live one. */
const WRONG_KEYS: Readonly<Record<string, (live: string) => string>> = {
  unknown: () => 'nobody-was-ever-given-this-application-key',
  longer: (live) => `${live}x`,
  shorter: (live) => live.slice(0, -1),
  'other case': (live) => live.replace(/[a-z]/gi, swapCase),
}

/** The calls about sockets, with bodies that reach nobody who does not want it. */
const SOCKET_CALLS: Readonly<Record<string, object>> = {
  '/v1/sockets': {},
  '/v1/sockets/messages': { sockets: 'nobody-has-had-this-id', body: 'hello' },
  '/v1/sockets/broadcasts': { body: 'a broadcast with or without a key' },
}

/** Asks for a token and leaves the judging of the answer to others. */
async function ask(
  drive: Drive,
  as: string,
  members: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Promise<void> {
  await drive.call(as, 'POST', '/v1/tokens', { json: members, ...options })
}

function swapCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
}

/** In the order of the chapter. */
export const TOKEN_CHECKS: readonly Check[] = [
  {
    id: 'token.key-absent.refused',
    proves: 'token.key.required',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await ask(drive, 'control', { client_id: clientId })
      await ask(drive, 'token', { client_id: clientId }, { key: 'none' })
      await drive.post('message', clientId, drive.text(), { key: 'none' })
      // The key is looked at before anything that the body says.
      await drive.call('no JSON', 'POST', '/v1/messages', { key: 'none', body: 'client_id=ada' })
      const headers = { 'content-type': 'text/plain' }
      await ask(drive, 'other type', { client_id: clientId }, { key: 'none', headers })
    },
    control: minted('control'),
    judge: each(['token', 'message', 'no JSON', 'other type'], (as) =>
      refused(as, 'invalid-application-key'),
    ),
    killedBy: ['mints-without-key', 'posts-without-key', 'judges-media-type-before-key'],
  },
  {
    id: 'token.key-absent-presence.refused',
    proves: 'token.key.required',
    profiles: ['presence-sync'],
    drive: async (drive) => {
      const query = { client_id: drive.clientId() }
      await drive.call('control', 'GET', '/v1/presence', { query })
      await drive.call('defect', 'GET', '/v1/presence', { query, key: 'none' })
      await drive.call('list', 'GET', '/v1/presence', { key: 'none' })
    },
    control: answeredAs('control', 200, 'PresenceAnswer'),
    judge: each(['defect', 'list'], (as) => refused(as, 'invalid-application-key')),
    killedBy: ['reads-presence-without-key'],
  },
  {
    id: 'token.key-sockets.refused',
    proves: 'token.key.required',
    profiles: ['sockets'],
    // Its broadcast reaches every socket.
    alone: ['sockets'],
    drive: async (drive) => {
      for (const [path, json] of Object.entries(SOCKET_CALLS)) {
        await drive.call(`control ${path}`, 'POST', path, { json })
        await drive.call(`absent ${path}`, 'POST', path, { json, key: 'none' })
        const key = { text: 'nobody-was-ever-given-this-application-key' }
        await drive.call(`wrong ${path}`, 'POST', path, { json, key })
      }
    },
    control: all(
      answeredAs('control /v1/sockets', 201, 'SocketAnswer'),
      answeredAs('control /v1/sockets/messages', 200, 'SocketSendAnswer'),
      answeredAs('control /v1/sockets/broadcasts', 200, 'SocketBroadcastAnswer'),
    ),
    judge: each(Object.keys(SOCKET_CALLS), (path) =>
      all(
        refused(`absent ${path}`, 'invalid-application-key'),
        refused(`wrong ${path}`, 'invalid-application-key'),
      ),
    ),
    killedBy: [
      'mints-sockets-without-key',
      'sends-to-sockets-without-key',
      'broadcasts-to-sockets-without-key',
    ],
  },
  {
    id: 'token.key-wrong.refused',
    proves: 'token.key.required',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await ask(drive, 'control', { client_id: clientId })
      for (const [as, spoil] of Object.entries(WRONG_KEYS)) {
        const text = drive.conceal(spoil(drive.applicationKey))
        await ask(drive, as, { client_id: clientId }, { key: { text } })
      }
    },
    control: minted('control'),
    judge: each(Object.keys(WRONG_KEYS), (as) => refused(as, 'invalid-application-key')),
    killedBy: ['ignores-end-of-key', 'accepts-start-of-key', 'ignores-case-of-key'],
  },
  {
    id: 'token.key-elsewhere.refused',
    proves: 'token.key.required',
    drive: async (drive) => {
      const json = { client_id: drive.clientId() }
      const key = drive.applicationKey
      const basic = drive.conceal(Buffer.from(`application:${key}`).toString('base64'))
      await ask(drive, 'control', json)
      for (const name of ['application_key', 'access_token', 'key']) {
        await ask(drive, name, json, { key: 'none', query: { [name]: key } })
      }
      await ask(drive, 'basic', json, { key: 'none', headers: { authorization: `Basic ${basic}` } })
      await ask(drive, 'bare', json, { key: 'none', headers: { authorization: key } })
      const scheme = { authorization: `Token ${key}` }
      await ask(drive, 'other scheme', json, { key: 'none', headers: scheme })
      for (const [as, [first, second]] of Object.entries({
        'two headers': [key, 'no-such-key'],
        'two headers, the key last': ['no-such-key', key],
      })) {
        const twice = { Authorization: `Bearer ${first}\r\nAuthorization: Bearer ${second}` }
        const connection = await drive.raw(as)
        connection.write(drive.callRequest('POST', '/v1/tokens', twice, JSON.stringify(json)))
        await connection.answer()
        connection.drop()
      }
    },
    control: minted('control'),
    judge: each(
      [
        ...['application_key', 'access_token', 'key', 'basic', 'bare', 'other scheme'],
        ...['two headers', 'two headers, the key last'],
      ],
      (as) => refused(as, 'invalid-application-key'),
    ),
    killedBy: [
      'accepts-key-in-query',
      'accepts-key-without-bearer',
      'accepts-key-in-any-scheme',
      'mints-without-key',
      'takes-first-of-several-keys',
      'takes-last-of-several-keys',
    ],
  },
  {
    id: 'token.key-refusal.challenged',
    proves: 'token.key.challenge',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await ask(drive, 'absent', { client_id: clientId }, { key: 'none' })
      await drive.post('wrong', clientId, drive.text(), { key: { text: 'no-such-key' } })
    },
    control: each(['absent', 'wrong'], (as) => refused(as, 'invalid-application-key')),
    judge: each(['absent', 'wrong'], challenged),
    killedBy: ['refuses-without-challenge'],
  },
  {
    id: 'token.second-key.accepted',
    proves: 'token.key.rotation',
    needs: ['second-key'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      for (const key of ['first', 'second'] as const) {
        await ask(drive, `${key} mints`, { client_id: clientId }, { key })
        await drive.post(`${key} posts`, clientId, drive.text(), { key })
      }
    },
    judge: all(
      minted('first mints'),
      accepted('first posts'),
      minted('second mints'),
      accepted('second posts'),
    ),
    killedBy: ['rejects-second-key'],
  },
  {
    id: 'token.request.minted',
    proves: 'token.mint.answer',
    drive: async (drive) => {
      await ask(drive, 'plain', { client_id: drive.clientId() })
      await ask(drive, 'with ttl', { client_id: drive.clientId(), ttl_seconds: 60 })
    },
    judge: each(['plain', 'with ttl'], (as) => answeredAs(as, 201, 'TokenAnswer')),
    killedBy: ['mints-token-outside-grammar', 'writes-expiry-with-offset'],
  },
  {
    id: 'token.answer.uncached',
    proves: 'token.mint.no-store',
    drive: (drive) => ask(drive, 'client', { client_id: drive.clientId() }),
    control: minted('client'),
    judge: uncached('client'),
    killedBy: ['lets-tokens-be-cached'],
  },
  {
    id: 'token.ttl-given.honoured',
    proves: 'token.ttl.honour',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await ask(drive, 'control', { client_id: clientId, ttl_seconds: 600 })
      await ask(drive, 'fraction', { client_id: clientId, ttl_seconds: 900.25 })
      await ask(drive, 'longest', { client_id: clientId, ttl_seconds: 86_400 })
      await ask(drive, 'a minute', { client_id: clientId, ttl_seconds: 61 })
    },
    control: minted('control'),
    judge: each(['fraction', 'longest', 'a minute'], (as) => livesAsAsked(as, 'control')),
    killedBy: ['caps-ttl', 'rounds-ttl-up'],
  },
  {
    id: 'token.ttl-default.honoured',
    proves: 'token.ttl.honour',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await ask(drive, 'control', { client_id: clientId, ttl_seconds: 600 })
      await ask(drive, 'default', { client_id: clientId })
    },
    control: minted('control'),
    judge: livesAsAsked('default', 'control'),
    killedBy: ['halves-default-ttl'],
  },
  {
    id: 'token.ttl-start.honoured',
    proves: 'token.ttl.honour',
    drive: (drive) => ask(drive, 'client', { client_id: drive.clientId(), ttl_seconds: 600 }),
    control: minted('client'),
    judge: livesFromNow('client'),
    killedBy: ['adds-seconds-to-ttl'],
  },
  {
    id: 'token.ttl-illegal.refused',
    proves: 'token.ttl.refuse',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await ask(drive, 'least', { client_id: clientId, ttl_seconds: 1 })
      await ask(drive, 'most', { client_id: clientId, ttl_seconds: 86_400 })
      for (const [as, ttl] of Object.entries(WRONG_LIVES)) {
        await ask(drive, as, { client_id: clientId, ttl_seconds: ttl })
      }
    },
    control: all(minted('least'), minted('most')),
    judge: each(Object.keys(WRONG_LIVES), (as) => refused(as, 'invalid-ttl')),
    killedBy: [
      'accepts-ttl-of-zero',
      'accepts-ttl-above-the-most',
      'accepts-ttl-as-text',
      'takes-null-ttl-for-none',
    ],
  },
  {
    id: 'token.connect-url.clean',
    proves: 'token.url.absent',
    drive: (drive) => ask(drive, 'client', { client_id: drive.clientId() }),
    control: minted('client'),
    judge: withoutTokenInUrls('client'),
    killedBy: ['puts-token-into-connect-url'],
  },
  {
    id: 'token.foreign-host.ignored',
    proves: 'token.connect-url.configured',
    drive: async (drive) => {
      const json = { client_id: drive.clientId() }
      await ask(drive, 'control', json)
      for (const [as, headers] of Object.entries(FOREIGN_HOSTS)) {
        await ask(drive, as, json, { headers })
      }
    },
    control: minted('control'),
    judge: each(Object.keys(FOREIGN_HOSTS), (as) => sameConnectUrl(as, 'control')),
    killedBy: ['builds-connect-url-from-host'],
  },
]
