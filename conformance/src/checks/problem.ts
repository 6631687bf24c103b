/** Checks of the chapter problem that every service has to pass. */

import type { Check } from '../check.ts'
import { answeredAs, treatedLike } from '../judges/call.ts'
import { welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { refused } from '../judges/problem.ts'
import { documented } from '../judges/problem-document.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'

const NOT_JSON: Readonly<Record<string, string>> = {
  empty: '',
  form: 'client_id=ada',
  'cut off': '{"client_id":"ada"',
  'two values': '{"client_id":"ada"} {}',
  'single quotes': "{'client_id':'ada'}",
}

const NOT_OBJECTS: Readonly<Record<string, string>> = {
  array: '[{"client_id":"ada","data":"hello"}]',
  text: '"ada"',
  number: '42',
  null: 'null',
  true: 'true',
}

/** What RFC 8259 does not have and decoders let pass. */
const NEARLY_JSON: Readonly<Record<string, string>> = {
  'a comma too many': '{"client_id":"ada","data":"hello",}',
  'a comment': '{"client_id":"ada","data":"hello"/* and so on */}',
  NaN: '{"client_id":"ada","data":"hello","x":NaN}',
  Infinity: '{"client_id":"ada","data":"hello","x":-Infinity}',
  'a bare name': '{"client_id":"ada",data:"hello"}',
  'a leading zero': '{"client_id":"ada","data":"hello","x":007}',
  'a point without digits': '{"client_id":"ada","data":"hello","x":1.}',
  'a line feed in a string': '{"client_id":"ada","data":"hel\nlo"}',
  'an escape of no kind': '{"client_id":"ada","data":"hel\\xlo"}',
  'another spelling of true': '{"client_id":"ada","data":"hello","x":True}',
}

const UNDOCUMENTED = [
  'sends-problems-as-plain-json',
  'counts-problem-status-wrongly',
  'titles-problems-freely',
  'gives-problems-no-type',
] as const

const CALLS = ['/v1/tokens', '/v1/messages'] as const
const UNKNOWN = { x_unknown: { deep: [1, 'two', null] }, 'grease-0a0a': '?' }

function bodyCheck(id: string, bodies: Readonly<Record<string, string>>, fault: string): Check {
  const roles = Object.keys(bodies).flatMap((name) => CALLS.map((path) => ({ name, path })))
  return {
    id,
    proves: 'problem.body.malformed',
    drive: async (drive) => {
      if (
        !(await drive.call('control', 'POST', '/v1/tokens', {
          json: { client_id: drive.clientId() },
        }))
      )
        return
      for (const { name, path } of roles) {
        await drive.call(`${name} ${path}`, 'POST', path, { body: bodies[name] ?? '' })
      }
    },
    control: answeredAs('control', 201, 'TokenAnswer'),
    judge: all(...roles.map(({ name, path }) => refused(`${name} ${path}`, 'malformed-request'))),
    killedBy: [fault],
  }
}

/** In the order of the chapter. */
export const PROBLEM_CHECKS: readonly Check[] = [
  {
    id: 'problem.call-refusal.documented',
    proves: 'problem.document.shape',
    drive: async (drive) => {
      if (!(await drive.call('unknown path', 'GET', '/v1/x-no-such-path'))) return
      await drive.call('wrong key', 'POST', '/v1/tokens', {
        key: { text: 'no-such-key' },
        json: { client_id: drive.clientId() },
      })
      await drive.call('no JSON', 'POST', '/v1/tokens', { body: 'client_id=ada' })
      await drive.call('no id', 'POST', '/v1/tokens', { json: {} })
      await drive.call('no ttl', 'POST', '/v1/tokens', {
        json: { client_id: drive.clientId(), ttl_seconds: 'soon' },
      })
      await drive.call('no data', 'POST', '/v1/messages', { json: { client_id: drive.clientId() } })
      await drive.call('large data', 'POST', '/v1/messages', {
        json: {
          client_id: drive.clientId(),
          data: 'x'.repeat((drive.advertised.limits.data_bytes ?? 0) + 1),
        },
      })
      await drive.call('other method', 'DELETE', '/v1/tokens')
      await drive.call('other type', 'POST', '/v1/tokens', {
        json: {},
        headers: { 'content-type': 'text/plain' },
      })
      await drive.call('no profile', 'POST', '/v1/broadcasts', { json: {} })
      const filler = 'x'.repeat((drive.advertised.limits.header_bytes ?? 0) + 1)
      const large = await drive.raw('large headers')
      large.write(drive.callRequest('POST', '/v1/tokens', { 'X-Filler': filler }, '{}'), 'a head')
      await large.answer()
      large.drop()
    },
    judge: documented(
      'other method',
      'other type',
      'no profile',
      'large headers',
      'unknown path',
      'wrong key',
      'no JSON',
      'no id',
      'no ttl',
      'no data',
      'large data',
    ),
    killedBy: ['refuses-with-200', 'gives-rarer-problems-no-type', ...UNDOCUMENTED],
  },
  {
    id: 'problem.upgrade-refusal.documented',
    proves: 'problem.document.shape',
    drive: async (drive) => {
      const { token, connectUrl } = await drive.mint('client', drive.clientId())
      for (const [as, headers] of [
        ['no upgrade', { Upgrade: 'h2c' }],
        ['no protocol', { 'Sec-WebSocket-Protocol': 'chat' }],
      ] as const) {
        const client = await drive.raw(as, connectUrl)
        client.write(drive.upgradeRequest(connectUrl, token, headers))
        await client.answer()
        client.drop()
      }
    },
    judge: documented('no upgrade', 'no protocol'),
    killedBy: ['gives-upgrade-problems-no-type', ...UNDOCUMENTED],
  },
  {
    id: 'problem.late-refusal.documented',
    proves: 'problem.document.shape',
    profiles: ['robust'],
    waitSeconds: latestOf('request_timeout_seconds'),
    realTime: true,
    drive: async (drive) => {
      const client = await drive.raw('slow')
      const length = { 'Content-Length': '500' }
      client.write(drive.callRequest('POST', '/v1/tokens', length, '{'), 'a head and one byte')
      await client.answer(latestSeconds(drive.advertised, 'request_timeout_seconds') * 1000)
      client.drop()
    },
    judge: documented('slow'),
    killedBy: ['gives-rarer-problems-no-type', ...UNDOCUMENTED],
  },
  bodyCheck('problem.broken-json.refused', NOT_JSON, 'reads-broken-json-as-empty'),
  bodyCheck('problem.nearly-json.refused', NEARLY_JSON, 'reads-json-as-scripts-do'),
  bodyCheck('problem.other-json.refused', NOT_OBJECTS, 'takes-any-json-for-an-object'),
  {
    id: 'problem.unknown-path.refused',
    proves: 'problem.path.unknown',
    drive: async (drive) => {
      if (!(await drive.call('control', 'GET', '/v1', { key: 'none' }))) return
      const json = { client_id: drive.clientId(), data: 'hello' }
      await drive.call('new noun', 'GET', '/v1/x-no-such-path')
      await drive.call('new noun posted', 'POST', '/v1/x-no-such-path', { json })
      await drive.call('below tokens', 'POST', '/v1/tokens/extra', { json })
      await drive.call('below messages', 'POST', '/v1/messages/extra', { json })
      await drive.call('longer name', 'POST', '/v1/tokensandmore', { json })
      await drive.call('slash behind', 'POST', '/v1/tokens/', { json })
      await drive.call('other case', 'POST', '/v1/Tokens', { json })
    },
    control: answeredAs('control', 200, 'Discovery'),
    judge: all(
      ...[
        'new noun',
        'new noun posted',
        'below tokens',
        'below messages',
        'longer name',
        'slash behind',
        'other case',
      ].map((as) => refused(as, 'not-found')),
    ),
    killedBy: [
      'serves-paths-below-a-call',
      'serves-paths-with-a-slash-behind',
      'ignores-case-of-paths',
      'refuses-with-200',
    ],
  },
  {
    id: 'problem.unknown-members.ignored',
    proves: 'problem.unknown.ignored',
    drive: async (drive) => {
      const clientId = drive.clientId()
      for (const [as, more] of [
        ['plain', {}],
        ['more', UNKNOWN],
      ] as const) {
        const json = { client_id: clientId, ...more }
        if (!(await drive.call(`${as} token`, 'POST', '/v1/tokens', { json }))) return
        await drive.call(`${as} message`, 'POST', '/v1/messages', {
          json: { client_id: clientId, data: 'hello', ...more },
        })
      }
    },
    control: all(
      answeredAs('plain token', 201, 'TokenAnswer'),
      answeredAs('plain message', 200, 'Receipt'),
    ),
    judge: all(
      treatedLike('more token', 'plain token'),
      treatedLike('more message', 'plain message'),
    ),
    killedBy: ['refuses-unknown-members'],
  },
  {
    id: 'problem.unknown-parameters.ignored',
    proves: 'problem.unknown.ignored',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const query = { x_unknown: 'a b&c', 'grease-0a0a': '' }
      for (const [as, more] of [
        ['plain', {}],
        ['more', { query }],
      ] as const) {
        if (!(await drive.call(`${as} discovery`, 'GET', '/v1', { key: 'none', ...more }))) return
        await drive.call(`${as} token`, 'POST', '/v1/tokens', {
          json: { client_id: clientId },
          ...more,
        })
        await drive.call(`${as} message`, 'POST', '/v1/messages', {
          json: { client_id: clientId, data: 'hello' },
          ...more,
        })
      }
      const { token, connectUrl } = await drive.mint('client', clientId)
      const url = `${connectUrl}${connectUrl.includes('?') ? '&' : '?'}x_unknown=1`
      const client = await drive.open('client', { url, token })
      await client.welcome()
    },
    control: all(
      answeredAs('plain discovery', 200, 'Discovery'),
      answeredAs('plain token', 201, 'TokenAnswer'),
      answeredAs('plain message', 200, 'Receipt'),
    ),
    judge: all(
      treatedLike('more discovery', 'plain discovery'),
      treatedLike('more token', 'plain token'),
      treatedLike('more message', 'plain message'),
      welcomed('client'),
    ),
    killedBy: ['refuses-unknown-parameters'],
  },
]
