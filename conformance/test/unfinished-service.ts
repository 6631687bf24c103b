/** A service that somebody has begun to write: it mints and takes posts, and goes no further with its connections than it is told. */

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DEVELOPMENT, LIMITS, TIMINGS } from '@channel-protocol/schemas/registry'
import { WebSocketServer } from 'ws'
import type { Site } from '../src/drive/site.ts'
import { readAdvertised } from '../src/target/advertised.ts'
import { readObject } from '../src/timeline/timeline.ts'

/** How far it goes: it answers no handshake, welcomes nobody, delivers nothing, or does all that. */
export type Stage = 'no handshake' | 'no welcome' | 'no message' | 'all'

/** A service that was started. */
export interface UnfinishedService {
  readonly site: Site
  stop(): void
}

const limits = Object.fromEntries(Object.entries(LIMITS).map(([name, { test }]) => [name, test]))
const timings = Object.fromEntries(Object.entries(TIMINGS).map(([name, { test }]) => [name, test]))

/** Starts it on a port that the system chooses. */
export async function startUnfinishedService(stage: Stage): Promise<UnfinishedService> {
  const sockets = new WebSocketServer({ noServer: true })
  const send = (envelope: object): void => {
    for (const socket of sockets.clients) socket.send(JSON.stringify(envelope))
  }
  const server = createServer(async (request, response) => {
    const answers: Record<string, (body: Record<string, unknown>) => object> = {
      'GET /v1': () => document,
      'POST /v1/tokens': () => ({
        token: randomUUID(),
        connect_url: `${url.replace('http', 'ws')}/v1/connect`,
      }),
      'POST /v1/messages': ({ data }) => {
        if (stage === 'all') send({ type: 'message', id: '1-1', seq: 1, data })
        return { id: '1-1', seq: 1, epoch: 1, connections: 1 }
      },
    }
    const text = (await request.setEncoding('utf8').toArray()).join('')
    const answer = answers[`${request.method} ${request.url}`]
    const body = text === '' ? {} : readObject(text)
    response.writeHead(answer && body ? 200 : 404, { 'Content-Type': 'application/json' })
    response.end(answer && body ? JSON.stringify(answer(body)) : '')
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    if (stage === 'no handshake') return
    sockets.handleUpgrade(request, socket, head, (page) => {
      if (stage !== 'no welcome') page.send(JSON.stringify({ type: 'welcome' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const document = {
    protocol: 'channel-protocol.v1',
    implementation: { name: 'unfinished', version: '0' },
    ...{ profiles: ['core'], limits, timings, origins: 'any', test_timings: true },
  }
  return {
    site: {
      baseUrl: url,
      advertised: readAdvertised(url, document, DEVELOPMENT.webhook_secrets),
      applicationKeys: DEVELOPMENT.application_keys,
      webhookPrefix: '',
    },
    stop: () => {
      server.close()
      server.closeAllConnections()
      for (const socket of sockets.clients) socket.terminate()
    },
  }
}
