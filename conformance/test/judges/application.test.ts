import { describe, expect, test } from 'vitest'
import {
  answeredWith,
  differentIds,
  saidToBeJson,
  taken,
  welcomedAsSignedIn,
  withoutAddresses,
  withoutSecrets,
} from '../../src/judges/application.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { answer, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const push = (as: string, value: object): Planned =>
  envelope(as, { type: 'message', id: 'm', seq: 1, data: JSON.stringify(value) })

describe('answeredWith and taken', () => {
  test('every answer of the role counts, and each request needs one', () => {
    const judge = answeredWith('post', 200, 204)
    expect(verdict(judge, request('post', '/'), answer('post', 204))).toBe('pass')
    expect(verdict(judge, answer('post', 200), answer('post', 403))).toBe('fail')
    const unanswered = request('post', '/')
    expect(verdict(judge, request('post', '/'), unanswered, answer('post', 200))).toBe('fail')
    expect(verdict(judge)).toBe('fail')
  })
  test('any success is taken, and a redirect is none', () => {
    expect(verdict(taken('report'), answer('report', 202))).toBe('pass')
    expect(verdict(taken('report'), answer('report', 302))).toBe('fail')
  })
})

describe('saidToBeJson', () => {
  test('parameters are allowed, and another type is not', () => {
    const said = (type: string): string =>
      verdict(saidToBeJson('login'), answer('login', 200, {}, { 'content-type': type }))
    expect(said('application/json; charset=utf-8')).toBe('pass')
    expect(said('application/jsonp')).toBe('fail')
    expect(verdict(saidToBeJson('login'), answer('login', 200, {}))).toBe('fail')
  })
})

describe('differentIds', () => {
  test('a client id that comes again fails', () => {
    const judge = differentIds('one', 'other')
    const one = answer('one', 200, { client_id: 'a' })
    expect(verdict(judge, one, answer('other', 200, { client_id: 'b' }))).toBe('pass')
    expect(verdict(judge, one, answer('other', 200, { client_id: 'a' }))).toBe('fail')
  })
})

describe('welcomedAsSignedIn', () => {
  test('only a welcome of the client id that was given passes', () => {
    const login = answer('page', 200, { client_id: 'a' })
    const judge = welcomedAsSignedIn('page')
    const welcome = (id: string): Planned => envelope('page', { type: 'welcome', client_id: id })
    expect(verdict(judge, login, welcome('a'))).toBe('pass')
    expect(verdict(judge, login, welcome('b'))).toBe('fail')
    expect(verdict(judge, login)).toBe('fail')
  })
})

describe('withoutSecrets', () => {
  const judge = withoutSecrets('page')
  const secret: Planned = { kind: 'note', as: 'secret', what: 'hush-hush' }
  test('a secret in a body, a header or a frame fails', () => {
    expect(verdict(judge, secret, answer('page', 200, { client_id: 'a' }))).toBe('pass')
    expect(verdict(judge, secret, answer('page', 200, { key: 'hush-hush' }))).toBe('fail')
    expect(verdict(judge, secret, answer('page', 200, '', { 'x-key': 'hush-hush' }))).toBe('fail')
    expect(verdict(judge, secret, push('page', { key: 'hush-hush' }))).toBe('fail')
  })
  test('without a known secret nothing can be said', () => {
    expect(verdict(judge, answer('page', 200))).toBe('inconclusive')
  })
})

describe('withoutAddresses', () => {
  const judge = withoutAddresses('page', 'login')
  test('an address in a list, a message or an answer fails', () => {
    const user = { client_id: 'a', ip: '192.0.2.7' }
    expect(verdict(judge, push('page', { users: [{ client_id: 'a' }] }))).toBe('pass')
    expect(verdict(judge, push('page', { users: [user] }))).toBe('fail')
    expect(verdict(judge, push('page', { message: { value: 'x', ip: '' } }))).toBe('fail')
    expect(verdict(judge, answer('login', 200, { users: [user] }))).toBe('fail')
  })
})
