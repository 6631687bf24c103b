import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectRaw, exchange, readToEnd, readUntil } from '../raw-exchange.ts'
import { KEY, startService, type TestService } from '../start-service.ts'

let service: TestService

beforeAll(async () => {
  service = await startService(['--test-timings', '--request-timeout-seconds', '0.5'])
})
afterAll(() => service.stop())

const message = { client_id: 'ann', data: 'x' }
const HEAD = `POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n`

async function codeOf(answer: Response): Promise<unknown> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  const problem = (await answer.json()) as { status: number; code: string; type: string }
  expect(problem.status).toBe(answer.status)
  expect(problem.type.endsWith(`/${problem.code}`)).toBe(true)
  return problem.code
}

test.each([
  ['POST', '/v1/nothing', 404, 'not-found'],
  ['GET', '/', 404, 'not-found'],
  ['GET', '/v1/', 404, 'not-found'],
  ['GET', '/v1/presence', 501, 'profile-not-supported'],
  ['DELETE', '/v1/tokens', 405, 'method-not-allowed'],
  ['POST', '/v1', 405, 'method-not-allowed'],
])('%s %s is answered %d', async (method, path, status, code) => {
  const answer = await service.call(method, path)
  expect(answer.status).toBe(status)
  if (status === 405) expect(answer.headers.get('allow')).toBeTruthy()
  expect(await codeOf(answer)).toBe(code)
})

test.each([
  [{ authorization: 'Bearer wrong-key-wrong-key' }],
  [{ authorization: `Basic ${KEY}` }],
  [{ authorization: KEY }],
  [{ authorization: '' }],
])('a call with %j is answered 401 with a challenge', async (headers) => {
  const answer = await service.call('POST', '/v1/messages', message, headers)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  expect(await codeOf(answer)).toBe('invalid-application-key')
})

test.each([
  ['not JSON', '{', 400, 'malformed-request'],
  ['an array', '[]', 400, 'malformed-request'],
  ['null', 'null', 400, 'malformed-request'],
  ['nothing', '', 400, 'malformed-request'],
  ['a body that is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400, 'malformed-request'],
  ['no client_id', '{"data":"x"}', 400, 'invalid-client-id'],
  ['a number as client_id', '{"client_id":1,"data":"x"}', 400, 'invalid-client-id'],
  ['a control character', '{"client_id":"a\\u0085","data":"x"}', 400, 'invalid-client-id'],
  ['no data', '{"client_id":"a"}', 400, 'invalid-data'],
  ['empty data', '{"client_id":"a","data":""}', 400, 'invalid-data'],
  ['an object as data', '{"client_id":"a","data":{}}', 400, 'invalid-data'],
  ['a lone surrogate', '{"client_id":"a","data":"\\ud800"}', 400, 'invalid-data'],
  ['32768 bytes', `{"client_id":"a","data":"${'x'.repeat(32_768)}"}`, 413, 'payload-too-large'],
])('a message with %s is refused', async (_what, body, status, code) => {
  const answer = await service.call('POST', '/v1/messages', Buffer.from(body))
  expect(answer.status).toBe(status)
  expect(await codeOf(answer)).toBe(code)
})

test.each([
  ['unknown members', { ...message, extra: { deep: [1] } }, '?unknown=1'],
  ['32767 bytes of escapes', { client_id: 'ann', data: '\u0001'.repeat(32_767) }, ''],
  ['a client id of odd characters', { client_id: '-_ @/&=+%é😀', data: 'x' }, ''],
])('a message with %s is accepted', async (_what, body, query) => {
  const answer = await service.call('POST', `/v1/messages${query}`, body)
  expect(answer.status).toBe(200)
})

test('5,000 nested arrays in an unknown member change nothing', async () => {
  const deep = `{"client_id":"ann","data":"x","deep":${'['.repeat(5000)}${']'.repeat(5000)}}`
  expect((await service.call('POST', '/v1/messages', Buffer.from(deep))).status).toBe(200)
})

test.each([
  ['text/plain', 415],
  ['application/jsonx', 415],
  ['application/json; charset=utf-8', 200],
  ['Application/JSON ;x=1', 200],
])('a body of the media type %s is answered %d', async (type, status) => {
  const headers = { 'content-type': type }
  const answer = await service.call('POST', '/v1/messages', message, headers)
  expect(answer.status).toBe(status)
})

test('a body that announces too much is refused before it is sent', async () => {
  const answer = await exchange(service.baseUrl, `${HEAD}Content-Length: 9999999\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 413 .*connection: close.*"max_bytes":32767/is)
})

test('a chunked body is refused as soon as it is too large', async () => {
  const socket = connectRaw(service.baseUrl)
  socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
  for (let index = 0; index < 30; index += 1) socket.write(`2000\r\n${'x'.repeat(0x2000)}\r\n`)
  expect(await readUntil(socket, '"code"')).toContain('payload-too-large')
  socket.destroy()
})

test('a body that stops is refused in time', async () => {
  const answer = await exchange(service.baseUrl, `${HEAD}Content-Length: 30\r\n\r\n{"client`)
  expect(answer).toMatch(/^HTTP\/1.1 408 .*"code":"request-timeout"/s)
})

test('a header section that stops, or never begins, is refused in time', async () => {
  const answers = [exchange(service.baseUrl, 'GET /v1 HTTP/1.1\r\nHo'), exchange(service.baseUrl)]
  for (const answer of await Promise.all(answers))
    expect(answer).toMatch(/^HTTP\/1.1 408 .*"code":"request-timeout"/s)
})

test.each([
  ['a huge header', `GET /v1 HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
  ['a line that is no request', 'HELO example\r\n\r\n', '400'],
  ['a request without Host', 'GET /v1 HTTP/1.1\r\nConnection: close\r\n\r\n', '400'],
  ['CONNECT', 'CONNECT example:443 HTTP/1.1\r\nHost: example\r\n\r\n', '405'],
])('%s is answered with a problem', async (_what, request, status) => {
  const socket = connectRaw(service.baseUrl)
  socket.write(request)
  const text = await readToEnd(socket)
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(text).toContain('application/problem+json')
})

test('a body is asked for with 100 Continue only when it will be read', async () => {
  const body = JSON.stringify(message)
  const expecting = `Expect: 100-continue\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`
  const socket = connectRaw(service.baseUrl)
  socket.write(HEAD + expecting)
  await readUntil(socket, '100 Continue')
  const rest = readToEnd(socket)
  socket.write(body)
  expect(await rest).toContain('HTTP/1.1 200 OK')
  const refused = await exchange(service.baseUrl, HEAD.replace('Bearer', 'Basic') + expecting)
  expect(refused).toMatch(/^HTTP\/1.1 401 /)
})

test('posts beyond the rate are refused for that client id alone', async () => {
  const slow = await startService(['--test-timings', '--messages-per-second', '2'])
  const post = (clientId: string): Promise<Response> =>
    slow.call('POST', '/v1/messages', { client_id: clientId, data: 'x' })
  const answers = [await post('a'), await post('a'), await post('a'), await post('b')]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 200])
  expect(answers[2]?.headers.get('retry-after')).toBe('1')
  await slow.stop()
})

test('answers to the application never let other origins read them', async () => {
  const answer = await service.call('POST', '/v1/messages', message, {
    origin: 'https://a.example',
  })
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})
