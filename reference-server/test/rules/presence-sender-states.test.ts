import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeSenderRules } from '../../src/rules/presence-sender.ts'
import type { Sender } from '../../src/webhook-port.ts'

interface Table {
  initial: string
  cells: Record<string, Record<string, { next?: string; ignore?: string; never?: string }>>
}

const rules = makeSenderRules()
const file = new URL('../../../spec/states/presence-sender.json', import.meta.url)
const table: Table = JSON.parse(readFileSync(file, 'utf8'))
const nowMs = 1_800_000_000_000

function timings(webhook_retry_seconds: number[]) {
  return {
    presence_interval_seconds: 0,
    webhook_retry_seconds,
    webhook_pause_seconds: 1,
    webhook_give_up_seconds: 3600,
    webhook_retry_after_max_seconds: 300,
  }
}

function change(sender: Sender | undefined): Sender {
  const version = (sender?.current.version ?? 0) + 1
  const online = version % 2 === 1
  const state = { clientId: 'a', epoch: 7, version, online, connectionId: 'c', atMs: 0 }
  return rules.noteReported(rules, sender, online ? state : { ...state, reason: 'lost' })
}

function takeSlot(sender: Sender): Sender {
  const laterMs = nowMs + 60_000
  const next = rules.decideNextWebhook(rules, sender, laterMs, timings([]))
  return next.kind === 'send' ? rules.noteBegun(rules, sender, next.state, nowMs) : sender
}

function end(sender: Sender, status: number, retrySeconds: number[]): Sender {
  const state = { ...sender.current, ...sender.attempted }
  const at = { nowMs, fraction: 0.5, timings: timings(retrySeconds) }
  return rules.noteAnswered(rules, sender, state, { status }, at)
}

const events: Record<string, (sender: Sender) => Sender> = {
  change,
  slot: takeSlot,
  success: (sender) => end(sender, 204, []),
  failure: (sender) => end(sender, 500, Array(99).fill(1)),
  'last-failure': (sender) => end(sender, 500, []),
}

function stateOf({ current, attempted, acknowledged, inFlight, givenUpAtMs }: Sender): string {
  const isOvertaken = current.version > attempted.version
  const isBack = (current.version - attempted.version) % 2 === 0
  if (inFlight > 0) {
    if (!isOvertaken) return 'sending'
    return isBack ? 'overtaken-back' : 'overtaken'
  }
  if (attempted.version === acknowledged.version) return isBack ? 'settled' : 'due'
  if (isOvertaken) return 'owed'
  return givenUpAtMs > 0 ? 'given-up' : 'retrying'
}

/** Walks every cell that can happen, once, and answers what followed in each. */
function walk(): Record<string, string> {
  const settled = change(change(undefined))
  const followed: Record<string, string> = {}
  const open = [settled]
  for (let sender = open.pop(); sender !== undefined; sender = open.pop()) {
    const from = stateOf(sender)
    for (const [event, apply] of Object.entries(events)) {
      const cell = `${from}: ${event}`
      if (followed[cell] !== undefined || table.cells[from]?.[event]?.never !== undefined) continue
      const after = apply(sender)
      followed[cell] = stateOf(after)
      open.push(after)
    }
  }
  return followed
}

test('the sender does in every cell what the table of the specification says', () => {
  const expected: Record<string, string> = {}
  for (const [from, row] of Object.entries(table.cells)) {
    for (const [event, cell] of Object.entries(row)) {
      if (cell.never === undefined) expected[`${from}: ${event}`] = cell.next ?? from
    }
  }
  expect(walk()).toEqual(expected)
})
