/** An application as its pages and its service reach it; it alone knows the routes of the profile `application`. */

import { randomBytes } from 'node:crypto'
import { WEBHOOKS } from '@channel-protocol/schemas/registry'
import type { AnswerEvent, Headers } from '../timeline/event.ts'
import { listIn, readCookie, readPush } from '../timeline/push.ts'
import type { Recorder } from '../timeline/recorder.ts'
import { signatureOf } from '../timeline/signature.ts'
import { readObject } from '../timeline/timeline.ts'
import { disconnected, LAST } from './application-reports.ts'
import type { Http } from './http.ts'
import { SetUpFailed } from './set-up-failed.ts'
import type { ApplicationSite } from './site.ts'
import type { Connection } from './socket.ts'

/** Somebody who signed in. */
export interface User {
  readonly clientId: string
  readonly token: string
  readonly connectUrl: string
  /** `name=value` of the session; empty where none was given. */
  readonly cookie: string
}

/** A user who is connected. */
export interface Page extends User {
  readonly connection: Connection
  /** The epoch of its welcome: what the service says about it has none below. */
  readonly epoch: number
  /** Waits for the message with this value. */
  hears(value: string): Promise<void>
  /** Waits for a list that has this client id, or lacks it, among the events after number `after`. */
  sees(clientId: string, isThere?: boolean, after?: number): Promise<void>
}

/** A form that a page posts, and how. */
export interface Posting {
  readonly origin?: string
  readonly cookie?: string
  readonly type?: string
  readonly query?: string
  readonly headers?: Headers
  /** Sent instead of the form. */
  readonly body?: string
}

/** A webhook as it leaves the suite. */
export interface SignedRequest {
  readonly headers: Headers
  readonly body: string
}

/** What about a webhook is not as the service would send it. */
export interface Reporting {
  readonly id?: string
  readonly timestamp?: string
  /** The event whose route it is sent to. */
  readonly route?: keyof typeof WEBHOOKS
  /** Which of the secrets that the suite knows, from 0, or this text. */
  readonly secret?: number | string
  /** Changes the request after it was signed. */
  readonly spoil?: (request: SignedRequest) => SignedRequest
}

/** What a check does to an application. */
export interface ApplicationDrive {
  /** The origin of its own pages. */
  readonly origin: string
  readonly webhookSecrets: readonly string[]
  /** A request to one of its routes, as it is. */
  send(
    as: string,
    method: string,
    path: string,
    headers?: Headers,
    body?: string,
  ): Promise<AnswerEvent | undefined>
  /** Signs in; throws {@link SetUpFailed} where that gives no user. */
  login(as: string, cookie?: string): Promise<User>
  /** Signs in, connects with what it got and waits for the welcome. */
  enter(as: string): Promise<Page>
  /** Posts a form. */
  post(
    as: string,
    form: Readonly<Record<string, string>>,
    posting?: Posting,
  ): Promise<AnswerEvent | undefined>
  /** Posts a value with the user's token. */
  say(as: string, user: User, value: string): Promise<AnswerEvent | undefined>
  /** Sends a webhook as the service would. */
  report(
    as: string,
    fields: Readonly<Record<string, string>>,
    reporting?: Reporting,
  ): Promise<AnswerEvent | undefined>
  /** The number of the last event so far. */
  now(): number
  advance(seconds: number): Promise<void>
}

const unspoilt = (request: SignedRequest): SignedRequest => request

/**
 * Makes the hands for one application. Without one, every use throws {@link SetUpFailed}. Who signed in is reported
 * as gone at the end, so that the lists of other checks stay short.
 */
