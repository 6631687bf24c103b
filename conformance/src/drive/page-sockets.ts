/** Drives plain sockets: asks for their URLs, opens them as a page does, sends to them and watches their webhooks. */

import type { AnswerEvent, Headers } from '../timeline/event.ts'
import type { Recorder } from '../timeline/recorder.ts'
import { readObject } from '../timeline/timeline.ts'
import type { Arrival } from './receiver.ts'
import { SetUpFailed } from './set-up-failed.ts'
import type { Connection } from './socket.ts'
import type { Replying, Webhooks } from './webhooks.ts'

/** A URL for sockets as the target made it. */
export interface MintedSocket {
  readonly url: string
  readonly body: Readonly<Record<string, unknown>>
}

/** A page's plain WebSocket. */
export interface PageSocket extends Connection {
  /** The first `count` texts that arrived, or fewer when patience or the socket ends. */
  texts(count: number, ms?: number): Promise<string[]>
}

/** A socket whose handshake has reached the application. */
export interface ConnectedSocket {
  readonly page: PageSocket
  readonly id: string
  readonly webhooks: Webhooks
  readonly path: string
}

/** How a page opens a socket; it offers no subprotocol unless told. */
export interface SocketOptions {
  readonly protocols?: readonly string[]
  readonly origin?: string
  readonly headers?: Headers
  readonly answersPings?: boolean
}

/** The hands of a check on sockets. */
export interface SocketsDrive {
  /** A path that nobody has used: an unguessable segment without a leading slash, and `tail` behind it. */
  path(tail?: string): string
  /** Asks for a URL; throws {@link SetUpFailed} where the target gives none. Without `path` none is sent. */
  mint(
    as: string,
    path?: string,
    members?: Readonly<Record<string, unknown>>,
  ): Promise<MintedSocket>
  /** Opens a URL as a page does. */
  open(as: string, url: string, options?: SocketOptions): Promise<PageSocket>
  /** Watches the webhooks whose raw request target or form carries the unguessable segment of this path. */
  webhooks(as: string, path: string, replying?: Replying): Webhooks
  /** Mints, watches, opens, and waits for the handshake; answers as `replying` says, with 204 unless given. */
  connect(
    as: string,
    path?: string,
    options?: SocketOptions & { readonly replying?: Replying },
  ): Promise<ConnectedSocket>
  /** Sends `body` to one socket or to a list. */
  send(as: string, sockets: unknown, body: unknown): Promise<AnswerEvent | undefined>
  /** Sends `body` to every socket. */
  broadcast(as: string, body: unknown): Promise<AnswerEvent | undefined>
}

/** What this part of a drive needs of its others. */
interface Parts {
  call(
    as: string,
    method: string,
    path: string,
    options: { readonly json: unknown },
  ): Promise<AnswerEvent | undefined>
  open(as: string, options: SocketOptions & { readonly url: string }): Promise<Connection>
  allWebhooks(as: string, matches: (arrival: Arrival) => boolean, replying?: Replying): Webhooks
}

/** Makes the part of a drive that concerns sockets from its other parts. */
export function makeSocketsDrive(
  recorder: Recorder,
  nonce: () => string,
  patienceMs: number,
  { call, open, allWebhooks }: Parts,
): SocketsDrive {
  const sockets: SocketsDrive = {
    path: (tail = '') => `${nonce()}${tail}`,
    async mint(as, path, members = {}) {
      const answer = await call(as, 'POST', '/v1/sockets', {
        json: { ...(path === undefined ? {} : { path }), ...members },
      })
      const body = readObject(answer?.body ?? '') ?? {}
      const { url } = body
      if (typeof url !== 'string' || !/^wss?:\/\//.test(url) || !URL.canParse(url)) {
        throw new SetUpFailed(
          `no socket URL was given for ${as}: ${answer ? `status ${answer.status}` : 'no answer'}`,
        )
      }
      const ticket = url.split('/').at(-1)
      if (ticket) recorder.secrets.add(ticket)
      return { url, body }
    },
    async open(as, url, options = {}) {
      const connection = await open(as, { protocols: [], ...options, url })
      return {
        ...connection,
        async texts(count, ms = patienceMs) {
          const frames = await connection.frames.collect(count, ({ type }) => type === 'text', ms)
          return frames.map(({ text }) => text)
        },
      }
    },
    webhooks(as, path, replying) {
      const mark = /c[0-9a-f]{18}/.exec(path)?.[0] ?? path
      return allWebhooks(
        as,
        ({ path: target, body }) => target.includes(mark) || body.includes(mark),
        replying,
      )
    },
    async connect(as, path = sockets.path(), { replying, ...options } = {}) {
      const { url } = await sockets.mint(as, path)
      const webhooks = sockets.webhooks(as, path, replying)
      const page = await sockets.open(as, url, options)
      const handshake = await webhooks.event('handshake')
      const id = handshake?.fields.from
      if (id === undefined) throw new SetUpFailed(`no handshake with a socket came for ${as}`)
      return { page, id, webhooks, path }
    },
    send: (as, ids, body) =>
      call(as, 'POST', '/v1/sockets/messages', { json: { sockets: ids, body } }),
    broadcast: (as, body) => call(as, 'POST', '/v1/sockets/broadcasts', { json: { body } }),
  }
  return sockets
}
