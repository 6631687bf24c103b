import { describe, expect, test } from 'vitest'
import { makeRateGate } from '../../src/rules/rate-gate.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { makeFakeClock } from '../fake-clock.ts'

const rules = makeRules()

describe('the address of a client', () => {
  const isTrusted = (address: string): boolean => address.startsWith('10.')
  const select = (peer: string, ...hops: (string | undefined)[]): string =>
    rules.selectAddress({ peer, isTrusted, readHops: () => hops })

  test('is that of the peer where the peer is not trusted, whatever it says', () => {
    expect(select('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7')
  })

  test('is what a trusted proxy says, and nothing that stands further left', () => {
    expect(select('10.0.0.1', '1.1.1.1', '203.0.113.7')).toBe('203.0.113.7')
    expect(select('10.0.0.1', '1.1.1.1', '203.0.113.7', '10.0.0.2')).toBe('203.0.113.7')
  })

  test('is the farthest trusted proxy where no other address is named', () => {
    expect(select('10.0.0.1')).toBe('10.0.0.1')
    expect(select('10.0.0.1', '10.0.0.3', '10.0.0.2')).toBe('10.0.0.3')
    expect(select('10.0.0.1', '203.0.113.7', undefined, '10.0.0.2')).toBe('10.0.0.2')
  })
})

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:0:1:a:b:c:d', '2001:db8:0:1'],
  ['2001:0DB8::1:ffff:2:3:4', '2001:db8:0:1'],
  ['2001:db8::', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['1::2:3:4:5:6:7', '1:0:2:3'],
  ['1:2:3::4:192.0.2.1', '1:2:3:0'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0'],
])('the address %s is counted under %s', (address, key) => {
  expect(rules.selectAddressKey(address)).toBe(key)
})

test('all handshakes share one bucket, and each address has one of its own', () => {
  const clock = makeFakeClock()
  const takeOfAll = makeRateGate(rules, clock, { perSecond: 1, what: 'handshakes' })
  takeOfAll('203.0.113.7')
  expect(() => takeOfAll('203.0.113.8')).toThrow('more than 1 handshakes per second')
  const what = 'handshakes from one address'
  const takeOfAddress = makeRateGate(rules, clock, { perSecond: 1, what })
  takeOfAddress('203.0.113.7')
  takeOfAddress('203.0.113.8')
  expect(() => takeOfAddress('203.0.113.7')).toThrow(`more than 1 ${what} per second`)
})
