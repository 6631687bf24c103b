import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const MAIN = new URL('../../bench/main.ts', import.meta.url).pathname

test('the benchmark measures each server, and every post arrives at everyone it is for', async () => {
  // A run in which a delivery is missing, or one too many, ends with an error.
  const args = [MAIN, '--seconds', '0.1', '--only', 'A8,batches']
  const { stdout } = await run(process.execPath, args)
  const rows = stdout.split('\n').filter((line) => /^\| (A8|batches):/.test(line))
  const servers = rows.map((row) => row.split(' | ').slice(0, 2).join(' of '))
  expect(servers).toEqual([
    '| A8: eight publishers to 1,000 of this server',
    '| A8: eight publishers to 1,000 of the same, each broadcast written by itself',
    '| A8: eight publishers to 1,000 of the naive server',
    '| batches: batches of 100 to random clients of this server',
    '| batches: batches of 100 to random clients of the naive server',
  ])
})
