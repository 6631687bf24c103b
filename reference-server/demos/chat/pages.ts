/** The markup of the simple chat; everything that people wrote is escaped here and nowhere else. */
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { writeLocalInstant, writeTimeOfDay } from '../local-time.ts'
import { writePage } from '../page.ts'
import { TEXT_LIMITS } from './clean-text.ts'
import type { ChatMessage } from './messages.ts'

/** Markup, as `html` makes it. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

/** What a page of somebody who entered is made of. */
export interface ChatPageContent {
  nick: string
  channelId: string
  token: string
  messages: readonly ChatMessage[]
  timeZone: string
}

/** Writes the form with which somebody enters, and what is to be said about the last attempt, if anything. */
export function writeEntryForm(notice: string | undefined): Markup {
  // The notice may be far down the page; where the focus is, the browser shows it.
  const marks =
    notice === undefined ? '' : html` autofocus aria-invalid="true" aria-describedby="notice"`
  return html`<form method="post" action="/chat/" class="stack">
    ${notice === undefined ? '' : html`<p id="notice" class="notice" role="alert">${notice}</p>`}
    <div class="row">
      <div class="field"><label for="nick">Your nickname</label>
        <input type="text" id="nick" name="nick" maxlength="${TEXT_LIMITS.nick}" autocomplete="nickname"${marks}></div>
      <button class="primary">Enter the chat</button>
    </div>
  </form>`
}

/** Writes messages, those of the page and those that are pushed alike. */
export function writeMessages(messages: readonly ChatMessage[], timeZone: string): Markup {
  return html`${messages.map(
    ({ nick, text, atMs }) =>
      html`<p><time datetime="${writeLocalInstant(atMs, timeZone)}">${writeTimeOfDay(atMs, timeZone)}</time> <bdi class="who">${nick}</bdi> <bdi>${text}</bdi></p>`,
  )}`
}

/** Writes the page of somebody who entered, with the ids and attributes that scripts of the original look for. */
export function writeChatPage({
  nick,
  channelId,
  token,
  messages,
  timeZone,
}: ChatPageContent): Markup {
  return writePage({
    title: 'Simple chat',
    scripts: ['/_ah/channel/jsapi', '/demos/chat.js'],
    main: html`<div class="stack">
      <div id="channel_api_params" chat_token="${token}" channel_id="${channelId}" hidden></div>
      <div class="row"><p>You are <bdi class="who">${nick}</bdi>.</p> <a href="/">Leave the chat</a></div>
      <p id="error" class="error" role="alert"></p>
      <div id="center" class="log" role="log" aria-label="Messages" tabindex="0">${writeMessages(messages, timeZone)}</div>
      <div class="row">
        <input type="hidden" id="nick" value="${nick}">
        <div class="field"><label for="text">Your message</label>
          <input type="text" id="text" maxlength="${TEXT_LIMITS.text}" autocomplete="off"></div>
        <button type="button" id="send" class="primary">Send</button>
      </div>
    </div>`,
  })
}
