/** The tests' settings: knows which files are which of the projects, which of them go on side by side, and how patient each one is. */
import { matchesGlob, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import './.ci/require-node.mjs'

// Of the many programs that the tests start each would strip and compile the same sources again, for a second of work.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('node_modules/.cache/compiled', import.meta.url),
)

const suiteFiles = '**/*.suite.test.ts'
const systemFiles = '**/*.system.test.ts'
const unrelated = ['**/node_modules/**', '**/dist/**']

/** Mostly waits, for timers and for clients that come back: three go on at once. The longest come first. */
const waiting = [
  'conformance/test/production-timings.system.test.ts',
  'reference-server/test/brokers/sqlite-kill.system.test.ts',
  'conformance/test/client/kill-matrix.system.test.ts',
  'conformance/test/client/client.suite.test.ts',
  'conformance/test/by-url.suite.test.ts',
  'conformance/test/client/page.system.test.ts',
  'conformance/test/transcripts/clients.system.test.ts',
  'reference-server/test/soak/smoke.system.test.ts',
  'reference-server/test/brokers/redis-sockets.system.test.ts',
  'reference-server/test/browser/outage.system.test.ts',
  'reference-server/test/bad-days/set-clock.system.test.ts',
  'reference-server/test/brokers/redis-nodes.system.test.ts',
  'conformance/test/commands.suite.test.ts',
  'conformance/test/application.suite.test.ts',
  'conformance/test/report/secrets.suite.test.ts',
  'conformance/test/unfinished.suite.test.ts',
  'reference-server/test/demos/sse.suite.test.ts',
]

/** Works about half of its time, and measures none: two go on side by side. The longest come first. */
const paired = [
  'conformance/test/guide-tasks.system.test.ts',
  'conformance/test/packages.system.test.ts',
  'conformance/test/site.system.test.ts',
  'conformance/test/guides.system.test.ts',
  'conformance/test/report/html.system.test.ts',
  'reference-server/test/browser/chats.system.test.ts',
  'schemas/test/tooling/install.system.test.ts',
  'reference-server/test/browser/looks.system.test.ts',
  'conformance/test/exec.suite.test.ts',
  'reference-server/test/browser/notes-and-sockets.system.test.ts',
  'conformance/test/guide/guide.suite.test.ts',
  'conformance/test/vitest-adapter.suite.test.ts',
  'conformance/test/hostile.suite.test.ts',
  'conformance/test/explain.suite.test.ts',
  'conformance/test/readme.suite.test.ts',
]
const beside = [...waiting, ...paired]

/** Those of a list that match, so many at once, and not beside another group. */
const groupOf = (list: readonly string[], files: string, atOnce: number, groupOrder: number) => ({
  include: list.filter((file) => matchesGlob(file, files)),
  exclude: unrelated,
  maxWorkers: atOnce,
  maxConcurrency: 2,
  testTimeout: 900_000,
  hookTimeout: 480_000,
  sequence: { groupOrder },
})

/** Keeps the order of the lists: by the size of files, a long one would come last and go on alone. */
class AsListed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const place = ({ moduleId, project }: TestSpecification): number =>
      beside.indexOf(relative(project.config.root, moduleId))
    return sorted.sort((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: AsListed },
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
          exclude: [...unrelated, ...beside],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'system',
          include: [systemFiles],
          exclude: [...unrelated, ...beside],
          fileParallelism: false,
          maxConcurrency: 2,
          testTimeout: 900_000,
          hookTimeout: 480_000,
        },
      },
      { test: { name: 'suite-paired', ...groupOf(paired, suiteFiles, 2, 1) } },
      { test: { name: 'system-paired', ...groupOf(paired, systemFiles, 2, 1) } },
      { test: { name: 'suite-waiting', ...groupOf(waiting, suiteFiles, 3, 2) } },
      { test: { name: 'system-waiting', ...groupOf(waiting, systemFiles, 3, 2) } },
    ],
  },
})
