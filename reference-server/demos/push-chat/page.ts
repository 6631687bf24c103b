/** The page of the push chat; it alone knows its markup. */
import { html } from 'hono/html'
import { writePage } from '../page.ts'

/** Writes the page; everything in it that somebody said comes later, as text. */
export function writePushPage(): ReturnType<typeof writePage> {
  return writePage({
    title: 'Push chat',
    scripts: ['/_ah/channel/jsapi', '/demos/push-chat.js'],
    main: html`<div class="stack">
      <p class="lead">Everybody who signs in has a token of their own. What one posts, the application pushes to all, and
        whoever comes or goes is told to everybody.</p>
      <div id="entrance"><form name="loginForm" id="login-form" class="row">
        <button class="primary">Sign in</button>
        <span class="muted">No name is asked for; a second window is a second person.</span>
      </form></div>
      <p id="error" class="error" role="alert"></p>
      <div id="room" hidden><div class="stack">
        <section aria-labelledby="here-title" class="card">
          <h2 id="here-title">Here now</h2>
          <div id="users" class="row" role="list" aria-labelledby="here-title"></div>
        </section>
        <section aria-labelledby="messages-title" class="stack">
          <h2 id="messages-title">Messages</h2>
          <div id="messages" class="log" role="log" aria-labelledby="messages-title" tabindex="0"></div>
          <form name="sendForm" id="send-form" class="row">
            <div class="field"><label for="message">Your message</label>
              <input type="text" id="message" maxlength="4000" autocomplete="off" required></div>
            <button class="primary">Post</button>
          </form>
        </section>
      </div></div>
    </div>`,
  })
}
