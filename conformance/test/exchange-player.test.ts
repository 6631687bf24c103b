/** Proves that the player of exchanges sends what the text shows and sees every difference in the answer. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { type Answer, differences, fill, play } from './exchange-player.ts'

const text = '201\nContent-Type: application/json\n\n{"token":"{token}","n":{"m":1}}'

function answer(part: Partial<Answer> = {}): Answer {
  return {
    status: 201,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: '{"token":"t","n":{"m":1,"more":2},"more":3}',
    ...part,
  }
}

it('an answer with more members and a parameter of its media type is as the text says', () => {
  const values = new Map<string, string>()
  expect(differences(text, answer(), values)).toEqual([])
  expect(values.get('token')).toBe('t')
})

it.each([
  ['another status', { status: 200 }, 'status 200 instead of 201'],
  ['another header', { headers: {} }, 'Content-Type: undefined instead of application/json'],
  ['a missing member', { body: '{"token":"t"}' }, '/n/m is undefined instead of 1'],
  ['another member', { body: '{"token":"t","n":{"m":2}}' }, '/n/m is 2 instead of 1'],
  ['a missing placeholder', { body: '{"n":{"m":1}}' }, '/token is undefined instead of "{token}"'],
])('%s is a difference', (_what, part, message) => {
  expect(differences(text, answer(part), new Map())).toEqual([message])
})

it('a placeholder that changes its value is a difference', () => {
  expect(differences(text, answer(), new Map([['token', 'other']]))).toEqual([
    '/token is not other',
  ])
})

it('a placeholder that nothing gave a value is refused', () => {
  expect(() => fill('GET {base}/v1', new Map())).toThrow('nothing so far gave {base} a value')
})

it('method, headers and body are sent as the text shows them', async () => {
  const server = createServer((incoming, outgoing) => {
    incoming.setEncoding('utf8')
    incoming.on('data', (body: string) => {
      outgoing.end(`${incoming.method} ${incoming.url} ${incoming.headers['x-one']} ${body}`)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const came = await play(`PUT http://127.0.0.1:${port}/v1\nX-One: two: 2\n\n{"a":1}`)
  server.close()
  expect(came).toMatchObject({ status: 200, body: 'PUT /v1 two: 2 {"a":1}' })
})
