/** Proves that the packages, packed as they would be published, work in an empty folder without any of our tools. */

import { execFile } from 'node:child_process'
import {
  cpSync,
  globSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer } from './processes.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const NOT_SOURCES = ['node_modules', 'dist', '.git']
const MEGABYTE = 1024 * 1024

const run = promisify(execFile)
const made: string[] = []

function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `channel-${name}-`))
  made.push(folder)
  return folder
}

/** Packs a package in a copy of the sources, because a pack writes into the package that it packs. */
async function pack(copy: string, name: string, into: string): Promise<string> {
  const args = ['pack', '--json', '--workspace', name, '--pack-destination', into]
  const { stdout } = await run('npm', args, { cwd: copy, maxBuffer: 16 * MEGABYTE })
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as { filename: string }[]
  return join(into, packed?.filename ?? '')
}

async function install(folder: string, packages: readonly string[]): Promise<void> {
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], {
    cwd: folder,
  })
}

/** Bytes of all files below a folder. */
function sizeOf(folder: string): number {
  return globSync('**/*', { cwd: folder })
    .map((path) => statSync(join(folder, path)))
    .reduce((sum, { size }) => sum + size, 0)
}

/** Where the suite is installed alone, the reference server alone, and both side by side. */
let folders: Record<'suite' | 'server' | 'both', string>

/** The output of a program of the packages in `folder`, started as a shell starts it, with nothing but Node on the path. */
async function output(folder: string, bin: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(join(folder, 'node_modules/.bin', bin), args, {
    cwd: folder,
    env: { PATH: dirname(process.execPath) },
  })
  return stdout
}

beforeAll(async () => {
  const copy = makeFolder('sources')
  cpSync(ROOT, copy, {
    recursive: true,
    filter: (path) => !NOT_SOURCES.includes(relative(ROOT, path).split('/').at(-1) ?? ''),
  })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const into = makeFolder('packed')
  const schemas = await pack(copy, 'schemas', into)
  const server = await pack(copy, 'reference-server', into)
  const suite = await pack(copy, 'conformance', into)
  folders = { suite: makeFolder('suite'), server: makeFolder('server'), both: makeFolder('both') }
  await Promise.all([
    install(folders.suite, [schemas, suite]),
    install(folders.server, [schemas, server]),
    install(folders.both, [schemas, server, suite]),
  ])
}, 900_000)

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

describe('the suite, installed alone', () => {
  let folder: string
  beforeAll(() => {
    folder = folders.suite
  })

  test('takes less than 10 MB with all that it needs', () => {
    expect(sizeOf(join(folder, 'node_modules'))).toBeLessThan(10 * MEGABYTE)
  })

  test('holds neither sources nor tools', () => {
    const files = globSync('node_modules/@channel-protocol/**/*.ts', { cwd: folder })
    expect(files.filter((path) => !path.endsWith('.d.ts'))).toEqual([])
    expect(globSync('node_modules/{typescript,vitest,@biomejs}', { cwd: folder })).toEqual([])
  })

  test('lists and explains its checks', async () => {
    expect(await output(folder, 'channel-conformance', 'list', 'token.**')).toContain('checks of')
    expect(await output(folder, 'channel-conformance', 'explain', 'token.expiry.close')).toContain(
      'MUST close',
    )
  })

  test('says what to do where it is given no target', async () => {
    await expect(output(folder, 'channel-conformance', 'run')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('@channel-protocol/reference-server'),
    })
  })
})

describe('the reference server, installed alone', () => {
  let folder: string
  beforeAll(() => {
    folder = folders.server
  })

  test('takes less than 10 MB with all that it needs', () => {
    expect(sizeOf(join(folder, 'node_modules'))).toBeLessThan(10 * MEGABYTE)
  })

  test('serves, and its command line mints a token', async () => {
    const bin = join(folder, 'node_modules/.bin/channel-server')
    const server = await startServer(bin, ['--port', '0', '--private-port', '0'])
    try {
      const minted = await output(folder, 'channel', 'token', 'ada', '--url', server.url)
      expect(JSON.parse(minted)).toMatchObject({ client_id: 'ada' })
    } finally {
      await server.stop()
    }
  })

  test('offers its client and its application helper to JavaScript and to TypeScript', async () => {
    const text = `
      import { Channel } from '@channel-protocol/reference-server/client'
      import { makeApplication } from '@channel-protocol/reference-server/application'
      import { validate } from '@channel-protocol/schemas'
      process.stdout.write([Channel, makeApplication, validate].map((each) => typeof each).join())
    `
    writeFileSync(join(folder, 'user.ts'), text)
    const { stdout } = await run(process.execPath, ['user.ts'], { cwd: folder })
    expect(stdout).toBe('function,function,function')
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--types', 'node']
    const roots = ['--typeRoots', join(ROOT, 'node_modules/@types')]
    await run(process.execPath, [tsc, ...flags, ...roots, 'user.ts'], { cwd: folder })
  })
})

test('suite and server, installed side by side, judge and are judged', async () => {
  const said = await output(folders.both, 'channel-conformance', 'run', 'token.**')
  expect(said).toMatch(/conformant for core.*as far as the selection goes/)
})
