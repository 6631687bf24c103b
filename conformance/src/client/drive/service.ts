/** A service that does to each client what a check wants: it answers token callbacks, and hands attempts to the drive. */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Headers } from '../../timeline/event.ts'
import type { Recorder } from '../../timeline/recorder.ts'
import { type Attempt, type MakingAttempt, makeAttempt, type Transport } from './attempt.ts'
import { makeListeners } from './listeners.ts'
import { overStream, overWebSocket } from './transports.ts'

/** What a channel's owner decides. */
export interface ChannelScript {
  /** The role of the channel in the timeline. */
  readonly role: string
  readonly recorder: Recorder
  /** What a token request is answered: a status other than 200 is a callback that fails. */
  answerToken(): Promise<{ readonly status: number; readonly more?: object }>
  /** An attempt has arrived. */
  took(attempt: Attempt): void
}

/** The running service. */
export interface ProgrammableService {
  /** Its origin, such as `http://127.0.0.1:4711`. */
  readonly origin: string
  /** Makes a channel and returns the URL at which the client's callback gets tokens. */
  add(script: ChannelScript): string
  stop(): Promise<void>
}

/** Requests at paths that the service does not know, and what is served beside it. */
export interface Beside {
  request?(request: IncomingMessage, response: ServerResponse): boolean
  upgrade?(request: IncomingMessage, tcp: Duplex, head: Buffer): boolean
}

/** A channel as the service keeps it. */
interface Channel {
  readonly script: ChannelScript
  /** As it stands in its URLs. */
  readonly name: string
  /** Where its clients connect. */
  readonly port: Promise<number>
  tokens: number
  attempts: number
}

const CROSS_ORIGIN = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, last-event-id',
}

/** Starts it on loopback, on ports that the system chooses. */
export async function startProgrammableService(beside: Beside = {}): Promise<ProgrammableService> {
  const channels = new Map<string, Channel>()
  const listeners = makeListeners({
    request(request, response) {
      const place = findChannel(channels, request)
      if (place && request.method === 'OPTIONS') response.writeHead(204, CROSS_ORIGIN).end()
      else if (place?.what === 'token') void answerToken(place.channel, response)
      else if (place && asksForStream(request))
        begin(place.channel, request, (tell) => overStream(response, tell))
      else if (place) response.writeHead(426).end()
      else if (!beside.request?.(request, response)) response.writeHead(404).end()
    },
    upgrade(request, tcp, head) {
      const place = findChannel(channels, request)
      if (place?.what === 'connect')
        begin(place.channel, request, (tell) => overWebSocket(request, tcp, head, tell))
      else if (!beside.upgrade?.(request, tcp, head)) tcp.destroy()
    },
  })
  const origin = `http://127.0.0.1:${await listeners.open()}`
  return {
    origin,
    add(script) {
      const name = randomBytes(9).toString('base64url')
      // A browser opens one WebSocket at a time to a port, so that an attempt that waits would hold up all others.
      const port = listeners.open()
      channels.set(name, { script, name, port, tokens: 0, attempts: 0 })
      return `${origin}/channels/${name}/token`
    },
    stop: () => listeners.stop(),
  }
}

function findChannel(
  channels: ReadonlyMap<string, Channel>,
  { url = '' }: IncomingMessage,
): { channel: Channel; what: 'token' | 'connect' } | undefined {
  const [, name = '', what] = /^\/channels\/([\w-]+)\/(token|connect)\b/.exec(url) ?? []
  const channel = channels.get(name)
  return channel && { channel, what: what as 'token' | 'connect' }
}

/** Each answer has a token and a connect URL that no other has. */
async function answerToken(channel: Channel, response: ServerResponse): Promise<void> {
  const { script, name } = channel
  const port = await channel.port
  const { status, more } = await script.answerToken()
  const as = script.role
  if (status !== 200) {
    script.recorder.record({ kind: 'token-request', as, status })
    response.writeHead(status, CROSS_ORIGIN).end()
    return
  }
  channel.tokens += 1
  const token = `token-${channel.tokens}.${randomBytes(9).toString('base64url')}`
  script.recorder.secrets.add(token)
  const body = JSON.stringify({
    token,
    client_id: clientIdOf(channel),
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    connect_url: `ws://127.0.0.1:${port}/channels/${name}/connect?answer=${channel.tokens}`,
    ...more,
  })
  script.recorder.record({ kind: 'token-request', as, status, token })
  response
    .writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...CROSS_ORIGIN,
    })
    .end(body)
}

function begin(
  channel: Channel,
  request: IncomingMessage,
  open: (tell: () => MakingAttempt) => Transport,
): void {
  const { script } = channel
  channel.attempts += 1
  const as = `${script.role}#${channel.attempts}`
  const headers = flatten(request)
  const transport = headers.upgrade === undefined ? 'stream' : 'websocket'
  script.recorder.record({
    kind: 'attempt',
    as,
    transport,
    url: request.url ?? '',
    subprotocols: (headers['sec-websocket-protocol'] ?? '')
      .split(',')
      .map((element) => element.trim())
      .filter((element) => element !== ''),
    headers,
  })
  const making: MakingAttempt = makeAttempt(
    { as, transport },
    clientIdOf(channel),
    open(() => making),
    script.recorder,
  )
  script.took(making.attempt)
}

function clientIdOf({ name }: Channel): string {
  return `client-${name}`
}

function asksForStream({ headers }: IncomingMessage): boolean {
  return /(^|[\s,])text\/event-stream\b/i.test(headers.accept ?? '')
}

function flatten({ headers }: IncomingMessage): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  )
}
