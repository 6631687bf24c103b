/** The shell that every page of the samples has: head, heading, navigation and a place for what the person must know. */
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

/** What a page is made of; texts are escaped, `main` is markup made with `html`. */
export interface PageContent {
  title: string
  /** URLs of classic scripts, loaded in this order at the end of the body. */
  scripts: readonly string[]
  main: HtmlEscapedString | Promise<HtmlEscapedString>
}

/** The samples' pages as the navigation has them; a page whose title is one of these is the current one. */
const places = [
  { title: 'Push chat', path: '/push/' },
  { title: 'Simple chat', path: '/chat/' },
  { title: 'Notes', path: '/notes/' },
  { title: 'Sockets', path: '/sockets/' },
  { title: 'Live view', path: '/live/' },
  { title: 'Specification', path: '/spec/' },
] as const

const sign = html`<svg viewBox="0 0 32 22" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"><path d="M2 6h25m-6-4 6 4-6 4M30 16H5m6-4-6 4 6 4"/></svg>`

/** Writes a whole page. Its connection state and errors are shown in `#state`, which assistive technology announces. */
export function writePage({
  title,
  scripts,
  main,
}: PageContent): HtmlEscapedString | Promise<HtmlEscapedString> {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} · Channel Protocol</title>
  <link rel="stylesheet" href="/demos/style.css">
  <link rel="icon" href="data:,">
</head>
<body>
  <a class="skip" href="#main">To the content</a>
  <header>
    <div class="bar">
      <a class="brand" href="/">${sign} Channel Protocol</a>
      <nav aria-label="Samples"><ul>${places.map((place) => writePlace(place, title))}</ul></nav>
    </div>
  </header>
  <main id="main" tabindex="-1">
    <div class="title"><h1>${title}</h1> <p id="state" role="status"></p></div>
    ${main}
  </main>
  ${scripts.map((src) => html`<script src="${src}"></script>`)}
</body>
</html>`
}

function writePlace(
  { title, path }: (typeof places)[number],
  current: string,
): HtmlEscapedString | Promise<HtmlEscapedString> {
  const mark = title === current ? html` aria-current="page"` : ''
  return html`<li><a href="${path}"${mark}>${title}</a></li>`
}
