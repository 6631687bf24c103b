import { validate } from '@channel-protocol/schemas/validate'
import { expect, test } from 'vitest'
import { makeSocketRequest, makeSocketRequestRules } from '../../src/outbound/socket-request.ts'
import { signWebhook } from '../../src/outbound/webhook-signature.ts'
import type { SocketDelivery } from '../../src/webhook-port.ts'

const rules = makeSocketRequestRules()
const nowMs = 1_800_000_000_900
const configured = {
  urls: {
    handshake: 'http://app.example/_ah/websocket/handshake/',
    message: 'http://app.example/hook',
    closed: 'http://app.example/hook?kind=closed',
  },
  secrets: ['whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'],
  userAgent: 'product/1',
}
const socket = { id: 'q7Jr0aX2yT4mB9cW1eZu5g', path: 'a b/?#%/고', epoch: 1_800_000_000_000_000 }
const atMs = 1_800_000_000_000
const handshake: SocketDelivery = { event: 'handshake', socket, atMs }
const message: SocketDelivery = { event: 'message', socket, number: 1, body: 'é&=+\r\n', atMs }
const closed: SocketDelivery = { event: 'closed', socket, code: 1005, reason: '', atMs }

const request = (delivery: SocketDelivery) => makeSocketRequest(rules, delivery, configured, nowMs)
const withPath = (path: string): SocketDelivery => ({ ...message, socket: { ...socket, path } })

test.each([
  ['', '/hook'],
  ['foo/bar', '/hook/foo/bar'],
  ['50%/a?b#c', '/hook/50%25/a%3Fb%23c'],
  ['%41', '/hook/%2541'],
  ['고객/é', '/hook/%EA%B3%A0%EA%B0%9D/%C3%A9'],
  [`"'<>^\`{|} &=+;:@$,!*()~`, `/hook/%22'%3C%3E%5E%60%7B%7C%7D%20%26%3D%2B%3B%3A%40%24%2C!*()~`],
])('the path %j is asked for as %s', (path, target) => {
  expect(request(withPath(path)).target).toBe(target)
  const encoded = target.slice('/hook/'.length)
  expect(encoded.split('/').map(decodeURIComponent).join('/')).toBe(path)
})

test('one slash stands between the configured URL and the path, and a query stays behind it', () => {
  expect(request({ ...handshake, socket: { ...socket, path: 'a' } }).target).toBe(
    '/_ah/websocket/handshake/a',
  )
  expect(request({ ...closed, socket: { ...socket, path: 'a' } }).target).toBe(
    '/hook/a?kind=closed',
  )
  expect(request({ ...closed, socket: { ...socket, path: '' } }).target).toBe('/hook?kind=closed')
})

test('the target is not normalised on its way', () => {
  expect(request(withPath('a/../b')).target).toBe('/hook/a/../b')
})

test.each([
  ['SocketHandshake', handshake],
  ['SocketMessage', message],
  ['SocketClosed', closed],
] as const)('the form of %s is as the schema wants it', (type, delivery) => {
  const form = Object.fromEntries(new URLSearchParams(request(delivery).body))
  expect(validate(type, form)).toMatchObject({ valid: true })
  expect(form).toMatchObject({ from: socket.id, path: socket.path })
  if (delivery === message) expect(form.body).toBe('é&=+\r\n')
})

test('it is signed with every live secret over its id, whole seconds and body', () => {
  const { headers, body } = request(message)
  expect(headers['webhook-timestamp']).toBe('1800000000')
  const signable = { id: headers['webhook-id'] ?? '', timestamp: 1_800_000_000, body }
  expect(headers['webhook-signature']).toBe(signWebhook(configured.secrets, signable))
})

test('each handshake, message and closed has an id of its own, the same for every attempt', () => {
  const deliveries = [
    handshake,
    message,
    { ...message, number: 2 },
    closed,
    { ...handshake, socket: { ...socket, id: 'another-socket-of-22-c' } },
  ]
  const ids = deliveries.map(rules.makeSocketWebhookId)
  expect(new Set(ids).size).toBe(deliveries.length)
  expect(deliveries.map(rules.makeSocketWebhookId)).toEqual(ids)
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_.-]{1,64}$/)
})
