import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeSpecRoutes, writeRequirementLink } from '../../../demos/home/spec.ts'

const routes = makeSpecRoutes(new URL('../../../../spec/', import.meta.url))

test('every requirement is where its link leads', async () => {
  const chapter = await (await routes.request('/spec/token')).text()
  const source = readFileSync(new URL('../../../../spec/token.md', import.meta.url), 'utf8')
  const ids = [...source.matchAll(/<a id="([\w.-]+)">/g)].map(([, id]) => id as string)
  expect(ids.length).toBeGreaterThan(10)
  for (const id of ids) {
    expect(writeRequirementLink(id)).toBe(`/spec/token#${id}`)
    expect(chapter).toContain(`<a id="${id}"></a>`)
  }
})

test('a chapter can be had as it is written, and what is no chapter is not served', async () => {
  const raw = await routes.request('/spec/token.md')
  expect(raw.headers.get('content-type')).toMatch(/^text\/plain/)
  expect(await raw.text()).toMatch(/^# Token/)
  for (const name of ['nothing', '..%2fpackage.json', 'states'])
    expect((await routes.request(`/spec/${name}`)).status).toBe(404)
})
