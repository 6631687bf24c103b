import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  closedTold,
  heardAtAll,
  heardWord,
  pinged,
  socketTurnedAway,
} from '../../src/judges/socket-life.ts'
import { close, type Planned, timelineOf, webhook } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const opened = (atMs: number): Planned => ({ kind: 'open', as: 'page', subprotocol: '', atMs })
const ping = (atMs: number): Planned => ({
  kind: 'frame',
  as: 'page',
  type: 'ping',
  text: '',
  atMs,
})
const draining: Planned = { kind: 'instance', as: 'service', what: 'draining', atMs: 0 }
const closing = (atMs: number): Planned => ({ ...close('page', 4200), atMs })

describe('Pings on a socket', () => {
  test('come after each silence, in time', () => {
    expect(verdict(pinged('page', 2), opened(0), ping(27_000), ping(54_000))).toBe('pass')
    expect(verdict(pinged('page', 2), opened(0), ping(27_001), ping(54_000))).toBe('fail')
    expect(verdict(pinged('page', 2), opened(0), ping(25_000), ping(53_000))).toBe('fail')
    expect(verdict(pinged('page', 2), opened(0), ping(25_000))).toBe('fail')
    expect(verdict(pinged('page', 2))).toBe('inconclusive')
  })
})

describe('the end of a socket', () => {
  test('reaches the application', () => {
    expect(verdict(closedTold('page'), webhook('page', { event: 'closed' }))).toBe('pass')
    expect(verdict(closedTold('page'), webhook('page', { event: 'message' }))).toBe('fail')
  })

  test('comes after some word about it', () => {
    const said = webhook('page', { event: 'message', body: 'five' })
    expect(verdict(heardAtAll('page', 'message'), said)).toBe('pass')
    expect(verdict(heardAtAll('page', 'closed'), said)).toBe('fail')
  })

  test('has not come while its messages arrive', () => {
    const said = webhook('page', { event: 'message', body: 'five' })
    expect(verdict(heardWord('page', 'five'), said)).toBe('pass')
    expect(verdict(heardWord('page', 'six'), said)).toBe('fail')
  })

  test('comes in time for who came while the service drained', () => {
    const judge = socketTurnedAway('page', 'service')
    expect(verdict(judge, draining)).toBe('pass')
    expect(verdict(judge, draining, opened(10), closing(12_000))).toBe('pass')
    expect(verdict(judge, draining, opened(10), closing(12_001))).toBe('fail')
    expect(verdict(judge, draining, opened(10))).toBe('fail')
  })
})
