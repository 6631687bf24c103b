import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { isServicePath, makeOriginApp } from '../../demos/origin.ts'

const asked: string[] = []
const pages = new Hono()
  .get('/push/', (context) => context.html('<p>here</p>'))
  .get('/live/', (context) => context.html('<p>here</p>'))
  .get('/own', (context) => context.text('', 200, { 'content-security-policy': 'sandbox' }))
  .get('/broken', () => {
    throw new Error('a secret detail')
  })
const makeApp = (origin: string) =>
  makeOriginApp({
    routes: [pages],
    files: {
      '/demos/style.css': {
        files: ['style.css', 'controls.css'].map(
          (name) => new URL(`../../demos/${name}`, import.meta.url),
        ),
        type: 'text/css',
      },
    },
    origin,
    decidePolicy: (path) => (path === '/live/' ? 'strict' : 'original'),
    onCall: (method, path) => asked.push(`${method} ${path}`),
    complain: () => {},
  })
const app = makeApp('http://127.0.0.1:8080')

test('the paths of the service are not the samples’', () => {
  for (const path of ['/v1', '/v1/tokens', '/_ah/channel/jsapi'])
    expect(isServicePath(path)).toBe(true)
  for (const path of ['/', '/v1x', '/_ah/channel/connected/', '/_ah/channel/jsapi/x'])
    expect(isServicePath(path)).toBe(false)
})

test('every answer has the security headers, and a page of the original’s kind may evaluate text', async () => {
  const strict = (await app.request('/live/')).headers
  const original = (await app.request('/push/')).headers
  for (const headers of [strict, original, (await app.request('/nowhere')).headers]) {
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  }
  expect(strict.get('content-security-policy')).toContain("script-src 'self'")
  expect(original.get('content-security-policy')).not.toContain('script-src')
  expect(original.get('permissions-policy')).toBe('unload=(self)')
})

test('what a route has said itself stays', async () => {
  const { headers } = await app.request('/own')
  expect(headers.get('content-security-policy')).toBe('sandbox')
})

test('a path of nobody is a problem document with 404', async () => {
  const answer = await app.request('/nowhere')
  expect(answer.status).toBe(404)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(await answer.json()).toMatchObject({ status: 404 })
})

test('a defect is a problem document that tells nothing', async () => {
  const answer = await app.request('/broken')
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toContain('secret')
})

test('a page asked for under another name of this machine is at the configured one', async () => {
  const headers = { host: 'localhost:8080', accept: 'text/html' }
  const answer = await app.request('/push/', { headers })
  expect(answer.status).toBe(302)
  expect(answer.headers.get('location')).toBe('http://127.0.0.1:8080/push/')
  const capital = await app.request('/push/', { headers: { ...headers, host: 'LocalHost:8080' } })
  expect(capital.status).toBe(302)
})

test('a demo of this machine answers nothing that is asked for under a name of somewhere else', async () => {
  for (const host of ['page.example', 'page.example:8080', '127.0.0.1.page.example', '192.0.2.1']) {
    const answer = await app.request('/push/', { headers: { host } })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('http://127.0.0.1:8080/'),
    })
  }
})

test('a demo that others can reach is asked for under any name', async () => {
  const { headers } = await makeApp('https://demo.example').request('/push/', {
    headers: { host: 'behind-a-proxy:8080' },
  })
  expect(headers.get('content-type')).toContain('text/html')
})

test('files are put together, and calls are told before they are answered', async () => {
  const style = await (await app.request('/demos/style.css')).text()
  expect(style).toContain('.card')
  expect(style).toContain('.badge')
  expect(asked).toContain('GET /demos/style.css')
})
