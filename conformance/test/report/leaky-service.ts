/** A service that tells everybody every secret that it has heard of or made, in every spelling; it writes them to a file too. */

import { randomBytes } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import type { ExecCommand, ExecStart } from '@channel-protocol/schemas/types'
import { WebSocketServer } from 'ws'
import { cutOff, spellingsOf } from './spellings.ts'

const { LEAKS = '', LEAKY_END } = process.env

function keep(secret: string): string {
  appendFileSync(LEAKS, `${secret}\n`)
  return secret
}

const made = (): string => keep(randomBytes(24).toString('base64url'))

function serve(start: ExecStart, answerCommand: (url: string) => void): void {
  const known = [...start.application_keys, ...start.webhook_secrets].map(keep)
  const told = (...more: string[]): string =>
    [...known, ...more].flatMap((secret) => [...spellingsOf(secret), cutOff(secret)]).join(' ')
  const inHeader = (...more: string[]): string =>
    [...known, ...more].map(encodeURIComponent).join(' ')
  process.stderr.write(`${told()}\n`)
  if (LEAKY_END === 'at start') process.exit(1)

  const answer = (
    response: ServerResponse,
    status: number,
    body: object,
    ...more: string[]
  ): void => {
    response.writeHead(status, {
      'content-type': status < 400 ? 'application/json' : 'application/problem+json',
      'x-leak': inHeader(...more),
      'www-authenticate': `Bearer realm="${known[0]}"`,
    })
    response.end(JSON.stringify({ ...body, detail: told(...more), known }))
  }
  const server = createServer((question: IncomingMessage, response: ServerResponse) => {
    let text = ''
    question.on('data', (chunk: Buffer) => {
      text += chunk
    })
    question.on('end', () => {
      const { port } = server.address() as AddressInfo
      const path = `${question.method} ${question.url}`
      if (path === 'GET /v1') return answer(response, 200, discoveryOf(start, known))
      if (path === 'POST /v1/tokens') {
        const token = made()
        const client_id = clientIdIn(text)
        return answer(
          response,
          201,
          {
            token,
            client_id,
            expires_at: new Date(Date.now() + 60_000).toISOString(),
            connect_url: `ws://127.0.0.1:${port}/v1/connect`,
            cursor: `place-${token}`,
          },
          token,
        )
      }
      if (path === 'POST /v1/sockets') {
        const ticket = made()
        const url = `ws://127.0.0.1:${port}/v1/socket/${ticket}`
        return answer(response, 201, { url, expires_at: new Date().toISOString() }, ticket)
      }
      return answer(response, 500, { status: 500, code: 'internal-error', title: known[0] })
    })
  })
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'channel-protocol.v1' })
  sockets.on('connection', (socket, question) => {
    const offered = question.headers['sec-websocket-protocol'] ?? question.url ?? ''
    const token = offered.split(/[./]/).at(-1) ?? ''
    socket.on('error', () => {})
    socket.send(JSON.stringify({ type: 'welcome', client_id: 'leaky', leak: told(token) }))
    for (const text of [cutOff(token), ...spellingsOf(token), ...known.map(cutOff)])
      socket.send(text)
    report(start, offered, told(token))
    socket.close(4000, Buffer.from(token).subarray(0, 120))
  })
  server.listen(0, '127.0.0.1', () => {
    answerCommand(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
}

/** A webhook for whoever listens, with everything in its target, its headers and its body. */
function report({ webhook_base, webhook_secrets }: ExecStart, offered: string, leak: string): void {
  const body = new URLSearchParams({ event: 'connected', from: offered, leak }).toString()
  const [secret = ''] = webhook_secrets
  const asked = request(
    `${webhook_base}/_ah/channel/connected/?leak=${encodeURIComponent(secret)}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'webhook-signature': secret },
    },
  )
  asked.on('error', () => {})
  asked.on('response', (response) => response.resume())
  asked.end(body)
}

function discoveryOf({ timings }: ExecStart, known: readonly string[]): object {
  return {
    protocol: 'channel-protocol.v1',
    implementation: { name: `leaky ${known[0]}`, version: `${known[1]}` },
    profiles: ['core', 'presence', 'sockets'],
    limits: { client_id_bytes: 256, data_bytes: 32_767 },
    timings,
    origins: 'listed',
    test_timings: true,
  }
}

/** The client id in a body, which may be anything: a check sends `null`, and this service must live on. */
function clientIdIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { client_id?: unknown } | null)?.client_id
  } catch {
    return undefined
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, start, ...command } = JSON.parse(line) as ExecCommand
  const reply = (members: object): void => {
    process.stdout.write(`${JSON.stringify({ id, ...members })}\n`)
  }
  if (start)
    serve(start, (url) => reply({ ready: { url, name: 'leaky', version: '1', many: true } }))
  else if (command.stop) reply({ stopped: {} })
  else reply({ unsupported: Object.keys(command)[0] ?? 'nothing' })
}
process.exit(0)
