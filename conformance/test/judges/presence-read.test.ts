import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  listed,
  listsAll,
  listsEvery,
  listsInGrace,
  pagesBounded,
  readsBothStates,
  readsClientIdOf,
  readsGrace,
  readsNeverOlder,
  readsOffline,
  readsOnline,
  readsReportedVersion,
  readsSameSince,
} from '../../src/judges/presence-read.ts'
import {
  aboveFloor,
  startedAgain,
  startedFirst,
  startedOnce,
  startedSent,
} from '../../src/judges/presence-started.ts'
import {
  answer,
  envelope,
  type Planned,
  request,
  sent,
  timelineOf,
  webhook,
  webhookAnswer,
} from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, { limits: { presence_page: 2 } })).verdict
const welcome = envelope('client', { type: 'welcome', connection_id: 'a', epoch: 7 })

describe('readsOnline', () => {
  const judge = readsOnline('reader', 'client', 1)
  const since = '2026-10-01T11:50:00.000Z'
  const body = { online: true, connection_id: 'a', epoch: 7, version: 1, since }
  test('the connection that was welcomed passes', () => {
    expect(verdict(judge, welcome, answer('reader', 200, body))).toBe('pass')
  })
  test.each([
    { online: false },
    { connection_id: 'b' },
    { epoch: 8 },
    { version: 2 },
    { since: 'yesterday' },
  ])('an answer with %o instead fails', (change) => {
    expect(verdict(judge, welcome, answer('reader', 200, { ...body, ...change }))).toBe('fail')
  })
  test('another status fails', () => {
    expect(verdict(judge, welcome, answer('reader', 404, body))).toBe('fail')
  })
})

describe('readsOffline', () => {
  const stranger = readsOffline('reader', { isStranger: true })
  const gone = readsOffline('reader', { isStranger: false })
  const read = (version: number, online = false): Planned =>
    answer('reader', 200, { online, version })
  test('offline with version 0 passes for a stranger', () => {
    expect(verdict(stranger, read(0))).toBe('pass')
  })
  test('another version fails for a stranger', () => {
    expect(verdict(stranger, read(2))).toBe('fail')
  })
  test('an even version passes for a client that went', () => {
    expect(verdict(gone, read(2))).toBe('pass')
  })
  test('an odd version fails', () => {
    expect(verdict(gone, read(1))).toBe('fail')
  })
  test('online fails', () => {
    expect(verdict(gone, read(2, true))).toBe('fail')
  })
})

describe('what a read repeats', () => {
  test('since is that of an earlier read', () => {
    const judge = readsSameSince('reader', 'before')
    const read = (as: string, since: string): Planned => answer(as, 200, { since })
    expect(verdict(judge, read('before', 'then'), read('reader', 'then'))).toBe('pass')
    expect(verdict(judge, read('before', 'then'), read('reader', 'now'))).toBe('fail')
  })
  test('the client id is the one that the token was minted for', () => {
    const judge = readsClientIdOf('reader', 'client')
    const mint = request('client', 'http://127.0.0.1:1/v1/tokens', { client_id: 'a%2F' })
    expect(verdict(judge, mint, answer('reader', 200, { client_id: 'a%2F' }))).toBe('pass')
    expect(verdict(judge, mint, answer('reader', 200, { client_id: 'a/' }))).toBe('fail')
  })
  test('the version is that of the newest report', () => {
    const judge = readsReportedVersion('reader', 'client')
    const gone = webhook('client', { event: 'disconnected', version: '2' })
    expect(verdict(judge, gone, answer('reader', 200, { version: 2 }))).toBe('pass')
    expect(verdict(judge, gone, answer('reader', 200, { version: 0 }))).toBe('fail')
  })
})

test('listsEvery: a client of the crowd that is on no page fails', () => {
  const judge = listsEvery('page', 'crowd')
  const crowd = ['a', 'b'].map((id) => envelope('crowd', { type: 'welcome', client_id: id }))
  const page = (...ids: string[]): Planned =>
    answer('page', 200, { clients: ids.map((id) => ({ client_id: id })) })
  expect(verdict(judge, ...crowd, page('a'), page('b'))).toBe('pass')
  expect(verdict(judge, ...crowd, page('a'), page())).toBe('fail')
})

describe('readsGrace', () => {
  const judge = readsGrace('reader', 'client')
  const gone = sent('client', 1)
  test('online without a connection passes', () => {
    expect(verdict(judge, gone, answer('reader', 200, { online: true }))).toBe('pass')
  })
  test('offline fails', () => {
    expect(verdict(judge, gone, answer('reader', 200, { online: false }))).toBe('fail')
  })
  test('an instant of coming fails', () => {
    const read = answer('reader', 200, { online: true, since: 'then' })
    expect(verdict(judge, gone, read)).toBe('fail')
  })
  test('a connection fails', () => {
    const read = answer('reader', 200, { online: true, connection_id: 'a' })
    expect(verdict(judge, gone, read)).toBe('fail')
  })
  test('another status fails', () => {
    expect(verdict(judge, gone, answer('reader', 404))).toBe('fail')
  })
  test('after an answer beyond the grace nothing can be said', () => {
    const read = { ...answer('reader', 200, { online: false }), atMs: 10_001 }
    expect(verdict(judge, gone, read)).toBe('inconclusive')
  })
  test('without an answer nothing can be said', () => {
    expect(verdict(judge, gone)).toBe('inconclusive')
  })
})

