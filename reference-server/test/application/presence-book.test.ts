import { expect, test } from 'vitest'
import { makePresenceBook, makeWebhookMemory } from '../../application/index.ts'
import { makeFakeClock } from '../fake-clock.ts'

function report(event: 'connected' | 'disconnected', epoch: number, version: number) {
  return { event, clientId: 'ann', epoch, version }
}

test('the larger epoch and then the larger version wins, whatever arrives last', () => {
  const book = makePresenceBook()
  expect(book.note(report('disconnected', 5, 2))).toBe(true)
  expect(book.note(report('connected', 5, 1))).toBe(false)
  expect(book.isOnline('ann')).toBe(false)
  expect(book.note(report('connected', 5, 9))).toBe(true)
  expect(book.note(report('disconnected', 5, 10))).toBe(true)
  expect(book.note(report('disconnected', 5, 10))).toBe(false)
  expect(book.note(report('connected', 4, 99))).toBe(false)
  expect(book.note(report('connected', 6, 1))).toBe(true)
  expect(book.online()).toEqual(['ann'])
})

test('a started voids what has a smaller epoch, also what arrives later', () => {
  const book = makePresenceBook()
  book.note({ ...report('connected', 5, 1), clientId: 'old' })
  book.note({ ...report('connected', 7, 1), clientId: 'new' })
  expect(book.started(7)).toEqual(['old'])
  expect(book.started(6)).toEqual([])
  expect(book.online()).toEqual(['new'])
  expect(book.note({ ...report('connected', 6, 3), clientId: 'late' })).toBe(false)
  expect(book.isOnline('late')).toBe(false)
})

test('who is forgotten begins anew', () => {
  const book = makePresenceBook()
  book.note(report('connected', 5, 3))
  book.forget('ann')
  expect(book.isOnline('ann')).toBe(false)
  expect(book.note(report('connected', 5, 1))).toBe(true)
})

test('a webhook-id is remembered for 600 seconds', async () => {
  const clock = makeFakeClock()
  const memory = makeWebhookMemory(clock)
  expect(memory.knows('msg_1')).toBe(false)
  memory.remember('msg_1')
  await clock.advance(600_000)
  expect(memory.knows('msg_1')).toBe(true)
  await clock.advance(1)
  expect(memory.knows('msg_1')).toBe(false)
})

test('no more than 100,000 webhook-ids are remembered, the newest ones', () => {
  const memory = makeWebhookMemory(makeFakeClock())
  for (let count = 0; count <= 100_000; count += 1) memory.remember(`msg_${count}`)
  expect(memory.knows('msg_0')).toBe(false)
  expect(memory.knows('msg_1')).toBe(true)
  expect(memory.knows('msg_100000')).toBe(true)
})
