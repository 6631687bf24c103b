import { expect, test } from 'vitest'
import { EVERY_CHECK } from '../../src/checks/every.ts'
import { readArguments } from '../../tools/transcripts/selection.ts'

test('without arguments all transcripts are recorded', () => {
  expect(readArguments([])).toEqual({ help: false })
})

test('a pattern names checks, and with each those that share its stimulus', () => {
  const { only = [] } = readArguments(['--only', 'token.expired.closed'])
  const [asked] = EVERY_CHECK.filter(({ id }) => id === 'token.expired.closed')
  const alike = EVERY_CHECK.filter(({ drive }) => drive === asked?.drive).map(({ id }) => id)
  expect(only).toContain('token.expired.closed')
  expect(only).toEqual(alike)
})

test('several patterns add up', () => {
  const { only = [] } = readArguments(['--only', 'client.stop.final', '--only', 'batch.**'])
  const stopping = EVERY_CHECK.filter(({ proves }) => proves === 'client.stop.final')
  expect(only).toEqual(expect.arrayContaining(stopping.map(({ id }) => id)))
  expect(stopping).not.toEqual([])
  expect(only.filter((id) => id.startsWith('batch.')).length).toBeGreaterThan(5)
})

test('a pattern that matches nothing is answered with ids that may have been meant', () => {
  expect(() => readArguments(['--only', 'token.expird.closed'])).toThrow(
    /^no check or requirement matches token\.expird\.closed; did you mean token\.expired\.closed/,
  )
})

test('an unknown argument is refused by its name', () => {
  expect(() => readArguments(['--olny', 'x'])).toThrow("Unknown option '--olny'")
})
