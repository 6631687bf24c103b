/** Opens WebSocket connections to the target as an ordinary client and records every frame. */

import { WebSocket } from 'ws'
import { cut } from '../timeline/cut.ts'
import { type CloseEvent, type FrameEvent, type Headers, PING } from '../timeline/event.ts'
import type { Recorder } from '../timeline/recorder.ts'
import type { Grease } from './grease.ts'
import { describe, flatten } from './http.ts'
import { awaitEnvelopes, type Reader } from './reader.ts'
import { makeGrowing } from './waiting.ts'

/** A connection of the suite, open or already ended. */
export interface Connection extends Reader {
  /** Sends a data frame: text, or binary where a Buffer is given. */
  send(data: string | Buffer): void
  /** Sends a Ping and waits for its Pong: whether the other side reads and is well. */
  ping(): Promise<boolean>
  /** Sends Close with a code, or empty without one. */
  close(code?: number, reason?: string): void
}

/** What a connection is opened with. */
export interface Opening {
  readonly url: string
  readonly protocols: readonly string[]
  readonly headers: Headers
  readonly patienceMs: number
  /** Whether Pings are answered; true unless given. */
  readonly answersPings?: boolean
  readonly grease?: Grease
}

/** Opens a connection; resolves when it is open or has failed, and records which. */
export async function openConnection(
  recorder: Recorder,
  as: string,
  opening: Opening,
): Promise<Connection> {
  const frames = makeGrowing<FrameEvent>(recorder.clock)
  const closes = makeGrowing<CloseEvent>(recorder.clock)
  recorder.record({
    kind: 'request',
    as,
    method: 'GET',
    url: opening.url,
    headers: {
      ...opening.headers,
      upgrade: 'websocket',
      ...(opening.protocols.length > 0
        ? { 'sec-websocket-protocol': opening.protocols.join(', ') }
        : {}),
    },
    body: '',
  })
  const socket = new WebSocket(opening.url, [...opening.protocols], {
    headers: { ...opening.headers },
    handshakeTimeout: opening.patienceMs * 2,
    perMessageDeflate: false,
    autoPong: opening.answersPings !== false,
    followRedirects: false,
    finishRequest: (request) => {
      const { grease } = opening
      if (grease) request.on('socket', (plain) => grease.socket(plain))
      request.end()
    },
  })
  const settled = new Promise<void>((resolve) => {
    const end = (code: number, reason: string): void => {
      if (closes.entries.length > 0) return
      closes.add(recorder.record({ kind: 'close', as, code, reason }) as CloseEvent)
      frames.end()
      resolve()
    }
    const took = (type: FrameEvent['type'], text: string): void =>
      frames.add(recorder.record({ kind: 'frame', as, type, text }) as FrameEvent)
    let isOpen = false
    socket.on('upgrade', (response) => recorder.clock.carries(response.socket))
    socket.on('open', () => {
      isOpen = true
      recorder.record({ kind: 'open', as, subprotocol: socket.protocol })
      resolve()
    })
    socket.on('message', (data: Buffer, isBinary: boolean) =>
      took(isBinary ? 'binary' : 'text', data.toString(isBinary ? 'latin1' : 'utf8')),
    )
    socket.on('ping', (data: Buffer) => took('ping', data.toString('latin1')))
    socket.on('pong', (data: Buffer) => took('pong', data.toString('latin1')))
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = []
      const done = (): void => {
        recorder.record({
          kind: 'answer',
          as,
          status: response.statusCode ?? 0,
          headers: flatten(response.headers),
          body: Buffer.concat(chunks).toString('utf8'),
        })
        frames.end()
        closes.end()
        resolve()
        socket.terminate()
      }
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', done)
      response.on('error', done)
    })
    socket.on('error', (error) => {
      if (!isOpen) recorder.record({ kind: 'failure', as, what: describe(error) })
      if (!isOpen) {
        frames.end()
        closes.end()
      }
      resolve()
    })
    socket.on('close', (code, reason) => {
      if (isOpen) end(code, reason.toString('utf8'))
      else {
        frames.end()
        closes.end()
      }
      resolve()
    })
  })
  await recorder.clock.during(recorder.clock.within(settled, opening.patienceMs * 2))

  let pings = 0
  return {
    frames,
    ...awaitEnvelopes(frames, opening.patienceMs),
    ended: (ms = opening.patienceMs) => closes.find(() => true, ms),
    send(data) {
      recorder.record({
        kind: 'sent',
        as,
        what: typeof data === 'string' ? `text ${cut(data, 200)}` : `${data.length} binary bytes`,
      })
      if (socket.readyState === WebSocket.OPEN) socket.send(data)
    },
    async ping() {
      pings += 1
      const payload = `ping ${pings}`
      recorder.record({ kind: 'sent', as, what: PING })
      if (socket.readyState === WebSocket.OPEN) socket.ping(payload)
      const isPong = ({ type, text }: FrameEvent): boolean => type === 'pong' && text === payload
      return (await frames.find(isPong, opening.patienceMs)) !== undefined
    },
    close(code, reason) {
      recorder.record({ kind: 'sent', as, what: `Close ${code ?? '(empty)'}` })
      socket.close(code, reason)
    },
    drop() {
      recorder.record({ kind: 'sent', as, what: 'the end of the TCP connection, without Close' })
      socket.terminate()
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  }
}
