/** The linter's layering rules, each shown to bite: knows wrong and right lines and the rooms where they would stand. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** file -> what it must not import */
const forbiddenImports: Record<string, string[]> = {
  'schemas/src/types': ['../../reference-server/src/ports.ts', '@channel-protocol/conformance'],
  'schemas/src/index': ['ajv', 'ajv/dist/2020.js', 'ajv-formats'],
  'schemas/src/validate': ['@channel-protocol/reference-server', '../../conformance/src/check.ts'],
  'schemas/tools/generate': ['ajv', '../../conformance/src/ledger.ts'],
  'schemas/test/validate.test': ['ajv', '../../reference-server/src/ports.ts'],
  'reference-server/src/main': ['@channel-protocol/conformance'],
  'reference-server/src/server': ['../../conformance/src/check.ts'],
  'reference-server/src/settings': ['./server.ts', './faults/index.ts'],
  'reference-server/src/inbound/http': ['../server.ts', '../main.ts', '../faults/index.ts'],
  'reference-server/src/inbound/routes/token': ['../../server.ts', '../../faults/token.ts'],
  'reference-server/src/outbound/connection': [
    '../inbound/body.ts',
    '../rules/channels.ts',
    '../brokers/memory.ts',
    '../server.ts',
  ],
  'reference-server/src/brokers/memory': ['../inbound/body.ts', '../rules/channels.ts'],
  'reference-server/src/rules/token': [
    '../inbound/body.ts',
    '../outbound/connection.ts',
    '../brokers/memory.ts',
    '../server.ts',
    '../faults/token.ts',
    'node:fs',
    'node:timers/promises',
    'ws',
    'undici',
    'pino',
  ],
  'reference-server/src/faults/token': ['../server.ts'],
  'reference-server/test/server.test': ['@channel-protocol/conformance'],
  'reference-server/command-line/listen': ['../src/settings.ts'],
  'reference-server/application/application': ['../src/ports.ts', '../demos/push-chat/chat.ts'],
  'reference-server/demos/push-chat/chat': ['../../src/ports.ts', './faults/index.ts'],
  'reference-server/demos/push-chat/rules/users': ['../faults/users.ts', 'node:http', 'undici'],
  'conformance/src/runner': ['@channel-protocol/reference-server', 'ws', 'undici', 'node:net'],
  'conformance/src/drive/http': ['../../../reference-server/src/ports.ts'],
  'conformance/src/timeline/record': ['node:http', 'ws'],
  'conformance/src/checks/token': [
    '../runner.ts',
    '../plan.ts',
    '../target/url.ts',
    '../report/console.ts',
    '../cli/run.ts',
    'ws',
    'node:http',
  ],
  'conformance/src/report/console': ['../drive/http.ts', '../target/url.ts', '../checks/token.ts'],
  'conformance/src/judges/token': [
    '../drive/http.ts',
    '../target/url.ts',
    '../runner.ts',
    '../checks/token.ts',
    'node:fs',
    'node:fs/promises',
    'ws',
    'undici',
  ],
  'conformance/test/runner.test': ['../../reference-server/src/server.ts'],
}

/** file -> what it may import, however near to a forbidden line */
const allowedImports: Record<string, string[]> = {
  'schemas/src/validate': ['ajv', 'ajv-formats'],
  'schemas/test/index.test': ['@channel-protocol/schemas'],
  'reference-server/src/main': ['./server.ts', './faults/index.ts'],
  'reference-server/src/server': ['./faults/index.ts', './rules/channels.ts', './inbound/http.ts'],
  'reference-server/src/exec/services': ['../server.ts'],
  'reference-server/src/faults/host': ['../exec/services.ts', './index.ts'],
  'reference-server/src/faults/token': ['../rules/token.ts'],
  'reference-server/src/rules/token': ['../ports.ts', 'node:crypto', '@channel-protocol/schemas'],
  'reference-server/src/inbound/upgrade': ['../rules/channels.ts', 'ws', 'node:http'],
  'reference-server/src/outbound/connection': ['../ports.ts', 'ws'],
  'reference-server/demos/host': ['../src/exec/services.ts', './chats.ts'],
  'reference-server/demos/chats': ['../src/server.ts', './push-chat/faults/index.ts'],
  'reference-server/demos/push-chat/rules/users': [
    '@channel-protocol/reference-server/application',
    'node:crypto',
  ],
  'reference-server/test/server.test': ['../src/server.ts'],
  'conformance/src/drive/http': ['undici', 'ws', 'node:net'],
  'conformance/src/target/exec': ['node:child_process', '../drive/http.ts'],
  'conformance/src/checks/token': ['../judges/token.ts', '../drive/http.ts'],
  'conformance/src/judges/token': ['../timeline/record.ts', '@channel-protocol/schemas'],
  'conformance/src/report/console': ['../ledger.ts', 'node:fs'],
}

const pure = ['setTimeout(() => undefined, 1)', "export const answer = fetch('/')"]

