/** A service with secrets of its own, and everything that is said to it, right and wrong, with these secrets in it. */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { makeLog } from '../src/log.ts'
import { makeMetrics } from '../src/metrics.ts'
import type { Fault } from '../src/parts.ts'
import type { Log } from '../src/ports.ts'
import { startServer } from '../src/server.ts'
import { readSettings } from '../src/settings.ts'
import { describeStart } from '../src/start-lines.ts'
import { connectRaw } from './raw-exchange.ts'

/** Each can be searched for. */
export const PLANTED = {
  key: 'planted-application-key-one',
  secondKey: 'planted-application-key-"two"',
  wrongKey: 'planted-wrong-application-key',
  webhookSecret: `whsec_${Buffer.from('planted-webhook-secret-one').toString('base64')}`,
  secondSecret: `whsec_${Buffer.from('planted-webhook-secret-two').toString('base64')}`,
  signingKey: 'planted-signing-key-of-32-characters',
  query: 'planted-in-the-query-of-a-webhook-url',
  data: 'planted-data-of-a-message',
} as const

/** Everything that was written about one service, and the secrets that it made. */
export interface Written {
  log: string
  /** What was given to the log, before anything in it was hidden. */
  given: string
  metrics: string
  startLines: string
  made: string[]
  /** Bodies of all answers to wrong calls. */
  refusals: string
}