describe('the list', () => {
  const mint = request('client', 'http://127.0.0.1:1/v1/tokens', { client_id: 'c' })
  const page = (clients: unknown, cursor?: string): Planned =>
    answer('page', 200, { clients, next_cursor: cursor })
  const entry = { client_id: 'c', epoch: 7, version: 1 }
  const all = listsAll('page', { client: 1 })
  test('pages that end pass', () => {
    expect(verdict(listed('page'), page([], 'x'), page([entry]))).toBe('pass')
  })
  test('pages that do not end fail', () => {
    expect(verdict(listed('page'), page([entry], 'x'))).toBe('fail')
  })
  test('a page without clients fails', () => {
    expect(verdict(listed('page'), answer('page', 200, { ok: true }))).toBe('fail')
  })
  test('a page that is refused fails', () => {
    expect(verdict(listed('page'), answer('page', 400))).toBe('fail')
  })
  test('a client on a later page passes', () => {
    expect(verdict(all, mint, welcome, page([], 'x'), page([entry]))).toBe('pass')
  })
  test('a client on no page fails', () => {
    expect(verdict(all, mint, welcome, page([]))).toBe('fail')
  })
  test('a client with another version fails', () => {
    expect(verdict(all, mint, welcome, page([{ ...entry, version: 3 }]))).toBe('fail')
  })
  test('a client in its grace on a page passes', () => {
    const judge = listsInGrace('page', 'client')
    expect(verdict(judge, mint, welcome, sent('client', 5), page([entry]))).toBe('pass')
  })
  test('a client in its grace on no page fails', () => {
    const judge = listsInGrace('page', 'client')
    expect(verdict(judge, mint, welcome, sent('client', 5), page([]))).toBe('fail')
  })
  test('a page as long as advertised passes', () => {
    expect(verdict(pagesBounded('page'), page([entry, entry]))).toBe('pass')
  })
  test('a longer page fails', () => {
    expect(verdict(pagesBounded('page'), page([entry, entry, entry]))).toBe('fail')
  })
})

describe('started', () => {
  const started = webhook('instance', { event: 'started', epoch: '7' })
  const connected = webhook('instance', { event: 'connected', epoch: '7' })
  test('started before the others passes', () => {
    expect(verdict(startedFirst('instance'), started, connected)).toBe('pass')
  })
  test('started after another fails', () => {
    expect(verdict(startedFirst('instance'), connected, started)).toBe('fail')
  })
  test('started without an epoch fails', () => {
    expect(verdict(startedFirst('instance'), webhook('instance', { event: 'started' }))).toBe(
      'fail',
    )
  })
  test('no webhook at all fails', () => {
    expect(verdict(startedFirst('instance'))).toBe('fail')
  })
  test('a started is a condition that is met', () => {
    expect(verdict(startedSent('instance'), started)).toBe('pass')
  })
  test('without a started nothing can be said', () => {
    expect(verdict(startedSent('instance'), connected)).toBe('inconclusive')
  })
  test('an epoch at the floor passes', () => {
    expect(verdict(aboveFloor('instance', 'client'), started, welcome)).toBe('pass')
  })
  test('an epoch below the floor fails', () => {
    const high = webhook('instance', { event: 'started', epoch: '8' })
    expect(verdict(aboveFloor('instance', 'client'), high, welcome)).toBe('fail')
  })
  test('without a welcome nothing can be said of the floor', () => {
    expect(verdict(aboveFloor('instance', 'client'), started)).toBe('inconclusive')
  })
  test('one attempt passes', () => {
    expect(verdict(startedOnce('instance'), started)).toBe('pass')
  })
  test('another attempt after it was declined fails', () => {
    const events = [started, webhookAnswer('instance', 1, 404), started]
    expect(verdict(startedOnce('instance'), ...events)).toBe('fail')
  })
  test('a repeat is a condition that is met', () => {
    expect(verdict(startedAgain('instance'), started, started)).toBe('pass')
  })
  test('without a repeat nothing can be said', () => {
    expect(verdict(startedAgain('instance'), started)).toBe('inconclusive')
  })
})

describe('readsNeverOlder', () => {
  const judge = readsNeverOlder('reader')
  const read = (epoch: number, version: number): Planned =>
    answer('reader', 200, { online: version % 2 === 1, epoch, version })
  test('versions that grow or stay pass, and so do those of a larger epoch', () => {
    expect(verdict(judge, read(7, 0), read(8, 1), read(8, 2), read(8, 2), read(9, 1))).toBe('pass')
  })
  test.each([
    ['a smaller version', 8, 1],
    ['a smaller epoch', 7, 4],
  ])('%s fails', (_what, epoch, version) => {
    expect(verdict(judge, read(8, 3), read(epoch, version))).toBe('fail')
  })
  test('an answer without numbers fails', () => {
    expect(verdict(judge, read(8, 3), answer('reader', 200, {}))).toBe('fail')
  })
  test('both states have to be read before anything is said', () => {
    expect(verdict(readsBothStates('reader'), read(8, 1), read(8, 3))).toBe('inconclusive')
    expect(verdict(readsBothStates('reader'), read(8, 1), read(8, 2))).toBe('pass')
  })
})
