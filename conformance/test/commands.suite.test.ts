import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../src/report/report.ts'
import { freePort } from '../src/target/free-port.ts'
import { conformance, runProgram, type StartedProgram, startReferenceServer } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'commands-'))
const file = (name: string): string => join(folder, name)
const recordedFile = file('recorded.json')
const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? ''

let server: StartedProgram
let webhooks: string
beforeAll(async () => {
  webhooks = `http://127.0.0.1:${await freePort()}`
  server = await startReferenceServer('--test-timings', '--application-base', webhooks)
  const args = ['token.key**', 'webhook.signature**', '--webhooks', webhooks]
  await conformance('run', server.url, ...args, '--record', '--report', recordedFile)
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

describe('replay', () => {
  test('a recorded report has equal verdicts without the server and without its secrets', async () => {
    const { code, stdout } = await conformance('replay', recordedFile)
    expect(stdout).toMatch(/judged again: (\d+) of \1 checks, each as in the report/)
    expect(lastLine(stdout)).toMatch(/^conformant for core/)
    expect(code).toBe(0)
  })

  test('a report whose timeline was edited by hand gets another verdict: exit 1, the difference named', async () => {
    const report = JSON.parse(readFileSync(recordedFile, 'utf8')) as Report
    const result = report.results.find(({ check }) => check === 'token.key-absent.refused')
    const answer = result?.events?.find(({ kind, as }) => kind === 'answer' && as !== 'control')
    Object.assign(answer ?? {}, { status: 200 })
    const edited = file('edited.json')
    writeFileSync(edited, JSON.stringify(report))
    const { code, stdout } = await conformance('replay', edited)
    expect(stdout).toMatch(/^differs: token\.key-absent\.refused: verdict pass -> fail/m)
    expect(lastLine(stdout)).toMatch(/^not conformant/)
    expect(code).toBe(1)
  })

  test('a run that was not recorded cannot be judged again: exit 3, with what to do', async () => {
    const unrecorded = file('unrecorded.json')
    await conformance(
      'run',
      server.url,
      'token.key-wrong.refused',
      '--no-webhooks',
      '--report',
      unrecorded,
    )
    const { code, stdout } = await conformance('replay', unrecorded)
    expect(stdout).toMatch(/^not judged again: the run was not recorded.*run --record --report/m)
    expect(code).toBe(3)
    const odd = await conformance('replay', 'package.json')
    expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining('is not a report of') })
  })
})

describe('compare', () => {
  test('the reference server and one that is started anew do not differ: exit 0', async () => {
    const { code, stdout } = await conformance(
      'compare',
      server.url,
      'reference',
      '--webhooks',
      webhooks,
      '--only',
      'token.key**',
    )
    expect(lastLine(stdout)).toMatch(
      /0 verdicts differ; \d+ checks passed everywhere: 0 differences/,
    )
    expect(code).toBe(0)
  })

  test('a legal variation is told as a hole of the specification, with both transcripts: exit 1', async () => {
    const varied = file('varied.json')
    const text = readFileSync(recordedFile, 'utf8')
    writeFileSync(varied, text.replaceAll('{\\"token\\":', '{\\"shard\\":7,\\"token\\":'))
    const { code, stdout } = await conformance(
      'compare',
      recordedFile,
      varied,
      '--html',
      file('matrix.html'),
    )
    expect(stdout).toMatch(/^ {2}answer 201 application\/json in token\./m)
    expect(stdout).toMatch(/^ {4}B {2}.*shard: number/m)
    expect(stdout.match(/^ +>> +\d+\.\d{3} /gm)?.length).toBeGreaterThan(1)
    expect(code).toBe(1)
    expect(readFileSync(file('matrix.html'), 'utf8')).toMatch(/^<!doctype html>/i)
  })

  test('one target is too few: exit 2', async () => {
    expect(await conformance('compare', recordedFile)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('at least two targets'),
    })
  })
})

describe('doctor', () => {
  test('a server that has all that a verdict needs: exit 0', async () => {
    const { code, stdout } = await conformance('doctor', server.url, '--webhooks', webhooks)
    expect(stdout).not.toContain('TROUBLE')
    expect(stdout).toMatch(/^webhooks +ok +one arrived at .*rightly signed$/m)
    expect(lastLine(stdout)).toBe('all is there that a verdict needs')
    expect(code).toBe(0)
  })

  test('a server that is started by the suite is examined, too', async () => {
    const program = [process.execPath, 'reference-server/src/exec.ts']
    const { code, stdout } = await conformance('doctor', '--exec', '--', ...program)
    expect(stdout).toMatch(/^key +ok/m)
    expect(code).toBe(0)
  })

  test('each trouble has its remedy: exit 3', async () => {
    const wrongKey = await conformance(
      'doctor',
      server.url,
      '--no-webhooks',
      '--application-key',
      'wrong',
    )
    expect(wrongKey.stdout).toMatch(/^key +TROUBLE .*401.*\n +give --application-key/m)
    expect(wrongKey.code).toBe(3)
    const other = `http://127.0.0.1:${await freePort()}`
    const elsewhere = await conformance(
      'doctor',
      server.url,
      '--webhooks',
      other,
      '--origin',
      'https://other.example',
    )
    expect(elsewhere.stdout).toMatch(/^origin +TROUBLE .*\n +give --origin/m)
    expect(elsewhere.stdout).toMatch(/^webhooks +TROUBLE +none arrived.*\n +give the server that/m)
    const secret = `whsec_${Buffer.from('another secret of somebody else').toString('base64')}`
    const unsigned = await conformance(
      'doctor',
      server.url,
      '--webhooks',
      webhooks,
      '--webhook-secret',
      secret,
    )
    expect(unsigned.stdout).toMatch(/^webhooks +TROUBLE .*signature.*\n +give --webhook-secret/m)
    const nobody = await conformance('doctor', other)
    expect(nobody.stdout).toMatch(/^reachable +TROUBLE +nothing answers/m)
    expect(nobody.code).toBe(3)
  })
})

