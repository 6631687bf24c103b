/** The markup of the live view; what happens is drawn into it by its script. */
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { writePage } from '../page.ts'
import { LANES } from './kinds.ts'

type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

const bench = html`<section class="card" id="bench" aria-labelledby="bench-title">
  <h2 id="bench-title">Break a service</h2>
  <p>A second service is started on a port of its own, with one rule broken on purpose, and the conformance suite judges it by the checks that are aimed at that fault. This service stays as it is.</p>
  <form id="bench-form" class="stack">
    <div class="row">
      <div class="field"><label for="bench-chapter">Chapter</label> <select id="bench-chapter"></select></div>
      <div class="field"><label for="bench-fault">What the service does wrong</label> <select id="bench-fault"></select></div>
    </div>
    <div class="row">
      <button class="primary" type="submit" name="healthy" value="no">Break it and judge</button>
      <button type="submit" name="healthy" value="yes">Judge it without the fault</button>
    </div>
  </form>
  <p id="bench-error" class="error" role="alert"></p>
  <div id="bench-verdict" role="status"></div>
</section>`

/** Writes the page of the live view, with the panel of the bench where there is one. */
export function writeLivePage(hasBench: boolean): Markup {
  const main = html`<div class="stack">
  <p>Everything that the service and the applications of this demo say to each other, as it happens. Open <a href="/push/" target="_blank">the push chat</a> beside this page and say something. Each arrow is linked to the requirement that it follows.</p>
  ${hasBench ? bench : ''}
  <section class="stack" aria-labelledby="lanes-title">
    <div class="row">
      <h2 id="lanes-title">Exchanges</h2>
      <button type="button" id="pause" aria-pressed="false">Pause</button>
      <button type="button" id="clear">Clear</button>
      <label class="row"><input type="checkbox" id="heartbeats"> Heartbeats too</label>
      <span id="count" class="muted"></span>
    </div>
    <div class="lanes">
      <div class="lane-heads" aria-hidden="true">${LANES.map((lane) => html`<span>${lane}</span>`)}</div>
      <div id="scroller" role="group" aria-label="Exchanges, scrolled" tabindex="0">
        <p id="empty" class="muted">Nothing has happened yet.</p>
        <ol id="exchanges"></ol>
      </div>
    </div>
  </section>
  <svg class="visually-hidden" aria-hidden="true" width="0" height="0"><defs>
<marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 1 9 5 0 9z" fill="context-stroke"/></marker>
  </defs></svg>
</div>`
  return writePage({
    title: 'Live view',
    scripts: ['/_ah/channel/jsapi', '/demos/live.js'],
    main,
  })
}
