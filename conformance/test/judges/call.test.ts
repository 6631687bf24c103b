import { describe, expect, test } from 'vitest'
import {
  allows,
  answeredAs,
  answeredWithin,
  treatedLike,
  withoutHeader,
} from '../../src/judges/call.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { answer, type Planned, sent, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const receipt = { id: 'm', seq: 1, epoch: 7, connections: 0 }

describe('answeredAs', () => {
  const judge = answeredAs('client', 200, 'Receipt')
  test('the status with a body of the schema passes', () => {
    expect(verdict(judge, answer('client', 200, receipt))).toBe('pass')
  })
  test('another status, another body and no answer fail', () => {
    expect(verdict(judge, answer('client', 201, receipt))).toBe('fail')
    expect(verdict(judge, answer('client', 200, { ok: true }))).toBe('fail')
    expect(verdict(judge)).toBe('fail')
  })
})

describe('treatedLike', () => {
  const judge = treatedLike('more', 'plain')
  const plain = answer('plain', 200, receipt)
  test('the same status and members pass, whatever their values', () => {
    expect(verdict(judge, plain, answer('more', 200, { ...receipt, seq: 2 }))).toBe('pass')
  })
  test('another status, other members and no answer fail', () => {
    expect(verdict(judge, plain, answer('more', 400, receipt))).toBe('fail')
    expect(verdict(judge, plain, answer('more', 200, { ...receipt, x: 1 }))).toBe('fail')
    expect(verdict(judge, plain)).toBe('fail')
  })
})

describe('allows', () => {
  const judge = allows('client', 'POST')
  test('a list with the method passes', () => {
    expect(verdict(judge, answer('client', 405, '', { allow: 'GET, POST' }))).toBe('pass')
  })
  test('a list without it, and no list, fail', () => {
    expect(verdict(judge, answer('client', 405, '', { allow: 'POSTING' }))).toBe('fail')
    expect(verdict(judge, answer('client', 405))).toBe('fail')
  })
})

describe('withoutHeader', () => {
  const judge = withoutHeader('x-bad', 'one', 'two')
  test('answers without the header pass', () => {
    expect(verdict(judge, answer('one', 200), answer('two', 400))).toBe('pass')
  })
  test('one answer with it fails', () => {
    expect(verdict(judge, answer('one', 200), answer('two', 400, '', { 'x-bad': '' }))).toBe('fail')
  })
})

describe('answeredWithin', () => {
  // The registry's default is 10 s, its largest delay 3 s.
  const judge = answeredWithin('slow', 'request_timeout_seconds')
  const answeredAt = (atMs: number): Planned => ({ ...answer('slow', 408), atMs })
  test('an answer within the timer and its largest delay passes', () => {
    expect(verdict(judge, sent('slow', 0), answeredAt(13_000))).toBe('pass')
  })
  test('a later answer, and none, fail', () => {
    expect(verdict(judge, sent('slow', 0), answeredAt(13_001))).toBe('fail')
    expect(verdict(judge, sent('slow', 0))).toBe('fail')
  })
})
