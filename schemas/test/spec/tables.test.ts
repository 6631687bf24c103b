/** Proves how generated tables get into the text. */
import { expect, it } from 'vitest'
import { fillTables } from '../../tools/spec/tables.ts'

const tables = new Map([['limits', '| new |']])

it('the text between markers is replaced', () => {
  const text = 'a\n<!-- generated: limits -->\n| old |\n<!-- /generated -->\nb\n'
  expect(fillTables('spec/a.md', text, tables)).toBe(text.replace('old', 'new'))
})

it('a marker that names no table is refused with the names that exist', () => {
  const text = '<!-- generated: limit -->\n<!-- /generated -->\n'
  expect(() => fillTables('spec/a.md', text, tables)).toThrow(
    'spec/a.md: no generated table is called "limit"; use one of: limits',
  )
})
