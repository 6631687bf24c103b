import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  attemptedOnceEach,
  closedBeforeRelease,
  closedInTime,
  forwarded,
  gotText,
  heard,
  heardBeforeRelease,
  inSendingOrder,
  oneAtATime,
  stayedOpen,
  stoppedAfterFailure,
  stoppedAtClose,
  tookAtMost,
} from '../../src/judges/socket-messages.ts'
import { RELEASE } from '../../src/timeline/event.ts'
import { close, note, type Planned, timelineOf, webhook } from '../timeline-builder.ts'

const advertised = { timings: { webhook_timeout_seconds: 2 } }
const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, advertised)).verdict
const message = (body: string, atMs?: number): Planned =>
  webhook('page', { event: 'message', body }, { ...(atMs && { atMs }) })
const answered = (to: number, status: number | 'abandoned' = 204): Planned => ({
  kind: 'webhook-answer',
  as: 'page',
  to,
  status,
})
const text = (words: string): Planned => ({ kind: 'frame', as: 'page', type: 'text', text: words })

describe('heard', () => {
  test('as many attempts as asked for pass', () => {
    expect(verdict(heard('page', 'message', 2), message('a'), message('b'))).toBe('pass')
  })
  test('with fewer nothing can be said', () => {
    expect(verdict(heard('page', 'message', 2), message('a'))).toBe('inconclusive')
  })
})

describe('forwarded', () => {
  test('every text as often as it was said passes, in whatever order', () => {
    const judge = forwarded('page', ['a', '', 'a'])
    expect(verdict(judge, message('a'), message('a'), message(''))).toBe('pass')
  })
  test('a text that is missing fails', () => {
    expect(verdict(forwarded('page', ['a', '']), message('a'))).toBe('fail')
  })
  test('a text that came changed fails and is shown', () => {
    const finding = forwarded('page', [' a '])(timelineOf([message('a')]))
    expect(finding).toMatchObject({ verdict: 'fail', got: 'one with body "a"', offender: 1 })
  })
  test('a text that was said twice and came once fails', () => {
    expect(verdict(forwarded('page', ['a', 'a']), message('a'))).toBe('fail')
  })
  test('texts may follow from what is advertised', () => {
    const judge = forwarded('page', ({ timings }) => [`${timings.webhook_timeout_seconds}`])
    expect(verdict(judge, message('2'))).toBe('pass')
  })
})

describe('inSendingOrder', () => {
  const judge = inSendingOrder('page', ['a', 'b', 'c'])
  test('the order of sending passes, with gaps', () => {
    expect(verdict(judge, message('a'), message('c'))).toBe('pass')
  })
  test('another order fails', () => {
    expect(verdict(judge, message('b'), message('a'))).toBe('fail')
  })
  test('of one message nothing can be said', () => {
    expect(verdict(judge, message('a'))).toBe('inconclusive')
  })
})

describe('oneAtATime', () => {
  test('each message after the answer to the one before passes', () => {
    expect(verdict(oneAtATime('page'), message('a'), answered(1), message('b'))).toBe('pass')
  })
  test('a message before that answer fails', () => {
    expect(verdict(oneAtATime('page'), message('a'), message('b'), answered(1))).toBe('fail')
  })
  test('a message after one that was never answered fails', () => {
    expect(verdict(oneAtATime('page'), message('a'), message('b'))).toBe('fail')
  })
})

describe('attemptedOnceEach', () => {
  test('different messages pass', () => {
    expect(verdict(attemptedOnceEach('page'), message('a'), message('b'))).toBe('pass')
  })
  test('a second attempt fails', () => {
    expect(verdict(attemptedOnceEach('page'), message('a'), message('a'))).toBe('fail')
  })
})

