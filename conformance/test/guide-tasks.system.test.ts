import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { validate } from '@channel-protocol/schemas'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../src/target/free-port.ts'
import { readCommands, readFiles } from './guide-listings.ts'
import { runCommands } from './guide-shell.ts'
import { type StartedProgram, startReferenceServer } from './processes.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const guideOf = (name: string): string => read(`conformance/guides/${name}.md`)

/** What stands behind `./my-server`: one that conforms, one that honours expired tokens, one that keeps replaced connections. */
const SOUND = `exec "${process.execPath}" "${join(ROOT, 'reference-server/src/exec.ts')}"`
const BROKEN = `exec python3 "${join(ROOT, 'conformance/examples/python/broken/honours_expired.py')}" --exec`

const KEEPING = `exec python3 "${join(ROOT, 'conformance/examples/python/broken/keeps_replaced.py')}" --exec`

const folders: string[] = []
let server: StartedProgram
let webhooks: string
beforeAll(async () => {
  webhooks = `http://127.0.0.1:${await freePort()}`
  server = await startReferenceServer('--test-timings', '--application-base', webhooks)
})
afterAll(async () => {
  await server.stop()
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A folder with this program as `./my-server`. */
function makeFolder(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'guide-'))
  folders.push(folder)
  writeFileSync(join(folder, 'my-server'), `#!/bin/sh\n${program}\n`)
  chmodSync(join(folder, 'my-server'), 0o755)
  return folder
}

/** Runs what a guide lists, the address of the reader's server being that of the one that runs here. */
function follow(folder: string, commands: string): ReturnType<typeof runCommands> {
  const here = commands.replaceAll('http://127.0.0.1:8080', server.url)
  return runCommands(folder, here, { CHANNEL_APPLICATION_BASE: webhooks })
}

describe.each(['judge-my-server', 'write-a-server'])('the guide %s', (name) => {
  const folder = makeFolder(SOUND)

  test.for(readCommands(guideOf(name)).map((commands) => [commands]))(
    'ends well for a server that conforms: %s',
    async ([commands = '']) => {
      const { code, output } = await follow(folder, commands)
      expect(output).not.toBe('')
      expect(code, output).toBe(0)
    },
  )
})

test('the settings that the guide lists are settings', () => {
  const [file] = readFiles(guideOf('judge-my-server')).filter(({ file }) => file.endsWith('.json'))
  expect(file?.file).toBe('channel-conformance.json')
  expect(validate('SuiteSettings', JSON.parse(file?.text ?? '')).valid).toBe(true)
})

test('the guide to a report says what is read of a server that honours expired tokens', async () => {
  const folder = makeFolder(BROKEN)
  const guide = guideOf('read-a-report')
  const outputs: string[] = []
  const codes: (number | null)[] = []
  for (const commands of readCommands(guide)) {
    const { code, output } = await follow(folder, commands)
    outputs.push(output)
    codes.push(code)
  }
  expect(codes, outputs.join('\n')).toEqual([1, 0, 1, 1])
  const [failure = ''] = [...guide.matchAll(/^ {2}FAIL [\s\S]*?^```$/gm)].map(([block]) => block)
  const parts = failure.match(/^ {2}(FAIL.*|\s+(clause|expected|got|control)\s.*)$/gm) ?? []
  expect(parts).toHaveLength(5)
  for (const part of parts) expect(outputs[0]).toContain(part)
})

test('the guide to fuzzing says what is found on a server that keeps replaced connections, and how it is played again', async () => {
  const folder = makeFolder(KEEPING)
  const guide = guideOf('fuzz-my-server')
  const outputs: string[] = []
  for (const commands of readCommands(guide)) {
    const { code, output } = await follow(folder, commands)
    expect(code, output).toBe(1)
    outputs.push(output)
  }
  const found = [...guide.matchAll(/^ {6}(?:clause|table|expected|got) .*$/gm)].map(
    ([line]) => line,
  )
  expect(found).toHaveLength(4)
  for (const line of found) for (const output of outputs) expect(output).toContain(line)
})

describe('the guide to a new check', () => {
  const guide = guideOf('add-a-check')

  test.for(readCommands(guide).map((commands) => [commands]))(
    'lists commands that work: %s',
    async ([commands = '']) => {
      const { code, output } = await runCommands(ROOT, commands)
      expect(code, output).toBe(0)
    },
  )

  test('shows a check as it stands in the registry', () => {
    const [, listing = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(guide) ?? []
    const indented = listing.replace(/^(?=.)/gm, '  ')
    expect(indented).toContain('killedBy')
    expect(read('conformance/src/checks/token-life.ts')).toContain(indented)
  })
})
