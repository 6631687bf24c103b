import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  alive,
  nothingSent,
  onlySent,
  openedPlain,
  openedSeveral,
  pathOf,
  sameBeforeTicket,
  silentBut,
  turnedAway,
  urlBegins,
  urlGiven,
  urlInGrammar,
} from '../../src/judges/socket-opening.ts'
import { PING } from '../../src/timeline/event.ts'
import { answer, close, type Planned, request, timelineOf, webhook } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const url = (text: unknown, as = 'a'): Planned => answer(as, 201, { url: text })
const frame = (type: 'text' | 'binary' | 'ping' | 'pong', text = ''): Planned => ({
  kind: 'frame',
  as: 'page',
  type,
  text,
})
const ping: Planned = { kind: 'sent', as: 'page', what: PING }
const send = (body: string): Planned => request('sender', '/v1/sockets/messages', { body })

describe('a socket URL', () => {
  test('is given in a text', () => {
    expect(verdict(urlGiven('a'), url('ws://h/v1/socket/t'))).toBe('pass')
    expect(verdict(urlGiven('a'), url(1))).toBe('fail')
    expect(verdict(urlGiven('a'))).toBe('fail')
  })

  test('matches the grammar as a whole', () => {
    expect(verdict(urlInGrammar('a'), url('wss://h:1/b/v1/socket/a.b-c_d~e'))).toBe('pass')
    for (const wrong of [
      'https://h/v1/socket/t',
      'ws://h/v1/socket/',
      'ws://h/v1/socket/t?q',
      'ws://h/v1/sockets/t',
      'ws://hé/v1/socket/t',
      `ws://h/v1/socket/${'t'.repeat(4097)}`,
    ])
      expect(verdict(urlInGrammar('a'), url(wrong)), wrong).toBe('fail')
  })

  test('is compared without its ticket', () => {
    const one = url('ws://h/v1/socket/one')
    expect(verdict(sameBeforeTicket('b', 'a'), one, url('ws://h/v1/socket/two', 'b'))).toBe('pass')
    expect(verdict(sameBeforeTicket('b', 'a'), one, url('ws://x/v1/socket/two', 'b'))).toBe('fail')
    expect(verdict(urlBegins('a', 'ws://h/v1/socket/'), one)).toBe('pass')
    expect(verdict(urlBegins('a', 'wss://h/v1/socket/'), one)).toBe('fail')
  })

  test('carries the path of its request without one leading slash', () => {
    const asked = (body: object) => pathOf(timelineOf([request('a', '/v1/sockets', body)]), 'a')
    expect(asked({ path: '/a/b' })).toBe('a/b')
    expect(asked({ path: 'a/b' })).toBe('a/b')
    expect(asked({})).toBe('')
  })
})

describe('an upgrade at a socket URL', () => {
  test('is completed without a subprotocol and stays open', () => {
    const plain = answer('page', 101)
    expect(verdict(openedPlain('page'), plain)).toBe('pass')
    const named = answer('page', 101, '', { 'sec-websocket-protocol': 'chat' })
    expect(verdict(openedPlain('page'), named)).toBe('fail')
    expect(verdict(openedPlain('page'), answer('page', 426))).toBe('fail')
    expect(verdict(openedPlain('page'), plain, close('page', 4301))).toBe('fail')
  })

  test('is refused by an answer or by a close', () => {
    expect(verdict(turnedAway('page'), answer('page', 426))).toBe('pass')
    expect(verdict(turnedAway('page'), close('page', 4300))).toBe('pass')
    expect(verdict(turnedAway('page'), answer('page', 101))).toBe('fail')
  })
})

describe('an open socket', () => {
  test('answers the last Ping', () => {
    expect(verdict(alive('page'), ping, frame('pong'))).toBe('pass')
    expect(verdict(alive('page'), ping, frame('pong'), ping)).toBe('fail')
    expect(verdict(alive('page'), frame('pong'))).toBe('fail')
  })

  test('carries only what the application sent', () => {
    expect(verdict(onlySent('page', 'sender'), send('x'), frame('text', 'x'))).toBe('pass')
    expect(verdict(onlySent('page', 'sender'), send('x'), frame('text', 'y'))).toBe('fail')
    expect(verdict(onlySent('page', 'sender'), send('x'), frame('binary', 'x'))).toBe('fail')
    expect(verdict(onlySent('page', 'sender'), send('x'), frame('ping'))).toBe('inconclusive')
    expect(verdict(nothingSent('page'), frame('ping'))).toBe('pass')
    expect(verdict(nothingSent('page'), frame('text', '{}'))).toBe('fail')
  })
})

describe('handshakes', () => {
  const shake = (path: string): Planned => webhook('service', { event: 'handshake', path })
  const asked = request('control', '/v1/sockets', { path: 'own' })

  test('come for each socket of a URL', () => {
    expect(verdict(openedSeveral('service', 2), shake('a'), shake('a'))).toBe('pass')
    expect(verdict(openedSeveral('service', 2), shake('a'))).toBe('fail')
  })

  test('come for no socket that was refused', () => {
    expect(verdict(silentBut('service', 'control'), asked, shake('own'))).toBe('pass')
    expect(verdict(silentBut('service', 'control'), asked, shake('own'), shake('x'))).toBe('fail')
    expect(verdict(silentBut('service', 'control'), asked)).toBe('inconclusive')
  })
})
