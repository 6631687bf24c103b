import { validate } from '@channel-protocol/schemas/validate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOf } from './exec-start.ts'
import { type Program, runProgram } from './run-program.ts'

let program: Program
let last = 0
beforeAll(() => {
  program = runProgram('exec.ts')
})
afterAll(async () => {
  program.process.stdin.end()
  await program.ended
})

/** What a command is answered with, without its id. */
async function ask(command: object): Promise<Record<string, unknown>> {
  last += 1
  program.process.stdin.write(`${JSON.stringify({ id: last, ...command })}\n`)
  const reply = JSON.parse(await program.next()) as Record<string, unknown>
  expect(validate('ExecReply', reply)).toMatchObject({ valid: true })
  const { id, ...outcome } = reply
  expect(id).toBe(last)
  return outcome
}

async function start(more: object = {}): Promise<{ url: string; clock: string; now?: number }> {
  const { ready } = await ask({ start: startOf(more) })
  return ready as { url: string; clock: string; now?: number }
}

async function discover(url: string): Promise<Record<string, unknown>> {
  return (await (await fetch(`${url}/v1`)).json()) as Record<string, unknown>
}

describe('the program that a suite starts', () => {
  test('starts services as they are wished for, and takes more', async () => {
    const more = {
      application_keys: ['key-of-this-test-alone'],
      webhook_secrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`],
      limits: { connections: 3 },
      profiles: ['core', 'robust', 'presence'],
      base_url: 'https://push.example/some/base',
      timings: { heartbeat_seconds: 0.5, 'seconds-of-another-revision': 4 },
    }
    const { ready } = await ask({ start: startOf(more) })
    expect(ready).toMatchObject({ clock: 'real', many: true })
    const { url } = ready as { url: string }
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/some\/base$/)
    expect(await discover(url)).toMatchObject({
      profiles: ['core', 'robust', 'presence'],
      limits: { connections: 3 },
      timings: { heartbeat_seconds: 0.5 },
      origins: 'listed',
      test_timings: true,
    })
    expect(await ask({ stop: { url } })).toEqual({ stopped: {} })
  })

  test('runs with the timings of production where none is shorter', async () => {
    const { url } = await start({
      timings: { heartbeat_seconds: 30, webhook_give_up_seconds: 3600 },
    })
    const { timings, test_timings } = await discover(url)
    expect(timings).toMatchObject({ heartbeat_seconds: 30 })
    expect(test_timings).toBe(false)
    expect(await ask({ drain: { url } })).toEqual({ drained: {} })
    await expect(fetch(`${url}/v1`)).rejects.toThrow()
  })

  test('says by name what it cannot do', async () => {
    expect(await ask({ 'unheard-of': {} })).toEqual({ unsupported: 'unheard-of' })
    expect(await ask({ list: {} })).toEqual({ unsupported: 'list' })
    expect(await ask({ start: startOf({ cluster: 2 }) })).toEqual({ unsupported: 'cluster' })
    expect(await ask({ start: startOf({ faults: [] }) })).toEqual({ unsupported: 'faults' })
    expect(await ask({ start: startOf({ limits: { moons: 2 } }) })).toEqual({
      unsupported: 'limits',
    })
    const { url } = await start()
    expect(await ask({ advance: { url, seconds: 1 } })).toEqual({ unsupported: 'advance' })
  })

  test('says what is wrong with a command that it knows', async () => {
    const error = async (command: object): Promise<unknown> => (await ask(command)).error
    expect(await error({ start: {} })).toMatch(/^start: \/application_keys: expected a value/)
    expect(await error({ start: startOf({ application_keys: [] }) })).toMatch(/is empty/)
    expect(await error({ start: startOf({ timings: { heartbeat_seconds: 999 } }) })).toMatch(
      /--heartbeat-seconds 999 is not from/,
    )
    expect(await error({ start: startOf({ timings: { webhook_tolerance_seconds: 1 } }) })).toBe(
      'start: webhook_tolerance_seconds is 300 in every service',
    )
    expect(await error({ stop: { url: 'http://127.0.0.1:1' } })).toMatch(/no service .* is at/)
  })

  test('keeps a clock for each service that wishes for one, and moves it as it is told', async () => {
    const { url, clock, now } = await start({
      clock: 'virtual',
      profiles: ['core'],
    })
    expect(clock).toBe('virtual')
    expect(now).toBeTypeOf('number')
    expect(await ask({ advance: { url, seconds: 0 } })).toEqual({ advanced: { seconds: 0 } })
    const { advanced } = await ask({ advance: { url, seconds: 20 } })
    expect(advanced).toEqual({ seconds: 20 })
    const minted = await fetch(`${url}/v1/tokens`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${(startOf() as { application_keys: string[] }).application_keys[0]}`,
        'content-type': 'application/json',
      },
      body: '{"client_id":"ada","ttl_seconds":60}',
    })
    const { expires_at } = (await minted.json()) as { expires_at: string }
    expect(Date.parse(expires_at)).toBe(Number(now) + 80_000)
  })

  test('writes what it cannot read to standard error, and goes on', async () => {
    program.process.stdin.write('hello\n{"id":0}\n[]\n\n')
    expect(await ask({ 'unheard-of': {} })).toEqual({ unsupported: 'unheard-of' })
  })
})
