/** What a check may do to a target: the calls of an application, the connections of a client, the waiting of both. */

import { randomUUID } from 'node:crypto'
import type { AnswerEvent, Headers } from '../timeline/event.ts'
import type { Recorder } from '../timeline/recorder.ts'
import { type Advertised, readObject } from '../timeline/timeline.ts'
import { type ApplicationDrive, makeApplicationDrive } from './application.ts'
import { withQuery } from './asking.ts'
import { sendBurst } from './burst.ts'
import { openCrowd } from './crowd.ts'
import type { Http } from './http.ts'
import { launchInstance } from './instance.ts'
import { connectUrlAt, siteOfNode, socketUrlAt } from './node.ts'
import { makeSocketsDrive, type SocketsDrive } from './page-sockets.ts'
import { makePagesDrive, type PagesDrive } from './pages.ts'
import { openRaw, type RawConnection } from './raw.ts'
import type { Arrival } from './receiver.ts'
import { authorization, bodyOf, type CallOptions, callRequest, upgradeRequest } from './requests.ts'
import { SetUpFailed } from './set-up-failed.ts'
import type { Site, Wishes } from './site.ts'
import { type Connection, openConnection } from './socket.ts'
import { makeStreamsDrive, type StreamsDrive } from './streams.ts'
import { type Replying, type Webhooks, watchWebhooks } from './webhooks.ts'

/** A token as the target minted it. */
export interface Minted {
  readonly token: string
  readonly connectUrl: string
  readonly body: Readonly<Record<string, unknown>>
}

/** How to open a connection; without `protocols`, an ordinary client's offer for `token`. */
export interface OpenOptions {
  readonly url: string
  /** Appended to the query of the URL as it is. */
  readonly query?: string
  readonly token?: string
  readonly protocols?: readonly string[]
  readonly origin?: string
  readonly headers?: Headers
  readonly answersPings?: boolean
}