describe('a page', () => {
  test('that is not closed stayed open', () => {
    expect(verdict(stayedOpen('page'), text('a'))).toBe('pass')
  })
  test('that is closed did not', () => {
    expect(verdict(stayedOpen('page'), close('page', 4105))).toBe('fail')
  })
  test('that got the text passes', () => {
    expect(verdict(gotText('page', 'a'), text('b'), text('a'))).toBe('pass')
  })
  test('that got another text fails', () => {
    expect(verdict(gotText('page', 'a'), text('b'))).toBe('fail')
  })
})

describe('heardBeforeRelease', () => {
  const judge = heardBeforeRelease('page', 'message', 'quick')
  const release = note('release')
  test('an event before the release passes', () => {
    expect(verdict(judge, message('slow'), message('quick'), release)).toBe('pass')
  })
  test('an event after it fails', () => {
    expect(verdict(judge, message('slow'), release, message('quick'))).toBe('fail')
  })
  test('an event after the service gave up waiting fails', () => {
    const events = [message('slow'), answered(1, 'abandoned'), message('quick'), release]
    expect(verdict(judge, ...events)).toBe('fail')
  })
  test('no event fails', () => {
    expect(verdict(judge, message('slow'), release)).toBe('fail')
  })
  test('without a release nothing can be said', () => {
    expect(verdict(judge, message('quick'))).toBe('inconclusive')
  })
})

describe('closedInTime', () => {
  const judge = closedInTime('page', 'webhook_timeout_seconds')
  test('a close at the latest instant passes', () => {
    const late = { ...close('page', 4105), atMs: 4100 }
    expect(verdict(judge, message('a', 100), late)).toBe('pass')
  })
  test('a later close fails', () => {
    const late = { ...close('page', 4105), atMs: 4101 }
    expect(verdict(judge, message('a', 100), late)).toBe('fail')
  })
  test('without a close nothing can be said', () => {
    expect(verdict(judge, message('a'))).toBe('inconclusive')
  })
})

describe('tookAtMost', () => {
  const taken = (bytes: number): Planned => ({ kind: 'note', as: 'page', what: `${bytes} bytes` })
  test('as many bytes as allowed pass', () => {
    expect(verdict(tookAtMost('page', 10), taken(10))).toBe('pass')
  })
  test('more bytes fail', () => {
    expect(verdict(tookAtMost('page', 10), taken(11))).toBe('fail')
  })
  test('without a measurement nothing can be said', () => {
    expect(verdict(tookAtMost('page', 10))).toBe('inconclusive')
  })
})

describe('stoppedAfterFailure', () => {
  const judge = stoppedAfterFailure('page')
  test('one message passes', () => {
    expect(verdict(judge, message('a'), answered(1, 500))).toBe('pass')
  })
  test('a message behind it fails', () => {
    expect(verdict(judge, message('a'), answered(1, 500), message('b'))).toBe('fail')
  })
})

describe('stoppedAtClose', () => {
  const judge = stoppedAtClose('page')
  const shut = close('page', 1003)
  test('no message after the close passes', () => {
    expect(verdict(judge, message('a'), shut, answered(1))).toBe('pass')
  })
  test('a message after a close that came while the first one waited fails', () => {
    expect(verdict(judge, message('a'), shut, answered(1), message('b'))).toBe('fail')
  })
  test('messages of a service that reads one at a time pass', () => {
    expect(verdict(judge, message('a'), answered(1), message('b'), shut)).toBe('pass')
  })
  test('without a close nothing can be said', () => {
    expect(verdict(judge, message('a'))).toBe('inconclusive')
  })
})

describe('closedBeforeRelease', () => {
  const judge = closedBeforeRelease('page')
  const shut = close('page', 4105)
  const release = note(RELEASE)
  test('a close while answers are held passes', () => {
    expect(verdict(judge, shut, release)).toBe('pass')
  })
  test('a close after them fails', () => {
    expect(verdict(judge, release, shut)).toBe('fail')
  })
  test('a close after the service gave up waiting fails', () => {
    expect(verdict(judge, message('a'), answered(1, 'abandoned'), shut, release)).toBe('fail')
  })
  test('without a close nothing can be said', () => {
    expect(verdict(judge, release)).toBe('inconclusive')
  })
})
