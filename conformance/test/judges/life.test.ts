import { describe, expect, test } from 'vitest'
import { expiresAsAsked, expiresFromNow } from '../../src/judges/life.ts'
import { answer, type Planned, request, timelineOf } from '../timeline-builder.ts'

const T = 'socket_ttl_seconds'
/** A URL asked for at `atMs` and given at once, that says it dies at `expiresMs`. */
const minted = (as: string, atMs: number, expiresMs: number, ttl?: number): Planned[] => [
  { ...request(as, '/v1/sockets', ttl === undefined ? {} : { ttl_seconds: ttl }), atMs },
  { ...answer(as, 201, { expires_at: new Date(expiresMs).toISOString() }), atMs },
]
const verdict = (judge: ReturnType<typeof expiresFromNow>, ...events: Planned[]): string =>
  judge(timelineOf(events)).verdict

describe('an expires_at', () => {
  test('lies as far behind another as was asked', () => {
    const judge = expiresAsAsked('b', 'a', T)
    const first = minted('a', 0, 600_000, 600)
    expect(verdict(judge, ...first, ...minted('b', 10, 900_010, 900))).toBe('pass')
    expect(verdict(judge, ...first, ...minted('b', 10, 60_010))).toBe('pass')
    expect(verdict(judge, ...first, ...minted('b', 10, 901_010, 900))).toBe('fail')
    expect(verdict(judge, ...first)).toBe('inconclusive')
  })

  test('lies its life behind the minting, within what clocks may differ', () => {
    const judge = expiresFromNow('a', T)
    expect(verdict(judge, ...minted('a', 0, 61_900))).toBe('pass')
    expect(verdict(judge, ...minted('a', 0, 62_100))).toBe('fail')
    expect(verdict(judge, ...minted('a', 0, 57_900))).toBe('fail')
    expect(verdict(judge)).toBe('inconclusive')
  })
})
