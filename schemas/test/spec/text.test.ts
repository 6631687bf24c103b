/** Proves the committed specification: lint, states, tables, threats and examples. */
import { createHmac } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type TypeName, validate } from '../../src/validate.ts'
import { readChapter } from '../../tools/spec/chapter.ts'
import { exchanges, jsonExamples } from '../../tools/spec/examples.ts'
import { lint } from '../../tools/spec/lint.ts'
import { rowsOf } from '../../tools/spec/lint-requirements.ts'
import { ledgerOf, readSpec, readStates, specOutputs } from '../../tools/spec/outputs.ts'
import { checkStates } from '../../tools/spec/states.ts'
import { readThreats } from '../../tools/spec/threats.ts'
import { registry } from './small-text.ts'

const root = new URL('../../../', import.meta.url)
const chapters = [...readSpec()].map(([file, text]) => readChapter(file, text))
const ledger = ledgerOf(chapters)

it('the lint finds nothing', () => {
  const exists = (path: string): boolean => existsSync(new URL(`spec/${path}`, root))
  expect(lint({ chapters, registry, exists })).toEqual([])
})

it('the ledger and all tables are current', async () => {
  for (const { path, text } of await specOutputs()) {
    expect(readFileSync(new URL(path, root), 'utf8'), path).toBe(text)
  }
})

it('core has at most 44 MUSTs for the service', () => {
  const core = ledger.filter(({ profile, level }) => profile === 'core' && level.startsWith('MUST'))
  expect(core.length).toBeLessThanOrEqual(44)
})

it.each(readStates())('the state table of $name is complete', (table) => {
  expect(checkStates(table, rowsOf(registry))).toEqual([])
})

it('the text shows every state table and every table of the registry', () => {
  const markers = [...readSpec().values()].join('\n').match(/<!-- generated: .+ -->/g)
  const states = readStates().map(({ name }) => `states ${name}`)
  const tables = ['close-codes', 'close-duties', 'problems', 'limits', 'timings', 'profiles']
  for (const name of [...states, ...tables, 'headers', 'webhooks', 'counts']) {
    expect(markers).toContain(`<!-- generated: ${name} -->`)
  }
})

it('the profiles that the registry calls specified are those of the requirements', () => {
  const named = ledger.map(({ profile }) => profile)
  const specified = registry.profiles.rows.filter(({ status }) => status === 'specified')
  expect(new Set(named)).toEqual(new Set(specified.map(({ name }) => name)))
})

it.each([
  'forged token',
  'expired token',
  'stolen token',
  'replayed token',
  "another client's messages",
  'posting without the key',
  'forged webhook',
  'replayed webhook',
  "another event's route",
  'request forgery through the webhook target',
  'redirects',
  'oversize',
  'slow',
  'malformed',
  'origin',
  'secrets in urls and logs',
  'enumeration through differing errors',
  'test controls reachable from outside',
])('the table of threats has a row for %s', (threat) => {
  const rows = chapters.filter(({ name }) => name === 'security').flatMap(readThreats)
  expect(rows.map((row) => row.threat.toLowerCase()).join('\n')).toContain(threat)
})

describe('examples', () => {
  const examples = chapters.flatMap(jsonExamples)

  it.each(examples.filter(({ valid }) => valid))('$file:$line is a valid $type', (example) => {
    expect(validate(example.type as TypeName, JSON.parse(example.body))).toMatchObject({
      valid: true,
    })
  })

  it.each(examples.filter(({ valid }) => !valid))(
    '$file:$line is refused as $type at $pointer for its $reason',
    ({ type, body, pointer, reason }) => {
      const outcome = validate(type as TypeName, JSON.parse(body))
      expect(outcome.valid ? [] : outcome.errors).toContainEqual(
        expect.objectContaining({ pointer, keyword: reason }),
      )
    },
  )

  it('every exchange has a name of its own', () => {
    const names = chapters.flatMap(exchanges).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('the worked signature is right', () => {
    const webhook = chapters.find(({ name }) => name === 'webhook')
    const block = webhook?.fences.find(({ info }) => info[0] === 'text')?.body ?? ''
    const row = (name: string): string =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim() ?? ''
    const key = Buffer.from(row('secret').slice('whsec_'.length), 'base64')
    const signed = `${row('webhook-id')}.${row('webhook-timestamp')}.${row('body')}`
    expect(row('signed')).toBe(signed)
    expect(row('key, as text')).toBe(key.toString())
    expect(row('webhook-signature')).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    )
  })
})