/** rule -> file -> lines that it refuses there */
const forbiddenLines: Record<string, Record<string, string[]>> = {
  'style/noRestrictedGlobals': {
    'reference-server/src/rules/token': [...pure, 'export const now = Date.now()'],
    'conformance/src/judges/token': pure,
    'conformance/src/checks/token': ["export const answer = fetch('/')"],
    'conformance/test/runner.test': ['setTimeout(() => undefined, 1)'],
  },
  'nursery/noJsRestrictedProperties': {
    'reference-server/src/rules/token': ['export const dice = Math.random()'],
    'reference-server/src/rules/instant': ['export const now = Date.now()'],
    'reference-server/demos/push-chat/rules/users': ['export const now = Date.now()'],
    'conformance/src/judges/token': ['export const now = Date.now()'],
  },
  'correctness/noUndeclaredDependencies': {
    'conformance/src/runner': ["import 'typescript'"],
    'reference-server/src/main': ["import 'ajv'"],
  },
  'nursery/noFloatingPromises': {
    'conformance/src/runner': ['export async function run() {}\nrun()'],
  },
  'suspicious/noImportCycles': {
    'schemas/src/cycle-one': ["export { two } from './cycle-two.ts'\nexport const one = 1"],
    'schemas/src/cycle-two': ["export { one } from './cycle-one.ts'\nexport const two = 2"],
  },
  'suspicious/noSkippedTests': {
    'schemas/test/index.test': ["import { test } from 'vitest'\ntest.skip('', () => {})"],
  },
  'suspicious/noConsole': { 'schemas/src/index': ["console.log('x')"] },
  'style/noEnum': { 'schemas/src/types': ['export enum Kind {}'] },
  'style/noDefaultExport': { 'schemas/src/types': ['export default 1'] },
  'performance/noReExportAll': { 'schemas/src/index': ["export * from './types.ts'"] },
  'style/useFilenamingConvention': { 'schemas/src/aName': ['export const x = 1'] },
  'style/noExcessiveLinesPerFile': { 'schemas/src/long': ['export {}\n'.repeat(351)] },
}

interface Case {
  name: string
  file: string
  text: string
  rule: string
  refused: boolean
}

const cases: Case[] = [
  ...importCases(forbiddenImports, true),
  ...importCases(allowedImports, false),
  ...Object.entries(forbiddenLines).flatMap(([rule, files]) =>
    Object.entries(files).flatMap(([file, texts]) =>
      texts.map((text) => ({
        name: `${rule} refuses ${JSON.stringify(text.slice(0, 40))} in ${file}`,
        file: `${file}.ts`,
        text,
        rule,
        refused: true,
      })),
    ),
  ),
]

function importCases(imports: Record<string, string[]>, refused: boolean): Case[] {
  return Object.entries(imports).flatMap(([file, sources]) =>
    sources.map((source) => ({
      name: `${file} ${refused ? 'does not import' : 'may import'} ${source}`,
      file: `${file}.ts`,
      text: `import '${source}'`,
      rule: 'style/noRestrictedImports',
      refused,
    })),
  )
}

interface Report {
  diagnostics: { category: string; location: { path: string; start?: { line: number } } }[]
}

/** One tree with our settings and nothing but the cases, linted once: biome looks at whole trees. */
const tree = mkdtempSync(join(tmpdir(), 'layering-'))
const firstLines = new Map<Case, number>()
let report: Report

beforeAll(() => {
  for (const name of ['.biome.json', '.gitignore', 'package.json']) copy(name)
  for (const name of ['schemas', 'reference-server', 'conformance']) copy(`${name}/package.json`)
  const texts = new Map<string, string>()
  for (const each of cases) {
    const before = texts.get(each.file) ?? ''
    firstLines.set(each, before.split('\n').length)
    texts.set(each.file, `${before}${each.text}\n`)
  }
  for (const [file, text] of texts) {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), text)
  }
  const biome = spawnSync(
    join(root, 'node_modules/.bin/biome'),
    ['lint', '--reporter=json', '--max-diagnostics=none', '.'],
    { cwd: tree, encoding: 'utf8' },
  )
  report = JSON.parse(biome.stdout)
})

afterAll(() => rmSync(tree, { recursive: true }))

test.each(cases)('$name', (each) => {
  expect(isReported(each)).toBe(each.refused)
})

function copy(name: string): void {
  cpSync(join(root, name), join(tree, name))
}

/** Whether the linter names the case's rule on the case's own lines; what concerns a whole file stands on line 0 or 1. */
function isReported(each: Case): boolean {
  const first = firstLines.get(each) ?? 1
  const last = first + each.text.split('\n').length - 1
  return report.diagnostics.some(({ category, location }) => {
    const line = Math.max(location.start?.line ?? 1, 1)
    return (
      category === `lint/${each.rule}` &&
      location.path === each.file &&
      line >= first &&
      line <= last
    )
  })
}
