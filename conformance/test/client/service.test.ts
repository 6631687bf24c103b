import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Attempt } from '../../src/client/drive/attempt.ts'
import {
  type ProgrammableService,
  startProgrammableService,
} from '../../src/client/drive/service.ts'
import { makeGrowing } from '../../src/drive/waiting.ts'
import { type Recorder, startRecorder } from '../../src/timeline/recorder.ts'

const PATIENCE_MS = 5000
let service: ProgrammableService
let recorder: Recorder
let attempts = makeGrowing<Attempt>()
let status = 200

beforeEach(async () => {
  service = await startProgrammableService()
  recorder = startRecorder()
  attempts = makeGrowing()
  status = 200
})
afterEach(() => service.stop())

interface Answer {
  readonly token: string
  readonly connect_url: string
}

function addChannel(more = {}): string {
  return service.add({
    role: 'a',
    recorder,
    answerToken: async () => ({ status, more }),
    took: (attempt) => attempts.add(attempt),
  })
}

const ask = async (url: string): Promise<Answer> => (await (await fetch(url)).json()) as Answer
const arrived = async (): Promise<Attempt> =>
  (await attempts.find(() => true, PATIENCE_MS)) as Attempt

async function connect(): Promise<{ socket: WebSocket; attempt: Attempt; frames: string[] }> {
  const { token, connect_url } = await ask(addChannel())
  const socket = new WebSocket(connect_url, ['channel-protocol.v1', `channel-token.${token}`])
  const frames: string[] = []
  socket.on('message', (data: Buffer) => frames.push(data.toString('utf8')))
  socket.on('error', () => {})
  return { socket, attempt: await arrived(), frames }
}

const once = (socket: WebSocket, event: string): Promise<unknown[]> =>
  new Promise((resolve) => {
    socket.once(event, (...values: unknown[]) => resolve(values))
  })

describe('the callback', () => {
  test('is answered a token and a connect URL that no other answer has', async () => {
    const url = addChannel({ cursor: 'm-1' })
    const [first, second] = [await ask(url), await ask(url)]
    expect(first).toMatchObject({ cursor: 'm-1' })
    expect(new Set([first.token, second.token, first.connect_url, second.connect_url]).size).toBe(4)
    const asked = recorder.events.filter(({ kind }) => kind === 'token-request')
    expect(asked).toMatchObject([{ token: first.token }, { token: second.token }])
  })

  test('fails where the drive says so', async () => {
    status = 503
    expect((await fetch(addChannel())).status).toBe(503)
    expect(recorder.events).toMatchObject([{ kind: 'token-request', status: 503 }])
  })
})

describe('an attempt', () => {
  test('waits undecided, and is recorded with what it offers', async () => {
    const { socket, attempt } = await connect()
    expect(socket.readyState).toBe(WebSocket.CONNECTING)
    expect(attempt).toMatchObject({ as: 'a#1', transport: 'websocket' })
    const seen = recorder.events.find(({ kind }) => kind === 'attempt')
    expect(seen).toMatchObject({ subprotocols: ['channel-protocol.v1', expect.any(String)] })
  })

  test('is accepted by what is sent on it, in order', async () => {
    const { socket, attempt, frames } = await connect()
    attempt.welcome({ seq: 4 })
    attempt.message(5, 'x')
    expect(await attempt.ping()).toBe(true)
    expect(frames.map((frame) => JSON.parse(frame))).toMatchObject([
      { type: 'welcome', seq: 4, heartbeat_seconds: 0, resumed: false },
      { type: 'message', seq: 5, data: 'x' },
    ])
    attempt.close(4100, 'over-capacity')
    expect(await once(socket, 'close')).toMatchObject([4100, expect.anything()])
  })

  test('is refused before it is open with a status', async () => {
    const { socket, attempt } = await connect()
    attempt.refuse(503)
    const [error] = await once(socket, 'error')
    expect(String(error)).toContain('503')
  })

  test('that the client gives up is seen to end while it is undecided', async () => {
    const { socket, attempt } = await connect()
    socket.terminate()
    expect(await attempt.ended(5)).toMatchObject({ code: 1006 })
  })

  test('that the client closes ends with its code', async () => {
    const { socket, attempt } = await connect()
    attempt.welcome()
    await attempt.ping()
    socket.close(1000)
    expect(await attempt.ended(5)).toMatchObject({ kind: 'close', code: 1000 })
  })

  test('may be an event stream', async () => {
    const { token, connect_url } = await ask(addChannel())
    const answering = fetch(connect_url.replace(/^ws/, 'http'), {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
    })
    const attempt = await arrived()
    attempt.welcome({ cursor: 'm-0' })
    attempt.close(4201, 'max-lifetime')
    const answer = await answering
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const text = await answer.text()
    expect(text).toMatch(/^event: welcome\nid: m-0\ndata: \{"type":"welcome"/)
    expect(text).toMatch(
      /\nevent:close\rdata:\{"type":"close","code":4201,"reason":"max-lifetime"\}\r\r:\n$/,
    )
    expect(attempt.transport).toBe('stream')
  })
})

test('what belongs to no channel is answered 404', async () => {
  expect((await fetch(`${service.origin}/channels/unknown/token`)).status).toBe(404)
})
