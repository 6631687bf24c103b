import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BatchAnswer } from '@channel-protocol/schemas/types'
import { validate } from '@channel-protocol/schemas/validate'
import { expect, test } from 'vitest'
import type { Fault } from '../../../src/parts.ts'
import { Refusal } from '../../../src/refusal.ts'
import { makeFakeClock } from '../../fake-clock.ts'
import { startService, type TestService } from '../../start-service.ts'

type Results = readonly Record<string, unknown>[]

async function postBatch(service: TestService, messages: readonly unknown[]): Promise<Results> {
  const answer = await service.call('POST', '/v1/batches', { messages })
  expect(answer.status).toBe(200)
  const body = (await answer.json()) as BatchAnswer
  expect(validate('BatchAnswer', body)).toMatchObject({ valid: true })
  return body.results as unknown as Results
}

const messagesTo = (clientId: string, count: number): { client_id: string; data: string }[] =>
  Array.from({ length: count }, (_, at) => ({ client_id: clientId, data: `text ${at}` }))

const BAD_ITEMS: readonly (readonly [item: unknown, code: string])[] = [
  [null, 'malformed-request'],
  [['ann', 'x'], 'malformed-request'],
  ['text', 'malformed-request'],
  [{ data: 'x' }, 'invalid-client-id'],
  [{ client_id: 'a\nb', data: 'x' }, 'invalid-client-id'],
  [{ client_id: 'a\ud800', data: 'x' }, 'invalid-client-id'],
  [{ client_id: 'id-1' }, 'invalid-data'],
  [{ client_id: 'id-1', data: '' }, 'invalid-data'],
  [{ client_id: 'id-1', data: '\ud800' }, 'invalid-data'],
  [{ client_id: 'id-1', data: 'x'.repeat(32_768) }, 'payload-too-large'],
]

test('a batch of 1000 with 10 bad items answers 990 receipts and 10 problems in order', async () => {
  const service = await startService()
  const client = service.connect(await service.mint('id-1'))
  await client.next()
  const messages: unknown[] = Array.from({ length: 1000 }, (_, at) => ({
    client_id: `id-${at % 4}`,
    data: `text ${at}`,
  }))
  const badAt = BAD_ITEMS.map((_, index) => 99 * index + 7)
  for (const [index, [item]] of BAD_ITEMS.entries()) messages[badAt[index] ?? 0] = item

  const results = await postBatch(service, messages)

  expect(results).toHaveLength(1000)
  expect(results.filter((result) => 'seq' in result)).toHaveLength(990)
  expect(badAt.map((at) => results[at]?.code)).toEqual(BAD_ITEMS.map(([, code]) => code))
  for (const index of [0, 1, 2, 3]) {
    const own = results.filter((result, at) => at % 4 === index && 'seq' in result)
    expect(own.map(({ seq }) => seq)).toEqual(own.map((_, at) => at + 1))
    expect(new Set(own.map(({ epoch }) => epoch)).size).toBe(1)
  }
  for (const [at, result] of results.entries()) {
    if (at % 4 !== 1 || !('seq' in result)) continue
    expect(await client.next()).toEqual({
      type: 'message',
      id: result.id,
      seq: result.seq,
      data: `text ${at}`,
    })
  }
  await service.stop()
})

test('a long batch gives other posts their turn and keeps the order of one client id', async () => {
  const clock = makeFakeClock()
  const service = await startService([], { clock })
  const pending = postBatch(service, messagesTo('ann', 250))
  const numbered = { client_id: 'ann', data: 'between' }
  // Posts are answered while the batch, for which no time passes, waits for its second turn.
  let between = await service.post('/v1/messages', numbered)
  while (between.seq === 1) between = await service.post('/v1/messages', numbered)
  expect(Number(between.seq)).toBeGreaterThan(100)
  expect(Number(between.seq)).toBeLessThan(250)
  await clock.advance(0)
  await clock.advance(0)
  const seqs = (await pending).map(({ seq }) => Number(seq))
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
  expect(new Set(seqs).size).toBe(250)
  await service.stop()
})

test('a message that exceeds the rate of its client id is refused alone', async () => {
  const clock = makeFakeClock()
  const flags = ['--test-timings', '--messages-per-second', '3']
  const service = await startService(flags, { clock })
  const messages = [...messagesTo('ann', 5), ...messagesTo('bob', 2)]
  const results = await postBatch(service, messages)
  expect(results.map(({ code }) => code)).toEqual([
    ...[undefined, undefined, undefined],
    ...['rate-limited', 'rate-limited'],
    ...[undefined, undefined],
  ])
  await service.stop()
})

