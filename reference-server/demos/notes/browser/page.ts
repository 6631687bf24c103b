/** The page of the notes: it shows each note at once, and renews its channel as the original's client does. */
import type { Goog, GoogSocket } from '../../goog.ts'
import { type Note, showNotes } from './list.ts'

declare const goog: Goog

const longestWaitMs = 30_000

/** This page's own id: it keeps its client id with every token. */
const page = [...crypto.getRandomValues(new Uint8Array(16))]
  .map((byte) => byte.toString(16).padStart(2, '0'))
  .join('')

/** What is open, or comes back by itself. */
let socket: GoogSocket | undefined
let failures = 0
let isWanted = false
let isLoading = false

function show(id: 'notice' | 'error', text: string): void {
  const element = document.querySelector(`#${id}`)
  if (element) element.textContent = text
}

function showState(state: 'connecting' | 'open' | 'closed', text: string): void {
  const element = document.querySelector<HTMLElement>('#state')
  // What is set again is announced again.
  if (!element || element.textContent === text) return
  element.dataset.state = state
  element.textContent = text
}

function showOpen(): void {
  showState('open', 'Connected')
  show('error', '')
}

function showSignedOut(): void {
  show('error', 'Your session is over: load the page again and sign in.')
}

/** Loads the list, and once more where a note came while it was on its way. */
async function loadNotes(): Promise<void> {
  isWanted = true
  if (isLoading) return
  isLoading = true
  try {
    while (isWanted) {
      isWanted = false
      const answer = await fetch('/notes/list')
      if (answer.status === 401) return showSignedOut()
      if (!answer.ok) throw new Error(`the list was refused with ${answer.status}`)
      const { user, notes } = (await answer.json()) as { user: string; notes: Note[] }
      // Another page of this browser signed in as somebody else.
      if (user !== document.querySelector<HTMLElement>('#notes')?.dataset.user)
        return location.reload()
      showNotes(notes)
    }
  } catch (cause) {
    isWanted = true
    show('error', `The notes could not be loaded: ${(cause as Error).message}`)
  } finally {
    isLoading = false
  }
}

/** Tries again later, so that the page comes back by itself. */
function tryLater(why: string): void {
  const waitMs = Math.min(longestWaitMs, 1000 * 2 ** failures)
  failures += 1
  showState('connecting', 'Connecting again soon')
  show('error', why)
  setTimeout(connect, waitMs)
}

async function connect(): Promise<void> {
  const answer = await fetch(`/notify_token?page=${page}`).catch(() => undefined)
  if (answer?.status === 401) {
    showState('closed', 'Not connected')
    showSignedOut()
    return
  }
  if (!answer?.ok) {
    tryLater(answer ? `No token: the notes answered ${answer.status}.` : 'The notes are away.')
    return
  }
  const { token } = (await answer.json()) as { token: string }
  openChannel(token)
}

function openChannel(token: string): void {
  const opened = new goog.appengine.Channel(token).open()
  socket = opened
  opened.onopen = () => {
    failures = 0
    showOpen()
    void loadNotes()
  }
  opened.onreconnect = ({ resumed }) => {
    showOpen()
    if (!resumed || isWanted) void loadNotes()
  }
  opened.onmessage = ({ data }) => {
    show('notice', `Pushed: “${JSON.parse(data)}” This page did that by itself.`)
    void loadNotes()
  }
  opened.onerror = ({ code, description }) => {
    socket = undefined
    if (code === 401) void connect()
    else {
      showState('closed', 'Not connected')
      show('error', `The channel ended: ${description} (${code}). Load the page again.`)
    }
  }
  opened.onclose = () => {
    if (socket === opened) showState('closed', 'Not connected')
  }
}

showState('connecting', 'Connecting')
void loadNotes()
void connect()

// The script comes back by itself and says nothing while it is away.
setInterval(() => {
  if (socket?.readyState === 0) showState('connecting', 'Connecting again')
  if (socket?.readyState === 1) showState('open', 'Connected')
}, 1000)
