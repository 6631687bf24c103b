import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOrigin, makeOriginApp } from '../../demos/origin.ts'

let server: Server
let url: string

beforeAll(async () => {
  const routes = new Hono()
    .post('/echo', async (context) => context.text(await context.req.text()))
    .options('/echo', (context) => context.body(null, 204))
  const app = makeOriginApp({
    routes: [routes],
    files: {},
    origin: 'http://127.0.0.1:8080',
    decidePolicy: () => 'strict',
    onCall: () => {},
    complain: () => {},
  })
  const { onRequest } = makeOrigin(app)
  server = createServer(onRequest).on('checkContinue', onRequest)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.close()
})

test('a body in chunks, and a preflight without any, are answered', async () => {
  const body = new Blob(['in ', 'chunks']).stream()
  const answer = await fetch(`${url}/echo`, { method: 'POST', body, duplex: 'half' })
  expect(await answer.text()).toBe('in chunks')
  expect((await fetch(`${url}/echo`, { method: 'OPTIONS' })).status).toBe(204)
})

test('an endless body is not read to its end', async () => {
  const chunk = new Uint8Array(1024 * 1024)
  const body = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) })
  const answer = fetch(`${url}/echo`, { method: 'POST', body, duplex: 'half' })
  const status = await answer.then((one) => one.status).catch(() => 'ended')
  expect([413, 'ended']).toContain(status)
})
