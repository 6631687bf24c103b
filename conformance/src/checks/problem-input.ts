/** Checks of the chapter problem about bad input: methods, media types, and bodies and headers that are no good. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { allows, answeredAs, answeredWithin, treatedLike } from '../judges/call.ts'
import { all } from '../judges/finding.ts'
import { refused } from '../judges/problem.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { answerTo } from '../timeline/timeline.ts'

const REFUSED_METHODS = [
  { path: '/v1', takes: 'GET', methods: ['POST', 'DELETE'] },
  { path: '/v1/tokens', takes: 'POST', methods: ['GET', 'PUT', 'DELETE', 'OPTIONS'] },
  { path: '/v1/messages', takes: 'POST', methods: ['GET', 'PATCH', 'DELETE'] },
].flatMap(({ path, takes, methods }) =>
  methods.map((method) => ({ as: `${method} ${path}`, path, takes, method })),
)

const OTHER_MEDIA_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/jsonp',
  'application/problem+json',
  'text/json; charset=utf-8',
] as const

/** The one media type as it may be written. */
const JSON_TYPES = ['application/json; charset=utf-8', 'Application/JSON ;x=y'] as const

const BAD_UTF8: Readonly<Record<string, readonly number[]>> = {
  'a lone byte': [0xff],
  'Latin-1': [0xe9],
  'an overlong form': [0xc0, 0xaf],
  'an encoded surrogate': [0xed, 0xa0, 0x80],
  'a cut sequence': [0xe2, 0x82],
}

const NESTED = '['.repeat(5000) + ']'.repeat(5000)

/** Sends bytes on a connection of their own and waits for the answer. */
async function sendRaw(drive: Drive, as: string, bytes: Buffer, note: string): Promise<void> {
  const connection = await drive.raw(as)
  connection.write(bytes, note)
  await connection.answer()
  connection.drop()
}

/** The service, or another that does not offer `idempotency` where this one does. */
async function withoutIdempotency(drive: Drive): Promise<Drive> {
  if (!drive.advertised.profiles.includes('idempotency')) return drive
  const bare = await drive.launch('bare', undefined, { profiles: ['core', 'robust'] })
  return bare.drive
}

const bodyLimit = (drive: Drive): number => 6 * (drive.advertised.limits.data_bytes ?? 0) + 4096

