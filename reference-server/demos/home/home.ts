/** The landing page: what the protocol is in a few sentences, and the way to everything that the demo has. */
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { writePage } from '../page.ts'
import { writeRequirementLink } from './spec.ts'

type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

/** What the landing page needs. */
export interface HomeParts {
  /** The form by which somebody enters the simple chat, with what it has to say to this person once. */
  writeEntry(context: Context): Markup
  /** Whether the live view breaks services on request. */
  hasBench: boolean
}

const verbs = [
  ['Token', 'The application asks the service for a token for a client id.', 'token.mint.answer'],
  [
    'Connect',
    'The page connects with it, and is connected when welcome arrives.',
    'connection.welcome.first',
  ],
  [
    'Post',
    'The application posts messages to the id, from wherever it runs.',
    'message.post.deliver',
  ],
  [
    'Presence',
    'Webhooks tell the application who came and who went.',
    'presence.connected.reported',
  ],
] as const

const samples = [
  ['Push chat', '/push/', 'Sign in and talk: everybody sees who is there. Open it in two windows.'],
  ['Notes', '/notes/', 'Mail becomes a note, which shows at once in every open page of its user.'],
  [
    'Sockets',
    '/sockets/',
    'Two-way sockets whose every word reaches the application as a webhook.',
  ],
] as const

function writeMain(entry: Markup, hasBench: boolean): Markup {
  return html`<div class="stack">
  <p class="lead">The Channel Protocol lets web applications that cannot hold sockets open push to browsers: serverless functions, PHP, Django, Rails, a cron job.
  It is Google App Engine’s Channel API, written down as an open protocol that anyone can implement and a suite can judge.</p>
  <section class="stack" aria-labelledby="verbs">
    <h2 id="verbs">Four verbs</h2>
    <ol class="grid">${verbs.map(
      ([name, text, id]) => html`<li class="card"><h3>${name}</h3><p>${text}</p>
      <p><a href="${writeRequirementLink(id)}"><code>${id.split('.').map((part, n) => html`${n > 0 ? html`.<wbr>` : ''}${part}`)}</code></a></p></li>`,
    )}</ol>
  </section>
  <section class="stack" aria-labelledby="samples">
    <h2 id="samples">Sample applications</h2>
    <ul class="grid">
      <li class="card"><h3>Simple chat</h3><p>The last hundred messages, and a nick that is yours while you are here.</p>${entry}</li>
      ${samples.map(
        ([name, path, text]) =>
          html`<li class="card"><h3><a href="${path}">${name}</a></h3><p>${text}</p></li>`,
      )}
    </ul>
  </section>
  <section class="stack" aria-labelledby="inside">
    <h2 id="inside">See inside</h2>
    <ul class="grid">
      <li class="card"><h3><a href="/live/">Live view</a></h3><p>Client, service and application, with an arrow for each exchange as it happens, linked to its requirement. Keep it beside a chat.</p>${
        hasBench
          ? html`<p>The service can be broken there on purpose, and judged.</p>`
          : html`<p class="muted">Start with <code>npm run demo -- --break</code> to break a service there on purpose, and see it judged.</p>`
      }</li>
      <li class="card"><h3><a href="/spec/">Specification</a></h3><p>One chapter for each noun, and an id for every requirement.</p></li>
    </ul>
  </section>
</div>`
}

/** Makes the route of `/`. */
export function makeHome({ writeEntry, hasBench }: HomeParts): Hono {
  const routes = new Hono()
  routes.get('/', (context) => {
    context.header('cache-control', 'no-store')
    const main = writeMain(writeEntry(context), hasBench)
    return context.html(writePage({ title: 'Push to browsers', scripts: [], main }))
  })
  return routes
}
