/** Serves a page that holds the client under test, and talks to it once a browser has opened it. */

import { readFile, realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, dirname, extname, join, sep } from 'node:path'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { within } from '../../drive/waiting.ts'
import { TargetUnavailable } from '../../target/target.ts'
import type { Beside } from '../drive/service.ts'
import { type Adapter, type MakingAdapter, makeAdapter } from './adapter.ts'

/** A page that waits for its browser. */
export interface WaitingPage {
  /** What the programmable service is to serve beside itself. */
  readonly beside: Beside
  /** Where the browser finds the page, below the origin of the service. */
  readonly path: string
  /** Resolves when a browser has opened it; rejects with TargetUnavailable where none does in time. */
  opened(seconds: number): Promise<Adapter>
}

/** Browsers hold a page's WebSockets back for seconds where several are opening at once. */
const BETWEEN_MS = 80

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
}

/** Prepares `file`; throws TargetUnavailable where there is none. */
export async function servePage(file: string): Promise<WaitingPage> {
  const page = await realpath(file).catch(() => {
    throw new TargetUnavailable(`there is no page ${file}`)
  })
  const folder = dirname(page)
  const lines = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const opened = Promise.withResolvers<Adapter>()
  return {
    path: `/page/${encodeURIComponent(basename(page))}`,
    beside: {
      request(request, response) {
        if (!request.url?.startsWith('/page/')) return false
        void answerFile(folder, request, response)
        return true
      },
      upgrade(request: IncomingMessage, tcp: Duplex, head: Buffer) {
        // The lines order a browser about, so that no other page may have them.
        const isOwn = request.headers.origin === `http://${request.headers.host}`
        if (request.url !== '/lines' || !isOwn) return false
        lines.handleUpgrade(request, tcp, head, (socket) => {
          const making = talkOver(socket)
          making.ready.then(opened.resolve, () => {})
        })
        return true
      },
    },
    async opened(seconds) {
      const adapter = await within(opened.promise, seconds * 1000)
      if (adapter) return adapter
      throw new TargetUnavailable(
        `no browser has opened the page within ${seconds} s, or it did not say that it is ready`,
      )
    },
  }
}

function talkOver(socket: WebSocket): MakingAdapter {
  const making = makeAdapter({
    betweenMs: BETWEEN_MS,
    write: (line) => socket.send(line, () => {}),
    stop: async () => socket.close(),
  })
  socket.on('message', (data: Buffer) => making.take(data.toString('utf8')))
  socket.on('error', () => {})
  socket.on('close', () => making.end('the page has gone'))
  return making
}

/** A file of the folder, or of one below it, and nothing else. */
async function answerFile(
  folder: string,
  { url = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { pathname } = new URL(url, 'http://127.0.0.1')
    const file = await realpath(join(folder, decodeURIComponent(pathname.slice('/page/'.length))))
    if (!file.startsWith(folder + sep) || !(await stat(file)).isFile())
      throw new Error('not a file of the folder')
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' })
    response.end(await readFile(file))
  } catch {
    response.writeHead(404).end()
  }
}
