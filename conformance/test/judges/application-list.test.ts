import { describe, expect, test } from 'vitest'
import { growingLists, lists, listsNot, pushedList } from '../../src/judges/application-list.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { answer, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const list = (...ids: string[]): object => ({ users: ids.map((id) => ({ client_id: id })) })
const push = (as: string, ...ids: string[]): Planned =>
  envelope(as, { type: 'message', id: 'm', seq: 1, data: JSON.stringify(list(...ids)) })
const signedIn = (as: string, id: string): Planned => answer(as, 200, { client_id: id })
const user = signedIn('user', 'u')

describe('lists', () => {
  const judge = lists('reader', 'user')
  test('a user who is listed once passes', () => {
    expect(verdict(judge, user, answer('reader', 200, list('x', 'u')))).toBe('pass')
  })
  test.each([
    ['missing', answer('reader', 200, list('x'))],
    ['listed twice', answer('reader', 200, list('u', 'u'))],
    ['in something that is no list', answer('reader', 200, { users: { u: {} } })],
  ])('a user who is %s fails', (_what, answered) => {
    expect(verdict(judge, user, answered)).toBe('fail')
  })
  test('no answer fails', () => {
    expect(verdict(judge, user)).toBe('fail')
  })
})

describe('listsNot', () => {
  test('a user, or a stranger whom a note names, who is listed fails', () => {
    const stranger: Planned = { kind: 'note', as: 'stranger', what: 's' }
    const judge = listsNot('reader', 'user', 'stranger')
    expect(verdict(judge, user, stranger, answer('reader', 200, list('x')))).toBe('pass')
    expect(verdict(judge, user, stranger, answer('reader', 200, list('u')))).toBe('fail')
    expect(verdict(judge, user, stranger, answer('reader', 200, list('s')))).toBe('fail')
  })
})

describe('pushedList', () => {
  const judge = pushedList('page', 'user', false, 'goes')
  const goes = request('goes', '/')
  test('a list that came after the cause passes', () => {
    expect(verdict(judge, user, push('page', 'u'), goes, push('page', 'x'))).toBe('pass')
  })
  test('a list that came before it, or still names the user, fails', () => {
    expect(verdict(judge, user, push('page', 'x'), goes)).toBe('fail')
    expect(verdict(judge, user, goes, push('page', 'u'))).toBe('fail')
  })
  test('without the cause nothing can be said', () => {
    expect(verdict(judge, user, push('page', 'x'))).toBe('inconclusive')
  })
})

describe('growingLists', () => {
  const judge = growingLists('page', ['one', 'other'])
  const both = [signedIn('one', 'a'), signedIn('other', 'b')]
  test('lists that never know less than before pass', () => {
    expect(verdict(judge, ...both, push('page', 'a'), push('page', 'a', 'b'))).toBe('pass')
  })
  test('an older list after a newer one fails', () => {
    const late = [push('page', 'a', 'b'), push('page', 'a')]
    expect(verdict(judge, ...both, ...late)).toBe('fail')
  })
  test('a last list that never came leaves it open', () => {
    expect(verdict(judge, ...both, push('page', 'a'))).toBe('inconclusive')
  })
})
