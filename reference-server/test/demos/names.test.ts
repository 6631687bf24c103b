import { expect, test } from 'vitest'
import { cleanName, foldName } from '../../demos/names.ts'

test('names that look alike are one', () => {
  expect(foldName('Ａda L')).toBe(foldName('ADA  l'))
  expect(foldName('Ada')).not.toBe(foldName('Aba'))
})

test('a name has nothing that cannot be seen, and single blanks', () => {
  expect(cleanName(' A\u3164d\ufe0fa \u202e  L\u2800. ')).toBe('Ada L.')
  expect(cleanName('\u115f\u034f \u200b')).toBe('')
  expect(cleanName('Zoe\u0308')).toBe('Zo\u00eb')
})
