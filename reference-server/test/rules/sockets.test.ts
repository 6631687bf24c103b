import { beforeEach, describe, expect, test } from 'vitest'
import { makeSocketSetting } from './sockets-setting.ts'

let setting: ReturnType<typeof makeSocketSetting>

beforeEach(() => {
  setting = makeSocketSetting()
})

describe('the handshake', () => {
  test('it is attempted at once, with an id of its own and an epoch not below the floor', () => {
    const [first, second] = [setting.open('a'), setting.open('a')]
    expect(setting.told).toEqual(['handshake a', 'handshake a'])
    expect(first.socket.facts.id).not.toBe(second.socket.facts.id)
    expect(first.socket.facts.id).toMatch(/^[A-Za-z0-9\-_]{20,64}$/)
    expect(first.socket.facts.epoch).toBe(setting.clock.nowMs() * 1000 + 5)
  })

  test('a page is read only after it was answered with 2xx', () => {
    const page = setting.open('a')
    expect(page.isRead).toBe(false)
    setting.answer()
    expect(page.isRead).toBe(true)
  })

  test.each([301, 400, 403, 404, 500, 503])('an answer %i refuses, without a closed', (status) => {
    const page = setting.open('a')
    expect(setting.send([page], 'held')).toEqual([true])
    setting.answer({ status })
    expect(page).toMatchObject({ closed: 'forbidden', texts: [], isRead: true })
    expect(setting.told).toEqual(['handshake a'])
    expect(setting.send([page], 'late')).toEqual([false])
    expect(setting.sockets.count()).toBe(0)
  })

  test.each(['timeout', 'connection'] as const)('a failure by %s closes and is told', (failure) => {
    const page = setting.open('a')
    setting.send([page], 'held')
    setting.answer({ failure })
    expect(page).toMatchObject({ closed: 'application-unavailable', texts: [] })
    expect(setting.told).toEqual(['handshake a', 'closed a 4105 application-unavailable'])
    setting.answer()
    expect(setting.sockets.count()).toBe(0)
  })

  test('one that found no place closes and is not told', () => {
    const page = setting.open('a')
    setting.answer({ failure: 'unattempted' })
    expect(page.closed).toBe('application-unavailable')
    expect(setting.told).toEqual(['handshake a'])
    expect(setting.sockets.count()).toBe(0)
  })

  test('a page that left meanwhile is told after an acceptance, with what it had sent', () => {
    const page = setting.open('a')
    setting.sockets.take(page.socket, 'hi')
    setting.sockets.end(page.socket, { by: 'loss' })
    expect(setting.told).toEqual(['handshake a'])
    setting.answer()
    setting.answer()
    expect(setting.told).toEqual(['handshake a', 'message a 1 hi', 'closed a 1006'])
  })

  test('a page that left meanwhile is not told after a refusal', () => {
    const page = setting.open('a')
    setting.sockets.end(page.socket, { by: 'page', code: 1001, reason: '' })
    setting.answer({ status: 403 })
    expect(setting.told).toEqual(['handshake a'])
    expect(setting.sockets.count()).toBe(0)
  })
})

describe('held text', () => {
  test('it is written in order, right after the acceptance', () => {
    const page = setting.open('a')
    for (const body of ['1', '', '2']) setting.send([page], body)
    expect(page.texts).toEqual([])
    setting.answer()
    setting.send([page], '3')
    expect(page.texts).toEqual(['1', '', '2', '3'])
  })

  test('it is bounded in bytes for each socket', () => {
    const [page, other] = [setting.open('a'), setting.open('b')]
    expect(setting.send([page], 'éééé')).toEqual([true])
    expect(setting.send([page, other], 'x')).toEqual([false, true])
    setting.answer()
    expect(page.texts).toEqual(['éééé'])
  })
})

