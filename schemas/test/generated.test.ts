/** Proves that the generated files are what their sources give. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const generator = fileURLToPath(new URL('../tools/generate.ts', import.meta.url))

it('has generated files that are current', async () => {
  const run = await promisify(execFile)(process.execPath, [generator, '--check'])
  expect(run.stderr).toBe('')
}, 20_000)
