/** Tests of how texts of a timeline are read. */

import { describe, expect, test } from 'vitest'
import { readObject } from '../../src/timeline/timeline.ts'

describe('readObject', () => {
  test('answers the object in a text, with whitespace around it too', () => {
    expect(readObject('{"a":1}')).toEqual({ a: 1 })
    expect(readObject(' \r\n\t{"a":{"b":[2]}} ')).toEqual({ a: { b: [2] } })
  })

  test.each(['', '[]', 'null', '1', '"{}"', '{', '{"a":1} x', '\u00a0{}', '\ufeff{}', '<p>{}</p>'])(
    'answers nothing for %j, however often it is asked',
    (text) => {
      expect(readObject(text)).toBeUndefined()
      expect(readObject(text)).toBeUndefined()
    },
  )

  test('remembers what it read of a text', () => {
    expect(readObject('{"a":3}')).toBe(readObject('{"a":3}'))
  })

  test('forgets what was read long ago, and reads it again', () => {
    const first = readObject('{"a":4}')
    const large = (at: number): string => JSON.stringify({ at, data: 'x'.repeat(400_000) })
    for (let at = 0; at < 8; at += 1) expect(readObject(large(at))?.at).toBe(at)
    const second = readObject('{"a":4}')
    expect(second).toEqual(first)
    expect(second).not.toBe(first)
  })
})
