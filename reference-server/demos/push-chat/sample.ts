/** The push chat on the origin of all samples; it alone knows what the chat needs of its surroundings there. */
import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Application } from '@channel-protocol/reference-server/application'
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono } from 'hono'
import type { Sample } from '../sample.ts'
import { makeChat } from './chat.ts'
import type { Clock } from './clock.ts'
import { makePushHistory } from './history.ts'
import { readBody } from './http.ts'
import { writePushPage } from './page.ts'
import type { ChatParts, Complain } from './parts.ts'
import { makeRoutes } from './routes.ts'
import { makeChatRules } from './rules/rule-book.ts'
import { makeRefusalHandler, respond } from './web-answer.ts'

const prefix = 'push-'

/** What the chat needs. */
export interface PushChatSampleParts {
  application: Application
  /** The public base URL. */
  origin: string
  clock: Clock
  complain: Complain
  /** Where the latest messages are kept. */
  store: DatabaseSync
  /** Whether lists and messages tell addresses; they do not where absent. */
  showIp?: boolean
  /** The IANA name of the zone whose offset messages are dated with; that of the article where absent. */
  timeZone?: string
}

/** Makes the push chat: `/login`, `/post`, its page at `/push/`, and what a page shows that comes late. */
export function makePushChatSample(given: PushChatSampleParts): Sample {
  const { application, clock, complain, showIp = false, timeZone } = given
  const rules = makeChatRules()
  const parts: ChatParts = {
    settings: {
      serviceUrl: given.origin,
      // The origin holds the key, and verifies webhooks before it hands them over.
      applicationKey: '',
      webhookSecrets: [],
      showIp,
      ...(timeZone === undefined ? {} : { timeZone }),
    },
    rules,
    application,
    userClock: clock,
    wallClock: clock,
    // In a list beside hundreds of others; it need not be hard to guess.
    makeClientId: () => prefix + randomBytes(12).toString('base64url'),
    makeSessionId: () => randomBytes(16).toString('base64url'),
    complain,
    history: makePushHistory(given.store),
  }
  const chat = makeChat(parts)
  const answer = makeRoutes(chat, parts, new URL(given.origin).origin)

  async function serve(context: Context): Promise<Response> {
    const { method, url, body } = context.req.raw
    const { pathname, search } = new URL(url)
    const made = await answer({
      method,
      url: pathname + search,
      headers: context.req.header(),
      address: showIp ? getConnInfo(context).remote.address : undefined,
      readBody: (maxBytes) => readBody(body ?? [], maxBytes),
    })
    return respond(made)
  }

  function catchUp(context: Context): ReturnType<typeof chat.catchUp> {
    const session = rules.readSession(context.req.header('cookie'))
    return chat.catchUp(session, context.req.query('client_id'))
  }

  const json = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  const routes = new Hono()
    .all('/login', serve)
    .all('/post', serve)
    .get('/push', (context) => context.redirect('/push/', 308))
    .get('/push/', (context) => {
      context.header('permissions-policy', 'unload=(self)')
      return context.html(writePushPage())
    })
    .get('/push/history', (context) =>
      respond({
        status: 200,
        headers: json,
        text: JSON.stringify(catchUp(context).messages),
      }),
    )
    .get('/push/users', (context) =>
      respond({ status: 200, headers: json, text: catchUp(context).users }),
    )
    .onError(makeRefusalHandler(complain))

  return {
    prefix,
    routes,
    async take(webhook) {
      const { event } = webhook
      if (event === 'connected' || event === 'disconnected' || event === 'started')
        chat.take(webhook)
    },
    async stop() {
      chat.stop()
    },
  }
}
