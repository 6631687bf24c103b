import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeSocketSetting, type Page } from './sockets-setting.ts'

interface Table {
  cells: Record<string, Record<string, { next?: string; never?: string }>>
}

const file = new URL('../../../spec/states/socket.json', import.meta.url)
const table: Table = JSON.parse(readFileSync(file, 'utf8'))

type Setting = ReturnType<typeof makeSocketSetting>
interface Subject extends Setting {
  page: Page
}

function begin(...events: string[]): Subject {
  const setting = makeSocketSetting()
  const subject = { ...setting, page: setting.open('a') }
  for (const event of events) EVENTS[event]?.(subject)
  return subject
}

/** How each state is reached. Before its upgrade a socket is nobody's, so `opening` is not walked. */
const BEGINNINGS: Record<string, () => Subject> = {
  pending: () => begin(),
  abandoned: () => begin('leave'),
  open: () => begin('accept'),
  ending: () => begin('accept', 'leave'),
  over: () => begin('accept', 'leave', 'told'),
}

const EVENTS: Record<string, (subject: Subject) => void> = {
  accept: ({ answer }) => answer({ status: 200 }),
  refuse: ({ answer }) => answer({ status: 403 }),
  silence: ({ answer }) => answer({ failure: 'timeout' }),
  send: ({ send, page }) => send([page], 'x'),
  broadcast: ({ sockets }) => sockets.broadcast('x'),
  text: ({ sockets, page }) => {
    if (page.isRead) sockets.take(page.socket, 'x')
  },
  'bad-frame': ({ sockets, page }) => {
    if (page.isRead) sockets.end(page.socket, { by: 'service', slug: 'unsupported-data' })
  },
  leave: ({ sockets, page }) => sockets.end(page.socket, { by: 'loss' }),
  lifeless: ({ sockets, page }) => {
    if (page.isRead) sockets.end(page.socket, { by: 'service', slug: 'heartbeat-timeout' })
  },
  drain: ({ sockets, page }) => {
    if (sockets.open().has(page.socket))
      sockets.end(page.socket, { by: 'service', slug: 'draining' })
  },
  told: ({ answer }) => answer({ status: 200 }),
  consumed: (subject) => {
    subject.sockets.take(subject.page.socket, 'x')
    subject.answer({ status: 200 })
  },
  failed: (subject) => {
    subject.sockets.take(subject.page.socket, 'x')
    subject.answer({ status: 500 })
  },
}

/** Cells whose event needs more than the state itself, and those that happen by themselves. */
const ELSEWHERE = ['ending: consumed', 'ending: failed', 'ending: settled']

function stateOf({ sockets, page }: Subject): string {
  const isPending = page.socket.stage === 'pending'
  if (sockets.count() === 0) return 'over'
  if (page.socket.ending) return isPending ? 'abandoned' : 'ending'
  return isPending ? 'pending' : 'open'
}

const cells = Object.entries(table.cells)
  .filter(([from]) => from in BEGINNINGS)
  .flatMap(([from, row]) => Object.entries(row).map(([event, cell]) => ({ from, event, cell })))
  .filter(({ from, event, cell }) => !cell.never && !ELSEWHERE.includes(`${from}: ${event}`))
  .filter(({ event }) => event in EVENTS)

test.each(cells)('in the state $from, after $event, the table holds', ({ from, event, cell }) => {
  const subject = BEGINNINGS[from]?.() ?? begin()
  expect(stateOf(subject)).toBe(from)
  EVENTS[event]?.(subject)
  expect(stateOf(subject)).toBe(cell.next ?? from)
})
