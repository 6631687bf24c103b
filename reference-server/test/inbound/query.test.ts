import { expect, test } from 'vitest'
import { readValues } from '../../src/inbound/query.ts'

test.each([
  ['', []],
  ['after', ['']],
  ['after=', ['']],
  ['after=a&x=1&after=b', ['a', 'b']],
  ['%61fter=a%2Db', ['a-b']],
  ['after=a=b', ['a=b']],
  ['after=a+b', ['a b']],
  ['after=%ff', ['']],
  ['%ff=a&after=a', ['a']],
  ['x=%ff&after=a', ['a']],
  ['After=a', []],
])('in %o the values of after are %o', (query, values) => {
  expect(readValues(query, 'after')).toEqual(values)
})
