import type { ExecStart } from '@channel-protocol/schemas/types'
import { afterAll, describe, expect, test } from 'vitest'
import { Unsupported } from '../../src/drive/set-up-failed.ts'
import { startCommanded } from '../../src/target/command-lines.ts'
import { makeExecImplementation } from '../../src/target/exec.ts'
import { openStarted, TEST_TIMINGS } from '../../src/target/started.ts'
import { type Target, TargetUnavailable } from '../../src/target/target.ts'
import { makeScripts } from './scripted-adapter.ts'

const scripts = makeScripts()
const notes: string[] = []
afterAll(() => scripts.remove())

function open(body: string, readyMs = 20_000): Promise<Target> {
  const program = scripts.script(body)
  const onNote = (note: string): void => void notes.push(note)
  return openStarted(
    'the script',
    makeExecImplementation({ startProgram: () => startCommanded(program), readyMs, onNote }),
  )
}

/** The message with which a script cannot be opened. */
async function refusal(body: string, readyMs?: number): Promise<string> {
  const error = await open(body, readyMs).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(TargetUnavailable)
  return (error as Error).message
}

const SOUND = "commands((id, verb) => (verb === 'start' ? ready(id, { many: true }) : false))"
const LONE = "commands((id, verb) => (verb === 'start' ? ready(id, { now: process.pid }) : false))"

describe('a program that cannot be judged', () => {
  test('is shown with its exit code and its last lines where it dies at the start', async () => {
    const message = await refusal("console.error('no such table\\nfatal'); process.exit(0)")
    expect(message).toMatch(/has ended with exit code 0.*\nno such table\nfatal$/)
  })

  test('is told by its signal where one ended it, which is no exit code', async () => {
    const message = await refusal("process.kill(process.pid, 'SIGSEGV')")
    expect(message).toContain('was ended by the signal SIGSEGV')
  })

  test('is told what stood on its standard output that answers nothing', async () => {
    const message = await refusal("console.log('listening on 8080'); commands(() => false)")
    expect(message).toContain('answers no command: listening on 8080;')
    expect(message).toContain('logs belong on standard error')
  })

  test('is given up after the time-out where it says nothing', async () => {
    const message = await refusal('process.stdin.resume()', 300)
    expect(message).toContain('did not answer start within 0.3 s (--ready-timeout gives it more)')
  })

  test('is shown with its own words where it answers with an error', async () => {
    const message = await refusal("commands((id) => reply(id, { error: 'the disk is full' }))")
    expect(message).toContain('answers start with the error the disk is full')
  })

  test('is told what its ready lacks', async () => {
    const message = await refusal(
      "commands((id) => reply(id, { ready: { url: 'http://127.0.0.1:1' } }))",
    )
    expect(message).toContain('/name: expected a value, got nothing')
  })

  test('does not give away the keys that it was handed', async () => {
    const message = await refusal(
      "commands((id, verb, given) => { if (verb !== 'start') return false; console.error('key ' + given.application_keys[0]); process.exit(1) })",
    )
    expect(message).toContain('key <secret 1>')
  })

  test('cannot be started where there is none', async () => {
    const implementation = makeExecImplementation({
      startProgram: () => startCommanded(['./no-such-program']),
      readyMs: 1000,
    })
    await expect(openStarted('nothing', implementation)).rejects.toThrow(
      './no-such-program cannot be started: spawn ./no-such-program ENOENT',
    )
  })
})

