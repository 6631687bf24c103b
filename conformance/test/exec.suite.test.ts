import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conformance } from './processes.ts'

const PROGRAM = 'reference-server/src/exec.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'exec-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? ''

describe('run --exec', { timeout: 600_000 }, () => {
  // Without a URL the suite judges the whole of the same program, as its command line's own test shows.
  test('judges the reference server as a program that speaks the contract, and all that needs one', async () => {
    const patterns = [
      'discovery.**',
      'token.**',
      'message.**',
      'presence.**',
      'connection.drain.**',
    ]
    const { code, stdout } = await conformance('run', ...patterns, '--exec', '--', 'node', PROGRAM)
    expect(stdout).toContain(`node ${PROGRAM} (channel-reference-server 1.0.0) announces core, `)
    expect(lastLine(stdout)).toMatch(/^conformant for core, .*judged with test timings/)
    expect(stdout).not.toContain('needs exec')
    expect(code, stdout).toBe(0)
  })

  test('judges npm start in the plain form: a process for each service, drained by a signal', async () => {
    const patterns = [
      'discovery.**',
      'token.**',
      'connection.drain.**',
      'socket.configured-base.**',
    ]
    const { code, stdout } = await conformance(
      ...['run', '--exec', '--plain', ...patterns, '--', 'npm', 'start'],
    )
    expect(lastLine(stdout)).toMatch(/^conformant for core, .*judged with test timings/)
    expect(code, stdout).toBe(0)
  })

  test('says how to make a check again, program and all', async () => {
    const { code, stdout } = await conformance(
      ...['run', '--exec', 'token.expired.**', '--seed', '7', '--'],
      ...['node', 'reference-server/src/faults/host.ts', 'an argument'],
    )
    expect(stdout).toContain('node reference-server/src/faults/host.ts an argument (channel-')
    expect(code, stdout).toBe(0)
    const broken = join(folder, 'broken.mjs')
    writeFileSync(broken, BROKEN)
    const failed = await conformance(
      ...['run', '--exec', '--ready-timeout', '30', 'discovery.document.**', '--seed', '7'],
      ...['--', 'node', broken, 'an argument'],
    )
    expect(failed.stdout).toMatch(
      / again .* run discovery\.document\.\S+ --seed 7 --exec --ready-timeout 30 -- node \S+broken\.mjs 'an argument'$/m,
    )
    expect(failed.code, failed.stdout).toBe(1)
  })

  test('ends soon, without a verdict and with its last lines, when the program dies', async () => {
    const dying = join(folder, 'dying.mjs')
    writeFileSync(dying, DYING)
    const startedAt = performance.now()
    const { code, stdout } = await conformance('run', '--exec', '--', 'node', dying)
    expect(stdout).toMatch(/INCONCLUSIVE \S+ and \d+ more that are so for the same reason/)
    expect(stdout).toContain('was ended by the signal SIGKILL; the end of its standard error:')
    expect(stdout).toContain('panic: out of memory')
    expect(lastLine(stdout)).toMatch(/^no verdict for .*the program that was started has ended/)
    expect(performance.now() - startedAt).toBeLessThan(30_000)
    expect(code, stdout).toBe(3)
  })

  test('reads what stands before and behind the two dashes', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await conformance('run', ...args)
      expect(code).toBe(2)
      return stderr
    }
    expect(await refused('--exec')).toContain('give it and its arguments behind --')
    expect(await refused('--exec', 'http://127.0.0.1:1', '--', 'x')).toContain('not both')
    expect(await refused('--plain', 'token.**')).toContain('--plain goes with --exec')
    expect(await refused('--', 'x')).toContain('is started with --exec')
    expect(await refused('--exec', '--ready-timeout', '0', '--', 'x')).toContain('takes seconds')
    expect(await refused('--exec', 'tokn.**', '--', 'x')).toContain('did you mean')
  })
})

/** Speaks the contract, and serves a discovery document that is none. */
const BROKEN = `
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, start } = JSON.parse(line)
  const reply = (outcome) => console.log(JSON.stringify({ id, ...outcome }))
  if (!start) return reply({ unsupported: 'all but start' })
  const server = createServer((_, response) => response.end('{"profiles":["core"]}'))
  server.listen(0, '127.0.0.1', () => {
    const url = 'http://127.0.0.1:' + server.address().port
    reply({ ready: { url, name: 'broken', version: '1', many: true } })
  })
})
process.stdin.on('end', () => process.exit(0))
`

/** The reference server until it is asked for a fifth service, which is when it dies. */
const DYING = `
import { spawn } from 'node:child_process'
const server = spawn(process.execPath, [${JSON.stringify(PROGRAM)}], { stdio: ['pipe', 'inherit', 'inherit'] })
let starts = 0
process.stdin.on('data', (chunk) => {
  starts += String(chunk).split('"start"').length - 1
  if (starts < 5) return server.stdin.write(chunk)
  console.error('panic: out of memory')
  process.kill(process.pid, 'SIGKILL')
})
`
