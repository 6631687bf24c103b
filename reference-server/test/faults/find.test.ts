import { expect, test } from 'vitest'
import { findFault } from '../../src/faults/find.ts'
import { FAULTS } from '../../src/faults/index.ts'

test('a fault is found by its name', () => {
  for (const fault of FAULTS) expect(findFault(FAULTS, fault.name)).toBe(fault)
})

test('who mistypes a name is offered those that share its words, nearest first, and told where all are', () => {
  expect(() => findFault(FAULTS, 'trim-broadcasts')).toThrow(
    /^there is no fault trim-broadcasts; near it are trims-broadcasts, [^;]+; channel-conformance explain .*src\/faults all \d+$/,
  )
  expect(() => findFault(FAULTS, 'Skips-A-Numbr')).toThrow('near it are skips-')
})

test('a name that shares no word with any is offered none', () => {
  expect(() => findFault(FAULTS, 'xyzzy')).toThrow(/^there is no fault xyzzy; channel-conformance/)
})
