import { expect, test } from 'vitest'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()

test('versions are odd for online and even for offline, and always grow', () => {
  expect([0, 1, 2, 3].map((version) => rules.nextVersion(version, true))).toEqual([1, 3, 3, 5])
  expect([0, 1, 2, 3].map((version) => rules.nextVersion(version, false))).toEqual([2, 2, 4, 4])
})

test('a cursor is read only by the service that minted it', () => {
  const cursor = rules.mintCursor(1234, 'key')
  expect(rules.readCursor(cursor, 'key')).toBe(1234)
  for (const wrong of ['', '1234', `${cursor}x`, `a${cursor}`])
    expect(() => rules.readCursor(wrong, 'key')).toThrow('cursor was not issued')
  expect(() => rules.readCursor(cursor, 'other')).toThrow('cursor was not issued')
})

test('an answer names the connection and since only where there is one', () => {
  const facts = { clientId: 'ann', online: true, epoch: 5, seq: 0, version: 1 }
  expect(
    rules.makePresenceAnswer({ ...facts, connectionId: undefined, sinceMs: undefined }),
  ).toEqual({ client_id: 'ann', online: true, epoch: 5, version: 1 })
  expect(rules.makePresenceAnswer({ ...facts, connectionId: 'c', sinceMs: 0 })).toMatchObject({
    connection_id: 'c',
    since: '1970-01-01T00:00:00.000Z',
  })
})
