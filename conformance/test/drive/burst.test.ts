import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { sendBurst } from '../../src/drive/burst.ts'
import type { TimelineEvent } from '../../src/timeline/event.ts'
import { startRecorder } from '../../src/timeline/recorder.ts'

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** What is recorded of 40 requests to a server that answers so. */
async function burst(answer: RequestListener): Promise<readonly TimelineEvent[]> {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const requests = Array.from({ length: 40 }, (_, at) =>
    Buffer.from(`GET /${at} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`),
  )
  const recorder = startRecorder()
  await sendBurst(recorder, 'fill', url, requests, 5000)
  return recorder.events
}

const bodies = (events: readonly TimelineEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'answer' ? event.body : []))
const failures = (events: readonly TimelineEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'failure' ? event.what : []))

test.for([
  ['keeps its connections', {}],
  ['closes each connection after an answer', { Connection: 'close' }],
] as const)('every request to a server that %s is answered once', async ([, headers]) => {
  const events = await burst((request, response) => {
    response.writeHead(200, headers).end(request.url)
  })
  expect(new Set(bodies(events)).size).toBe(40)
  expect(bodies(events)).toHaveLength(40)
  expect(failures(events)).toEqual([])
})

test('where connections end without an answer, it is said how many there were', async () => {
  const events = await burst((request, response) => {
    if (Number(request.url?.slice(1)) < 8) response.end(request.url)
    else request.socket.destroy()
  })
  expect(bodies(events)).toHaveLength(8)
  expect(failures(events)).toContain('1 of 5 requests were answered before the connection ended')
})
