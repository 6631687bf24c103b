/** The tests' settings: knows which files are which of the projects, which of them go on side by side, and how patient each one is. */
import { matchesGlob } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import './.ci/require-node.mjs'

// Of the many programs that the tests start each would strip and compile the same sources again, for a second of work.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('node_modules/.cache/compiled', import.meta.url),
)

const suiteFiles = '**/*.suite.test.ts'
const systemFiles = '**/*.system.test.ts'
const unrelated = ['**/node_modules/**', '**/dist/**']

/** What mostly waits, for timers and for clients that come back, or measures no time: two such files go on side by side. */
const paired = [
  'conformance/test/application.suite.test.ts',
  'conformance/test/by-url.suite.test.ts',
  'conformance/test/client/client.suite.test.ts',
  'conformance/test/client/kill-matrix.system.test.ts',
  'conformance/test/client/page.system.test.ts',
  'conformance/test/commands.suite.test.ts',
  'conformance/test/exec.suite.test.ts',
  'conformance/test/explain.suite.test.ts',
  'conformance/test/guide-tasks.system.test.ts',
  'conformance/test/guide/guide.suite.test.ts',
  'conformance/test/guides.system.test.ts',
  'conformance/test/hostile.suite.test.ts',
  'conformance/test/packages.system.test.ts',
  'conformance/test/production-timings.system.test.ts',
  'conformance/test/readme.suite.test.ts',
  'conformance/test/report/html.system.test.ts',
  'conformance/test/report/secrets.suite.test.ts',
  'conformance/test/site.system.test.ts',
  'conformance/test/transcripts/clients.system.test.ts',
  'conformance/test/vitest-adapter.suite.test.ts',
  'reference-server/test/brokers/sqlite-kill.system.test.ts',
  'reference-server/test/browser/chats.system.test.ts',
  'reference-server/test/browser/looks.system.test.ts',
  'reference-server/test/browser/notes-and-sockets.system.test.ts',
  'reference-server/test/soak/smoke.system.test.ts',
  'schemas/test/tooling/install.system.test.ts',
]

const pairedOf = (files: string) => ({
  include: paired.filter((file) => matchesGlob(file, files)),
  exclude: unrelated,
  maxWorkers: 2,
  maxConcurrency: 2,
  testTimeout: 900_000,
  hookTimeout: 480_000,
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
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Each file starts processes of its own: one file at a time keeps the timings of the judged servers honest.
        test: {
          name: 'suite',
          include: [suiteFiles],
          exclude: [...unrelated, ...paired],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 240_000,
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
          hookTimeout: 480_000,
        },
      },
      { test: { name: 'suite-paired', ...pairedOf(suiteFiles) } },
      { test: { name: 'system-paired', ...pairedOf(systemFiles) } },
    ],
  },
})
