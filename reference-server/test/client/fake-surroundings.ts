/** A page without a network: it alone plays the service to a client under test, frame by frame. */
import type { Surroundings, WebSocketPort } from '../../client/index.ts'
import { makeFakeClock } from '../fake-clock.ts'

/** A WebSocket of which the test is the other end. */
export interface FakeSocket extends WebSocketPort {
  readonly url: URL
  readonly protocols: readonly string[]
  /** What the client closed it with. */
  readonly closed: (number | undefined)[]
  /** The handshake is answered. */
  open(): void
  /** An envelope comes. */
  send(envelope: object): void
  /** A frame comes. */
  frame(text: unknown): void
  /** A message comes. */
  message(seq: number, data?: string): void
  /** Opens, and sends a welcome. */
  welcome(members?: object): void
  /** The connection is over. */
  end(code: number, reason?: string): void
}

/** A request of which the test gives the answer. */
export interface FakeRequest {
  readonly url: URL
  readonly headers: Headers
  readonly signal: AbortSignal | null | undefined
  answer(response: Response): void
  fail(): void
}

/** Surroundings that a test moves. */
export interface FakeSurroundings extends Surroundings {
  /** Every WebSocket that was opened. */
  readonly sockets: FakeSocket[]
  readonly requests: FakeRequest[]
  /** What `fraction` answers. */
  random: number
  /** Moves time, runs what is due, and lets promises settle. */
  advance(ms: number): Promise<void>
  /** Lets promises settle. */
  settle(): Promise<void>
  /** Time passes without a timer running, as on a machine that sleeps. */
  sleep(ms: number): void
  /** The page comes back from the cache, or online. */
  comeBack(): void
  /** How many functions wait for a time or for the page. */
  waiting(): number
  /** The newest socket. */
  last(): FakeSocket
}

/** The welcome of the connections of these tests. */
export const welcome = {
  type: 'welcome',
  client_id: 'ada',
  connection_id: 'c-1',
  epoch: 1,
  seq: 0,
  heartbeat_seconds: 0,
  expires_at: '2030-01-01T00:00:00.000Z',
  expires_in_seconds: 7200,
  resumed: false,
}

function makeSocket(url: string, protocols: readonly string[]): FakeSocket {
  type Handler = ((event: object) => void) | null
  const socket: FakeSocket = {
    url: new URL(url),
    protocols,
    closed: [],
    onopen: null,
    onmessage: null,
    onclose: null,
    close: (code) => socket.closed.push(code),
    open: () => (socket.onopen as Handler)?.({}),
    frame: (data) => (socket.onmessage as Handler)?.({ data }),
    send: (envelope) => socket.frame(JSON.stringify(envelope)),
    message: (seq, data = `m${seq}`) => socket.send({ type: 'message', id: `m-${seq}`, seq, data }),
    welcome: (members) => {
      socket.open()
      socket.send({ ...welcome, ...members })
    },
    end: (code, reason = '') => (socket.onclose as Handler)?.({ code, reason }),
  }
  return socket
}

/** Makes surroundings in which nothing happens by itself. */
export function makeFakeSurroundings(): FakeSurroundings {
  const clock = makeFakeClock()
  const returns = new Set<() => void>()
  let sleptMs = 0
  const page: FakeSurroundings = {
    sockets: [],
    requests: [],
    random: 0.5,
    nowMs: () => clock.nowMs() + sleptMs,
    after: clock.after,
    fraction: () => page.random,
    openWebSocket: (url, protocols) => {
      const socket = makeSocket(url, protocols)
      page.sockets.push(socket)
      return socket
    },
    fetch: (url, { headers, signal }) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(new TypeError('failed to fetch'))
        signal?.addEventListener('abort', fail)
        const request = { url: new URL(url), headers: new Headers(headers), signal }
        page.requests.push({ ...request, answer: resolve, fail })
      }),
    onReturn: (fn) => {
      returns.add(fn)
      return () => returns.delete(fn)
    },
    advance: async (ms) => {
      await clock.advance(ms)
      await clock.advance(0)
    },
    settle: () => clock.advance(0),
    sleep: (ms) => {
      sleptMs += ms
    },
    comeBack: () => {
      for (const fn of returns) fn()
    },
    waiting: () => clock.waiting() + returns.size,
    last: () => {
      const socket = page.sockets.at(-1)
      if (!socket) throw new Error('no WebSocket was opened')
      return socket
    },
  }
  return page
}
