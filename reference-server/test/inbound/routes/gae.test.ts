import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'
import { gaeRules } from '../../../src/rules/gae.ts'
import { startService } from '../../start-service.ts'

const PATH = '/_ah/channel/jsapi'

test('the script is served without a key, with the address of the service in it', async () => {
  const service = await startService()
  const answer = await fetch(`${service.baseUrl}${PATH}`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-cache')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  const script = await answer.text()
  expect(script).toContain(`"${service.baseUrl.replace('http', 'ws')}/v1/connect"`)
  expect(script).not.toContain('__CONNECT_URL__')
  const page = createContext({})
  runInContext(script, page)
  expect(runInContext('typeof goog.appengine.Channel', page)).toBe('function')
  await service.stop()
})

test('the configured base is in the script, not the host that was asked', async () => {
  const service = await startService(['--base-url', 'https://localhost:8443/some/base'])
  const answer = await fetch(`http://127.0.0.1:${service.port}/some/base${PATH}`)
  expect(await answer.text()).toContain('"wss://localhost:8443/some/base/v1/connect"')
  await service.stop()
})

test('a browser that holds the script is not sent it again', async () => {
  const service = await startService()
  const ask = (headers: Record<string, string>, method = 'GET') =>
    fetch(`${service.baseUrl}${PATH}`, { headers, method })
  const tag = (await ask({})).headers.get('etag') ?? ''
  const held = await ask({ 'if-none-match': `"other", W/${tag}` })
  expect([held.status, await held.text()]).toEqual([304, ''])
  expect(held.headers.get('etag')).toBe(tag)
  expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200)
  const head = await ask({}, 'HEAD')
  expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, tag, ''])
  expect((await ask({}, 'POST')).status).toBe(405)
  await service.stop()
})

test('a service that does not offer the script says so', async () => {
  const service = await startService(['--profiles', 'core'])
  const answer = await fetch(`${service.baseUrl}${PATH}`)
  expect(answer.status).toBe(501)
  expect(await answer.json()).toMatchObject({ code: 'profile-not-supported' })
  await service.stop()
})

test('an address cannot leave its place in the script', () => {
  const built = "one(`__CONNECT_URL__`);two('__CONNECT_URL__')"
  const hostile = 'wss://a/$&\'"`</script>\u2028'
  const script = gaeRules.makeGaeScript(built, hostile)
  expect(script).not.toMatch(/[<>\u2028]/)
  const heard: string[] = []
  const take = (url: string) => heard.push(url)
  runInContext(script, createContext({ one: take, two: take }))
  expect(heard).toEqual([hostile, hostile])
})
