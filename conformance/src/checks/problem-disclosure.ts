/** Checks of the chapter problem about what no answer gives away: calls to foreign pages, and secrets that were refused. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { answeredAs, withoutHeader } from '../judges/call.ts'
import { closed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { refused } from '../judges/problem.ts'
import { repeatsNoSecret } from '../judges/problem-document.ts'

/** In the order of the chapter. */
export const PROBLEM_DISCLOSURE_CHECKS: readonly Check[] = [
  {
    id: 'problem.foreign-page.shut-out',
    proves: 'problem.cors.none',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const headers = { origin: drive.listedOrigin || 'https://example.org' }
      const json = { client_id: clientId, data: 'hello' }
      if (!(await drive.call('token', 'POST', '/v1/tokens', { json, headers }))) return
      await drive.call('message', 'POST', '/v1/messages', { json, headers })
      await drive.call('refused', 'POST', '/v1/messages', { json: {}, headers })
      await drive.call('no key', 'POST', '/v1/tokens', { json, headers, key: 'none' })
      await drive.call('preflight', 'OPTIONS', '/v1/messages', {
        key: 'none',
        headers: {
          ...headers,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      })
    },
    control: all(answeredAs('token', 201, 'TokenAnswer'), answeredAs('message', 200, 'Receipt')),
    judge: withoutHeader(
      'access-control-allow-origin',
      'token',
      'message',
      'refused',
      'no key',
      'preflight',
    ),
    killedBy: ['opens-calls-to-every-page', 'opens-refusals-to-every-page'],
  },
  {
    id: 'problem.refused-secret.unrepeated',
    proves: 'problem.detail.safe',
    drive: async (drive) => {
      const { token } = await drive.mint('client', drive.clientId())
      const wrongKey = `wrong-${drive.clientId()}`
      const json = { client_id: drive.clientId() }
      await drive.call('wrong key', 'POST', '/v1/tokens', { key: { text: wrongKey }, json })
      const key = keyOf(drive)
      await drive.call('key in body', 'POST', '/v1/tokens', { body: `${key} ${token}` })
      await drive.call('key in path', 'GET', `/v1/${encodeURIComponent(key)}`)
      await drive.call('key in query', 'GET', '/v1/x-no-such-path', { query: { key, token } })
      await drive.call('token in ttl', 'POST', '/v1/tokens', {
        json: { ...json, ttl_seconds: token },
      })
      await drive.call('key as type', 'POST', '/v1/tokens', {
        json,
        headers: { 'content-type': `text/${token}` },
      })
    },
    control: all(
      refused('wrong key', 'invalid-application-key'),
      refused('key in body', 'malformed-request'),
    ),
    judge: repeatsNoSecret,
    killedBy: ['quotes-the-key-it-refuses', 'quotes-the-body-it-refuses'],
  },
  {
    id: 'problem.refused-token.unrepeated',
    proves: 'problem.detail.safe',
    drive: async (drive) => {
      const { token, connectUrl } = await drive.mint('client', drive.clientId())
      const other = await drive.mint('client', drive.clientId())
      const forged = `${token}x`
      const forgery = await drive.open('forged', { url: connectUrl, token: forged })
      await forgery.ended()
      const both = [token, other.token].map((one) => `channel-token.${one}`)
      const pair = await drive.open('two tokens', {
        url: connectUrl,
        protocols: ['channel-protocol.v1', ...both],
      })
      await pair.ended()
      const alone = await drive.open('no protocol', {
        url: connectUrl,
        protocols: both.slice(0, 1),
      })
      await alone.ended()
    },
    control: all(closed('forged', 'token-invalid'), closed('two tokens', 'bad-request')),
    judge: repeatsNoSecret,
    killedBy: ['quotes-the-token-it-refuses'],
  },
]

const keyOf = (drive: Drive): string =>
  /Bearer (\S+)/.exec(drive.callRequest('GET', '/v1', {}, '').toString())?.[1] ?? ''
