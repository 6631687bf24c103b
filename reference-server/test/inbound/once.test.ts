import { expect, test } from 'vitest'
import { KEY, startService } from '../start-service.ts'

const POST = '/v1/messages'

test('a repeated post is answered with the bytes of the first answer and moves no counter', async () => {
  const service = await startService()
  const send = (): Promise<Response> =>
    service.call('POST', POST, { client_id: 'ann', data: 'once' }, { 'idempotency-key': 'k' })
  const [first, again] = [await send(), await send()]
  expect(again.status).toBe(first.status)
  expect(await again.text()).toBe(await first.text())
  expect(await service.post(POST, { client_id: 'ann', data: 'next' })).toMatchObject({ seq: 2 })
  await service.stop()
})

test('a refusal of the members is kept with its headers and media type', async () => {
  const service = await startService()
  const send = (data: unknown): Promise<Response> =>
    service.call('POST', POST, { client_id: 'ann', data }, { 'idempotency-key': 'k' })
  const [first, again] = [await send(7), await send(7)]
  expect(again.status).toBe(400)
  expect(again.headers.get('content-type')).toBe('application/problem+json')
  expect(await again.text()).toBe(await first.text())
  expect((await send('better')).status).toBe(422)
  await service.stop()
})

test('a post that is refused before its key leaves no trace of it', async () => {
  const service = await startService()
  const body = { client_id: 'ann', data: 'once' }
  const key = { 'idempotency-key': 'k' }
  const early: [object, unknown][] = [
    [{ authorization: 'Bearer another-key' }, body],
    [{ 'content-type': 'text/plain' }, body],
    [{}, Buffer.from('not JSON')],
    [{}, Buffer.alloc(1_000_000, ' ')],
  ]
  const statuses: number[] = []
  for (const [headers, wrong] of early)
    statuses.push((await service.call('POST', POST, wrong, { ...key, ...headers })).status)
  expect(statuses).toEqual([401, 415, 400, 413])
  expect((await service.call('POST', POST, body, key)).status).toBe(200)
  const stranger = { ...key, authorization: `Bearer ${KEY}x` }
  expect((await service.call('POST', POST, body, stranger)).status).toBe(401)
  await service.stop()
})

test('a service without the profile refuses every post with a key, an empty one too', async () => {
  const service = await startService(['--profiles', 'core'])
  for (const key of ['k', ''])
    for (const path of ['/v1/tokens', POST]) {
      const body = { client_id: 'ann', data: 'once' }
      const answer = await service.call('POST', path, body, { 'idempotency-key': key })
      expect(answer.status).toBe(501)
    }
  await service.stop()
})
