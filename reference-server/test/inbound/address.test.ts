import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type ForwardedHeader, makeAddressReader } from '../../src/inbound/address.ts'
import { makeNetworks } from '../../src/networks.ts'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()

/** Reads one request of a proxy at 10.0.0.1 that is trusted with its whole network. */
function read(header: ForwardedHeader, value: string, peer: string | undefined = '10.0.0.1') {
  const isTrusted = makeNetworks(['10.0.0.0/8', '2001:db8:ffff::/48'])
  const request = { socket: { remoteAddress: peer }, headers: { [header]: value } }
  return makeAddressReader(rules, { isTrusted, header })(request as unknown as IncomingMessage)
}

describe('X-Forwarded-For', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 1.1.1.1 ,203.0.113.7 ', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['203.0.113.7, 10.9.9.9', '203.0.113.7'],
    ['203.0.113.7, 2001:db8:ffff::1', '203.0.113.7'],
    ['203.0.113.7, unknown', '10.0.0.1'],
    ['203.0.113.7,', '10.0.0.1'],
    ['203.0.113.7.9', '10.0.0.1'],
    ['', '10.0.0.1'],
  ])('%j of a trusted proxy means %s', (value, address) => {
    expect(read('x-forwarded-for', value)).toBe(address)
  })
})

describe('Forwarded', () => {
  test.each([
    ['for=203.0.113.7', '203.0.113.7'],
    ['for=1.1.1.1, for=203.0.113.7;proto=https;by=10.0.0.1', '203.0.113.7'],
    ['proto=https; For="203.0.113.7:4711"', '203.0.113.7'],
    ['for="[2001:db8::7]:4711"', '2001:db8::7'],
    ['for="[2001:db8::7]"', '2001:db8::7'],
    ['for="1.1.1.1, for=203.0.113.7', '203.0.113.7'],
    ['for=203.0.113.7, for=_hidden', '10.0.0.1'],
    ['for=203.0.113.7, proto=https', '10.0.0.1'],
  ])('%j of a trusted proxy means %s', (value, address) => {
    expect(read('forwarded', value)).toBe(address)
  })
})

test('only the nearest sixteen hops are looked at, so that a long header costs little', () => {
  const proxies = Array.from({ length: 20 }, (_, index) => `10.0.0.${index}`)
  expect(read('x-forwarded-for', ['203.0.113.7', ...proxies].join())).toBe('10.0.0.4')
  expect(read('forwarded', `for=${' '.repeat(16_000)}x`)).toBe('10.0.0.1')
})

test('a peer that is not trusted is believed nothing', () => {
  expect(read('x-forwarded-for', '203.0.113.7', '192.0.2.1')).toBe('192.0.2.1')
})

test('an IPv4 peer of a listener on IPv6 is itself', () => {
  expect(read('x-forwarded-for', '203.0.113.7', '::ffff:10.0.0.1')).toBe('203.0.113.7')
  expect(read('x-forwarded-for', '', '::ffff:192.0.2.1')).toBe('192.0.2.1')
})

test('a peer that is gone has no address', () => {
  const isTrusted = makeNetworks([])
  const gone = { socket: {}, headers: {} } as unknown as IncomingMessage
  expect(makeAddressReader(rules, { isTrusted, header: 'forwarded' })(gone)).toBe('')
})

describe('a network', () => {
  test('holds the addresses that begin as it does', () => {
    const lies = makeNetworks(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'])
    const inside = ['10.255.0.1', '192.0.2.1', '2001:db8:1::1']
    const outside = ['11.0.0.1', '192.0.2.2', '2001:db9::1', '']
    expect([...inside, ...outside].filter(lies)).toEqual(inside)
  })

  test.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0/8',
    '::1/129',
    'proxy.example',
    '1.1.1.1/8/8',
    '',
  ])('is not written %j', (text) => {
    expect(() => makeNetworks([text])).toThrow('neither an address nor a network')
  })
})
