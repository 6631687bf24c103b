/** The simple chat on the origin of all samples: it alone knows its routes, and who may use them. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Application } from '@channel-protocol/reference-server/application'
import { type Context, Hono } from 'hono'
import { DEFAULT_TIME_ZONE } from '../local-time.ts'
import type { Clock } from '../push-chat/clock.ts'
import { readBody } from '../push-chat/http.ts'
import type { Complain } from '../push-chat/parts.ts'
import { Refusal } from '../push-chat/refusal.ts'
import { makeRefusalHandler } from '../push-chat/web-answer.ts'
import type { Sample } from '../sample.ts'
import { CHAT_PREFIX, type Claim, makeSimpleChat } from './chat.ts'
import { type Markup, writeChatPage, writeEntryForm } from './pages.ts'
import { makeChatSessions } from './sessions.ts'

const mostFormBytes = 32 * 1024
const cleanUpEveryMs = 60_000
const cleanUpPath = '/chat/clean-up'

/** What the chat needs. */
export interface ChatSampleParts {
  application: Application
  /** The public base URL. */
  origin: string
  clock: Clock
  complain: Complain
  /** Where users and messages are kept. */
  store: DatabaseSync
  /** The IANA name of the zone in which messages have their time of day; that of the push chat where absent. */
  timeZone?: string
  /** What a scheduler shows to clean up, as `Authorization: Bearer <secret>`; nobody else can where absent. */
  cleanUpSecret?: string
}

/** The simple chat, and what the landing page needs of it. */
export interface ChatSample extends Sample {
  /** The form with which somebody enters, with why the sender of the request could not, which is said once. */
  writeEntry(context: Context): Markup
}

/** Makes the simple chat: `/chat/`, `/newMessage/`, and the clean-up, which it calls itself once a minute. */
export function makeChatSample(parts: ChatSampleParts): ChatSample {
  const { origin } = new URL(parts.origin)
  const { clock, complain, timeZone = DEFAULT_TIME_ZONE } = parts
  const chat = makeSimpleChat({ ...parts, timeZone })
  const sessions = makeChatSessions(origin)
  const secret = parts.cleanUpSecret ?? randomBytes(16).toString('base64url')

  /** Refuses what a page of another origin sends along with a cookie; absent is no browser's page. */
  function demandOwnPage(context: Context): void {
    if ([undefined, origin].includes(context.req.header('origin'))) return
    throw new Refusal('forbidden', `this comes from another page; open the chat at ${origin}/`)
  }

  function readClaim(context: Context, channelId: string | undefined): Claim {
    const session = sessions.read(context.req.header('cookie'))
    return { channelId, sessionDigest: session && sessions.digest(session) }
  }

  /** The session that somebody comes with, where it is one of ours; nobody is lured into one of another's choice. */
  function chooseSession(context: Context): string {
    const given = sessions.read(context.req.header('cookie'))
    const isKnown =
      given !== undefined && (sessions.hasNotice(given) || chat.hasSession(sessions.digest(given)))
    return isKnown ? given : sessions.make()
  }

  const routes = new Hono()
    .get('/chat', (context) => context.redirect('/', 303))
    .get('/chat/', (context) => context.redirect('/', 303))
    .post('/chat/', async (context) => {
      demandOwnPage(context)
      const { nick = '' } = await readForm(context)
      const session = chooseSession(context)
      const entered = await chat.enter(nick, sessions.digest(session))
      if (entered === '') return context.redirect('/', 303)
      context.header('set-cookie', sessions.write(session))
      if (typeof entered === 'string') {
        sessions.putNotice(session, entered)
        return context.redirect('/', 303)
      }
      sessions.takeNotice(session)
      // A browser that goes back shows the page as it was, and asks nobody to send the form again.
      context.header('cache-control', 'private, no-cache')
      context.header('permissions-policy', 'unload=(self)')
      return context.html(writeChatPage({ ...entered, timeZone }))
    })
    .post('/newMessage/', async (context) => {
      demandOwnPage(context)
      const { text = '', channel_id: channelId } = await readForm(context)
      const said = await chat.say(readClaim(context, channelId), text)
      return context.body(said, 200, { 'content-type': 'application/json' })
    })
    .post('/chat/token', async (context) => {
      demandOwnPage(context)
      const { channel_id: channelId } = await readForm(context)
      const token = await chat.renew(readClaim(context, channelId))
      return context.json({ chat_token: token }, 200, { 'cache-control': 'no-store' })
    })
    .get('/chat/messages', async (context) => {
      const html = await chat.catchUp(readClaim(context, context.req.query('channel_id')))
      return context.json({ success: true, html }, 200, { 'cache-control': 'no-store' })
    })
    .post(cleanUpPath, (context) => {
      if (!isBearer(context.req.header('authorization'), secret))
        throw new Refusal('forbidden', 'the clean-up is for the scheduler, which has its secret')
      return context.json({ forgotten: chat.cleanUp() })
    })
    .onError(makeRefusalHandler(complain))

  /** Calls the clean-up as any scheduler does. */
  async function runSchedule(): Promise<void> {
    cancelSchedule = clock.after(cleanUpEveryMs, runSchedule)
    const headers = { authorization: `Bearer ${secret}` }
    await routes.request(cleanUpPath, { method: 'POST', headers })
  }
  let cancelSchedule = clock.after(cleanUpEveryMs, runSchedule)

  return {
    prefix: CHAT_PREFIX,
    routes,
    writeEntry: (context) =>
      writeEntryForm(sessions.takeNotice(sessions.read(context.req.header('cookie')))),
    async take(webhook) {
      chat.take(webhook)
    },
    async stop() {
      cancelSchedule()
    },
  }
}

/** The fields of a form. Rejects with Refusal. */
async function readForm({ req }: Context): Promise<Record<string, string | undefined>> {
  if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(req.header('content-type') ?? ''))
    throw new Refusal('unsupported-media-type', 'send it as application/x-www-form-urlencoded')
  const body = await readBody(req.raw.body ?? [], mostFormBytes)
  return Object.fromEntries(new URLSearchParams(Buffer.from(body).toString()))
}

function isBearer(authorization: string | undefined, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${secret}`))
}
