/** Writes a JSON value in one of the many ways in which it can be written, with members in it that nobody knows. */

import type { Random } from './random.ts'

const GAPS = ['', '', '', ' ', '\n  ', '\t', '\r\n'] as const
const NOISE = ['null', 'true', '-0.5e1', '"noise"', '["noise",{}]', '{"noise":[]}'] as const
/** Of a hundred characters, so many are escaped that need not be. */
const ESCAPED_PERCENT = 12

/** The text of a value as `JSON.stringify` has it, but for order, space and escapes, and unknown members in its objects. */
export function writeGreased(value: unknown, random: Random): string {
  const plain: unknown = JSON.parse(JSON.stringify(value))
  return `${gap(random)}${write(plain, random)}${gap(random)}`
}

function write(value: unknown, random: Random): string {
  if (typeof value === 'string') return writeText(value, random)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => spaced(write(item, random), random))}]`
  const members = Object.entries(value).map(
    ([name, member]) => [name, write(member, random)] as const,
  )
  const unknown = `x-grease-${random.below(10_000)}`
  if (!Object.hasOwn(value, unknown)) members.push([unknown, random.pick(NOISE)])
  const texts = random
    .shuffle(members)
    .map(([name, text]) => `${spaced(writeText(name, random), random)}:${spaced(text, random)}`)
  return `{${texts.join(',')}}`
}

function writeText(text: string, random: Random): string {
  const characters = [...text].map((character) => {
    if (character === '/' && random.below(2) === 0) return '\\/'
    return random.below(100) < ESCAPED_PERCENT
      ? escapeUnits(character, random)
      : JSON.stringify(character).slice(1, -1)
  })
  return `"${characters.join('')}"`
}

/** As escapes of its UTF-16 code units, their digits in either case. */
function escapeUnits(character: string, random: Random): string {
  return Array.from({ length: character.length }, (_, at) => {
    const digits = character.charCodeAt(at).toString(16).padStart(4, '0')
    return `\\u${random.below(2) === 0 ? digits : digits.toUpperCase()}`
  }).join('')
}

function spaced(text: string, random: Random): string {
  return `${gap(random)}${text}${gap(random)}`
}

function gap(random: Random): string {
  return random.pick(GAPS)
}