describe('selection', () => {
  const run = (...args: string[]): ReturnType<typeof conformance> =>
    conformance('run', server.url, '--no-webhooks', ...args)

  test('what is skipped is reported as not run, and the last line says so', async () => {
    const { code, stdout } = await run('token.key**', '--skip', 'token.key-wrong.*', '--json')
    const { results, verdict } = JSON.parse(stdout) as Report
    const skipped = results.find(({ check }) => check === 'token.key-wrong.refused')
    expect(skipped).toMatchObject({
      verdict: 'not-run',
      reason: 'skipped by --skip token.key-wrong.*',
    })
    expect(verdict.words).toContain('without token.key-wrong.* (skipped)')
    expect(code).toBe(0)
  })

  test('a level, a pattern or a report that cannot be read is an error in one line: exit 2', async () => {
    expect(await run('--level', 'MUST')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--level takes must, should or may; got MUST\n$/),
    })
    expect(await run('--skip', 'token.kex**')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/did you mean .*\n$/),
    })
    expect((await run('--rerun-failed', file('none.json'))).code).toBe(2)
    expect(await run('--record')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--report'),
    })
  })

  test('nothing selected is no verdict: exit 3', async () => {
    const { code, stdout } = await run('--rerun-failed', recordedFile)
    expect(lastLine(stdout)).toMatch(/^no verdict .*: nothing was selected/)
    expect(code).toBe(3)
  })

  test('only what did not pass is made again', async () => {
    const report = JSON.parse(readFileSync(recordedFile, 'utf8')) as Report
    for (const result of report.results)
      if (result.check === 'token.key-wrong.refused')
        Object.assign(result, { verdict: 'fail', expected: 'a', got: 'b' })
    const failed = file('failed.json')
    writeFileSync(failed, JSON.stringify(report))
    const { stdout } = await run('--rerun-failed', failed, '--json')
    expect((JSON.parse(stdout) as Report).results.map(({ check }) => check)).toEqual([
      'token.key-wrong.refused',
    ])
  })

  test('settings of a file are taken where nothing else says otherwise', async () => {
    const settings = file('settings.json')
    writeFileSync(
      settings,
      JSON.stringify({ url: server.url, webhooks: false, skip: ['token.key-wrong.*'] }),
    )
    const { code, stdout } = await conformance('run', 'token.key**', '--settings', settings)
    expect(stdout).toContain('no webhooks')
    expect(lastLine(stdout)).toContain('without token.key-wrong.* (skipped)')
    expect(code).toBe(0)
    const given = await conformance(
      'run',
      'token.key**',
      '--settings',
      settings,
      '--skip',
      'token.key-absent.*',
    )
    expect(lastLine(given.stdout)).toContain('without token.key-absent.* (skipped)')
  })
})

describe('list', () => {
  test('with --plan it says what a run would make, and what not and why', async () => {
    const { code, stdout } = await conformance('list', '--plan', server.url, '--no-webhooks')
    expect(stdout).toMatch(/^made: \d+ of \d+ checks$/m)
    expect(stdout).toMatch(/^ +\d+ {2}needs webhooks: give --webhooks/m)
    expect(stdout).toMatch(/^ +\d+ {2}needs exec: /m)
    expect(code).toBe(0)
  })

  test('without a plan it loads neither a transport nor a validator', async () => {
    const told = `import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) {
  if (/^(undici|ws|ajv|eventsource-parser|standardwebhooks|fast-check)(\\/|$)/.test(name)) process.stderr.write('loaded ' + name)
  return next(name, context)
} })`
    const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(told)}`
    const { code, stderr } = await runProgram('conformance/src/main.ts', ['list'], { NODE_OPTIONS })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const run = await runProgram('conformance/src/main.ts', ['doctor', server.url], {
      NODE_OPTIONS,
    })
    expect(run.stderr).toContain('loaded undici')
  })
})

describe('help', () => {
  test.each([
    'run',
    'list',
    'explain',
    'doctor',
    'replay',
    'compare',
    'fuzz',
    'client',
    'self-test',
  ])('%s has examples and says what its exit codes mean', async (command) => {
    const { code, stdout } = await conformance(command, '--help')
    expect(stdout).toMatch(/^Examples:\n {2}channel-conformance /m)
    expect(stdout).toMatch(/^Exit codes?: /m)
    expect(code).toBe(0)
  })
})
