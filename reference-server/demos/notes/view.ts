/** The pages of the notes as HTML. */
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { writePage } from '../page.ts'
import { USERS, type User } from './users.ts'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** Writes the page for somebody who is not signed in. */
export function writeSignInPage(): Html {
  const users = USERS.map(
    ({ id, name, address }) => html`<p class="row">
      <button name="user" value="${id}">${name}</button> <span class="muted">${address}</span>
    </p>`,
  )
  const main = html`<div class="stack">
    <p class="lead">Mail becomes a note, and the note shows at once in every page that you have open.</p>
    <form class="card stack" method="post" action="/notes/sign-in">
      <h2>Sign in as</h2>
      <p class="muted">This is a demo: everybody can be each of these users, without a password.</p>
      ${users}
    </form>
  </div>`
  return writePage({ title: 'Notes', scripts: [], main })
}

/**
 * Writes the page of a user's notes, which its script fills.
 * @param origin where the command line sends to
 */
export function writeNotesPage({ id, name, address }: User, origin: string): Html {
  const command = [
    `npm run example:mail -- --url ${origin}`,
    `--from ${address} --subject "Shopping"`,
    '--text "Milk, bread" --attach README.md',
  ].join(' \\\n  ')
  const main = html`<div class="stack">
    <form class="row" method="post" action="/notes/sign-out">
      <span>Signed in as <strong class="who">${name}</strong> <span class="muted">${address}</span></span>
      <button>Sign out</button>
    </form>
    <p id="notice" class="notice" role="status"></p>
    <p id="error" class="error" role="alert"></p>
    <section class="stack" aria-labelledby="notes-heading">
      <h2 id="notes-heading">Your notes</h2>
      <p id="none" class="muted" hidden>There is no note yet: send one with the command below.</p>
      <ol id="notes" class="grid" data-user="${id}"></ol>
    </section>
    <section class="card stack" aria-labelledby="mail-heading">
      <h2 id="mail-heading">Make a note by mail</h2>
      <p>Run this in the checkout, on the machine of the demo. <code>--help</code> tells the rest.</p>
      <pre tabindex="0" aria-label="Command line"><code>${command}</code></pre>
      <p class="muted">It posts an RFC 822 message to <code>/_ah/mail/create@example.org</code>, as the mail
        gateway of the original did. The sender decides whose note it becomes.</p>
    </section>
  </div>`
  return writePage({
    title: 'Notes',
    scripts: ['/_ah/channel/jsapi', '/demos/notes.js'],
    main,
  })
}
