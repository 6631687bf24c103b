/** The script of the simple chat's page: opens the channel, appends what is pushed, and sends what is written. */
import type { Goog, GoogSocket } from '../../goog.ts'

declare const goog: Goog

function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`the page has no ${id}`)
}

const parameters = find('channel_api_params', HTMLElement)
const center = find('center', HTMLElement)
const text = find('text', HTMLInputElement)
const send = find('send', HTMLButtonElement)
const state = find('state', HTMLElement)
const error = find('error', HTMLElement)
const channelId = parameters.getAttribute('channel_id') ?? ''
const nick = find('nick', HTMLInputElement).value
let socket: GoogSocket | undefined

function showState(kind: 'connecting' | 'open' | 'closed', words: string): void {
  if (state.textContent === words) return
  state.dataset.state = kind
  state.textContent = words
}

function tell(what: string): (cause: unknown) => void {
  return (cause) => {
    // What fetch throws where there is no answer says nothing to a person.
    const isAway = cause instanceof TypeError
    if (isAway && socket) showState('connecting', 'Connecting')
    const why = isAway ? 'the server cannot be reached; try again in a moment' : cause
    error.textContent = `${what}: ${why instanceof Error ? why.message : why}.`
  }
}

async function ask(path: string, form?: Record<string, string>): Promise<Record<string, string>> {
  const body = form && new URLSearchParams(form)
  const answer = await fetch(path, body ? { method: 'POST', body } : {})
  const json = await answer.json().catch(() => ({}))
  if (socket?.readyState === 1) showState('open', 'Connected')
  if (answer.ok) return json
  const { status } = answer
  throw Object.assign(new Error(json.detail ?? `the server answered ${status}`), { status })
}

/** Enters again with the same nick, where the chat does not know this page any more; otherwise tells. */
function enterAgain(what: string): (cause: unknown) => void {
  return (cause) => {
    if ((cause as { status?: number }).status !== 403) {
      tell(what)(cause)
      return
    }
    const form = document.createElement('form')
    form.method = 'post'
    form.action = '/chat/'
    form.hidden = true
    const field = document.createElement('input')
    field.name = 'nick'
    field.value = nick
    form.append(field)
    document.body.append(form)
    form.submit()
  }
}

/** The markup comes from the server's template, which escapes what people wrote. */
function append(html = ''): void {
  center.insertAdjacentHTML('beforeend', html)
  center.scrollTop = center.scrollHeight
}

function open(token: string): void {
  showState('connecting', 'Connecting')
  const opened = new goog.appengine.Channel(token).open()
  socket = opened
  opened.onopen = () => {
    showState('open', 'Connected')
    error.textContent = ''
    void catchUp()
  }
  opened.onmessage = ({ data }) => append(JSON.parse(data).html)
  opened.onerror = ({ code, description }) => {
    if (code === 401) void renew()
    else tell('The channel is closed')(description)
  }
  opened.onclose = () => {
    if (socket === opened) showState('closed', 'Disconnected')
  }
  opened.onreconnect = ({ resumed }) => {
    showState('open', 'Connected')
    error.textContent = ''
    if (!resumed) void catchUp()
  }
}

/** Shows the latest messages anew, for some may have been missed. */
async function catchUp(): Promise<void> {
  try {
    const { html = '' } = await ask(`/chat/messages?channel_id=${encodeURIComponent(channelId)}`)
    center.replaceChildren()
    append(html)
  } catch (cause) {
    enterAgain('Some messages may be missing')(cause)
  }
}

/** Goes on with a new token where the old one died. */
async function renew(): Promise<void> {
  try {
    const { chat_token: token = '' } = await ask('/chat/token', { channel_id: channelId })
    open(token)
  } catch (cause) {
    enterAgain('The channel is closed')(cause)
  }
}

async function say(): Promise<void> {
  const value = text.value
  if (value.trim() === '') return
  try {
    await ask('/newMessage/', { text: value, nick, channel_id: channelId })
    error.textContent = ''
    if (text.value === value) text.value = ''
  } catch (cause) {
    tell('Your message was not sent')(cause)
  }
  text.focus()
}

send.addEventListener('click', () => void say())
text.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.isComposing) void say()
})
// Whoever goes leaves the chat at once, and enters it again where the page is shown once more as it was.
addEventListener('pagehide', () => socket?.close())
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) open(parameters.getAttribute('chat_token') ?? '')
})
// The script comes back by itself and says nothing while it is away.
setInterval(() => {
  if (socket?.readyState === 0) showState('connecting', 'Connecting')
}, 250)

// Loading the page again would send its form once more, while this page has the nick still.
history.replaceState(null, '')
open(parameters.getAttribute('chat_token') ?? '')
center.scrollTop = center.scrollHeight
text.focus()