/** In the order of the chapter. */
export const PROBLEM_INPUT_CHECKS: readonly Check[] = [
  {
    id: 'problem.other-method.refused',
    proves: 'problem.method.refused',
    drive: async (drive) => {
      if (
        !(await drive.call('control', 'POST', '/v1/tokens', {
          json: { client_id: drive.clientId() },
        }))
      )
        return
      for (const { as, method, path } of REFUSED_METHODS) {
        await drive.call(as, method, path)
        await drive.call(`${as} keyless`, method, path, { key: 'none' })
      }
    },
    control: answeredAs('control', 201, 'TokenAnswer'),
    judge: all(
      ...REFUSED_METHODS.map(({ as, takes }) =>
        all(
          refused(as, 'method-not-allowed'),
          allows(as, takes),
          refused(`${as} keyless`, 'method-not-allowed'),
        ),
      ),
    ),
    killedBy: [
      'answers-404-to-other-methods',
      'hides-allowed-methods',
      'asks-key-for-other-methods',
    ],
  },
  {
    id: 'problem.other-media-type.refused',
    proves: 'problem.media-type.refused',
    drive: async (drive) => {
      const json = { client_id: drive.clientId() }
      if (!(await drive.call('control', 'POST', '/v1/tokens', { json }))) return
      for (const type of [...OTHER_MEDIA_TYPES, ...JSON_TYPES]) {
        await drive.call(type, 'POST', '/v1/tokens', { json, headers: { 'content-type': type } })
      }
    },
    control: answeredAs('control', 201, 'TokenAnswer'),
    judge: all(
      ...OTHER_MEDIA_TYPES.map((type) => refused(type, 'unsupported-media-type')),
      ...JSON_TYPES.map((type) => answeredAs(type, 201, 'TokenAnswer')),
    ),
    killedBy: ['reads-any-media-type', 'takes-look-alikes-of-json', 'refuses-json-with-parameters'],
  },
  {
    id: 'problem.bad-utf8.refused',
    proves: 'problem.body.utf8',
    drive: async (drive) => {
      const body = (clientId: string, bytes: readonly number[]): Buffer =>
        Buffer.concat([
          Buffer.from(`{"client_id":"${clientId}","data":"`),
          Buffer.from(bytes),
          Buffer.from('."}'),
        ])
      const clientId = drive.clientId()
      if (
        !(await drive.call('control', 'POST', '/v1/messages', {
          body: body(clientId, [0xc3, 0xa9]),
        }))
      )
        return
      for (const [as, bytes] of Object.entries(BAD_UTF8)) {
        await drive.call(as, 'POST', '/v1/messages', { body: body(clientId, bytes) })
      }
    },
    control: answeredAs('control', 200, 'Receipt'),
    judge: all(...Object.keys(BAD_UTF8).map((as) => refused(as, 'malformed-request'))),
    killedBy: ['mends-bad-utf8'],
  },
  {
    id: 'problem.deep-body.answered',
    proves: 'problem.body.nested',
    drive: async (drive) => {
      const head = `{"client_id":${JSON.stringify(drive.clientId())}`
      if (!(await drive.call('flat', 'POST', '/v1/tokens', { body: `${head}}` }))) return
      await drive.call('deep', 'POST', '/v1/tokens', { body: `${head},"x_unknown":${NESTED}}` })
    },
    control: answeredAs('flat', 201, 'TokenAnswer'),
    judge: (timeline) =>
      (answerTo(timeline, 'deep')?.status === 400
        ? refused('deep', 'malformed-request')
        : treatedLike('deep', 'flat'))(timeline),
    killedBy: ['takes-deep-bodies-for-large-ones'],
  },
  {
    id: 'problem.announced-size.refused',
    proves: 'problem.body.too-large',
    drive: async (drive) => {
      await controlOfSize(drive)
      const length = { 'Content-Length': String(bodyLimit(drive) + 1) }
      const head = drive.callRequest('POST', '/v1/messages', length, '{"client_id":"')
      await sendRaw(drive, 'announced', head, `${bodyLimit(drive) + 1} bytes announced, 14 sent`)
    },
    control: answeredAs('control', 200, 'Receipt'),
    judge: refused('announced', 'payload-too-large'),
    killedBy: ['reads-huge-bodies'],
  },
  {
    id: 'problem.counted-size.refused',
    proves: 'problem.body.too-large',
    drive: async (drive) => {
      await controlOfSize(drive)
      const size = bodyLimit(drive) + 1
      const chunks = `${size.toString(16)}\r\n${' '.repeat(size)}`
      const headers = { 'Content-Length': '', 'Transfer-Encoding': 'chunked' }
      const bytes = drive.callRequest('POST', '/v1/messages', headers, chunks)
      await sendRaw(drive, 'counted', bytes, `a chunk of ${size} bytes, and the body not ended`)
    },
    control: answeredAs('control', 200, 'Receipt'),
    judge: refused('counted', 'payload-too-large'),
    killedBy: ['reads-huge-bodies'],
  },
  slowBodyCheck('problem.stalled-body.refused', 'waits-long-for-bodies', async (drive) => {
    const connection = await drive.raw('slow')
    connection.write(half(drive), 'a head and half of the body, then nothing')
    await connection.answer(latestSeconds(drive.advertised, 'request_timeout_seconds') * 1000)
    connection.drop()
  }),
  slowBodyCheck('problem.dribbled-body.refused', 'waits-long-for-bodies', async (drive) => {
    const connection = await drive.raw('slow')
    connection.write(half(drive), 'a head and half of the body, then a byte now and then')
    const pace = Math.max(0.1, Number(drive.advertised.timings.request_timeout_seconds) / 5)
    const latest = latestSeconds(drive.advertised, 'request_timeout_seconds')
    for (let waited = 0; waited < latest; waited += pace) {
      if (await connection.answer(pace * 1000)) break
      connection.write(' ', 'one byte more')
    }
    connection.drop()
  }),
  {
    id: 'problem.large-headers.refused',
    proves: 'problem.headers.too-large',
    drive: async (drive) => {
      const limit = drive.advertised.limits.header_bytes ?? 0
      const body = JSON.stringify({ client_id: drive.clientId() })
      for (const [as, size] of [
        ['control', Math.floor(limit / 2)],
        ['one', limit + 1],
      ] as const) {
        const bytes = drive.callRequest(
          'POST',
          '/v1/tokens',
          { 'X-Filler': 'x'.repeat(size) },
          body,
        )
        await sendRaw(drive, as, bytes, `a head with a header of ${size} bytes`)
      }
      const headers = Array.from({ length: Math.ceil(limit / 100) }, (_, i) => [
        `X-Filler-${i}`,
        'x'.repeat(100),
      ])
      const bytes = drive.callRequest('POST', '/v1/tokens', Object.fromEntries(headers), body)
      await sendRaw(drive, 'many', bytes, `a head with ${headers.length} headers of 100 bytes`)
    },
    control: answeredAs('control', 201, 'TokenAnswer'),
    judge: all(refused('one', 'headers-too-large'), refused('many', 'headers-too-large')),
    killedBy: ['reads-huge-headers', 'calls-large-headers-malformed'],
  },
  {
    id: 'problem.idempotent-post.refused',
    proves: 'problem.idempotency.refused',
    needs: ['no-idempotency'],
    drive: async (drive) => {
      const bare = await withoutIdempotency(drive)
      const json = { client_id: drive.clientId(), data: 'hello' }
      await bare.call('control', 'POST', '/v1/messages', { json })
      const headers = { 'idempotency-key': drive.text() }
      await bare.call('message', 'POST', '/v1/messages', { json, headers })
      await bare.call('token', 'POST', '/v1/tokens', { json, headers })
    },
    control: answeredAs('control', 200, 'Receipt'),
    judge: all(
      refused('message', 'profile-not-supported'),
      refused('token', 'profile-not-supported'),
    ),
    killedBy: ['ignores-idempotency-key', 'ignores-idempotency-key-of-tokens'],
  },
]

