import { beforeEach, expect, test } from 'vitest'
import type { Awaitable } from '../../src/broker-port.ts'
import { makeSerial, type Serial } from '../../src/rules/serial.ts'

let serial: Serial
let begun: string[]
let ends: Map<string, () => void>

beforeEach(() => {
  serial = makeSerial()
  begun = []
  ends = new Map()
})

const together = (key: string, begin: () => Awaitable<string>): Awaitable<string> =>
  serial.together(key, begin, (begun) => begun)

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A work that notes its beginning and ends when it is told to. */
const work = (name: string) => (): Promise<string> => {
  begun.push(name)
  return new Promise((resolve) => ends.set(name, () => resolve(name)))
}

async function end(name: string): Promise<void> {
  ends.get(name)?.()
  await settled()
}

test('works of one key run one after the other, those of another beside them', async () => {
  for (const name of ['one', 'two']) void serial('ann', work(name))
  void serial('ben', work('other'))
  await settled()
  expect(begun).toEqual(['one', 'other'])
  await end('one')
  expect(begun).toEqual(['one', 'other', 'two'])
})

test('works that may run together begin in order, without waiting for each other', () => {
  for (const name of ['one', 'two', 'three']) void together('ann', work(name))
  expect(begun).toEqual(['one', 'two', 'three'])
})

test('a work that runs alone waits for all that are together, and those that come later for it', async () => {
  for (const name of ['one', 'two']) void together('ann', work(name))
  void serial('ann', work('alone'))
  for (const name of ['three', 'four']) void together('ann', work(name))
  await end('two')
  expect(begun).toEqual(['one', 'two'])
  await end('one')
  expect(begun).toEqual(['one', 'two', 'alone'])
  await end('alone')
  expect(begun).toEqual(['one', 'two', 'alone', 'three', 'four'])
})

test('a work that fails does so for itself alone', async () => {
  const failing = together('ann', () => Promise.reject(new Error('no store')))
  const alone = serial('ann', async () => 'done')
  await expect(failing).rejects.toThrow('no store')
  expect(await alone).toBe('done')
})

test('what has nothing to wait for is there at once, unless a work that runs alone is before it', async () => {
  expect(together('ann', () => 'there')).toBe('there')
  void serial('ann', work('alone'))
  const later = together('ann', () => 'there')
  expect(later).toBeInstanceOf(Promise)
  await end('alone')
  expect(await later).toBe('there')
  await settled()
  expect(together('ann', () => 'there again')).toBe('there again')
})

test('what is made of what was brought is part of the work', async () => {
  const made = serial.together('ann', work('one'), (name) => begun.push(`made of ${name}`))
  void serial('ann', work('alone'))
  await end('one')
  expect(begun).toEqual(['one', 'made of one', 'alone'])
  expect(await made).toBe(2)
})

test('a work that comes where one before it is done keeps its place behind those that wait', async () => {
  const alone = serial('ann', work('alone'))
  const later = alone.then(() => together('ann', work('later')))
  for (const name of ['one', 'two']) void together('ann', work(name))
  await end('alone')
  expect(begun).toEqual(['alone', 'one', 'two', 'later'])
  for (const name of ['one', 'two', 'later']) await end(name)
  expect(await later).toBe('later')
})
