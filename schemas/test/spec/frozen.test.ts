/** Proves that the requirements of a released revision cannot change unnoticed. */
import { expect, test } from 'vitest'
import { digestOf, refuseChange } from '../../tools/spec/frozen.ts'

const released = '{ "requirements": ["a"] }'
const frozen = { '1.0': digestOf(released) }

test('the set of a frozen revision may stay as it was released', () => {
  expect(() => refuseChange(frozen, '1.0', released)).not.toThrow()
})

test('the set of a frozen revision may not change by a single letter', () => {
  expect(() => refuseChange(frozen, '1.0', released.replace('a', 'b'))).toThrow(
    /revision 1.0 are frozen/,
  )
})

test('a revision that is not released yet may change', () => {
  expect(() => refuseChange(frozen, '1.1', '{ "requirements": [] }')).not.toThrow()
})
