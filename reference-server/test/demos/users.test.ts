import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { userRules as rules, type User } from '../../demos/push-chat/rules/users.ts'

interface Cell {
  next?: string
  ignore?: string
  never?: string
  emits?: string[]
}

const file = new URL('../../../spec/states/application-user.json', import.meta.url)
const table: { cells: Record<string, Record<string, Cell>> } = JSON.parse(
  readFileSync(file, 'utf8'),
)
const FACTS = { clientId: 'ann', sessionDigest: 's', tokenDigest: 't' }
const SECOND = 1000

const fresh = rules.makeUser(FACTS, 0)
const online = report(fresh, 'connected', 5, 1).user
const offline = report(online, 'disconnected', 5, 2).user
const users: Record<string, User> = { fresh, online, offline }

function report(user: User, event: 'connected' | 'disconnected', epoch: number, version: number) {
  return rules.changeByReport(user, { event, epoch, version }, 0)
}

/** What follows when time has passed: the user as it was, or nothing. */
function wait(user: User, seconds: number) {
  const isGone = rules.isForgettable(user, seconds * SECOND)
  return {
    user: isGone ? undefined : user,
    isAnnounced: isGone && rules.isForgettingAnnounced([user]),
  }
}

const events: Record<string, (user: User) => { user: User | undefined; isAnnounced: boolean }> = {
  connected: (user) => report(user, 'connected', 5, 3),
  disconnected: (user) => report(user, 'disconnected', 5, 4),
  started: (user) => rules.changeByStarted(user, 6, 0),
  post: (user) => ({ user: rules.changeByPost(user, 0), isAnnounced: false }),
  idle: (user) => wait(user, 600),
  unopened: (user) => wait(user, 120),
}

const cells = Object.entries(users).flatMap(([state, user]) =>
  Object.entries(events).flatMap(([event, apply]) => {
    const cell = table.cells[state]?.[event]
    return cell === undefined || cell.never !== undefined
      ? []
      : [{ state, event, user, apply, cell }]
  }),
)

describe('the state table', () => {
  test.each(cells)('$state: $event', ({ state, user, apply, cell }) => {
    const { user: after, isAnnounced } = apply(user)
    expect(after?.state ?? 'unknown').toBe(cell.next ?? state)
    expect(isAnnounced).toBe(cell.emits?.some((one) => one.startsWith('the list')) ?? false)
  })

  test('has every cell that can happen to a user', () => {
    expect(cells.map(({ state, event }) => `${state}: ${event}`)).toHaveLength(17)
  })
})

test('a user is kept until the last second', () => {
  expect(rules.isForgettable(fresh, 119 * SECOND)).toBe(false)
  expect(rules.isForgettable(offline, 599 * SECOND)).toBe(false)
  expect(rules.isForgettable(online, 1e6 * SECOND)).toBe(false)
})

test('being idle is counted from the post or the going, whichever was later', () => {
  const posted = rules.changeByPost(offline, 500 * SECOND)
  expect(rules.isForgettable(posted, 1099 * SECOND)).toBe(false)
  expect(rules.isForgettable(posted, 1100 * SECOND)).toBe(true)
  const gone = rules.changeByReport(
    online,
    { event: 'disconnected', epoch: 5, version: 2 },
    700 * SECOND,
  )
  expect(rules.isForgettable(gone.user, 1299 * SECOND)).toBe(false)
  const voided = rules.changeByStarted(online, 6, 700 * SECOND)
  expect(rules.isForgettable(voided.user, 1299 * SECOND)).toBe(false)
})

test('a report counts when it is newer and not below the floor', () => {
  expect(rules.isNewReport(fresh, { epoch: 5, version: 2 }, 5)).toBe(true)
  expect(rules.isNewReport(fresh, { epoch: 5, version: 2 }, 6)).toBe(false)
  expect(rules.isNewReport(offline, { epoch: 5, version: 2 }, 0)).toBe(false)
  expect(rules.isNewReport(offline, { epoch: 4, version: 9 }, 0)).toBe(false)
  expect(rules.isNewReport(offline, { epoch: 6, version: 1 }, 0)).toBe(true)
})

test('a started leaves alone who is online in its own epoch or a larger one', () => {
  expect(rules.changeByStarted(online, 5, 0)).toEqual({ user: online, isAnnounced: false })
})

test('who is fresh or online is listed and receives; the poster receives in any case', () => {
  const all = [
    { ...fresh, clientId: 'fresh' },
    { ...online, clientId: 'online' },
    { ...offline, clientId: 'offline' },
    { ...offline, clientId: 'other' },
  ]
  expect(rules.listUsers(all)).toEqual([{ client_id: 'fresh' }, { client_id: 'online' }])
  expect(rules.selectReceivers(all)).toEqual(['fresh', 'online'])
  expect(rules.selectHearers(all, { ...offline, clientId: 'offline' })).toEqual([
    'fresh',
    'online',
    'offline',
  ])
})

test('a list of as many users as may sign in fits into one message of any service', () => {
  const crowd = new Map<string, User>()
  while (!rules.isFull(crowd, 0)) {
    const clientId = String(crowd.size).padEnd(22, 'x')
    crowd.set(clientId, { ...fresh, clientId })
  }
  const text = JSON.stringify({ users: rules.listUsers(crowd.values()) })
  expect(Buffer.byteLength(text)).toBeLessThan(32_768)
  expect(rules.isFull(new Map([...crowd].slice(1)), 0)).toBe(false)
  expect(rules.isFull(new Map([...crowd].slice(1)), 1)).toBe(true)
})
