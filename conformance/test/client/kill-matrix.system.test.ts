/** Every wrong client against the checks aimed at it; `client --self-test` judges it by every check, which takes a quarter of an hour. */
import { expect, test } from 'vitest'
import { CLIENT_CHECKS } from '../../src/client/checks/index.ts'
import { judgeFaults } from '../../src/client/self-test.ts'
import { CLIENT_FAULTS } from '../../src/client/target/wrong/faults.ts'
import { readLedger } from '../../src/ledger.ts'

test('every wrong client is caught for its own reason', async () => {
  const kills = await judgeFaults(Object.keys(CLIENT_FAULTS), CLIENT_CHECKS, readLedger(), {
    isAimed: true,
  })
  expect(
    kills.flatMap(({ fault, complaints }) =>
      complaints.map((complaint) => `${fault}: ${complaint}`),
    ),
  ).toEqual([])
  expect(kills.filter(({ killedBy }) => killedBy.length === 0)).toEqual([])
}, 1_800_000)
