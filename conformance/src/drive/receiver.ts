/** The suite's webhook receiver: one HTTP server that hands each attempt to the check whose client id it names. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Headers } from '../timeline/event.ts'

// An import of it would load the runtime's own fetch and WebSocket too, a tenth of the time until a first verdict.
const { createServer } = process.getBuiltinModule('node:http')

/** An attempt as it arrived. */
export interface Arrival {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  /** The raw body, one character per byte. */
  readonly body: string
  /** Attempts of its kind, of sockets or of clients, without an answer when this one came, this one included. */
  readonly inFlight: number
}

/** How an attempt is answered. */
export type Reply =
  | { readonly status: number; readonly headers?: Headers; readonly body?: string }
  | 'drop'
  | { readonly hold: Promise<{ readonly status: number } | 'drop'> }

/** Whoever an arrival is for; called once per attempt, and told how the attempt ended. */
export interface Addressee {
  /** Whether this arrival belongs to this addressee. */
  readonly matches: (arrival: Arrival) => boolean
  readonly take: (arrival: Arrival) => {
    reply: Reply
    ended: (status: number | 'dropped' | 'abandoned') => void
  }
}

/** A running receiver. */
export interface Receiver {
  /** Base URL that a target is given as its application base; without a trailing slash. */
  readonly url: string
  /** Registers an addressee; the function returned forgets it. */
  expect(addressee: Addressee): () => void
  /** Whether a connection was made, or an attempt begun, of which nobody has been given anything yet. */
  readonly isArriving: () => boolean
  /** Connections that were accepted so far. */
  readonly accepted: () => number
  /** Attempts that arrived so far, whoever they were for. */
  readonly arrivals: () => number
  stop(): Promise<void>
}

const LARGEST_BODY_BYTES = 1024 * 1024

/** The form of a webhook of a socket. */
const SOCKET_EVENT = /(?:^|&)event=(?:handshake|message|closed)(?:&|$)/

/** Starts a receiver. An attempt that nobody expects is answered 204, so that strangers are not retried for ever. */
export async function startReceiver(listen: { host: string; port: number }): Promise<Receiver> {
  const addressees = new Set<Addressee>()
  const counts = new Map<string, number>()
  let arrived = 0
  let accepted = 0
  const arriving = new Set<Socket>()
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= LARGEST_BODY_BYTES) chunks.push(chunk)
    })
    request.on('error', () => response.destroy())
    arriving.add(request.socket)
    request.on('end', () => {
      arriving.delete(request.socket)
      deliver(request, response, Buffer.concat(chunks).toString('latin1'))
    })
  })

  function deliver(request: IncomingMessage, response: ServerResponse, body: string): void {
    arrived += 1
    const path = request.url ?? '/'
    const instance = path.startsWith('/i/') ? path.split('/', 3).join('/') : ''
    // The places of sockets are counted apart from those of presence.
    const places = SOCKET_EVENT.test(body) ? `${instance} sockets` : instance
    const inFlight = (counts.get(places) ?? 0) + 1
    counts.set(places, inFlight)
    const arrival: Arrival = {
      method: request.method ?? '',
      path,
      headers: readHeaders(request),
      body,
      inFlight,
    }
    const addressee = [...addressees].find((candidate) => candidate.matches(arrival))
    const taken = addressee?.take(arrival)
    let isAnswered = false
    let status: number | 'dropped' | 'abandoned' = 'abandoned'
    response.on('close', () => {
      counts.set(places, (counts.get(places) ?? 1) - 1)
      taken?.ended(response.writableFinished ? status : isAnswered ? status : 'abandoned')
    })
    const answer = (reply: Exclude<Reply, { hold: unknown }>): void => {
      isAnswered = true
      if (reply === 'drop') {
        status = 'dropped'
        request.socket.destroy()
        return
      }
      status = reply.status
      response.writeHead(reply.status, reply.headers ?? {})
      response.end(reply.body ?? '')
    }
    const reply = taken?.reply ?? { status: 204 }
    if (typeof reply === 'object' && 'hold' in reply) {
      void reply.hold.then((held) => {
        if (!response.destroyed) answer(held)
      })
    } else answer(reply)
  }

  server.on('connection', (socket: Socket) => {
    accepted += 1
    arriving.add(socket)
    socket.once('close', () => arriving.delete(socket))
  })
  await listenOn(server, listen)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${listen.host}:${port}`,
    expect(addressee) {
      addressees.add(addressee)
      return () => addressees.delete(addressee)
    },
    isArriving: () => arriving.size > 0,
    accepted: () => accepted,
    arrivals: () => arrived,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A readable error where an address is taken. */
async function listenOn(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          error.code === 'EADDRINUSE'
            ? `the webhook receiver cannot listen on ${host}:${port}: the address is in use; end what uses it, or give --webhooks another address and the server the same`
            : `the webhook receiver cannot listen on ${host}:${port}: ${error.message}`,
        ),
      ),
    )
    server.listen(port, host, () => resolve())
  })
}

function readHeaders(request: IncomingMessage): Headers {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}
