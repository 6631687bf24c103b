import { expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  carriedOver,
  continuesAt,
  continuesWelcomeOf,
  picksUp,
  saysResumed,
} from '../../src/judges/sse-resume.ts'
import { BROADCASTS } from '../../src/judges/stream.ts'
import { answer, envelope, type Planned, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict

const event = (as: string, value: object, id: string): Planned => ({
  kind: 'frame',
  as,
  type: 'text',
  text: JSON.stringify(value),
  event: { name: String((value as { type?: string }).type), id },
})

const welcome = (as: string, seq: number, resumed: boolean, id = ''): Planned =>
  event(as, { type: 'welcome', seq, broadcast_seq: seq, resumed }, id)
const message = (as: string, seq: number, id = ''): Planned =>
  event(as, { type: 'message', seq }, id)

const back = (id: string): Planned => ({
  kind: 'request',
  as: 'back',
  method: 'GET',
  url: 'http://127.0.0.1:1/v1/connect',
  headers: { 'last-event-id': id },
  body: '',
})

test('saysResumed: the welcome has to say so, and one that says nothing cannot be judged', () => {
  const judge = saysResumed('back', true)
  expect(verdict(judge, welcome('back', 1, true))).toBe('pass')
  expect(verdict(judge, welcome('back', 1, false))).toBe('fail')
  expect(verdict(judge)).toBe('fail')
  expect(verdict(judge, envelope('back', { type: 'welcome' }))).toBe('inconclusive')
})

test('picksUp: all that is later than the event whose id came back follows, each once, in order', () => {
  const judge = picksUp('back', 'fence')
  const first = [
    welcome('first', 4, false, 'w'),
    message('first', 5, 'a'),
    message('first', 6, 'b'),
  ]
  const fence = answer('fence', 200, { seq: 7 })
  const came = (id: string, ...seqs: readonly number[]): string =>
    verdict(
      judge,
      ...first,
      back(id),
      welcome('back', 4, true),
      ...seqs.map((seq) => message('back', seq)),
      fence,
    )
  expect(came('w', 5, 6, 7)).toBe('pass')
  expect(came('a', 6, 7, 8)).toBe('pass')
  expect(came('a', 5, 6, 7)).toBe('fail')
  expect(came('a', 7)).toBe('fail')
  expect(came('a', 7, 6)).toBe('fail')
  expect(came('a', 6, 7, 7)).toBe('fail')
  expect(came('unknown', 6, 7)).toBe('inconclusive')
  expect(verdict(judge, ...first, back('a'), welcome('back', 6, false), fence)).toBe('fail')
})

test('picksUp: the stream whose id came back may have another role', () => {
  const judge = picksUp('back', 'fence', undefined, 'replayed')
  const replayed = [welcome('replayed', 4, true, 'w'), message('replayed', 5, 'a')]
  const fence = answer('fence', 200, { seq: 6 })
  const again = [back('a'), welcome('back', 5, true)]
  expect(verdict(judge, ...replayed, ...again, message('back', 6), fence)).toBe('pass')
  expect(verdict(judge, ...replayed, ...again, fence)).toBe('fail')
  const same = [...replayed, message('replayed', 6, 'a')]
  expect(verdict(judge, ...same, ...again, message('back', 6), fence)).toBe('fail')
  expect(verdict(judge, ...same, ...again, fence)).toBe('fail')
})

test('picksUp: the place in the broadcasts is that of the welcome until one came', () => {
  const judge = picksUp('back', 'fence', BROADCASTS)
  const broadcast = (as: string, seq: number, id = ''): Planned =>
    event(as, { type: 'broadcast', seq }, id)
  const first = [welcome('first', 4, false, 'w'), message('first', 5, 'a')]
  const fence = answer('fence', 200, { seq: 6 })
  const again = [back('a'), welcome('back', 4, true)]
  expect(
    verdict(judge, ...first, ...again, broadcast('back', 5), broadcast('back', 6), fence),
  ).toBe('pass')
  expect(verdict(judge, ...first, ...again, broadcast('back', 6), fence)).toBe('fail')
})

test('continuesAt and continuesWelcomeOf: nothing is missing up to the fence', () => {
  const fence = answer('fence', 200, { seq: 3 })
  const came = [message('back', 2), message('back', 3)]
  expect(verdict(continuesAt('back', 'fence', 1), ...came, fence)).toBe('pass')
  expect(verdict(continuesAt('back', 'fence', 0), ...came, fence)).toBe('fail')
  expect(verdict(continuesAt('back', 'fence', 1), ...came)).toBe('inconclusive')
  const judge = continuesWelcomeOf('first', 'back', 'fence')
  expect(verdict(judge, welcome('first', 1, false), ...came, fence)).toBe('pass')
  expect(verdict(judge, welcome('first', 0, false), ...came, fence)).toBe('fail')
  expect(verdict(judge, ...came, fence)).toBe('inconclusive')
})

test('carriedOver: streams one after the other carry everything once', () => {
  const judge = carriedOver(['life 1', 'life 2'], 'fence')
  const fence = answer('fence', 200, { seq: 4 })
  const lives = (first: readonly number[], second: readonly number[]): string =>
    verdict(
      judge,
      welcome('life 1', 0, false),
      ...first.map((seq) => message('life 1', seq)),
      welcome('life 2', 0, true),
      ...second.map((seq) => message('life 2', seq)),
      fence,
    )
  expect(lives([1, 2], [3, 4])).toBe('pass')
  expect(lives([1, 2], [4])).toBe('fail')
  expect(lives([1, 2], [2, 3, 4])).toBe('fail')
  expect(verdict(judge, welcome('life 1', 0, false), message('life 1', 1), fence)).toBe(
    'inconclusive',
  )
})