/** An instance that a check started, with a drive of its own. */
export interface Instance {
  readonly drive: Drive
  readonly drain: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** The hands of a check. Everything done through it is recorded under the role `as`. */
export interface Drive {
  readonly advertised: Advertised
  readonly baseUrl: string
  readonly listedOrigin: string
  readonly applicationKeys: readonly string[]
  /** The first application key, for checks that spoil it. */
  readonly applicationKey: string
  /** How long this drive waits for what must come, in milliseconds. */
  readonly patienceMs: number
  /** An unguessable client id that nobody has used; `tail` is appended to it. */
  clientId(tail?: string): string
  /** A text that nobody has used. */
  text(): string
  call(
    as: string,
    method: string,
    path: string,
    options?: CallOptions,
  ): Promise<AnswerEvent | undefined>
  /** Mints a token; throws {@link SetUpFailed} where the target gives none. */
  mint(as: string, clientId: string, members?: Readonly<Record<string, unknown>>): Promise<Minted>
  /** Posts data; the answer's body where it is an object. */
  post(
    as: string,
    clientId: string,
    data: unknown,
    options?: CallOptions,
  ): Promise<Record<string, unknown> | undefined>
  open(as: string, options: OpenOptions): Promise<Connection>
  /** Mints, opens, and waits for the welcome; throws {@link SetUpFailed} where nobody is welcomed. */
  connect(
    as: string,
    clientId: string,
    options?: Partial<OpenOptions> & { readonly ttlSeconds?: number },
  ): Promise<Connection>
  /** A TCP connection to the target, or to another URL. */
  raw(as: string, url?: string): Promise<RawConnection>
  /** Opens this many TCP connections to the target that never say anything; the function returned ends them. */
  crowd(as: string, count: number): Promise<() => void>
  /** Sends calls made by `callRequest` all at once and waits for their answers. */
  burst(as: string, requests: readonly Buffer[]): Promise<void>
  /** The bytes of a call of the application: its head, the first application key in it, and `body` behind it. */
  callRequest(method: string, path: string, headers: Headers, body: string | Buffer): Buffer
  /** The bytes of an upgrade request as an ordinary client sends it; a header given as an empty text is left out. */
  upgradeRequest(url: string, token: string, headers?: Headers): string
  /** Watches the webhooks about a client id. */
  webhooks(as: string, clientId: string, replying?: Replying): Webhooks
  /** Watches every webhook of this target that satisfies the test. */
  allWebhooks(as: string, matches: (arrival: Arrival) => boolean, replying?: Replying): Webhooks
  /** Lets the time of an advertised timer pass. */
  pass(seconds: number): Promise<void>
  /** The time that this drive lives by, in milliseconds since 1970. */
  nowMs(): number
  /** Hands at one node, 0 the first; connections are opened there, wherever a connect URL leads. */
  node(at: number): Drive
  readonly sockets: SocketsDrive
  readonly streams: StreamsDrive
  readonly pages: PagesDrive
  readonly application: ApplicationDrive
  note(as: string, what: string): void
  /** Keeps a text that a check made out of a secret, such as a spoilt key, out of every report. */
  conceal(text: string): string
  /** Starts another service of the same implementation; `watch` sees its webhooks from the start. */
  launch(
    as: string,
    watch?: Replying,
    wishes?: Wishes,
  ): Promise<Instance & { readonly webhooks: Webhooks }>
  /** Ends every connection and watch that this drive began. */
  finish(): Promise<void>
}

/** Makes the drive of one check's run. */
export function makeDrive(site: Site, http: Http, recorder: Recorder, patienceMs: number): Drive {
  const endings: (() => unknown)[] = []
  // The library keeps random bytes in stock for these: checks need thousands.
  const nonce = (): string => `c${randomUUID().replaceAll('-', '').slice(0, 18)}`

  async function call(
    as: string,
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<AnswerEvent | undefined> {
    const asked = new URLSearchParams(options.query).toString()
    const isOrdinary = options.body === undefined
    const query = isOrdinary ? (http.grease?.query(as, path, asked) ?? asked) : asked
    const { body, chunks } = bodyOf(as, path, options, http.grease)
    const answer = await http.send(recorder, as, {
      method,
      url: withQuery(`${site.baseUrl}${path}`, query),
      headers: {
        ...authorization(site.applicationKeys, options.key ?? 'first'),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(chunks && { chunks }),
    })
    const token = readObject(answer?.body ?? '')?.token
    if (typeof token === 'string') recorder.secrets.add(token)
    return answer
  }

  async function mint(as: string, clientId: string, members = {}): Promise<Minted> {
    const answer = await call(as, 'POST', '/v1/tokens', {
      json: { client_id: clientId, ...members },
    })
    const body = readObject(answer?.body ?? '') ?? {}
    const { token, connect_url: connectUrl } = body
    if (
      typeof token !== 'string' ||
      typeof connectUrl !== 'string' ||
      !/^wss?:\/\//.test(connectUrl)
    ) {
      throw new SetUpFailed(
        `no token could be minted for ${as}: ${answer ? `status ${answer.status}` : 'no answer'}`,
      )
    }
    return { token, connectUrl: connectUrlAt(site, connectUrl), body }
  }

  async function open(as: string, options: OpenOptions): Promise<Connection> {
    const connection = await openConnection(recorder, as, {
      url: withQuery(options.url, options.query),
      protocols: options.protocols ?? [
        'channel-protocol.v1',
        `channel-token.${options.token ?? ''}`,
      ],
      headers: {
        ...(options.origin === undefined ? {} : { origin: options.origin }),
        ...options.headers,
      },
      patienceMs,
      ...(http.grease && { grease: http.grease }),
      ...(options.answersPings === undefined ? {} : { answersPings: options.answersPings }),
    })
    endings.push(() => connection.drop())
    return connection
  }

  function allWebhooks(
    as: string,
    matches: (arrival: Arrival) => boolean,
    replying?: Replying,
  ): Webhooks {
    if (!site.receiver) throw new SetUpFailed('no webhook receiver')
    const isOurs = (arrival: Arrival): boolean =>
      arrival.path.startsWith(`${site.webhookPrefix}/`) && matches(arrival)
    const watch = watchWebhooks(recorder, site.receiver, as, isOurs, patienceMs, replying)
    endings.push(() => watch.forget())
    return watch
  }

  return {
    advertised: site.advertised,
    baseUrl: site.baseUrl,
    listedOrigin: site.listedOrigin ?? '',
    applicationKeys: site.applicationKeys,
    applicationKey: site.applicationKeys[0] ?? '',
    patienceMs,
    clientId: (tail = '') => `${nonce()}${tail}`,
    text: () => `text ${nonce()}`,
    call,
    mint,
    async post(as, clientId, data, options = {}) {
      const answer = await call(as, 'POST', '/v1/messages', {
        json: { client_id: clientId, data },
        ...options,
      })
      return answer && readObject(answer.body)
    },
    open,
    async connect(as, clientId, { ttlSeconds, ...options } = {}) {
      if (site.welcomesNobody)
        throw new SetUpFailed(`${as} would not be welcomed: this service welcomes nobody`)
      const minted = await mint(
        as,
        clientId,
        ttlSeconds === undefined ? {} : { ttl_seconds: ttlSeconds },
      )
      const connection = await open(as, { url: minted.connectUrl, token: minted.token, ...options })
      await connection.welcome()
      return connection
    },
    async raw(as, url = site.baseUrl) {
      const connection = await openRaw(
        recorder,
        as,
        new URL(url.replace(/^ws/, 'http')),
        patienceMs,
      )
      endings.push(() => connection.drop())
      return connection
    },
    async crowd(as, count) {
      const disperse = await openCrowd(recorder, as, new URL(site.baseUrl), count, patienceMs)
      endings.push(disperse)
      return disperse
    },
    burst: (as, requests) =>
      sendBurst(recorder, as, new URL(site.baseUrl), requests, patienceMs * 2),
    callRequest: (method, path, headers, body) => callRequest(site, method, path, headers, body),
    upgradeRequest,
    webhooks(as, clientId, replying) {
      const mark = /^c[0-9a-f]{18}/.exec(clientId)?.[0] ?? clientId
      return allWebhooks(as, ({ body }) => body.includes(mark), replying)
    },
    allWebhooks,
    pass: (wait) => recorder.clock.pass(wait * 1000),
    nowMs: () => recorder.clock.nowMs(),
    node: (at) => {
      const drive = makeDrive(siteOfNode(site, at), http, recorder, patienceMs)
      endings.push(() => drive.finish())
      return drive
    },
    sockets: makeSocketsDrive(recorder, nonce, patienceMs, {
      call,
      open: (as, options) => open(as, { ...options, url: socketUrlAt(site, options.url) }),
      allWebhooks,
    }),
    streams: makeStreamsDrive(recorder, http, patienceMs, mint, (end) => endings.push(end)),
    pages: makePagesDrive(site.baseUrl, http, recorder),
    application: makeApplicationDrive(site.application, http, recorder, patienceMs, open, (end) =>
      endings.push(end),
    ),
    note: (as, what) => {
      recorder.record({ kind: 'note', as, what })
    },
    conceal: (text) => {
      recorder.secrets.add(text)
      return text
    },
    launch: (as, replying, wishes) =>
      launchInstance(
        {
          site,
          recorder,
          patienceMs,
          prefix: `/i/${nonce()}`,
          driveOf: (other) => makeDrive(other, http, recorder, patienceMs),
          atEnd: (end) => endings.push(end),
        },
        as,
        replying,
        wishes,
      ),
    async finish() {
      for (const end of endings.splice(0)) await end()
    },
  }
}
