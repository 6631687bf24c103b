import { expect, test } from 'vitest'
import { makePlainPostReader } from '../../src/inbound/plain-post.ts'

const read = makePlainPostReader(new Set(['/v1/messages']))
const LINES = ['Host: x', 'Authorization: Bearer k', 'Content-Type: application/json']

function write(
  lines: readonly string[],
  body = '{"a":1}',
  requestLine = 'POST /v1/messages HTTP/1.1',
) {
  return Buffer.from(`${[requestLine, ...lines].join('\r\n')}\r\n\r\n${body}`, 'latin1')
}

const good = [...LINES, 'Content-Length: 7']

test('a whole post is read with its names in lower case, as written, and its body', () => {
  const post = read(write([...good, 'X-Two:two words']))
  expect(post?.headers).toEqual({
    host: 'x',
    authorization: 'Bearer k',
    'content-type': 'application/json',
    'content-length': '7',
    'x-two': 'two words',
  })
  expect(post?.rawHeaders.slice(-2)).toEqual(['X-Two', 'two words'])
  expect(post?.body.toString()).toBe('{"a":1}')
})

test.each([
  ['another method', write(good, '{"a":1}', 'PUT /v1/messages HTTP/1.1')],
  ['another target', write(good, '{"a":1}', 'POST /v1/tokens HTTP/1.1')],
  ['a query', write(good, '{"a":1}', 'POST /v1/messages?x HTTP/1.1')],
  ['another version', write(good, '{"a":1}', 'POST /v1/messages HTTP/1.0')],
  ['two spaces', write(good, '{"a":1}', 'POST  /v1/messages HTTP/1.1')],
  ['an absolute target', write(good, '{"a":1}', 'POST http://x/v1/messages HTTP/1.1')],
  ['no Host', write(good.slice(1))],
  ['a header that comes twice', write([...good, 'host: y'])],
  ['a header of every object', write([...good, 'constructor: y', 'Constructor: z'])],
  ['two lengths', write([...good, 'Content-Length: 7'])],
  ['no length', write(LINES)],
  ['a length of zero', write([...LINES, 'Content-Length: 0'], '')],
  ['a length with a sign', write([...LINES, 'Content-Length: +7'])],
  ['a length with a zero before it', write([...LINES, 'Content-Length: 07'])],
  ['a list of lengths', write([...LINES, 'Content-Length: 7, 7'])],
  ['a part of the body', write(good, '{"a":')],
  ['more than the body', write(good, '{"a":1}POST')],
  ['a part of the head', write(good).subarray(0, 40)],
  ['chunks', write([...good, 'Transfer-Encoding: chunked'])],
  ['an expectation', write([...good, 'Expect: 100-continue'])],
  ['an upgrade', write([...good, 'Upgrade: websocket'])],
  ['what is asked of the connection', write([...good, 'Connection: close'])],
  ['a folded line', write([...good, 'X-A: b', ' c'])],
  ['a space before the colon', write([...good, 'X-A : b'])],
  ['a space behind the value', write([...good, 'X-A: b '])],
  ['a tab', write([...good, 'X-A:\tb'])],
  ['no value', write([...good, 'X-A:'])],
  ['a byte above ASCII', write([...good, 'X-A: \xe9'])],
  ['a bare line feed', write([...good, 'X-A: b\nX-B: c'])],
  ['a bare carriage return', write([...good, 'X-A: b\rX-B: c'])],
  ['a zero byte', write([...good, 'X-A: b\0'])],
  ['a long head', write([...good, `X-A: ${'b'.repeat(2048)}`])],
  ['a long body', write([...LINES, 'Content-Length: 32769'], 'b'.repeat(32_769))],
])('%s is left to the library', (_what, bytes) => {
  expect(read(bytes)).toBeUndefined()
})

test('the same head again is read alike, and its body anew', () => {
  expect(read(write(good, '{"a":2}'))?.body.toString()).toBe('{"a":2}')
  expect(read(write(good, '{"a":3}'))?.body.toString()).toBe('{"a":3}')
  expect(read(write(good, '{"a":33}'))).toBeUndefined()
})

test('a connection that is to be kept, as it is anyway, is plain', () => {
  expect(read(write([...good, 'Connection: Keep-Alive']))?.headers.connection).toBe('Keep-Alive')
})
