import { describe, expect, test } from 'vitest'
import { type Change, PresenceModel } from '../../src/fuzz/model/presence.ts'
import { SenderModel } from '../../src/fuzz/model/presence-sender.ts'
import { type CellName, readTables } from '../../src/fuzz/states.ts'

const table = readTables()['presence-sender']
const bounds = { slackMs: 5, dueMs: 1000, retryMs: () => 500 }

/** A client that came at 100 ms, and went and came again one after the other, 100 ms apart. */
function changes(count: number): Change[] {
  const presence = new PresenceModel()
  for (let turn = 0; turn < count; turn += 1) {
    const atMs = 100 * (turn + 1)
    const span = { earliestMs: atMs, latestMs: atMs, seenN: 10 * (turn + 1) }
    if (turn % 2 === 0) presence.come(`c${turn}`, span)
    else presence.go('closed', false, `c${turn}`, span)
  }
  return presence.changes
}

function makeSender(count: number): { sender: SenderModel; visited: Set<CellName> } {
  const visited = new Set<CellName>()
  return { sender: new SenderModel(table, changes(count), bounds, visited), visited }
}

const attempt = (atMs: number, version: number) => ({ kind: 'attempt', atMs, version }) as const
const answer = (atMs: number, event: string) =>
  ({ kind: 'answer', atMs, n: atMs / 10, events: [event] }) as const

describe('the model of reporting', () => {
  test('allows one attempt that is answered, and owes nothing then', () => {
    const { sender, visited } = makeSender(1)
    expect(sender.take(attempt(101, 1))).toBe(true)
    expect(sender.isCalm()).toBe(false)
    expect(sender.take(answer(102, 'success'))).toBe(true)
    expect(sender.isCalm()).toBe(true)
    expect(visited).toContain('presence-sender: sending x success')
  })

  test('forbids a second attempt after a success', () => {
    const { sender } = makeSender(1)
    sender.take(attempt(101, 1))
    sender.take(answer(102, 'success'))
    expect(sender.take(attempt(500, 1))).toBe(false)
  })

  test('forbids an attempt before there is a version', () => {
    expect(makeSender(1).sender.take(attempt(50, 1))).toBe(false)
  })

  test('forbids a version that is no longer current, but not in the moment in which it is overtaken', () => {
    expect(makeSender(2).sender.take(attempt(203, 1))).toBe(true)
    expect(makeSender(2).sender.take(attempt(250, 1))).toBe(false)
  })

  test('forbids two attempts at once', () => {
    const { sender } = makeSender(2)
    sender.take(attempt(101, 1))
    expect(sender.take(attempt(250, 2))).toBe(false)
  })

  test('forbids a report of a pair that cancels out', () => {
    const { sender } = makeSender(3)
    sender.take(attempt(101, 1))
    sender.take(answer(102, 'success'))
    expect(sender.take(attempt(350, 3))).toBe(false)
    expect(sender.pass(400)).toBe(true)
    expect(sender.isCalm()).toBe(true)
  })

  test('demands the newest version after an older one failed, whatever its parity', () => {
    const { sender } = makeSender(3)
    sender.take(attempt(101, 1))
    sender.take(answer(310, 'failure'))
    expect(sender.isCalm()).toBe(false)
    expect(sender.take(attempt(320, 3))).toBe(true)
  })

  test('finds a repeat that does not come', () => {
    const { sender } = makeSender(1)
    sender.take(attempt(101, 1))
    sender.take(answer(102, 'failure'))
    expect(sender.pass(600)).toBe(true)
    expect(sender.pass(700)).toBe(false)
  })
})
