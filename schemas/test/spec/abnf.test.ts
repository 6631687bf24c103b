/** Proves that the grammars of the text take what they promise and nothing else. */
import { expect, it } from 'vitest'
import { clientIdIsLegal } from '../../src/bytes.ts'
import { readRules, ruleRegExp } from '../../tools/spec/abnf.ts'
import { readChapter } from '../../tools/spec/chapter.ts'
import { readSpec } from '../../tools/spec/outputs.ts'

const fences = [...readSpec()].flatMap(([file, text]) => readChapter(file, text).fences)
const rules = readRules(fences.filter(({ info }) => info[0] === 'abnf').map(({ body }) => body))
const octets = (text: string): string => Buffer.from(text).toString('latin1')
const takes = (rule: string, text: string): boolean => ruleRegExp(rules, rule).test(octets(text))

it('every rule of every grammar can be read', () => {
  for (const name of rules.keys()) expect(() => ruleRegExp(rules, name), name).not.toThrow()
})

it.each([
  ['token', 'AZaz09-._~'],
  ['token', 'x'.repeat(4096)],
  ['client-id', 'ada @/&=+%#"\\ ü 漢 😀'],
  ['application-key', 'abc+/~.-_=='],
  ['authorization', 'bearer  abc'],
  ['offer', 'channel-protocol.v1, channel-token.a.b'],
  ['offer', 'channel-token.a ,channel-protocol.v1,chat'],
  ['answer', 'channel-protocol.v1'],
  ['webhook-id', 'msg_Zc3vI1pU'],
  ['webhook-timestamp', '1790855400'],
  ['webhook-signature', 'v1,QUJD v1,QUI= v1,QQ=='],
  ['idempotency-key', 'k'],
  ['idempotency-key', `"${'~ '.repeat(126)}~"`],
])('%s takes %j', (rule, text) => {
  expect(takes(rule, text)).toBe(true)
})

it.each([
  ['token', ''],
  ['token', 'x'.repeat(4097)],
  ['token', 'a b'],
  ['token', 'ä'],
  ['client-id', ''],
  ['application-key', 'a b'],
  ['authorization', 'Basic abc'],
  ['offer', 'channel-protocol.v1;q=1'],
  ['answer', 'channel-protocol.v1, channel-token.a'],
  ['answer', 'Channel-Protocol.v1'],
  ['webhook-id', 'x'.repeat(65)],
  ['webhook-timestamp', '1.5'],
  ['webhook-signature', 'v1,QUJ'],
  ['idempotency-key', ''],
  ['idempotency-key', ' k'],
  ['idempotency-key', 'k '],
  ['idempotency-key', 'x'.repeat(256)],
])('%s does not take %j', (rule, text) => {
  expect(takes(rule, text)).toBe(false)
})

it('client-id agrees with the validator on every code point of one to three bytes', () => {
  const grammar = ruleRegExp(rules, 'client-id')
  for (let point = 0; point <= 0xffff; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue
    const text = String.fromCodePoint(point)
    if (grammar.test(octets(text)) !== clientIdIsLegal(text)) {
      expect.fail(`they differ about U+${point.toString(16)}`)
    }
  }
})

it.each([
  ['\\xc0\\x80', '\xc0\x80'],
  ['\\xed\\xa0\\x80', '\xed\xa0\x80'],
  ['\\xf4\\x90\\x80\\x80', '\xf4\x90\x80\x80'],
  ['\\xff', '\xff'],
])('client-id does not take the octets %s, which are not UTF-8', (_shown, text) => {
  expect(ruleRegExp(rules, 'client-id').test(text)).toBe(false)
})
