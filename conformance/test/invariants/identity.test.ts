import { describe, expect, test } from 'vitest'
import {
  connectionIdsAreUnique,
  messageIdsAreUnique,
  presenceWebhookIdsAreUnique,
  socketIdsAreUnique,
  socketWebhookIdsAreUnique,
} from '../../src/invariants/identity.ts'
import { BROADCASTS, MESSAGES } from '../../src/judges/stream.ts'
import { answer, envelope, request, webhook } from '../timeline-builder.ts'
import { BASE, connected, message, posted, shown } from './observing.ts'

const hook = (id: string, fields: Readonly<Record<string, string>>, path = '/w/') =>
  webhook('w', fields, { headers: { 'webhook-id': id }, path })
const came = { event: 'connected', from: 'ada', epoch: '7', version: '1' }

describe('the invariants of ids', () => {
  test('a connection id that comes again, in another timeline too, breaks them', () => {
    const first = connected('a', 'ada')
    expect(shown(connectionIdsAreUnique, [first, connected('b', 'bob')])).toEqual({ observed: 2 })
    expect(shown(connectionIdsAreUnique, [first, first]).broken?.[0]).toBe(
      'a connection_id of its own',
    )
  })

  test('services that live for one check may have the ids of others', () => {
    const own = connected('a', 'ada').map((event) =>
      event.kind === 'request' ? { ...event, url: 'ws://127.0.0.1:2/v1/connect' } : event,
    )
    expect(shown(connectionIdsAreUnique, [own, own, connected('a', 'ada')])).toEqual({
      observed: 3,
    })
  })

  test('a message is one in its receipt, its envelope, a replay and a repeated answer', () => {
    const events = [
      ...posted('ada', 'hello'),
      ...posted('ada', 'hello'),
      ...connected('a', 'ada'),
      message('a', 1),
      ...connected('b', 'ada'),
      message('b', 1),
    ]
    expect(shown(messageIdsAreUnique(MESSAGES), [events])).toEqual({ observed: 4 })
  })

  test('two messages with one id break them, in receipts, in a batch and in envelopes', () => {
    const two = [...posted('ada', 'one', 1, 'm'), ...posted('bob', 'two', 1, 'm')]
    const results = [1, 2].map((seq) => ({ id: 'm', seq, epoch: 7, connections: 0 }))
    const messages = [1, 2].map((at) => ({ client_id: 'ada', data: `${at}` }))
    const batch = [
      request('batch', `${BASE}/v1/batches`, { messages }),
      answer('batch', 200, { results }),
    ]
    const frames = [...connected('a', 'ada'), message('a', 1, 'x', 'm'), message('a', 2, 'y', 'm')]
    for (const events of [two, batch, frames])
      expect(shown(messageIdsAreUnique(MESSAGES), [events]).broken).toBeDefined()
  })

  test('a broadcast with the id of a message is a matter of broadcasts', () => {
    const cast = [
      request('cast', `${BASE}/v1/broadcasts`, { data: 'all' }),
      answer('cast', 200, { id: 'm-1', seq: 1, epoch: 9, connections: 0 }),
    ]
    const events = [...posted('ada', 'hello'), ...cast]
    expect(shown(messageIdsAreUnique(BROADCASTS), [events]).broken).toBeDefined()
    expect(shown(messageIdsAreUnique(MESSAGES), [events])).toEqual({ observed: 1 })
  })

  test('a broadcast has the same id on every connection', () => {
    const cast = (as: string) => envelope(as, { type: 'broadcast', id: 'b', seq: 1, data: 'all' })
    const members = { broadcast_epoch: 9, broadcast_seq: 0 }
    const events = [
      ...connected('a', 'ada', 0, members),
      ...connected('b', 'bob', 0, members),
      cast('a'),
      cast('b'),
    ]
    expect(shown(messageIdsAreUnique(BROADCASTS), [events])).toEqual({ observed: 2 })
  })

  test('a webhook keeps its id over attempts and shares it with no other', () => {
    const again = [hook('w-1', came), hook('w-1', came), hook('w-2', { ...came, version: '2' })]
    expect(shown(presenceWebhookIdsAreUnique, [again])).toEqual({ observed: 3 })
    const other = [hook('w-1', came), hook('w-2', came)]
    expect(shown(presenceWebhookIdsAreUnique, [other]).broken?.[0]).toContain('w-1 again')
    const shared = [hook('w-1', came), hook('w-1', { ...came, version: '2' })]
    expect(shown(presenceWebhookIdsAreUnique, [shared]).broken?.[0]).toContain('of its own')
  })

  test('another service may give the same webhook-id', () => {
    const events = [hook('w-1', came, '/i/a/w/'), hook('w-1', { ...came, from: 'bob' }, '/i/b/w/')]
    expect(shown(presenceWebhookIdsAreUnique, [events])).toEqual({ observed: 2 })
  })

  test('only the closed of a socket comes again with its id, and no two sockets share theirs', () => {
    const of = (event: string) => ({ event, from: 'socket' })
    const life = [hook('h', of('handshake')), hook('m', of('message')), hook('n', of('message'))]
    const twice = [hook('c', of('closed')), hook('c', of('closed'))]
    expect(shown(socketWebhookIdsAreUnique, [[...life, ...twice]])).toEqual({ observed: 5 })
    expect(shown(socketWebhookIdsAreUnique, [[...life, hook('m', of('message'))]]).broken).toEqual([
      expect.stringContaining('message number 3'),
      expect.stringContaining('message number 1'),
    ])
    expect(shown(socketIdsAreUnique, [life])).toEqual({ observed: 1 })
    expect(shown(socketIdsAreUnique, [life, life]).broken).toBeDefined()
  })
})
