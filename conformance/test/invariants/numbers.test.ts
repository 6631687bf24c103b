import { describe, expect, test } from 'vitest'
import { seqIsContiguous } from '../../src/invariants/numbers.ts'
import { BROADCASTS, MESSAGES } from '../../src/judges/stream.ts'
import { close, envelope } from '../timeline-builder.ts'
import { connected, message, shown } from './observing.ts'

const begin = seqIsContiguous(MESSAGES)

describe('the invariant of numbers', () => {
  test('counts every message that follows the one before', () => {
    const events = [...connected('a', 'ada', 4), message('a', 5), message('a', 6)]
    expect(shown(begin, [events])).toEqual({ observed: 2 })
  })

  test('is broken by a gap', () => {
    const events = [...connected('a', 'ada', 4), message('a', 5), message('a', 7)]
    expect(shown(begin, [events]).broken).toEqual(['seq 6, one above 5', '7'])
  })

  test('is broken by a first message that does not follow the welcome', () => {
    expect(shown(begin, [[...connected('a', 'ada', 4), message('a', 4)]]).broken).toBeDefined()
  })

  test('looks at broadcasts apart', () => {
    const welcome = connected('a', 'ada', 4, { broadcast_seq: 1 })
    const events = [
      ...welcome,
      message('a', 5),
      envelope('a', { type: 'broadcast', id: 'b-2', seq: 2, data: 'hello' }),
      message('a', 6),
    ]
    expect(shown(begin, [events])).toEqual({ observed: 2 })
    expect(shown(seqIsContiguous(BROADCASTS), [events])).toEqual({ observed: 1 })
  })

  test('begins anew with each connection of one name', () => {
    const first = [...connected('a', 'ada', 4), message('a', 5), close('a', 1000)]
    expect(shown(begin, [[...first, ...connected('a', 'ada', 0), message('a', 1)]])).toEqual({
      observed: 2,
    })
  })

  test('says nothing of two connections that go by one name at once', () => {
    const events = [...connected('a', 'ada', 4), ...connected('a', 'bob', 0), message('a', 5)]
    expect(shown(begin, [events])).toEqual({ observed: 0 })
  })
})