export function makeApplicationDrive(
  site: ApplicationSite | undefined,
  http: Http,
  recorder: Recorder,
  patienceMs: number,
  open: (as: string, options: { url: string; token: string }) => Promise<Connection>,
  atEnd: (end: () => Promise<unknown>) => void,
): ApplicationDrive {
  const base = (): ApplicationSite => {
    if (!site) throw new SetUpFailed('there is no application')
    return site
  }
  const send: ApplicationDrive['send'] = (as, method, path, headers = {}, body) =>
    http.send(recorder, as, {
      method,
      url: `${base().baseUrl}${path}`,
      headers,
      ...(body === undefined ? {} : { body }),
    })

  const report: ApplicationDrive['report'] = (
    as,
    fields,
    { id, timestamp, route, secret = 0, spoil = unspoilt } = {},
  ) => {
    const body = new URLSearchParams({ ...fields }).toString()
    const signed = {
      id: id ?? `msg_${randomBytes(12).toString('hex')}`,
      timestamp: timestamp ?? `${Math.floor(Date.now() / 1000)}`,
      body,
    }
    const key = typeof secret === 'string' ? secret : base().webhookSecrets[secret]
    if (key === undefined) throw new SetUpFailed('no webhook secret is known')
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'webhook-id': signed.id,
      'webhook-timestamp': signed.timestamp,
      'webhook-signature': signatureOf(key, signed),
    }
    const request = spoil({ headers, body })
    const event = route ?? (fields.event as keyof typeof WEBHOOKS)
    return send(as, 'POST', WEBHOOKS[event].path, request.headers, request.body)
  }

  async function login(as: string, cookie = ''): Promise<User> {
    const answer = await send(as, 'GET', '/login', cookie === '' ? {} : { cookie })
    const body = readObject(answer?.body ?? '') ?? {}
    const { client_id: clientId, token, connect_url: connectUrl } = body
    const texts = [clientId, token, connectUrl]
    if (!texts.every((text) => typeof text === 'string')) {
      const what = answer ? `status ${answer.status}` : 'no answer'
      throw new SetUpFailed(`nobody could sign in as ${as}: ${what}`)
    }
    const given = readCookie(answer?.headers['set-cookie'])
    for (const secret of [String(token), given?.value]) if (secret) recorder.secrets.add(secret)
    const last = disconnected({ clientId: String(clientId) }, LAST)
    if (base().webhookSecrets.length > 0) atEnd(() => report('end', last))
    return {
      clientId: String(clientId),
      token: String(token),
      connectUrl: String(connectUrl),
      cookie: given ? `${given.name}=${given.value}` : cookie,
    }
  }

  const post: ApplicationDrive['post'] = (as, form, posting = {}) => {
    const { origin, cookie } = posting
    return send(
      as,
      'POST',
      `/post${posting.query ?? ''}`,
      {
        'content-type': posting.type ?? 'application/x-www-form-urlencoded',
        ...(origin === undefined ? {} : { origin }),
        ...(cookie === undefined ? {} : { cookie }),
        ...posting.headers,
      },
      posting.body ?? new URLSearchParams({ ...form }).toString(),
    )
  }

  return {
    get origin() {
      return new URL(base().baseUrl).origin
    },
    get webhookSecrets() {
      return base().webhookSecrets
    },
    send,
    login,
    post,
    say: (as, { clientId, token }, value) => post(as, { value, client_id: clientId, token }),
    async enter(as) {
      const user = await login(as)
      if (!/^wss?:\/\//.test(user.connectUrl))
        throw new SetUpFailed(`the connect_url given to ${as} is none`)
      const connection = await open(as, { url: user.connectUrl, token: user.token })
      const welcome = await connection.welcome()
      return {
        ...user,
        connection,
        epoch: Number(welcome?.epoch),
        async hears(value) {
          await connection.envelope((envelope) => readPush(envelope)?.message?.value === value)
        },
        async sees(clientId, isThere = true, after = 0) {
          await connection.frames.find(({ n, text }) => {
            const list = n > after ? listIn(readPush(readObject(text))) : undefined
            return list !== undefined && list.includes(clientId) === isThere
          }, patienceMs)
        },
      }
    },
    report,
    now: () => recorder.events.length,
    async advance(seconds) {
      const { advance } = base()
      if (!advance) throw new SetUpFailed('the clock of this application cannot be moved')
      // What the move brings may be seen before its answer.
      recorder.record({ kind: 'note', as: 'clock', what: `${seconds} s later` })
      await advance(seconds)
    },
  }
}
