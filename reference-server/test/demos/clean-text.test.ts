import { expect, test } from 'vitest'
import { cleanNick, cleanText, stripTags } from '../../demos/chat/clean-text.ts'

test.each([
  ['<b>bold</b>', 'bold'],
  ['<img src=x onerror=alert(1)>', ''],
  ['<scr<script>ipt>alert(1)</scr</script>ipt>', 'alert(1)'],
  ['<<<b>b>b>x', 'x'],
  ['a<p onclick="alert(\'<test>\')">b</p>c', 'abc'],
  ['<!-- out -->in<!doctype html><?xml ?>', 'in'],
  ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  ['<img src=x onerror=alert(1)', '<img src=x onerror=alert(1)'],
  ['&lt;b&gt;', '&lt;b&gt;'],
  ['<3', '<3'],
])('of %s the tags are taken away', (text, expected) => {
  expect(stripTags(text)).toBe(expected)
})

test('the deepest nesting that fits into a message is stripped', () => {
  expect(stripTags('<a'.repeat(333) + '>'.repeat(333))).toBe('')
})

test('a nick has no tags, no invisible characters and no spare blanks', () => {
  expect(cleanNick('  <i>Ada</i>\u202e \u200b Love\u0000lace\n')).toBe('Ada Lovelace')
  expect(cleanNick('<img src=x>')).toBe('')
  expect(cleanNick('<\u200bb>Ada')).toBe('Ada')
  expect(cleanNick('Ada <b> </b> Lovelace')).toBe('Ada Lovelace')
  for (const unseen of ['\u3164', '\u2800', '\ufe0f', '\u034f']) {
    expect(cleanNick(unseen)).toBe('')
    expect(cleanNick(`A${unseen}da`)).toBe('Ada')
  }
})

test('what is too long is refused, and says how much is taken', () => {
  expect(cleanNick('語'.repeat(40))).toHaveLength(40)
  expect(() => cleanNick('x'.repeat(41))).toThrow('at most 40 characters')
  expect(cleanText('x'.repeat(1000))).toHaveLength(1000)
  expect(() => cleanText('x'.repeat(1001))).toThrow('at most 1000 characters')
})

test('a message without text is refused', () => {
  for (const text of ['', ' \n', '<br>', '\u0000']) expect(() => cleanText(text)).toThrow('no text')
})