test('a defect met by one message is the result of that message, and is logged', async () => {
  const lines: string[] = []
  const error = (fields: object, message: string): void => {
    lines.push(JSON.stringify(fields) + message)
  }
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error }
  const fails: Fault = {
    name: 'fails',
    misdeed: '',
    breaks: [],
    apply: ({ ports }) => {
      const { broker } = ports
      const accept: typeof broker.accept = (...facts) =>
        facts[0] === 'bob' ? Promise.reject(new Error('no broker')) : broker.accept(...facts)
      ports.broker = { ...broker, accept }
    },
  }
  const service = await startService([], { log }, [fails])
  const [ann, bob, again] = await postBatch(service, [
    ...messagesTo('ann', 1),
    { client_id: 'bob', data: 'private' },
    ...messagesTo('ann', 1),
  ])
  expect([ann?.seq, bob?.code, again?.seq]).toEqual([1, 'internal-error', 2])
  expect(lines).toHaveLength(1)
  expect(lines.join()).not.toContain('private')
  await service.stop()
})

test('what a store refuses early in a long batch is the result of that message, while the rest waits for its turn', async () => {
  const away: Fault = {
    name: 'away',
    misdeed: '',
    breaks: [],
    apply: ({ ports }) => {
      const { broker } = ports
      const accept: typeof broker.accept = async (...facts) => {
        if (facts[0] === 'bob') throw new Refusal('unavailable', 'away', { retryAfterSeconds: 1 })
        return broker.accept(...facts)
      }
      ports.broker = { ...broker, accept }
    },
  }
  const service = await startService([], {}, [away])
  const results = await postBatch(service, [...messagesTo('bob', 150), ...messagesTo('ann', 150)])
  expect(results.slice(0, 150).every(({ code }) => code === 'unavailable')).toBe(true)
  expect(results.slice(150).map(({ seq }) => seq)).toEqual(
    Array.from({ length: 150 }, (_, at) => at + 1),
  )
  await service.stop()
})

test.each(['memory', 'sqlite'])(
  'messages of a batch leave together and a lone one at once, with the state in %s',
  async (engine) => {
    const folder = await mkdtemp(join(tmpdir(), 'channel-batch-'))
    const waiting: number[] = []
    const notes: Fault = {
      name: 'notes',
      misdeed: '',
      breaks: [],
      apply: ({ wraps }) => {
        wraps.writer = (writer, _, pulse) => ({
          ...writer,
          write: (frame, envelope) => {
            writer.write(frame, envelope)
            if (envelope?.type === 'message') waiting.push(pulse.queuedBytes())
          },
        })
      },
    }
    const broker = engine === 'memory' ? engine : `sqlite:${join(folder, 'channel.db')}`
    const service = await startService(['--broker', broker], {}, [notes])
    const names = ['ann', 'bob']
    const clients = await Promise.all(
      names.map(async (name) => service.connect(await service.mint(name))),
    )
    for (const client of clients) await client.next()
    await postBatch(
      service,
      names.flatMap((name) => messagesTo(name, 2)),
    )
    for (const client of clients)
      for (const seq of [1, 2]) expect(await client.next()).toMatchObject({ seq })
    await postBatch(service, messagesTo('ann', 1))
    await service.post('/v1/messages', { client_id: 'ann', data: 'x' })
    expect(waiting.map((bytes) => bytes > 0)).toEqual([true, true, true, true, false, false])
    await service.stop()
    await rm(folder, { recursive: true })
  },
)

test('a body is read up to batch_bytes, and one byte more is refused with that limit', async () => {
  const service = await startService(['--test-timings'])
  const limit = 1_048_576
  const body = JSON.stringify({ messages: messagesTo('ann', 2) })
  const largest = await service.call('POST', '/v1/batches', Buffer.from(body.padEnd(limit)))
  expect(largest.status).toBe(200)
  const larger = await service.call('POST', '/v1/batches', Buffer.from(body.padEnd(limit + 1)))
  expect([larger.status, await larger.json()]).toMatchObject([
    413,
    { code: 'payload-too-large', max_bytes: limit },
  ])
  expect(await service.post('/v1/messages', { client_id: 'ann', data: 'x' })).toMatchObject({
    seq: 3,
  })
  await service.stop()
})
