/** Proves that a hole or a mistake in a state table is found, and how a table is written. */
import { expect, it } from 'vitest'
import { checkStates, type StateTable, writeStates } from '../../tools/spec/states.ts'

const rows = new Set(['4300 token-expired'])

function door(change: (table: StateTable) => void = () => {}): StateTable {
  const table: StateTable = {
    name: 'door',
    of: 'a door',
    initial: 'shut',
    states: { shut: 'It is shut.', open: 'It is open.' },
    events: { push: 'someone pushes', pull: 'someone pulls' },
    cells: {
      shut: {
        push: { next: 'open', emits: ['a creak'] },
        pull: { refuse: ['4300 token-expired'] },
      },
      open: { push: { ignore: 'it is open' }, pull: { never: 'nobody is there' } },
    },
  }
  change(table)
  return table
}

it('a complete table has nothing wrong', () => {
  expect(checkStates(door(), rows)).toEqual([])
})

it.each<[string, (table: StateTable) => void, string]>([
  ['a missing cell', ({ cells }) => delete cells.open?.pull, 'open x pull: the cell is missing'],
  ['a missing state', ({ cells }) => delete cells.open, 'open x push: the cell is missing'],
  ['an unknown event', ({ events }) => delete events.pull, 'shut names the unknown event pull'],
  ['an unknown initial state', (table) => (table.initial = 'ajar'), 'ajar is not a state'],
  [
    'an unknown state of cells',
    ({ cells }) => (cells.ajar = {}),
    'cells name the unknown state ajar',
  ],
  [
    'an unknown next state',
    ({ cells }) => (cells.shut = { ...cells.shut, push: { next: 'ajar' } }),
    'shut x push: the next state ajar is not a state',
  ],
  [
    'a row that does not exist',
    ({ cells }) => (cells.shut = { ...cells.shut, pull: { refuse: ['4999 none'] } }),
    'shut x pull: the registry has no row 4999 none',
  ],
  [
    'an empty reason',
    ({ cells }) => (cells.open = { ...cells.open, pull: { never: '' } }),
    'open x pull: give the reason',
  ],
  [
    'a state that cannot be reached',
    ({ cells }) => (cells.shut = { ...cells.shut, push: { next: 'shut' } }),
    'the state open cannot be reached from shut',
  ],
])('%s is found', (_what, change, message) => {
  expect(checkStates(door(change), rows)).toContainEqual(expect.stringContaining(message))
})

it('a table is written with every cell', () => {
  expect(writeStates(door())).toBe(
    [
      '| state | means |',
      '|---|---|',
      '| shut | It is shut. |',
      '| open | It is open. |',
      '',
      '| event | shut | open |',
      '|---|---|---|',
      '| **push**: someone pushes | to **open**; a creak | ignored: it is open |',
      '| **pull**: someone pulls | stays; refused `4300 token-expired` | cannot happen: nobody is there |',
    ].join('\n'),
  )
})
