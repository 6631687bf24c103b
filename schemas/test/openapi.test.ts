/** Proves that the OpenAPI document is one, and that it has all that the registry has. */
import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { PROBLEMS, PROFILES, WEBHOOKS } from '../src/registry.ts'

const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'))

test('the OpenAPI document is accepted by the validator of its format', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

test('a document with an answer that has no description is not accepted', async () => {
  const spoilt = structuredClone(document)
  delete spoilt.paths['/v1'].get.responses['200'].description
  expect(await new Validator().validate(spoilt)).toMatchObject({ valid: false })
})

test('every path of a profile is a call of that profile', () => {
  for (const { name, paths } of Object.values(PROFILES)) {
    for (const { method, path } of paths)
      expect(document.paths[path]?.[method.toLowerCase()]?.tags, `${method} ${path}`).toEqual([
        name,
      ])
  }
})

test('every event that the service reports is a webhook', () => {
  expect(Object.keys(document.webhooks)).toEqual(Object.keys(WEBHOOKS))
})

test('every problem of a service is the answer of some call', () => {
  const text = JSON.stringify(document.paths)
  const ofServices = Object.values(PROBLEMS).filter(({ profile }) => profile !== 'application')
  expect(ofServices.filter(({ code }) => !text.includes(`\`${code}\``))).toEqual([])
})

test('every reference of the document points at something in it', () => {
  const pointers = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]*)"/g)].map(
    ([, pointer]) => pointer ?? '',
  )
  expect(pointers.length).toBeGreaterThan(50)
  for (const pointer of pointers) {
    const found = pointer
      .split('/')
      .slice(1)
      .reduce((value, name) => value?.[name], document)
    expect(found, pointer).toBeDefined()
  }
})
