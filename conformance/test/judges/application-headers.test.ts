import { describe, expect, test } from 'vitest'
import {
  cookieKept,
  cookiesUnguessable,
  openToPages,
  preflightAllowed,
  sessionReplaced,
} from '../../src/judges/application-headers.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { readCookie } from '../../src/timeline/push.ts'
import { answer, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const sets = (as: string, cookie: string): Planned => answer(as, 200, {}, { 'set-cookie': cookie })

describe('readCookie', () => {
  test('the first of several cookies is read, a date in it notwithstanding', () => {
    const header = 's=a=b; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly, other=1; Path=/'
    const cookie = readCookie(header)
    expect(cookie).toMatchObject({ name: 's', value: 'a=b' })
    expect([...(cookie?.attributes.keys() ?? [])]).toEqual(['expires', 'httponly'])
  })
  test('no header is no cookie', () => {
    expect(readCookie(undefined)).toBeUndefined()
  })
})

describe('cookieKept', () => {
  test.each([
    ['s=1; HttpOnly; SameSite=Lax', 'pass'],
    ['s=1; httponly; samesite=strict', 'pass'],
    ['s=1; SameSite=Lax', 'fail'],
    ['s=1; HttpOnly', 'fail'],
    ['s=1; HttpOnly; SameSite=None', 'fail'],
  ])('%s: %s', (cookie, expected) => {
    expect(verdict(cookieKept('login'), sets('login', cookie))).toBe(expected)
  })
  test('no cookie fails', () => {
    expect(verdict(cookieKept('login'), answer('login', 200))).toBe('fail')
  })
})

describe('cookiesUnguessable', () => {
  const judge = cookiesUnguessable('one', 'other')
  test('values that differ everywhere pass, and numbered ones fail', () => {
    expect(verdict(judge, sets('one', 's=abcdefghijkl'), sets('other', 's=mnopqrstuvwx'))).toBe(
      'pass',
    )
    const numbered = [sets('one', 's=session-000001'), sets('other', 's=session-000002')]
    expect(verdict(judge, ...numbered)).toBe('fail')
  })
})

describe('sessionReplaced', () => {
  const sent: Planned = {
    ...(request('login', '/login') as Extract<Planned, { kind: 'request' }>),
    headers: { cookie: 's=invented' },
  }
  test('a session of its own passes; the invented one, or none, fails', () => {
    expect(verdict(sessionReplaced('login'), sent, sets('login', 's=own'))).toBe('pass')
    expect(verdict(sessionReplaced('login'), sent, sets('login', 's=invented'))).toBe('fail')
    expect(verdict(sessionReplaced('login'), sent, answer('login', 200))).toBe('fail')
  })
})

describe('openToPages', () => {
  const open = { 'access-control-allow-origin': '*' }
  test('every role is looked at', () => {
    const judge = openToPages('login', 'post')
    const login = answer('login', 200, '', open)
    expect(verdict(judge, login, answer('post', 403, '', open))).toBe('pass')
    expect(verdict(judge, login, answer('post', 403))).toBe('fail')
    expect(verdict(judge, login)).toBe('fail')
  })
  test('one origin, or credentials, fail', () => {
    const one = { 'access-control-allow-origin': 'https://a.example' }
    const lax = { ...open, 'access-control-allow-credentials': 'true' }
    expect(verdict(openToPages('login'), answer('login', 200, '', one))).toBe('fail')
    expect(verdict(openToPages('login'), answer('login', 200, '', lax))).toBe('fail')
  })
})

describe('preflightAllowed', () => {
  const asked: Planned = {
    ...(request('post', '/post') as Extract<Planned, { kind: 'request' }>),
    headers: {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-a',
    },
  }
  const allows = (methods: string, headers: string, status = 204): Planned =>
    answer('post', status, '', {
      'access-control-allow-methods': methods,
      'access-control-allow-headers': headers,
    })
  test('names in any case, or a star, pass', () => {
    expect(verdict(preflightAllowed('post'), asked, allows('GET, POST', 'X-A, Content-Type'))).toBe(
      'pass',
    )
    expect(verdict(preflightAllowed('post'), asked, allows('*', '*'))).toBe('pass')
  })
  test('a missing method or header, or another status, fails', () => {
    expect(verdict(preflightAllowed('post'), asked, allows('GET', '*'))).toBe('fail')
    expect(verdict(preflightAllowed('post'), asked, allows('*', 'content-type'))).toBe('fail')
    expect(verdict(preflightAllowed('post'), asked, allows('*', '*', 405))).toBe('fail')
  })
})
