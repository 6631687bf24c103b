/** The script of the push chat's page: signs in, opens a channel, and shows what is pushed. */
import type { Goog, GoogSocket } from '../../goog.ts'
import {
  addMessage,
  elements,
  type PostedMessage,
  type PresentUser,
  showError,
  showMessages,
  showState,
  showUsers,
} from './view.ts'

declare const goog: Goog

/** What a sign-in gives. */
interface Self {
  client_id: string
  token: string
}

const keptName = 'push-chat'
/** Every text that is shown, in its order; the latest come both with the history and as they are pushed. */
let shown: string[] = []
let self: Self | undefined
let socket: GoogSocket | undefined

async function demand(request: Promise<Response>): Promise<Response> {
  const answer = await request
  if (socket?.readyState === 1) showState('open', 'Connected')
  if (answer.ok) return answer
  const { detail } = await answer.json().catch(() => ({}))
  throw Object.assign(new Error(detail ?? `the server answered ${answer.status}`), {
    status: answer.status,
  })
}

function tell(what: string): (cause: unknown) => void {
  return (cause) => {
    // What fetch throws where there is no answer says nothing to a person.
    const isAway = cause instanceof TypeError
    if (isAway && socket) showState('connecting', 'Connecting')
    const why = isAway ? 'the server cannot be reached; try again in a moment' : cause
    showError(`${what}: ${why instanceof Error ? why.message : why}.`)
  }
}

async function signIn(): Promise<void> {
  elements.entrance.hidden = true
  showState('connecting', 'Signing in')
  try {
    const answer = await demand(fetch('/login', { cache: 'no-store' }))
    const { users, ...login }: Self & { users: PresentUser[] } = await answer.json()
    self = login
    showUsers(users, login.client_id)
    open(login)
  } catch (cause) {
    leave('Not signed in')
    tell('You could not sign in')(cause)
  }
}

function leave(state: string): void {
  const left = socket
  socket = undefined
  self = undefined
  left?.close()
  elements.entrance.hidden = false
  showState('closed', state)
}

/** Opens the channel of a sign-in; one that was open is over. */
function open({ token }: Self): void {
  elements.entrance.hidden = true
  elements.room.hidden = false
  showState('connecting', 'Connecting')
  const left = socket
  let opened: GoogSocket | undefined
  const isCurrent = (): boolean => opened === socket
  opened = new goog.appengine.Channel(token).open({
    onopen() {
      if (!isCurrent()) return
      showState('open', 'Connected')
      showError('')
      void catchUp()
    },
    onmessage({ data }) {
      if (isCurrent()) receive(data)
    },
    onerror({ code, description }) {
      if (!isCurrent()) return
      socket = undefined
      if (code === 401) void signIn()
      else {
        leave('Disconnected')
        showError(`The channel is closed: ${description}. Sign in to come back.`)
      }
    },
    onclose() {
      if (isCurrent()) leave('Disconnected')
    },
  })
  opened.onreconnect = ({ resumed }) => {
    if (!isCurrent()) return
    showState('open', 'Connected')
    showError('')
    if (!resumed) void catchUp()
  }
  socket = opened
  left?.close()
}

function receive(text: string): void {
  const own = self?.client_id ?? ''
  const { message, users }: { message?: PostedMessage; users?: PresentUser[] } = JSON.parse(text)
  if (users) showUsers(users, own)
  if (!message || shown.includes(text)) return
  shown = [...shown, text].slice(-500)
  addMessage(message, own)
}

/** Shows the stored messages and who is here; who is known no longer signs in again. */
async function catchUp(): Promise<void> {
  if (!self) return
  const { client_id: own } = self
  const query = `?client_id=${encodeURIComponent(own)}`
  try {
    const [history, users] = await Promise.all(
      ['/push/history', '/push/users'].map((path) => demand(fetch(path + query))),
    )
    const texts: string[] = await history?.json()
    // Whoever signed in again meanwhile has a list of its own.
    if (own !== self?.client_id) return
    shown = [...texts, ...shown.filter((text) => !texts.includes(text))].sort(byTime)
    showMessages(
      shown.map((text) => JSON.parse(text).message),
      own,
    )
    receive((await users?.text()) ?? '')
  } catch (cause) {
    if ((cause as { status?: number }).status === 403) await signIn()
    else tell('The earlier messages did not come')(cause)
  }
}

function byTime(one: string, other: string): number {
  const at = (text: string): number => Date.parse(JSON.parse(text).message.datetime)
  return at(one) - at(other)
}

async function post(value: string): Promise<void> {
  if (!self) return
  const body = new URLSearchParams({ ...self, value })
  await demand(fetch(`/post?time=${Date.now()}`, { method: 'POST', body }))
}

elements.login.addEventListener('submit', (event) => {
  event.preventDefault()
  showError('')
  void signIn().then(() => elements.message.focus())
})

elements.send.addEventListener('submit', (event) => {
  event.preventDefault()
  const { value } = elements.message
  post(value)
    .catch(async (cause) => {
      if (cause.status !== 403) throw cause
      await signIn()
      await post(value)
    })
    .then(() => {
      showError('')
      if (elements.message.value === value) elements.message.value = ''
    })
    .catch(tell('Your message was not sent'))
})

// A reload keeps its user; a second window, even one that was copied from this, gets one of its own.
addEventListener('pagehide', () => {
  if (self) sessionStorage.setItem(keptName, JSON.stringify(self))
})
addEventListener('pageshow', () => sessionStorage.removeItem(keptName))
const kept = sessionStorage.getItem(keptName)
if (kept === null) showState('closed', 'Not signed in')
else {
  self = JSON.parse(kept) as Self
  open(self)
}

// The script comes back by itself and says nothing while it is away.
setInterval(() => {
  if (socket?.readyState === 0) showState('connecting', 'Connecting')
}, 250)