describe('a program that speaks the contract', () => {
  test('is handed keys and secrets of this run and an origin, and says what it is', async () => {
    const target = await open(
      "commands((id, verb, given) => { if (verb !== 'start') return false; ready(id, { many: true, name: given.origins[0], version: [given.application_keys, given.webhook_secrets, given.timings.heartbeat_seconds].join() }) })",
    )
    const { site, implementation } = target
    expect(implementation?.name).toBe(site.listedOrigin)
    expect(implementation?.version).toBe(
      [...site.applicationKeys, ...site.advertised.webhookSecrets, 1].join(),
    )
    expect(new Set(target.secrets).size).toBe(4)
    expect(target.secrets.slice(2)).toEqual([
      expect.stringMatching(/^whsec_[\w+/]{43}=$/),
      expect.stringMatching(/^whsec_[\w+/]{43}=$/),
    ])
    await target.stop()
  })

  test('is asked for what nobody knows, and one that says that it can is reported', async () => {
    notes.length = 0
    await (await open(SOUND)).stop()
    expect(notes).toEqual([])
    const boaster = await open(
      "commands((id, verb) => (verb === 'start' ? ready(id, { many: true }) : reply(id, { stopped: {} })))",
    )
    expect(notes).toEqual([expect.stringContaining('says that it has done "unheard-of"')])
    await boaster.stop()
  })

  test('holds many services where it says so, and is started anew for each where it does not', async () => {
    const pidsOf = async (body: string): Promise<Set<unknown>> => {
      const target = await open(body)
      const launched = await Promise.all(
        ['/i/a', '/i/b'].map((prefix) => target.site.launch?.(prefix)),
      )
      const pids = launched.map((one) => (one as unknown as { ready: { now: number } }).ready.now)
      await target.stop()
      return new Set(pids)
    }
    expect((await pidsOf(LONE)).size).toBe(2)
    const together =
      "commands((id, verb) => (verb === 'start' ? ready(id, { many: true, now: process.pid }) : false))"
    expect((await pidsOf(together)).size).toBe(1)
  })

  test('is started once for services that are asked for while the first of many starts', async () => {
    const program = scripts.script(SOUND)
    let processes = 0
    const implementation = makeExecImplementation({
      startProgram: () => {
        processes += 1
        return startCommanded(program)
      },
      readyMs: 20_000,
    })
    const start: ExecStart = {
      application_keys: ['a'],
      webhook_secrets: ['b'],
      webhook_base: 'http://127.0.0.1:9/i/a',
      origins: [],
      timings: TEST_TIMINGS,
      clock: 'real',
    }
    await Promise.all([1, 2, 3].map(() => implementation.start(start)))
    await implementation.end()
    expect(processes).toBe(1)
  })

  test('need not know limits: only what needs them is refused, by name', async () => {
    const target = await open(
      "commands((id, verb, given) => { if (verb !== 'start') return false; if (given.limits) reply(id, { unsupported: 'limits' }); else ready(id, { many: true }) })",
    )
    const wished = target.site.launch?.('/i/a', { limits: { connections: 3 } })
    await expect(wished).rejects.toThrow(Unsupported)
    await expect(wished).rejects.toThrow(
      'needs limits: the implementation says that it cannot do limits',
    )
    expect((await target.site.launch?.('/i/b'))?.site.baseUrl).toMatch(/^http:/)
    await target.stop()
  })

  test('need not drain or have a clock', async () => {
    const target = await open(
      "commands((id, verb, given) => { if (verb !== 'start') return false; if (given.clock === 'virtual') reply(id, { unsupported: 'clock' }); else ready(id, { many: true }) })",
    )
    expect(target.site.steps).toBeUndefined()
    const launched = await target.site.launch?.('/i/a', { clock: 'virtual' })
    expect(launched?.site.clock).toBeUndefined()
    await expect(launched?.drain()).rejects.toThrow('cannot do drain')
    await target.stop()
  })

  test('moves its clock where it has one', async () => {
    const target = await open(
      "commands((id, verb, given) => { if (verb === 'start') ready(id, { many: true, clock: given.clock, now: 5 }); else if (verb === 'advance') reply(id, { advanced: { seconds: given.seconds / 2 } }); else return false })",
    )
    expect(target.site.steps).toBe(true)
    expect(target.site.clock).toBeUndefined()
    const launched = await target.site.launch?.('/i/a', { clock: 'virtual' })
    expect(launched?.site.clock?.nowMs).toBe(5)
    expect(await launched?.site.clock?.advance(3)).toBe(1.5)
    await launched?.stop()
    await expect(launched?.site.clock?.advance(0)).rejects.toThrow('was stopped')
    await target.stop()
  })

  test('is seen to end by itself, with its last lines, and not when the suite ends it', async () => {
    const target = await open(
      "commands((id, verb) => { if (verb === 'drain') { console.error('panic'); process.kill(process.pid, 'SIGABRT') } else if (verb === 'start') ready(id, { many: true }); else return false })",
    )
    const launched = await target.site.launch?.('/i/a')
    await expect(launched?.drain()).rejects.toThrow(TargetUnavailable)
    expect(await target.site.gone).toMatch(/signal SIGABRT; the end of its standard error:\npanic$/)
    await target.stop()

    const other = await open(SOUND)
    let gone: string | undefined
    void other.site.gone?.then((how) => {
      gone = how
    })
    await other.stop()
    expect(gone).toBeUndefined()
  })

  test('is ended with what it started, though that would go on', async () => {
    const target = await open(`
      if (process.argv[2] === 'inner') serve({}, (url) => console.log(url))
      else {
        const inner = spawn(process.execPath, [__filename, 'inner'], { stdio: ['pipe', 'pipe', 'inherit'] })
        inner.stdout.once('data', (url) =>
          commands((id, verb) => (verb === 'start' ? reply(id, { ready: { url: String(url).trim(), name: 'outer', version: '1', many: true } }) : false)))
      }`)
    const { baseUrl } = target.site
    expect((await fetch(`${baseUrl}/v1`)).status).toBe(200)
    await target.stop()
    await expect(fetch(`${baseUrl}/v1`)).rejects.toThrow()
  })
})