describe('messages', () => {
  test('they are attempted one at a time, in order, and nothing is read meanwhile', () => {
    const page = setting.accept('a')
    for (const body of ['one', '', 'two']) setting.sockets.take(page.socket, body)
    expect(setting.told).toEqual(['handshake a', 'message a 1 one'])
    expect(page.isRead).toBe(false)
    setting.answer()
    expect(page.isRead).toBe(false)
    setting.answer({ status: 404 })
    setting.answer({ status: 302 })
    expect(setting.told.slice(1)).toEqual(['message a 1 one', 'message a 2 ', 'message a 3 two'])
    expect(page).toMatchObject({ closed: undefined, isRead: true })
  })

  test('those of several sockets do not wait for each other', () => {
    const [a, b] = [setting.accept('a'), setting.accept('b')]
    setting.sockets.take(a.socket, '1')
    setting.sockets.take(b.socket, '1')
    expect(setting.inFlight()).toBe(2)
  })

  test.each([{ status: 500 }, { failure: 'timeout' }, { failure: 'connection' }] as const)(
    'after %j the socket is closed, the rest is dropped and the end is told',
    (answer) => {
      const page = setting.accept('a')
      setting.sockets.take(page.socket, 'one')
      setting.sockets.take(page.socket, 'two')
      setting.answer(answer)
      expect(page).toMatchObject({ closed: 'application-unavailable', isRead: true })
      expect(setting.told.slice(2)).toEqual(['closed a 4105 application-unavailable'])
    },
  )

  test('what was read and not attempted is dropped when the service closes the socket', () => {
    const page = setting.accept('a')
    for (const body of ['one', 'two']) setting.sockets.take(page.socket, body)
    setting.sockets.end(page.socket, { by: 'service', slug: 'unsupported-data' })
    setting.answer()
    expect(setting.told.slice(1)).toEqual(['message a 1 one', 'closed a 1003 unsupported-data'])
  })

  test('what was read before the page closed is attempted, then the end is told', () => {
    const page = setting.accept('a')
    for (const body of ['one', 'two']) setting.sockets.take(page.socket, body)
    setting.sockets.end(page.socket, { by: 'page', code: 3001, reason: 'bye' })
    setting.sockets.take(page.socket, 'late')
    setting.answer()
    setting.answer()
    expect(setting.told.slice(1)).toEqual([
      'message a 1 one',
      'message a 2 two',
      'closed a 3001 bye',
    ])
  })

  test('a message that fails after the page closed drops the rest and changes no code', () => {
    const page = setting.accept('a')
    for (const body of ['one', 'two']) setting.sockets.take(page.socket, body)
    setting.sockets.end(page.socket, { by: 'page', code: 1005, reason: '' })
    setting.answer({ status: 503 })
    expect(setting.told.slice(2)).toEqual(['closed a 1005'])
  })
})

describe('closed', () => {
  test('there is one, whatever else happens', () => {
    const page = setting.accept('a')
    setting.sockets.end(page.socket, { by: 'service', slug: 'draining' })
    setting.sockets.end(page.socket, { by: 'loss' })
    expect(page.closed).toBe('draining')
    expect(setting.told.slice(1)).toEqual(['closed a 4200 draining'])
    expect(setting.sockets.count()).toBe(1)
    setting.answer()
    expect(setting.sockets.count()).toBe(0)
  })
})

describe('sending', () => {
  test('a send reaches the sockets it names, with a result for each entry', () => {
    const [a, b, c] = [setting.accept('a'), setting.accept('b'), setting.accept('c')]
    setting.sockets.end(b.socket, { by: 'loss' })
    expect(setting.send([b, a, a], 'x')).toEqual([false, true, true])
    expect(setting.sockets.send(['nobody'], 'x')).toEqual([{ socket: 'nobody', delivered: false }])
    expect([a, b, c].map(({ texts }) => texts)).toEqual([['x', 'x'], [], []])
  })

  test('a broadcast reaches accepted sockets and counts them', () => {
    const pages = [setting.accept('a'), setting.open('b'), setting.accept('c')]
    expect(setting.sockets.broadcast('all')).toBe(2)
    setting.answer()
    expect(pages.map(({ texts }) => texts)).toEqual([['all'], [], ['all']])
  })

  test('a broadcast to nobody is no error', () => {
    expect(setting.sockets.broadcast('all')).toBe(0)
  })
})

describe('a node that has lost its place', () => {
  test('it closes every socket, and tells of none, whatever is answered later', () => {
    const pages = [setting.accept('a'), setting.open('b')]
    const over = setting.accept('c')
    setting.sockets.take(pages[0]?.socket ?? over.socket, 'hi')
    setting.sockets.end(over.socket, { by: 'loss' })
    const told = [...setting.told]
    setting.sockets.abandon()
    expect(pages.map(({ closed }) => closed)).toEqual(['state-lost', 'state-lost'])
    expect([setting.sockets.open().size, setting.sockets.count()]).toEqual([0, 0])
    while (setting.inFlight() > 0) setting.answer()
    expect(setting.told).toEqual(told)
    expect(setting.sockets.count()).toBe(0)
  })
})
