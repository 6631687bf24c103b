/** The tests' settings: knows which files are which of the projects, which of them go on side by side, and how patient each one is. */
import { matchesGlob } from 'node:path'
import { defineConfig } from 'vitest/config'
import './.ci/require-node.mjs'

const suiteFiles = '**/*.suite.test.ts'
const systemFiles = '**/*.system.test.ts'
const unrelated = ['**/node_modules/**', '**/dist/**']

/** What mostly waits, for timers and for clients that come back, or measures no time: two such files go on side by side. */
const paired = [
  'conformance/test/application.suite.test.ts',
  'conformance/test/client/client.suite.test.ts',
  'conformance/test/client/kill-matrix.system.test.ts',
  'conformance/test/client/page.system.test.ts',
  'conformance/test/commands.suite.test.ts',
  'conformance/test/guide-tasks.system.test.ts',
  'conformance/test/guide/guide.suite.test.ts',
  'conformance/test/hostile.suite.test.ts',
  'conformance/test/production-timings.system.test.ts',
  'conformance/test/report/html.system.test.ts',
  'conformance/test/report/secrets.suite.test.ts',
  'conformance/test/site.system.test.ts',
  'conformance/test/transcripts/clients.system.test.ts',
  'reference-server/test/browser/looks.system.test.ts',
  'reference-server/test/soak/smoke.system.test.ts',
]

const pairedOf = (files: string) => ({
  include: paired.filter((file) => matchesGlob(file, files)),
  exclude: unrelated,
  maxWorkers: 2,
  testTimeout: 900_000,
  hookTimeout: 240_000,
  // Not beside those that run one at a time.
  sequence: { groupOrder: 1 },
})

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
          exclude: [...unrelated, ...paired],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: [systemFiles],
          exclude: [...unrelated, ...paired],
          fileParallelism: false,
          maxConcurrency: 2,
          testTimeout: 900_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'suite-paired', ...pairedOf(suiteFiles) } },
      { test: { name: 'system-paired', ...pairedOf(systemFiles) } },
    ],
  },
})
