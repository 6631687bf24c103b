/** Takes secrets out of plain data: exactly those that the suite knows, in every spelling that a wire gives them. */

import { CUT } from './cut.ts'
import { type Plain, readPlain } from './spellings.ts'

/** A form of a secret, without escapes, and what is put in its place. */
interface Needle {
  readonly text: string
  readonly name: string
}

/**
 * A copy of the data in which every occurrence of a secret is replaced by `<secret N>`. Where a text was cut off, the
 * beginning of a secret is taken off too, and `...` stands for the rest.
 */
export function redact<T>(data: T, secrets: Iterable<string>): T {
  const needles = [...secrets]
    .flatMap((secret, index) =>
      formsOf(secret).map((text): Needle => ({ text, name: `<secret ${index + 1}>` })),
    )
    // A secret that another one begins with would leave the rest of the longer one readable.
    .sort((a, b) => b.text.length - a.text.length)
  return redactValue(data, needles) as T
}

function redactValue(value: unknown, needles: readonly Needle[]): unknown {
  if (typeof value === 'string') return redactText(value, needles)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => redactValue(one, needles))
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      redactText(name, needles),
      redactValue(one, needles),
    ]),
  )
}

function redactText(text: string, needles: readonly Needle[]): string {
  const isEscaped = /[\\%&]/.test(text)
  const once = replaceAll(text, needles)
  const whole = isEscaped ? replaceIn(readPlain(once), once, needles) : once
  if (!whole.includes(CUT)) return whole
  const parts = whole.split(CUT)
  const last = parts.pop() ?? ''
  return [...parts.map((part) => withoutBeginning(part, needles)), last].join('...')
}

function replaceAll(text: string, needles: readonly Needle[]): string {
  return needles.reduce(
    (rest, needle) =>
      rest.includes(needle.text) ? rest.replaceAll(needle.text, () => needle.name) : rest,
    text,
  )
}

/** Replaces what the text says without its escapes, at the places where it says it. */
function replaceIn(plain: Plain, original: string, needles: readonly Needle[]): string {
  const found = needles
    .flatMap(({ text, name }) =>
      placesOf(text, plain.text).map((at) => ({
        from: plain.starts[at] as number,
        to: plain.starts[at + text.length] as number,
        name,
      })),
    )
    .sort((a, b) => a.from - b.from || b.to - a.to)
  let written = ''
  let at = 0
  for (const { from, to, name } of found) {
    if (from < at) continue
    written += original.slice(at, from) + name
    at = to
  }
  return written + original.slice(at)
}

function placesOf(needle: string, text: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) places.push(at)
  return places
}

/** An escape of which the cut left the beginning only. */
const HALF_ESCAPE = /(?:\\+(?:u[0-9a-f]{0,3})?|%[0-9a-f]?|&#?x?[0-9a-z]{0,7})$/i

function withoutBeginning(text: string, needles: readonly Needle[]): string {
  const { text: read, starts } = readPlain(text.replace(HALF_ESCAPE, ''))
  // What was escaped twice is cut at half an escape only now.
  const plain = read.replace(HALF_ESCAPE, '')
  const longest = Math.max(0, ...needles.map((needle) => beginningAtEnd(needle.text, plain)))
  return text.slice(0, starts[plain.length - longest])
}

/** How many characters of the secret the text ends with, at least one less than all. */
function beginningAtEnd(secret: string, text: string): number {
  for (let length = Math.min(secret.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(secret.slice(0, length))) return length
  return 0
}

/** A secret as it is, in UTF-8 with one character per byte, in a form, in Base64 within other bytes, and in hexadecimal. */
function formsOf(secret: string): string[] {
  if (secret === '') return []
  const bytes = Buffer.from(secret, 'utf8')
  const spoken = [secret, bytes.toString('latin1'), secret.replaceAll(' ', '+')]
  const plain = spoken.map((text) => readPlain(text).text)
  const encoded = bytes.length < SHORTEST_ENCODED ? [] : [...inBase64(bytes), bytes.toString('hex')]
  return [...new Set([...spoken, ...plain, ...encoded])].filter((text) => text !== '')
}

/** Shorter ones encode to what may stand anywhere. */
const SHORTEST_ENCODED = 6

/** What is the same however many bytes stand before and behind. */
function inBase64(secret: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), secret]).toString('base64url')
    const own = text.slice(
      Math.ceil((before * 8) / 6),
      Math.floor(((before + secret.length) * 8) / 6),
    )
    return [own, own.replaceAll('-', '+').replaceAll('_', '/')]
  })
}
