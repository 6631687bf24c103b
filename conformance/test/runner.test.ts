import { describe, expect, test } from 'vitest'
import type { Check } from '../src/check.ts'
import { isBinding, judgeCheck } from '../src/judgement.ts'
import { fail, inconclusive, PASS } from '../src/judges/finding.ts'
import { readLedger } from '../src/ledger.ts'
import { readAdvertised } from '../src/target/advertised.ts'
import { redact } from '../src/timeline/redact.ts'
import type { Timeline } from '../src/timeline/timeline.ts'

const advertised = readAdvertised('http://127.0.0.1:1', undefined, [])
const seen: Timeline = {
  advertised,
  events: [
    { n: 1, atMs: 0, as: 'client', kind: 'answer', status: 200, headers: {}, body: 'token-abc' },
  ],
}
const check = (members: Partial<Check>): Check => ({
  id: 'a.b.c',
  proves: 'a.b',
  drive: async () => {},
  judge: () => PASS,
  killedBy: ['x'],
  ...members,
})

describe('isBinding', () => {
  const ledger = readLedger()
  test('a check of a MUST binds', () => {
    expect(isBinding({ proves: 'token.expiry.close' }, ledger)).toBe(true)
  })
  test('a provisional check does not bind in the version that brings it', () => {
    expect(isBinding({ proves: 'token.expiry.close', provisional: true }, ledger)).toBe(false)
  })
})

describe('judgeCheck', () => {
  test('a pass with something observed is a pass', () => {
    expect(judgeCheck(check({}), seen, true).verdict).toBe('pass')
  })
  test('a pass with nothing observed is inconclusive', () => {
    expect(judgeCheck(check({}), { advertised, events: [] }, true).verdict).toBe('inconclusive')
  })
  test('a control arm that does not work makes the check inconclusive, whatever the judge says', () => {
    const judged = judgeCheck(check({ control: () => fail('a', 'b') }), seen, true)
    expect(judged).toMatchObject({ verdict: 'inconclusive', control: 'expected a, got b' })
  })
  test('a broken SHOULD is a warning', () => {
    expect(judgeCheck(check({ judge: () => fail('a', 'b') }), seen, false).verdict).toBe('warn')
  })
  test('a broken MUST is a failure that names the offender', () => {
    const judged = judgeCheck(check({ judge: () => fail('a', 'b', seen.events[0]) }), seen, true)
    expect(judged).toMatchObject({ verdict: 'fail', expected: 'a', got: 'b', offender: 1 })
  })
  test('a judge that cannot say anything leaves the check inconclusive', () => {
    expect(judgeCheck(check({ judge: () => inconclusive('why') }), seen, true).verdict).toBe(
      'inconclusive',
    )
  })
  test('a judge that throws is a defect of the suite', () => {
    const judge = (): never => {
      throw new TypeError('oops')
    }
    expect(judgeCheck(check({ judge }), seen, true).verdict).toBe('defect')
  })
})

describe('redact', () => {
  test('every occurrence of a secret is replaced, nothing else', () => {
    const redacted = redact(seen, ['token-abc'])
    expect(redacted.events[0]).toMatchObject({ body: '<secret 1>', status: 200 })
    expect(seen.events[0]).toMatchObject({ body: 'token-abc' })
  })
  test('a secret is found inside JSON, percent-encoded and in a form', () => {
    const secret = 'a"b c'
    const body = [
      JSON.stringify({ secret }),
      encodeURIComponent(secret),
      new URLSearchParams({ secret }),
    ].join(' ')
    expect(redact({ body }, [secret])).toEqual({
      body: '{"secret":"<secret 1>"} <secret 1> secret=<secret 1>',
    })
  })
  test('a secret that another one begins with does not uncover the rest of it', () => {
    expect(redact(['key-one-more'], ['key-one', 'key-one-more'])).toEqual(['<secret 2>'])
  })
})
