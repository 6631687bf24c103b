/** The routes of the notes: they alone know paths, cookies and what of a request each of them uses. */
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import { HTTPException } from 'hono/http-exception'
import { makeErrorHandler } from '../answer-problem.ts'
import type { Complain } from '../push-chat/parts.ts'
import { encodeName } from './encode-name.ts'
import { makeGateway } from './gateway.ts'
import type { Notebook } from './notebook.ts'
import { MOST_MAIL_BYTES } from './read-mail.ts'
import type { Sessions } from './sessions.ts'
import { findUser, type User } from './users.ts'
import { writeNotesPage, writeSignInPage } from './view.ts'

const cookieName = 'notes_session'
const mostFormBytes = 4096

/** What the routes need. */
export interface RouteParts {
  notebook: Notebook
  sessions: Sessions
  /** The public base of the demo. */
  origin: string
  mailSecret: string | undefined
  complain: Complain
}

function tooLarge(): never {
  throw new HTTPException(413, { message: 'the body is larger than this path takes' })
}

/** Makes the routes of the notes. */
export function makeRoutes({ notebook, sessions, origin, mailSecret, complain }: RouteParts): Hono {
  const isGateway = makeGateway(origin, mailSecret)
  const own = new URL(origin)
  const ownPagesOnly = csrf({ origin: own.origin })
  const isSecure = own.protocol === 'https:'

  const findSignedIn = (context: Context): User | undefined =>
    sessions.find(getCookie(context, cookieName))

  function demandUser(context: Context): User {
    const user = findSignedIn(context)
    if (user === undefined)
      throw new HTTPException(401, { message: 'nobody is signed in here: sign in at /notes/' })
    return user
  }

  const routes = new Hono()
  routes.onError(makeErrorHandler(complain))
  routes.get('/notes', (context) => context.redirect('/notes/', 308))

  routes.get('/notes/', (context) => {
    const user = findSignedIn(context)
    context.header('cache-control', 'no-store')
    return context.html(user === undefined ? writeSignInPage() : writeNotesPage(user, own.origin))
  })

  routes.post(
    '/notes/sign-in',
    ownPagesOnly,
    bodyLimit({ maxSize: mostFormBytes, onError: tooLarge }),
    async (context) => {
      const { user: id } = await context.req.parseBody()
      const user = findUser(String(id))
      if (user === undefined) throw new HTTPException(403, { message: 'there is no such user' })
      sessions.end(getCookie(context, cookieName))
      setCookie(context, cookieName, sessions.begin(user), {
        path: '/',
        httpOnly: true,
        sameSite: 'Lax',
        secure: isSecure,
      })
      return context.redirect('/notes/', 303)
    },
  )

  routes.post('/notes/sign-out', ownPagesOnly, (context) => {
    sessions.end(getCookie(context, cookieName))
    deleteCookie(context, cookieName, { path: '/', secure: isSecure })
    return context.redirect('/notes/', 303)
  })

  routes.get('/notify_token', async (context) => {
    const user = demandUser(context)
    const channel = await notebook.openChannel(user, context.req.query('page'))
    context.header('cache-control', 'no-store')
    return context.json({
      token: channel.token,
      client_id: channel.clientId,
      connect_url: channel.connectUrl,
      expires_at: channel.expiresAt,
    })
  })

  routes.get('/notes/list', (context) => {
    const user = demandUser(context)
    context.header('cache-control', 'no-store')
    return context.json({ user: user.id, notes: notebook.list(user) })
  })

  routes.get('/notes/attachments/:id{[0-9]{1,15}}', (context) => {
    const user = demandUser(context)
    const found = notebook.readAttachment(user, Number(context.req.param('id')))
    if (found === undefined)
      throw new HTTPException(404, { message: 'none of your notes has this attachment' })
    // Whatever its sender calls it, it is a file to keep and never a page of this origin.
    return context.body(new Uint8Array(found.content), 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=${encodeName(found.name)}`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
  })

  routes.post(
    '/_ah/mail/:address',
    async (context, next) => {
      const { address } = getConnInfo(context).remote
      const header = (name: string): string | undefined => context.req.header(name)
      if (isGateway({ address, header })) return next()
      throw new HTTPException(403, { message: 'only the mail gateway posts here' })
    },
    bodyLimit({ maxSize: MOST_MAIL_BYTES, onError: tooLarge }),
    async (context) => {
      await notebook.takeMail(await context.req.arrayBuffer())
      return context.body(null, 204)
    },
  )
  return routes
}
