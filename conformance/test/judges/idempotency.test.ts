import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  arrivedOnce,
  differsIn,
  eachCarriedOut,
  fenced,
  filled,
  lastRateLimited,
  nextAfter,
  oneBodyOnly,
  oneCarriedOut,
  refusedAsTwins,
  repeated,
  roomFor,
  thrice,
  withinWindow,
} from '../../src/judges/idempotency.ts'
import { answer, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const URL = 'http://127.0.0.1:1/v1/messages'
const receipt = { id: 'm', seq: 1, epoch: 7, connections: 0 }
const RUNNING = { status: 409, code: 'idempotency-in-progress' }
const REUSED = { status: 422, code: 'idempotency-key-reused' }
const running = (as: string, headers: Record<string, string> = { 'retry-after': '1' }): Planned =>
  answer(as, 409, RUNNING, headers)

describe('repeated', () => {
  const judge = repeated('again', 'first')
  const first = answer('first', 200, receipt)
  test('the same status and the same value pass, whatever the order of members', () => {
    expect(verdict(judge, first, answer('again', 200, receipt))).toBe('pass')
    const turned = Object.fromEntries(Object.entries(receipt).reverse())
    expect(verdict(judge, first, answer('again', 200, turned))).toBe('pass')
  })
  test('another status, another member, another order of a list, and no answer fail', () => {
    expect(verdict(judge, first, answer('again', 202, receipt))).toBe('fail')
    expect(verdict(judge, first, answer('again', 200, { ...receipt, again: true }))).toBe('fail')
    expect(verdict(judge, first, answer('again', 200, 'no JSON'))).toBe('fail')
    const list = answer('first', 200, { results: [1, 2] })
    expect(verdict(judge, list, answer('again', 200, { results: [2, 1] }))).toBe('fail')
    expect(verdict(judge, first)).toBe('fail')
  })
  test('without a first answer nothing can be said', () => {
    expect(verdict(judge, answer('again', 200, receipt))).toBe('inconclusive')
  })
})

describe('thrice', () => {
  const judge = thrice('Receipt')
  const first = answer('first', 200, receipt)
  const again = answer('at once', 200, receipt)
  test('three equal answers pass', () => {
    expect(verdict(judge, first, again, answer('at once again', 200, receipt))).toBe('pass')
  })
  test('a third answer that is another, and two only, fail', () => {
    const other = answer('at once again', 200, { ...receipt, seq: 2 })
    expect(verdict(judge, first, again, other)).toBe('fail')
    expect(verdict(judge, first, again)).toBe('fail')
  })
})

describe('arrivedOnce', () => {
  const judge = arrivedOnce('client', 'first')
  const batch = { messages: [{ data: 'one' }, { data: '' }, { data: 7 }, null, { data: 'two' }] }
  const message = (data: string): Planned => envelope('client', { type: 'message', data })
  test('each text of a message, a batch and a text for sockets once passes', () => {
    expect(verdict(judge, request('first', URL, { data: 'one' }), message('one'))).toBe('pass')
    const both = [message('one'), message('two')]
    expect(verdict(judge, request('first', URL, batch), ...both)).toBe('pass')
    const text: Planned = { kind: 'frame', as: 'client', type: 'text', text: 'one' }
    expect(verdict(judge, request('first', URL, { body: 'one' }), text)).toBe('pass')
  })
  test('one text twice and one text never fail', () => {
    const sent = request('first', URL, batch)
    expect(verdict(judge, sent, message('one'), message('two'), message('one'))).toBe('fail')
    expect(verdict(judge, sent, message('one'))).toBe('fail')
  })
  test('without a post nothing can be said', () => {
    expect(verdict(judge, message('one'))).toBe('inconclusive')
  })
})

describe('fenced', () => {
  const judge = fenced('client', 'fence')
  const sent = request('fence', URL, { data: 'last' })
  test('the text on the connection passes, another and none fail', () => {
    expect(verdict(judge, sent, envelope('client', { data: 'last' }))).toBe('pass')
    expect(verdict(judge, sent, envelope('client', { data: 'first' }))).toBe('fail')
    expect(verdict(judge)).toBe('fail')
  })
})

describe('nextAfter', () => {
  const judge = nextAfter('fence', 'first')
  const fence = (seq: number): Planned => answer('fence', 200, { ...receipt, seq })
  test('the next number passes, after a message and after a batch with a problem', () => {
    expect(verdict(judge, answer('first', 200, receipt), fence(2))).toBe('pass')
    const results = [receipt, { ...receipt, seq: 2 }, { status: 400 }]
    expect(verdict(judge, answer('first', 200, { results }), fence(3))).toBe('pass')
  })
  test('a number left out fails', () => {
    expect(verdict(judge, answer('first', 200, receipt), fence(3))).toBe('fail')
    expect(verdict(judge, answer('first', 200, receipt))).toBe('fail')
  })
  test('without a number before it nothing can be said', () => {
    expect(verdict(judge, answer('first', 200, { ok: true }), fence(2))).toBe('inconclusive')
    expect(verdict(judge, answer('first', 200, { results: [null] }), fence(2))).toBe('inconclusive')
  })
})

describe('eachCarriedOut', () => {
  const judge = eachCarriedOut('one', 'two')
  const one = answer('one', 200, receipt)
  test('two places pass, also the same number of two epochs', () => {
    expect(verdict(judge, one, answer('two', 200, { ...receipt, seq: 2 }))).toBe('pass')
    expect(verdict(judge, one, answer('two', 200, { ...receipt, epoch: 8 }))).toBe('pass')
  })
  test('one place and a refusal fail', () => {
    expect(verdict(judge, one, answer('two', 200, receipt))).toBe('fail')
    expect(verdict(judge, one, answer('two', 422, REUSED))).toBe('fail')
    expect(verdict(judge, one)).toBe('fail')
  })
})

describe('oneCarriedOut', () => {
  const judge = oneCarriedOut(['a', 'b', 'c'])
  test('one place for all that got one passes, whatever else an answer says', () => {
    const more = { ...receipt, again: true }
    const events = [running('a'), answer('b', 200, receipt), answer('c', 200, more)]
    expect(verdict(judge, ...events)).toBe('pass')
  })
  test('two places fail, in a batch too, and none says nothing', () => {
    const batch = (as: string, seq: number): Planned =>
      answer(as, 200, { results: [null, { ...receipt, seq }] })
    expect(verdict(judge, batch('a', 1), batch('b', 1))).toBe('pass')
    expect(verdict(judge, batch('a', 1), batch('b', 2))).toBe('fail')
    expect(verdict(judge, answer('a', 200, { ok: true }))).toBe('inconclusive')
    const other = answer('c', 200, { ...receipt, seq: 2 })
    expect(verdict(judge, answer('b', 200, receipt), other)).toBe('fail')
    expect(verdict(judge, running('a'))).toBe('inconclusive')
  })
})

describe('refusedAsTwins', () => {
  const judge = refusedAsTwins(['a', 'b'])
  test('an answer and a refusal with Retry-After pass', () => {
    expect(verdict(judge, answer('a', 200, receipt), running('b'))).toBe('pass')
  })
  test('another refusal, one without Retry-After and no answer fail', () => {
    const a = answer('a', 200, receipt)
    expect(verdict(judge, a, answer('b', 422, REUSED))).toBe('fail')
    expect(verdict(judge, a, running('b', {}))).toBe('fail')
    expect(verdict(judge, a, running('b', { 'retry-after': 'soon' }))).toBe('fail')
    expect(verdict(judge, a)).toBe('fail')
  })
})

describe('oneBodyOnly', () => {
  const judge = oneBodyOnly([
    ['a', 'b'],
    ['x', 'y'],
  ])
  const reused = (as: string): Planned => answer(as, 422, REUSED)
  test('one group served and the other refused passes, whichever it is', () => {
    const served = [answer('a', 200, receipt), running('b')]
    expect(verdict(judge, ...served, reused('x'), reused('y'))).toBe('pass')
    expect(verdict(judge, reused('a'), reused('b'), answer('y', 200), running('x'))).toBe('pass')
  })
  test('both served, and another refusal, fail', () => {
    expect(verdict(judge, answer('a', 200), answer('x', 200))).toBe('fail')
    expect(verdict(judge, answer('a', 200), running('x'), reused('y'))).toBe('fail')
  })
  test('none served says nothing', () => {
    expect(verdict(judge, reused('a'), reused('x'))).toBe('inconclusive')
  })
})

describe('withinWindow', () => {
  const judge = withinWindow('first', 'again')
  const first = { ...request('first', URL), atMs: 0 } as Planned
  test('an answer in time passes, a later one and none say nothing', () => {
    expect(verdict(judge, first, { ...answer('again', 200), atMs: 299_000 } as Planned)).toBe(
      'pass',
    )
    const late = { ...answer('again', 200), atMs: 300_000 } as Planned
    expect(verdict(judge, first, late)).toBe('inconclusive')
    expect(verdict(judge, first)).toBe('inconclusive')
  })
  test('of several answers the last one counts', () => {
    const [early, late] = [10, 300_000].map(
      (atMs, at) => ({ ...answer(`again ${at}`, 200), atMs }) as Planned,
    ) as [Planned, Planned]
    expect(verdict(withinWindow('first', 'again 1', 'again 0'), first, early, late)).toBe(
      'inconclusive',
    )
  })
})

describe('roomFor', () => {
  const judge = roomFor('new', 'newer')
  const taken = answer('new', 200, receipt)
  test('posts that were taken, or refused for another reason, pass', () => {
    expect(verdict(judge, taken, answer('newer', 422, REUSED))).toBe('pass')
    expect(verdict(judge, taken, answer('newer', 503))).toBe('pass')
  })
  test('a full service says nothing', () => {
    const full = { status: 503, code: 'over-capacity' }
    expect(verdict(judge, taken, answer('newer', 503, full))).toBe('inconclusive')
  })
})

describe('filled', () => {
  const filledWith = (...events: Planned[]): string =>
    filled(['fill', 'last'])(timelineOf(events, { limits: { idempotency_results: 4 } })).verdict
  const batch = answer('fill', 200, { results: [1, 2, 3] })
  test('answers with as many results as are kept pass', () => {
    expect(filledWith(batch, answer('last', 200, receipt))).toBe('pass')
  })
  test('fewer results and a refusal fail', () => {
    expect(filledWith(batch)).toBe('fail')
    expect(filledWith(batch, answer('last', 503))).toBe('fail')
  })
  test('where posts got no answer, that is said', () => {
    const failure: Planned = { kind: 'failure', as: 'fill', what: '1 of 2 were answered' }
    const timeline = timelineOf([batch, failure], { limits: { idempotency_results: 4 } })
    expect(filled(['fill', 'last'])(timeline)).toMatchObject({ got: '3: 1 of 2 were answered' })
  })
})

describe('lastRateLimited', () => {
  const judge = lastRateLimited('post')
  test('429 at last passes; another answer at last, and none, fail', () => {
    expect(verdict(judge, answer('post', 200), answer('post', 429))).toBe('pass')
    expect(verdict(judge, answer('post', 429), answer('post', 200))).toBe('fail')
    expect(verdict(judge)).toBe('fail')
  })
})

describe('differsIn', () => {
  const judge = differsIn('token', 'again', 'first')
  const first = answer('first', 201, { token: 'a' })
  test('another value passes; the same and none fail', () => {
    expect(verdict(judge, first, answer('again', 201, { token: 'b' }))).toBe('pass')
    expect(verdict(judge, first, answer('again', 201, { token: 'a' }))).toBe('fail')
    expect(verdict(judge, first, answer('again', 201, {}))).toBe('fail')
  })
})
