import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  emptyPath,
  joinedTo,
  pathEncoded,
  pathKept,
  SOCKET_EVENTS,
  sameConfigured,
  sentTo,
  withoutPath,
} from '../../src/judges/socket-path.ts'
import { type Planned, request, timelineOf, webhook } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const asked = (as: string, path?: string): Planned =>
  request(as, '/v1/sockets', path === undefined ? {} : { path })
/** The three events of a socket, with this field and this end of their targets. */
const told = (as: string, path: string, end: string, base = '/_ah/websocket'): Planned[] =>
  SOCKET_EVENTS.map((event) => webhook(as, { event, path }, { path: `${base}/${event}${end}` }))

describe('the field path', () => {
  test('is the path of the request without its leading slash, in every event', () => {
    const request = asked('page', '/c1/a b')
    expect(verdict(pathKept('page'), request, ...told('page', 'c1/a b', '/x'))).toBe('pass')
    expect(verdict(pathKept('page'), request, ...told('page', '/c1/a b', '/x'))).toBe('fail')
    expect(verdict(pathKept('page'), request, ...told('page', 'c1/a b', '/x').slice(1))).toBe(
      'fail',
    )
  })

  test('is there and empty without a path', () => {
    expect(verdict(emptyPath('page'), asked('page'), ...told('page', '', '/'))).toBe('pass')
    expect(verdict(emptyPath('page'), asked('page'), ...told('page', '/', '/'))).toBe('fail')
    expect(verdict(emptyPath('page'), asked('page'))).toBe('fail')
  })
})

describe('the request target', () => {
  const request = asked('page', 'c1/50%/a?b #c/é+')
  const judge = (end: string): string =>
    verdict(pathEncoded('page'), request, ...told('page', '', end))

  test('ends with the path, each segment encoded once', () => {
    expect(judge('/c1/50%25/a%3Fb%20%23c/%C3%A9%2B')).toBe('pass')
    expect(judge('/%631/50%25/%61%3fb%20%23c/%c3%a9+')).toBe('pass')
  })

  test.each([
    ['encoded twice', '/c1/50%2525/a%253Fb%2520%2523c/%25C3%25A9%252B'],
    ['not encoded', '/c1/50%/a?b%20%23c/%C3%A9%2B'],
    ['with a plus for a space', '/c1/50%25/a%3Fb+%23c/%C3%A9%2B'],
    ['cut', '/c1/50%25/a%3Fb%20%23c'],
    ['longer', '/c1/50%25/a%3Fb%20%23c/%C3%A9%2B/'],
    ['in another normal form', '/c1/50%25/a%3Fb%20%23c/e%CC%81%2B'],
    ['with its slashes encoded', '/c1%2F50%25%2Fa%3Fb%20%23c%2F%C3%A9%2B'],
    ['no UTF-8', '/c1/50%25/a%3Fb%20%23c/%E9%2B'],
    ['absent', '/'],
  ])('does not end with the path %s', (_what, end) => {
    expect(judge(end)).toBe('fail')
  })

  test('begins alike for every socket', () => {
    const [a, b] = [asked('a', 'c1'), asked('b', 'c2')]
    const events = [a, b, ...told('a', 'c1', '/c1')]
    expect(verdict(sameConfigured('a', 'b'), ...events, ...told('b', 'c2', '/c2'))).toBe('pass')
    expect(verdict(sameConfigured('a', 'b'), ...events, ...told('b', 'c2', '//c2'))).toBe('fail')
    expect(verdict(sameConfigured('a', 'b'), a, b)).toBe('inconclusive')
  })

  test('is that of others without their path where there is none', () => {
    const control = [asked('control', 'c1'), ...told('control', 'c1', '/c1')]
    const judge = withoutPath('page', 'control')
    expect(verdict(judge, ...control, ...told('page', '', '/'))).toBe('pass')
    expect(verdict(judge, ...control, ...told('page', '', ''))).toBe('pass')
    expect(verdict(judge, ...control, ...told('page', '', '//'))).toBe('fail')
    expect(verdict(judge, ...control)).toBe('fail')
    expect(verdict(judge, ...told('page', '', '/'))).toBe('inconclusive')
  })

  test('has one slash between a configured URL without one and the path', () => {
    const request = asked('page', 'c1/a')
    const judge = joinedTo('page', { handshake: '/hooks/handshake' })
    expect(verdict(judge, request, ...told('page', '', '/c1/a', '/hooks'))).toBe('pass')
    expect(verdict(judge, request, ...told('page', '', '//c1/a', '/hooks'))).toBe('fail')
    expect(verdict(judge, request, ...told('page', '', 'c1/a', '/hooks'))).toBe('fail')
    const ends = sentTo('page', { handshake: '/hooks/handshake' })
    expect(verdict(ends, ...told('page', '', '', '/hooks'))).toBe('pass')
    expect(verdict(ends, ...told('page', '', '/', '/hooks'))).toBe('fail')
  })
})
