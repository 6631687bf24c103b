/** The tests' settings: knows which files are which of the three projects, and how patient each one is. */
import { defineConfig } from 'vitest/config'
import './.ci/require-node.mjs'

const suiteFiles = '**/*.suite.test.ts'
const systemFiles = '**/*.system.test.ts'
const unrelated = ['**/node_modules/**', '**/dist/**']

export default defineConfig({
  test: {
    projects: [
      {
        // No test changes what modules hold: loading them anew for each file took half the time.
        test: {
          name: 'fast',
          include: ['**/*.test.ts'],
          exclude: [...unrelated, suiteFiles, systemFiles],
          isolate: false,
          maxWorkers: '100%',
          testTimeout: 30_000,
        },
      },
      {
        // Each file starts processes of its own: one file at a time keeps the timings of the judged servers honest.
        test: {
          name: 'suite',
          include: [suiteFiles],
          exclude: unrelated,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: [systemFiles],
          exclude: unrelated,
          fileParallelism: false,
          maxConcurrency: 2,
          testTimeout: 900_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
