/** The first command of the README in a tree without node_modules: knows what a clean installation says. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const tree = mkdtempSync(join(tmpdir(), 'install-'))
/** The engine note of an old host, and what the host's own npm settings cause. */
const notOurs = /EBADENGINE|Unknown \w+ config/
let installation: { status: number | null; stderr: string }

beforeAll(() => {
  const names = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const name of names.split('\0')) {
    if (name !== '' && existsSync(join(root, name))) cpSync(join(root, name), join(tree, name))
  }
  installation = spawnSync('npm', ['ci', '--loglevel=warn'], { cwd: tree, encoding: 'utf8' })
})

afterAll(() => rmSync(tree, { recursive: true }))

test('npm ci installs the lock file as it stands', () => {
  expect(installation).toMatchObject({ status: 0 })
})

test('npm ci warns of nothing but an old host', () => {
  const lines = installation.stderr.split('\n').filter((line) => line.trim() !== '')
  expect(lines.filter((line) => !notOurs.test(line))).toEqual([])
})

test('npm ci brings the Node that the scripts run on', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const version = execFileSync(join(tree, 'node_modules/.bin/node'), ['--version'], {
    encoding: 'utf8',
  })
  expect(version.trim()).toBe(`v${manifest.devDependencies.node}`)
})

test('the lock file keeps no download address', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved": "http')
})
