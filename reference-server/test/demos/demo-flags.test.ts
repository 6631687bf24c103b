import { expect, test } from 'vitest'
import { readDemoFlags } from '../../demos/demo-flags.ts'

test('the demo’s flags are read, and all others are left for the service', () => {
  const argv = ['--port', '9', '--show-ip', '--time-zone=UTC', '--notes-minutes', '1', '--break']
  expect(readDemoFlags([...argv, '--store', 'x.db', '--host=::1'])).toEqual({
    flags: { showIp: true, breaks: true, timeZone: 'UTC', notesMinutes: 1, store: 'x.db' },
    rest: ['--port', '9', '--host=::1'],
  })
})

test.each([
  [['--notes-minutes', '0'], '--notes-minutes: 0 is not'],
  [['--time-zone', 'Mars/Olympus'], '--time-zone: Mars/Olympus is not'],
  [['--store'], '--store: give a value'],
])('%j is refused with what is wrong', (argv, message) => {
  expect(() => readDemoFlags(argv)).toThrow(message)
})