/** A message that is as long as it may be, with every byte escaped, so that a legal body of nearly the limit is accepted. */
async function controlOfSize(drive: Drive): Promise<void> {
  const data = '\\u0041'.repeat(drive.advertised.limits.data_bytes ?? 0)
  const body = `{"client_id":"${drive.clientId()}","data":"${data}"}`
  const bytes = drive.callRequest('POST', '/v1/messages', {}, body)
  await sendRaw(drive, 'control', bytes, `a message in a body of ${body.length} bytes`)
}

function slowBodyCheck(id: string, fault: string, defect: (drive: Drive) => Promise<void>): Check {
  return {
    id,
    proves: 'problem.body.slow',
    waitSeconds: latestOf('request_timeout_seconds'),
    realTime: true,
    drive: async (drive) => {
      await sendRaw(drive, 'control', whole(drive), 'a head and the whole body')
      await defect(drive)
    },
    control: answeredAs('control', 201, 'TokenAnswer'),
    judge: all(
      refused('slow', 'request-timeout'),
      answeredWithin('slow', 'request_timeout_seconds'),
    ),
    killedBy: [fault],
  }
}

const bodyOf = (drive: Drive): string => JSON.stringify({ client_id: drive.clientId() })
const whole = (drive: Drive): Buffer => drive.callRequest('POST', '/v1/tokens', {}, bodyOf(drive))
const half = (drive: Drive): Buffer =>
  drive.callRequest('POST', '/v1/tokens', { 'Content-Length': '500' }, bodyOf(drive).slice(0, -1))
