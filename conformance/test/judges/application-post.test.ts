import { describe, expect, test } from 'vitest'
import {
  answeredWithPush,
  explained,
  heard,
  heardInOrder,
  keptBack,
  reached,
  turnedAway,
  wellMade,
} from '../../src/judges/application-post.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { answer, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const posted = (as: string, value: string): Planned =>
  request(as, '/post', new URLSearchParams({ value, client_id: 'p' }).toString())
const now = new Date(1000).toISOString()
const text = (value: string, change: object = {}): string =>
  JSON.stringify({ message: { value, client_id: 'p', datetime: now, ...change } })
const push = (value: string, change: object = {}): Planned =>
  envelope('page', { type: 'message', id: 'm', seq: 1, data: text(value, change) })
const poster = answer('poster', 200, { client_id: 'p' })

describe('heard', () => {
  const judge = heard('page', 'post')
  test('each value as often as it was posted passes', () => {
    const twice = [posted('post', 'a'), posted('post', 'a'), push('a'), push('a')]
    expect(verdict(judge, ...twice)).toBe('pass')
  })
  test('a value too often or not at all fails', () => {
    expect(verdict(judge, posted('post', 'a'))).toBe('fail')
    expect(verdict(judge, posted('post', 'a'), push('a'), push('a'))).toBe('fail')
  })
  test('without a post nothing can be said', () => {
    expect(verdict(judge, push('a'))).toBe('inconclusive')
  })
})

describe('reached', () => {
  test('the last value, once or oftener, passes', () => {
    const judge = reached('page', 'fence')
    expect(verdict(judge, posted('fence', 'a'), push('a'), push('a'))).toBe('pass')
    expect(verdict(judge, posted('fence', 'a'), push('b'))).toBe('fail')
  })
})

describe('keptBack and turnedAway', () => {
  const post = posted('post', '<x>')
  test('a refusal of which nothing is heard passes', () => {
    expect(verdict(keptBack('page', 'post', 403), post, answer('post', 403), push('b'))).toBe(
      'pass',
    )
    expect(verdict(turnedAway('page', 'post'), post, answer('post', 404))).toBe('pass')
  })
  test('another status fails', () => {
    expect(verdict(keptBack('page', 'post', 403), post, answer('post', 401))).toBe('fail')
    expect(verdict(turnedAway('page', 'post'), post, answer('post', 200))).toBe('fail')
  })
  test('a message all the same fails, whatever became of its form', () => {
    expect(verdict(keptBack('page', 'post', 403), post, answer('post', 403), push('<x>'))).toBe(
      'fail',
    )
    const wrapped = push('other', { room: '<x>' })
    const late = [posted('post', '<x>'), answer('post', 403), wrapped]
    expect(verdict(turnedAway('page', 'post'), ...late)).toBe('fail')
  })
})

describe('answeredWithPush', () => {
  const judge = answeredWithPush('page', 'post')
  test('the very text passes, and the same value written otherwise fails', () => {
    expect(verdict(judge, push('a'), answer('post', 200, text('a')))).toBe('pass')
    expect(verdict(judge, push('a'), answer('post', 200, ` ${text('a')}`))).toBe('fail')
    expect(verdict(judge, push('a'))).toBe('fail')
  })
})

describe('wellMade', () => {
  const judge = wellMade('page', 'poster', 'post', 'fence')
  const posts = [poster, posted('post', ' a'), posted('fence', 'f')]
  test('messages of the poster with the values and an instant pass', () => {
    expect(verdict(judge, ...posts, push(' a'), push('f'))).toBe('pass')
  })
  test.each([
    ['a changed value', push('a')],
    ['an instant without offset', push(' a', { datetime: '1970-01-01T00:00:00' })],
    ['an instant of another hour', push(' a', { datetime: '1970-01-01T09:00:00Z' })],
    ['another poster', push(' a', { client_id: 'q' })],
    ['no poster', push(' a', { client_id: 7 })],
  ])('%s fails', (_what, message) => {
    expect(verdict(judge, ...posts, message, push('f'))).toBe('fail')
  })
})

describe('heardInOrder', () => {
  const posts = [posted('post', 'a'), posted('post', 'b')]
  test('the order of the posts passes and another fails', () => {
    expect(verdict(heardInOrder('page', 'post'), ...posts, push('a'), push('b'))).toBe('pass')
    expect(verdict(heardInOrder('page', 'post'), ...posts, push('b'), push('a'))).toBe('fail')
  })
})

describe('explained', () => {
  const type = { 'content-type': 'application/problem+json' }
  const problem = {
    type: 'https://channel-protocol.org/problems/forbidden',
    title: 'Forbidden',
    status: 403,
    code: 'forbidden',
  }
  test('a problem document passes; another type or another body fails', () => {
    expect(verdict(explained('post'), answer('post', 403, problem, type))).toBe('pass')
    expect(verdict(explained('post'), answer('post', 403, problem))).toBe('fail')
    expect(verdict(explained('post'), answer('post', 403, { status: 403 }, type))).toBe('fail')
  })
})
