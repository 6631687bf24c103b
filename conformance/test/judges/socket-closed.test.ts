import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  closedAgain,
  closedRepeated,
  neverToldClosed,
  toldAsSeen,
  toldClosed,
  toldEnd,
  toldLast,
} from '../../src/judges/socket-closed.ts'
import { close, type Planned, timelineOf, webhook, webhookAnswer } from '../timeline-builder.ts'

const advertised = { timings: { webhook_retry_seconds: [1, 5] } }
const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, advertised)).verdict
const handshake = webhook('page', { event: 'handshake' })
const message = webhook('page', { event: 'message', body: 'a' })
const told = (code = '1000', reason = 'bye', atMs?: number, id = 'one'): Planned =>
  webhook(
    'page',
    { event: 'closed', code, reason },
    { headers: { 'webhook-id': id }, ...(atMs && { atMs }) },
  )
const answered = (to: number, atMs?: number): Planned => ({
  ...webhookAnswer('page', to, 500),
  ...(atMs && { atMs }),
})

describe('toldClosed', () => {
  test('one closed passes', () => {
    expect(verdict(toldClosed('page'), handshake, told())).toBe('pass')
  })
  test('no closed fails', () => {
    expect(verdict(toldClosed('page'), handshake)).toBe('fail')
  })
  test('a second closed fails', () => {
    expect(verdict(toldClosed('page'), told(), told())).toBe('fail')
  })
  test('as many attempts as were needed pass', () => {
    expect(verdict(toldClosed('page', 2), told(), told())).toBe('pass')
  })
})

describe('neverToldClosed', () => {
  test('no closed passes', () => {
    expect(verdict(neverToldClosed('page'), handshake)).toBe('pass')
  })
  test('a closed fails', () => {
    expect(verdict(neverToldClosed('page'), told())).toBe('fail')
  })
})

describe('toldLast', () => {
  const judge = toldLast('page')
  test('closed behind every answer passes', () => {
    expect(verdict(judge, handshake, answered(1), message, answered(3), told())).toBe('pass')
  })
  test('closed before the answer to a message fails', () => {
    expect(verdict(judge, handshake, answered(1), message, told(), answered(3))).toBe('fail')
  })
  test('closed before the answer to the handshake fails', () => {
    expect(verdict(judge, handshake, told(), answered(1))).toBe('fail')
  })
  test('a message behind closed fails', () => {
    expect(verdict(judge, handshake, answered(1), told(), message, answered(4))).toBe('fail')
  })
  test('without closed nothing can be said', () => {
    expect(verdict(judge, handshake)).toBe('inconclusive')
  })
})

describe('toldEnd', () => {
  const judge = toldEnd('page', 1000, 'bye')
  test('the code and the reason pass', () => {
    expect(verdict(judge, told())).toBe('pass')
  })
  test('another code fails', () => {
    expect(verdict(judge, told('1005'))).toBe('fail')
  })
  test('another reason fails', () => {
    expect(verdict(judge, told('1000', ''))).toBe('fail')
  })
  test('without closed nothing can be said', () => {
    expect(verdict(judge, handshake)).toBe('inconclusive')
  })
})

describe('toldAsSeen', () => {
  const judge = toldAsSeen('page')
  test('what the page saw passes', () => {
    expect(verdict(judge, close('page', 1000, 'bye'), told())).toBe('pass')
  })
  test('another end fails', () => {
    expect(verdict(judge, close('page', 4105, 'bye'), told())).toBe('fail')
  })
  test('without a close nothing can be said', () => {
    expect(verdict(judge, told())).toBe('inconclusive')
  })
})

describe('closedRepeated', () => {
  const judge = closedRepeated('page', 2)
  const at = (atMs: number, id?: string): Planned => told('1000', '', atMs, id)
  test('repeats at the edges of their ranges pass', () => {
    expect(verdict(judge, at(100), at(900), at(8900))).toBe('pass')
  })
  test('the wait begins when the attempt has ended', () => {
    expect(verdict(judge, at(100), answered(1, 3100), at(6300), at(14_300))).toBe('pass')
  })
  test('a wait that is too short fails', () => {
    expect(verdict(judge, at(100), at(800), at(6000))).toBe('fail')
  })
  test('a wait that is too long fails', () => {
    expect(verdict(judge, at(100), at(900), at(8901))).toBe('fail')
  })
  test('a missing repeat fails', () => {
    expect(verdict(judge, at(100), at(900))).toBe('fail')
  })
  test('another form fails', () => {
    expect(verdict(judge, at(100), told('1001', '', 900), at(8900))).toBe('fail')
  })
  test('another webhook-id fails', () => {
    expect(verdict(judge, at(100), at(900, 'two'), at(8900))).toBe('fail')
  })
})

describe('closedAgain', () => {
  test('a repeat passes', () => {
    expect(verdict(closedAgain('page'), told(), told())).toBe('pass')
  })
  test('without a repeat nothing can be said', () => {
    expect(verdict(closedAgain('page'), told())).toBe('inconclusive')
  })
})
