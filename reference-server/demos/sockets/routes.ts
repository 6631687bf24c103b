/** The routes of the sockets: the page, and the URL that it opens. */
import type { Application } from '@channel-protocol/reference-server/application'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { csrf } from 'hono/csrf'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import type { HtmlEscapedString } from 'hono/utils/html'
import { makeErrorHandler } from '../answer-problem.ts'
import { cleanName } from '../names.ts'
import { writePage } from '../page.ts'
import type { Complain } from '../push-chat/parts.ts'
import type { Crowd } from './crowd.ts'

const mostFormBytes = 4096
const names = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,29}$/u
const places = new Map([
  ['echo', 'echo/'],
  ['room', 'rooms/lobby/'],
])

/** What the routes need. */
export interface RouteParts {
  application: Pick<Application, 'createWebSocketUrl'>
  crowd: Crowd
  /** What each path begins with. */
  prefix: string
  /** The public base of the demo. */
  origin: string
  complain: Complain
}

/** Makes the routes of the sockets. */
export function makeRoutes({ application, crowd, prefix, origin, complain }: RouteParts): Hono {
  const routes = new Hono()
  routes.onError(makeErrorHandler(complain))
  routes.get('/sockets', (context) => context.redirect('/sockets/', 308))
  routes.get('/sockets/', (context) => context.html(writeSocketsPage()))
  routes.post(
    '/sockets/url',
    csrf({ origin: new URL(origin).origin }),
    bodyLimit({
      maxSize: mostFormBytes,
      onError: () => {
        throw new HTTPException(413, { message: `a form has at most ${mostFormBytes} bytes` })
      },
    }),
    async (context) => {
      const form = await context.req.parseBody()
      const name = cleanName(String(form.name ?? ''))
      const place = places.get(String(form.place))
      if (!names.test(name))
        throw new HTTPException(400, {
          message:
            'a name is 1 to 30 letters, digits, spaces, dots, hyphens and underscores, and begins with a letter or a digit',
        })
      if (place === undefined) throw new HTTPException(400, { message: 'place is echo or room' })
      const refusal = crowd.refuses(name)
      if (refusal === 'taken')
        throw new HTTPException(409, { message: 'somebody of that name is here already' })
      if (refusal === 'full')
        throw new HTTPException(503, { message: 'too many are here already: try later' })
      const url = await application.createWebSocketUrl(`${prefix}${place}${name}`)
      context.header('cache-control', 'no-store')
      return context.json({ url })
    },
  )
  return routes
}

function writeSocketsPage(): HtmlEscapedString | Promise<HtmlEscapedString> {
  const main = html`<div class="stack">
    <p class="lead">A plain WebSocket whose every word reaches the application as a webhook.</p>
    <form id="connect" class="card stack">
      <div class="field">
        <label for="name">Your name</label>
        <input id="name" name="name" required maxlength="30" autocomplete="nickname">
      </div>
      <fieldset class="stack">
        <legend>Your words</legend>
        <label><input type="radio" name="place" value="echo"> Echo to me</label>
        <label><input type="radio" name="place" value="room" checked> Tell everybody who is here</label>
      </fieldset>
      <div class="row">
        <button class="primary" id="enter">Connect</button>
        <button type="button" id="leave" disabled>Leave</button>
      </div>
    </form>
    <p id="error" class="error" role="alert"></p>
    <section class="stack" aria-labelledby="log-heading">
      <h2 id="log-heading">What your socket hears</h2>
      <div id="log" class="log" role="log" aria-labelledby="log-heading" tabindex="0"></div>
      <form id="say" class="row">
        <label for="text">Say</label>
        <input id="text" type="text" maxlength="1000" autocomplete="off" disabled>
        <button class="primary" id="send" disabled>Send</button>
      </form>
    </section>
  </div>`
  return writePage({ title: 'Sockets', scripts: ['/demos/sockets.js'], main })
}