type Call = (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>

/** Plays one service from start to drain; `faults` make it throw. */
export async function playWithSecrets(faults: readonly Fault[] = []): Promise<Written> {
  const folder = mkdtempSync(join(tmpdir(), 'planted-'))
  const file = join(folder, 'log')
  const application = createServer((request, response) => {
    request.resume()
    attempts += 1
    const turn = attempts
    // Each of the ways in which a webhook can fail comes by.
    if (turn % 5 === 1) response.writeHead(401).end()
    else if (turn % 5 === 2) response.writeHead(302, { location: `/x?${PLANTED.query}` }).end()
    else if (turn % 5 === 3) response.writeHead(500).end(PLANTED.data)
    else if (turn % 5 === 4) request.socket.destroy()
    else response.writeHead(200).end()
  })
  let attempts = 0
  application.listen(0, '127.0.0.1')
  await once(application, 'listening')
  const base = `http://127.0.0.1:${(application.address() as AddressInfo).port}`
  const hook = (event: string): string[] => [
    `--webhook-${event}-url`,
    `${base}/${event}?secret=${PLANTED.query}`,
  ]
  const settings = readSettings(
    [
      ...['--port', '0', '--private-port', '0', '--log-level', 'debug', '--test-timings'],
      ...['--application-base', base],
      ...['connected', 'disconnected', 'started'].flatMap(hook),
    ],
    {
      CHANNEL_APPLICATION_KEY: `${PLANTED.key},${PLANTED.secondKey}`,
      CHANNEL_WEBHOOK_SECRET: `${PLANTED.webhookSecret},${PLANTED.secondSecret}`,
      CHANNEL_SIGNING_KEY: PLANTED.signingKey,
    },
  )
  const metrics = makeMetrics(false)
  const given: unknown[] = []
  const log = noteDown(makeLog('debug', file), given)
  const server = await startServer(settings, { log, metrics }, faults)
  const startLines = describeStart(settings, server.baseUrl, undefined, faults)
  const call: Call = (path, body, headers = {}) =>
    fetch(`${server.baseUrl}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${PLANTED.key}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const made = await sayWhatIsRight(call)
  const refusals = await sayWhatIsWrong(call, server.baseUrl, made)
  await server.drain()
  const written = {
    log: readFileSync(file, 'utf8'),
    given: JSON.stringify(given),
    metrics: await metrics.scrape(),
    startLines,
    made,
    refusals,
  }
  rmSync(folder, { recursive: true })
  application.close()
  application.closeAllConnections()
  return written
}

function noteDown(log: Log, given: unknown[]): Log {
  const note =
    (level: keyof Log) =>
    (fields: object, message: string): void => {
      // Of an error the log itself takes what may be written.
      const { err: _, ...others } = fields as { err?: unknown }
      given.push({ ...others, message })
      log[level](fields, message)
    }
  return { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }
}

/** Every call as it is meant; answers the tokens, tickets and cursors that came of it. */
async function sayWhatIsRight(call: Call): Promise<string[]> {
  const read = async (answer: Response): Promise<Record<string, unknown>> =>
    (await answer.json()) as Record<string, unknown>
  const { data } = PLANTED
  const minted = await read(await call('/v1/tokens', { client_id: 'ada' }))
  const { token, connect_url: url, cursor } = minted
  const page = new WebSocket(`${url}?after=${cursor}`, [
    'channel-protocol.v1',
    `channel-token.${token}`,
  ])
  await once(page, 'message')
  const { url: socketUrl } = await read(await call('/v1/sockets', { path: 'room' }))
  const socket = new WebSocket(String(socketUrl))
  socket.on('error', () => {})
  await once(socket, 'open')
  const once1 = { 'idempotency-key': 'a-key' }
  for (const key of [PLANTED.key, PLANTED.secondKey])
    await call('/v1/messages', { client_id: 'ada', data }, { authorization: `Bearer ${key}` })
  await call('/v1/messages', { client_id: 'ada', data }, once1)
  await call('/v1/messages', { client_id: 'ada', data }, once1)
  await call('/v1/batches', { messages: [{ client_id: 'ada', data }] })
  await call('/v1/broadcasts', { data })
  await call('/v1/sockets/messages', { sockets: ['nobody'], body: data })
  await call('/v1/sockets/broadcasts', { body: data })
  const stream = await fetch(String(url).replace(/^ws/, 'http'), {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
  })
  await stream.body?.cancel()
  await call('/v1/disconnects', { client_id: 'ada', revoke_tokens: true })
  socket.terminate()
  page.terminate()
  return [String(token), String(socketUrl).split('/').at(-1) ?? '', String(cursor)]
}

/** The same secrets where they do not belong; answers what was answered. */
async function sayWhatIsWrong(call: Call, baseUrl: string, made: string[]): Promise<string> {
  const [token = '', ticket = ''] = made
  const { key, wrongKey, data } = PLANTED
  const said = `${key} ${token} ${ticket} ${data}`
  const answers = await Promise.all([
    call('/v1/messages', { client_id: 'ada', data }, { authorization: `Bearer ${wrongKey}` }),
    call('/v1/messages', { client_id: 'ada', data: [said] }),
    call('/v1/messages', { client_id: said.repeat(9), data }),
    call('/v1/messages', `{"data": ${said}`),
    call('/v1/messages', `"${said}"`),
    call('/v1/messages', data, { 'content-type': `text/${data}` }),
    call('/v1/messages', { client_id: 'ada', data: said.repeat(9999) }),
    call('/v1/messages', { client_id: 'ada', data }, { 'idempotency-key': `${said} `.repeat(99) }),
    call(`/v1/messages/${encodeURIComponent(said)}?key=${wrongKey}`, {}),
    call('/v1/tokens', { client_id: 'ada', ttl_seconds: said }),
    call('/v1/sockets', { path: `../${said}` }),
    call('/v1/disconnects', { client_id: [said] }),
    call('/v1/sockets/messages', { sockets: said, body: data }),
    fetch(`${baseUrl}/v1/presence?client_id=${encodeURIComponent(said)}%ff`, {
      headers: { authorization: `Bearer ${key}` },
    }),
    fetch(`${baseUrl}/v1/connect?after=${token}`, { headers: { 'x-said': said } }),
    fetch(`${baseUrl}/v1/connect`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${token}x` },
    }),
  ])
  const refused = answers.filter(({ url, status }) => status >= 400 || url.endsWith('/connect'))
  const texts = await Promise.all(refused.map((answer) => answer.text()))
  for (const offered of [`channel-token.${token}`, `channel-token.${token}x`])
    await upgrade(baseUrl.replace('http', 'ws'), '/v1/connect', ['channel-protocol.v1', offered])
  await upgrade(baseUrl.replace('http', 'ws'), `/v1/socket/${ticket}x`, [])
  for (const bytes of [
    `POST /v1/messages HTTP/1.1\r\nHost: a\r\nX: ${said}\r\nContent-Length: ${token}\r\n\r\n`,
    `${said}\r\n\r\n`,
    `GET /v1/connect HTTP/1.1\r\nHost: a\r\nX: ${said.repeat(999)}\r\n\r\n`,
    `GET /v1/connect HTTP/1.1\r\nHost: ${said}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: (${token})\r\n\r\n`,
  ]) {
    const raw = connectRaw(baseUrl)
    raw.on('error', () => {})
    raw.resume().write(bytes)
    await ended(raw)
  }
  return texts.join('\n')
}

async function upgrade(baseUrl: string, path: string, protocols: string[]): Promise<void> {
  const page = new WebSocket(`${baseUrl}${path}`, protocols)
  page.on('error', () => {})
  page.on('message', () => page.terminate())
  await ended(page)
}

/** Resolves at the end, whatever went wrong before it. */
function ended(one: { once(event: 'close', fn: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => one.once('close', () => resolve()))
}
