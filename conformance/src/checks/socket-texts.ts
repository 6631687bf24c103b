/** Texts that travel through sockets in the checks; it alone knows what a careless service changes on its way. */

import type { Advertised } from '../timeline/timeline.ts'

/** Texts from what is advertised, so that a check and its judge speak of the same. */
export type Texts = (advertised: Advertised) => readonly string[]

/** Texts that a careless service changes, drops or takes for something else. */
export const DELICATE_TEXTS: readonly string[] = [
  'hello',
  '',
  ' blanks at both ends \t',
  '{"type":"welcome","n":1.0}',
  'a=b&c=d+e%20f%&body=&event=closed',
  'quotes " \' ` and \\ and \\u0041',
  '<b>&amp;</b> $(x) %s',
  '\u0000\u0001\u001f\u007f\u0085',
  'one\ntwo\r\nthree\rfour\n',
  '\ufeffa mark in front',
  'A\u030a e\u0301 Å é ﬁ 고객 \u2028\u2029\u00a0',
  '👩‍👩‍👧‍👦 \u{10ffff} \ufffd \uffff',
  'null',
  '0',
  'Hello',
  'twice',
  'twice',
]

/** So many numbered texts, each another. */
export function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `text ${at + 1} of ${count}`)
}

/** Texts of exactly `data_bytes` bytes: letters, what a form has to escape, and letters of two to four bytes. */
export const LONGEST_TEXTS: Texts = ({ limits }) =>
  ['x', '%', 'é', '고', '👍'].map((letter) => fill(letter, limits.data_bytes ?? 0))

/** Texts of one byte more than `data_bytes`: of one, two and three bytes a letter. */
export const TOO_LONG_TEXTS = {
  'a byte more': ({ limits }: Advertised) => fill('x', (limits.data_bytes ?? 0) + 1),
  'a byte more, of two a letter': ({ limits }: Advertised) =>
    fill('é', (limits.data_bytes ?? 0) + 1),
  'a byte more, of three a letter': ({ limits }: Advertised) =>
    fill('고', (limits.data_bytes ?? 0) + 1),
} as const

/** A text of `bytes` bytes made of one letter, and of x where that does not fit. */
export function fill(letter: string, bytes: number): string {
  const size = Buffer.byteLength(letter)
  return letter.repeat(Math.floor(bytes / size)) + 'x'.repeat(bytes % size)
}
