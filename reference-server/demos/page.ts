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
  <title>${title} · Channel Protocol</title>
  <link rel="stylesheet" href="/demos/style.css">
  <link rel="icon" href="data:,">
</head>
<body>
  <header><a href="/">Channel Protocol</a> <h1>${title}</h1> <p id="state" role="status"></p></header>
  <main>${main}</main>
  ${scripts.map((src) => html`<script src="${src}"></script>`)}
</body>
</html>`
}
