import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  atMost,
  before,
  behind,
  keptSoLong,
  namedByCursors,
  notAhead,
  placedAt,
  placeEach,
  received,
  refusedUnseen,
  repeats,
  replayedFirst,
  resumed,
  resumedBehind,
  START,
  saidBy,
  sent,
  stored,
  tokenHas,
  unseen,
  welcomedAnew,
  welcomeHas,
} from '../../src/judges/resume.ts'
import { BROADCASTS } from '../../src/judges/stream.ts'
import { answer, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const welcome = (isResumed: unknown, seq: unknown, more: object = {}): Planned =>
  envelope('c', { type: 'welcome', resumed: isResumed, seq, ...more })
const message = (seq: number, members: object = {}): Planned =>
  envelope('c', { type: 'message', id: `m-${seq}`, seq, data: `text ${seq}`, ...members })
const post = (as: string, seq: number, members: object = {}): Planned[] => [
  request(as, '/v1/messages', { data: `text ${seq}` }),
  answer(as, 200, { id: `m-${seq}`, seq, epoch: 7, ...members }),
]
const refusal = (as: string): Planned[] => [
  request(as, '/v1/messages', { data: '' }),
  answer(as, 400, { code: 'invalid-data' }),
]

describe('ids', () => {
  test('stand for one place each, also where a receipt comes twice', () => {
    expect(verdict(placeEach, ...post('p', 1), ...post('p', 1), ...post('p', 2))).toBe('pass')
    expect(verdict(placeEach, ...post('p', 1), ...post('p', 2, { id: 'm-1' }))).toBe('fail')
    expect(verdict(placeEach, ...post('p', 1), ...post('q', 1, { epoch: 8 }))).toBe('fail')
    expect(verdict(placeEach, ...refusal('p'))).toBe('pass')
  })
})

describe('a welcome', () => {
  test.each([
    [true, true, 'pass'],
    [false, false, 'pass'],
    [true, false, 'fail'],
    [false, true, 'fail'],
    [true, 'true', 'fail'],
    [false, undefined, 'inconclusive'],
  ])('that should have resumed %s and has %s: %s', (expected, got, outcome) => {
    expect(verdict(resumed('c', expected), welcome(got, 1))).toBe(outcome)
  })
  test('that never came fails', () => {
    expect(verdict(resumed('c', false))).toBe('fail')
    expect(verdict(placedAt('c', START))).toBe('fail')
    expect(verdict(welcomeHas('c', 'cursor'))).toBe('fail')
  })
  test('gives the place of what was posted', () => {
    const posts = [...post('p', 2), ...post('p', 3)]
    expect(verdict(placedAt('c', behind('p')), ...posts, welcome(true, 3))).toBe('pass')
    expect(verdict(placedAt('c', before('p')), ...posts, welcome(true, 1))).toBe('pass')
    expect(verdict(placedAt('c', behind('p')), ...posts, welcome(true, 2))).toBe('fail')
    expect(verdict(placedAt('c', START), welcome(true, 0))).toBe('pass')
    expect(verdict(placedAt('c', behind('p')), ...refusal('p'), welcome(true, 0))).toBe(
      'inconclusive',
    )
  })
  test('gives that of broadcasts apart', () => {
    const judge = placedAt('c', behind('p'), BROADCASTS)
    expect(verdict(judge, ...post('p', 4), welcome(true, 9, { broadcast_seq: 4 }))).toBe('pass')
    expect(verdict(judge, ...post('p', 4), welcome(true, 4, { broadcast_seq: 9 }))).toBe('fail')
  })
  test.each([
    ['m-1_2.3~a', 'pass'],
    ['', 'fail'],
    ['m 1', 'fail'],
    ['m:1', 'fail'],
    ['x'.repeat(129), 'fail'],
    [7, 'fail'],
    [undefined, 'fail'],
  ])('with the cursor %j: %s', (cursor, outcome) => {
    expect(verdict(welcomeHas('c', 'cursor'), welcome(true, 1, { cursor }))).toBe(outcome)
    expect(verdict(tokenHas('t', 'cursor'), answer('t', 201, { cursor }))).toBe(outcome)
    expect(verdict(namedByCursors('p'), ...post('p', 1, { id: cursor ?? null }))).toBe(outcome)
  })
  test('without any token or post says nothing of cursors', () => {
    expect(verdict(tokenHas('t', 'cursor'))).toBe('fail')
    expect(verdict(namedByCursors('p'))).toBe('inconclusive')
  })
})

describe('the place of a cursor', () => {
  const judge = resumedBehind('c', behind('p'))
  test('is what the welcome says or what follows shows', () => {
    expect(verdict(judge, ...post('p', 3), welcome(true, 3))).toBe('pass')
    expect(verdict(judge, ...post('p', 3), welcome(true, 9), message(4))).toBe('pass')
    expect(verdict(judge, ...post('p', 3), welcome(true, 2), message(3))).toBe('fail')
    expect(verdict(judge, ...post('p', 3), welcome(false, 3))).toBe('fail')
    expect(verdict(judge, ...refusal('p'), welcome(true, 3))).toBe('inconclusive')
  })
  test('may be what another welcome said', () => {
    const other = envelope('o', { type: 'welcome', resumed: true, seq: 5 })
    expect(verdict(resumedBehind('c', saidBy('o')), other, welcome(true, 5))).toBe('pass')
    expect(verdict(resumedBehind('c', saidBy('o')), other, welcome(true, 6))).toBe('fail')
    expect(verdict(resumedBehind('c', saidBy('o')), welcome(true, 6))).toBe('inconclusive')
  })
  test('is never ahead of the newest', () => {
    const ahead = notAhead('c', 'p')
    expect(verdict(ahead, ...post('p', 3), welcome(false, 3))).toBe('pass')
    expect(verdict(ahead, ...post('p', 3), welcome(true, 2))).toBe('pass')
    expect(verdict(ahead, ...post('p', 3), welcome(true, 4))).toBe('fail')
    expect(verdict(ahead, ...post('p', 3), welcome(true, '2'))).toBe('fail')
    expect(verdict(ahead, ...post('p', 3), welcome('no', 2))).toBe('fail')
    expect(verdict(ahead, welcome(false, 3))).toBe('inconclusive')
  })
})

describe('what follows the welcome', () => {
  const posts = [...post('p', 2), ...refusal('p'), ...post('q', 3)]
  const judge = received('c', ['q', 'p'])
  test('is every accepted post, once and in order', () => {
    expect(verdict(judge, ...posts, message(2), message(3))).toBe('pass')
    expect(verdict(judge, ...posts, message(2), message(3), message(4))).toBe('pass')
  })
  test.each([
    ['nothing', []],
    ['one of two', [message(2)]],
    ['the other of two', [message(3)]],
    ['the wrong order', [message(3), message(2)]],
    ['one twice', [message(2), message(2), message(3)]],
    ['one more ahead', [message(1), message(2), message(3)]],
    ['other data', [message(2, { data: 'x' }), message(3)]],
    ['another seq', [message(2, { seq: 1 }), message(3)]],
  ])('but not %s', (_what, messages) => {
    expect(verdict(judge, ...posts, ...messages)).toBe('fail')
  })
  test('is unknown where nothing was accepted', () => {
    expect(verdict(judge, ...refusal('p'), message(1))).toBe('inconclusive')
  })
  test('is what was sent before, id and data', () => {
    const first = (members: object): Planned =>
      envelope('f', { type: 'message', id: 'm-2', seq: 2, data: 'text 2', ...members })
    expect(verdict(repeats('c', 'f'), first({}), message(2), message(3))).toBe('pass')
    expect(verdict(repeats('c', 'f'), first({ id: 'other' }), message(2))).toBe('fail')
    expect(verdict(repeats('c', 'f'), first({ data: 'other' }), message(2))).toBe('fail')
    expect(verdict(repeats('c', 'f'), first({}), message(3))).toBe('inconclusive')
  })
  test('holds what was to come and nothing that was not', () => {
    expect(verdict(sent('c', 'p'), ...post('p', 2), message(2))).toBe('pass')
    expect(verdict(sent('c', 'p'), ...post('p', 2), message(3))).toBe('fail')
    expect(verdict(sent('c', 'p'), message(2))).toBe('inconclusive')
    expect(verdict(unseen('c', ['p']), ...post('p', 2), message(3))).toBe('pass')
    expect(verdict(unseen('c', ['p']), ...post('p', 2), message(2))).toBe('fail')
    expect(verdict(unseen('c', ['p']), message(2))).toBe('inconclusive')
  })
  test('has nothing of what was refused among what was accepted', () => {
    const posts = [...post('p', 2), ...refusal('p')]
    expect(verdict(refusedUnseen('c', ['p']), ...posts, message(2))).toBe('pass')
    expect(verdict(refusedUnseen('c', ['p']), ...posts, message(3, { data: '' }))).toBe('fail')
    expect(verdict(refusedUnseen('c', ['p']), ...post('p', 2), message(2))).toBe('inconclusive')
  })
  test('is replayed ahead of what is new', () => {
    const first = replayedFirst('c', 'p', ['q'])
    expect(verdict(first, ...post('p', 2), ...post('q', 3), message(2), message(3))).toBe('pass')
    expect(
      verdict(first, ...post('p', 2), ...post('q', 3), message(2), message(1), message(3)),
    ).toBe('pass')
    expect(verdict(first, ...post('p', 2), ...post('q', 3), message(3), message(2))).toBe('fail')
    expect(
      verdict(first, ...post('p', 2), ...post('q', 3), message(1), message(3), message(2)),
    ).toBe('fail')
    expect(verdict(first, ...post('p', 2), ...post('q', 3), message(2))).toBe('inconclusive')
    expect(verdict(first, ...post('p', 2), ...post('q', 3), message(3))).toBe('inconclusive')
    expect(verdict(first, message(2), message(3))).toBe('inconclusive')
  })
  test('after no cursor is nothing old, behind the newest', () => {
    const anew = welcomedAnew('c', ['p', 'q'])
    const old = [...post('p', 2), ...post('q', 3)]
    expect(verdict(anew, ...old, welcome(false, 3), message(4))).toBe('pass')
    expect(verdict(anew, ...old, welcome(true, 3), message(4))).toBe('fail')
    expect(verdict(anew, ...old, welcome(false, 2), message(4))).toBe('fail')
    expect(verdict(anew, ...old, welcome(false, 3), message(2))).toBe('fail')
  })
})

describe('what is held', () => {
  test.each([
    [true, true, 'pass'],
    [false, false, 'pass'],
    [true, false, 'fail'],
    [false, true, 'fail'],
    [true, undefined, 'fail'],
    [false, undefined, 'fail'],
  ])('is said: stored %s where the receipt has %s: %s', (expected, got, outcome) => {
    expect(verdict(stored('p', expected), ...post('p', 1, { stored: got }))).toBe(outcome)
  })
  test('is said in every receipt', () => {
    const both = [...post('p', 1, { stored: true }), ...post('p', 2, { stored: false })]
    expect(verdict(stored('p', true), ...both)).toBe('fail')
    expect(verdict(stored('p', true), ...refusal('p'))).toBe('inconclusive')
  })
  test('is kept for as long as the window', () => {
    const judge = keptSoLong('c', 'p')
    const back = (isResumed: boolean, atMs: number): Planned[] => [
      ...post('p', 1).map((event) => ({ ...event, atMs: 1000 })),
      { ...welcome(isResumed, 1), atMs },
    ]
    // The registry's default is 120 seconds.
    expect(verdict(judge, ...back(true, 120_000))).toBe('pass')
    expect(verdict(judge, ...back(false, 120_000))).toBe('fail')
    expect(verdict(judge, ...back(false, 121_001))).toBe('inconclusive')
    expect(verdict(judge, ...post('p', 1))).toBe('inconclusive')
  })
  test('is bounded', () => {
    const judge = atMost('c', {
      until: behind('p'),
      most: () => 2,
      measure: () => 1,
      unit: 'messages',
    })
    expect(verdict(judge, ...post('p', 3), message(2), message(3), message(4))).toBe('pass')
    expect(verdict(judge, ...post('p', 3), message(1), message(2), message(3))).toBe('fail')
    expect(verdict(judge, message(1))).toBe('inconclusive')
  })
})
