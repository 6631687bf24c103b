import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { afterAll, describe, expect, test } from 'vitest'
import { applySettings, readSettings, type Settings } from '../../src/cli/settings-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'settings-'))
afterAll(() => rmSync(folder, { recursive: true }))

const read = (text: string, env: NodeJS.ProcessEnv = {}): Settings | undefined => {
  const file = join(folder, 'settings.json')
  writeFileSync(file, text)
  return readSettings(file, env)
}

/** The options of a command after it was called like this, with the settings applied. */
async function optionsOf(
  settings: Settings,
  args: readonly string[],
  name = 'run',
): Promise<{ operands: readonly string[]; options: Record<string, unknown> }> {
  let given: { operands: readonly string[]; options: Record<string, unknown> } | undefined
  const root = new Command()
  root
    .command(name)
    .argument('[operands...]')
    .addOption(new Option('--origin <origin>').env('TEST_SETTINGS_ORIGIN'))
    .option('--budget <seconds>', '', '40')
    .option('--webhooks <url>')
    .option('--no-webhooks')
    .option('--exec')
    .option('--skip <patterns...>')
    .action((operands: string[], options: Record<string, unknown>) => {
      given = { operands, options }
    })
  root.hook('preAction', (_, command) => applySettings(command, settings))
  await root.parseAsync([name, ...args], { from: 'user' })
  return given as NonNullable<typeof given>
}

describe('readSettings', () => {
  test('a secret may come from a variable', () => {
    const text = '{"application_keys": ["plain", {"env": "KEY"}]}'
    expect(read(text, { KEY: 'hidden' })).toEqual({ application_keys: ['plain', 'hidden'] })
    expect(() => read(text)).toThrow(
      /application_keys is to come from the variable KEY, which is not set/,
    )
  })
  test('a member that nobody reads is an error with suggestions', () => {
    expect(() => read('{"profile": ["core"]}')).toThrow(
      /has a member profile; did you mean profiles/,
    )
  })
  test('a wrong value is an error that says where', () => {
    expect(() => read('{"budget_seconds": "1"}')).toThrow(/settings\.json: \/budget_seconds/)
    expect(() => read('{')).toThrow(/is not JSON/)
    expect(() => readSettings(join(folder, 'none.json'), {})).toThrow(/cannot be read/)
  })
})

describe('applySettings', () => {
  test('an option of the command line and a variable come before the file, the file before a default', async () => {
    const settings = { origin: 'https://file.example', budget_seconds: 7 }
    expect((await optionsOf(settings, [])).options).toMatchObject({
      origin: 'https://file.example',
      budget: '7',
    })
    const flags = ['--origin', 'https://flag.example', '--budget', '9']
    expect((await optionsOf(settings, flags)).options).toMatchObject({
      origin: 'https://flag.example',
      budget: '9',
    })
    process.env.TEST_SETTINGS_ORIGIN = 'https://env.example'
    try {
      expect((await optionsOf(settings, [])).options.origin).toBe('https://env.example')
    } finally {
      delete process.env.TEST_SETTINGS_ORIGIN
    }
  })
  test('the URL of the file stands before the patterns of the command line', async () => {
    const settings = { url: 'http://127.0.0.1:8080', webhooks: false as const }
    const { operands, options } = await optionsOf(settings, ['token.**'])
    expect(operands).toEqual(['http://127.0.0.1:8080', 'token.**'])
    expect(options.webhooks).toBe(false)
  })
  test('what the command line judges is not what the file judges', async () => {
    const url = 'http://127.0.0.1:8080'
    const settings: Settings = { exec: ['node', 'server.js'] }
    expect((await optionsOf(settings, [url])).options.exec).toBeUndefined()
    expect((await optionsOf(settings, [])).options).toMatchObject({
      exec: true,
      program: ['node', 'server.js'],
    })
    expect((await optionsOf({ url }, ['--exec'])).operands).toEqual([])
    expect((await optionsOf({ url }, ['a.json'], 'compare')).operands).toEqual(['a.json'])
    expect((await optionsOf({ url }, ['token.**'], 'list')).operands).toEqual(['token.**'])
  })
  test('a command is given only what it has an option for', async () => {
    expect((await optionsOf({ level: 'must' }, [])).options.level).toBeUndefined()
  })
})
