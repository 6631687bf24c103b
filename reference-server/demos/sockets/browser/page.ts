/** The page of the sockets: a plain WebSocket, and nothing of the protocol. */

const mostLines = 200
const longestWaitMs = 30_000
/** The page was not let in, or has to go. */
const finalCodes = [1000, 4003]
const finalStatuses = [400, 403, 413]

/** What the person wants to be connected as; nothing after leaving. */
let wish: URLSearchParams | undefined
let socket: WebSocket | undefined
let retry: ReturnType<typeof setTimeout> | undefined
/** Ends in a row that nobody wished for. */
let losses = 0

function find<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has no #${id}`)
  return element as Type
}

const text = find<HTMLInputElement>('text')
const connectForm = find<HTMLFormElement>('connect')

function showError(words: string): void {
  find('error').textContent = words
}

/** Shows the state, and lets the person do what can be done in it. */
function showState(state: 'connecting' | 'open' | 'closed', words: string): void {
  find('state').dataset.state = state
  find('state').textContent = words
  for (const control of [text, find<HTMLButtonElement>('send')]) control.disabled = state !== 'open'
  find<HTMLButtonElement>('leave').disabled = state === 'closed'
  for (const control of connectForm.querySelectorAll<HTMLInputElement>('input, #enter'))
    control.disabled = state !== 'closed'
}

function addLine(words: string): void {
  const log = find('log')
  const line = document.createElement('p')
  line.textContent = words
  log.append(line)
  if (log.childElementCount > mostLines) log.firstElementChild?.remove()
  log.scrollTop = log.scrollHeight
}

function leave(why: string): void {
  wish = undefined
  clearTimeout(retry)
  socket?.close(1000)
  showState('closed', 'Not connected')
  showError(why)
}

/** Comes back by itself, later each time. */
function tryLater(why: string): void {
  showState('connecting', 'Connecting again soon')
  showError(why)
  retry = setTimeout(connect, Math.min(longestWaitMs, 1000 * 2 ** losses))
  losses += 1
}

/** Asks the application where to connect, and connects there. */
async function connect(): Promise<void> {
  const wished = wish
  if (wished === undefined) return
  const answer = await fetch('/sockets/url', { method: 'POST', body: wished }).catch(
    () => undefined,
  )
  const said = (await answer?.json().catch(() => ({}))) as { url?: string; detail?: string }
  if (wished !== wish) return
  if (said?.url !== undefined) {
    open(said.url)
    return
  }
  const why = `Not connected: ${said?.detail ?? 'the application is away'}.`
  // Of a lost connection the service may know later than its page: the name is taken until then.
  const isFinal = losses === 0 && answer?.status === 409
  if (isFinal || finalStatuses.includes(answer?.status ?? 0)) leave(why)
  else tryLater(why)
}

function open(url: string): void {
  const opened = new WebSocket(url)
  socket = opened
  opened.onopen = () => {
    showState('open', 'Connected')
    showError('')
    if (losses === 0) text.focus()
  }
  opened.onmessage = ({ data }) => {
    losses = 0
    addLine(data)
  }
  opened.onclose = ({ code, reason }) => {
    if (socket !== opened) return
    socket = undefined
    if (wish === undefined) return
    const why = `The socket ended: ${reason || 'the connection was lost'} (${code}).`
    if (finalCodes.includes(code)) leave(why)
    else tryLater(why)
  }
}

connectForm.addEventListener('submit', (event) => {
  event.preventDefault()
  const form = [...new FormData(connectForm)].map(([name, value]) => [name, `${value}`])
  wish = new URLSearchParams(form)
  losses = 0
  showError('')
  showState('connecting', 'Connecting')
  void connect()
})

find('say').addEventListener('submit', (event) => {
  event.preventDefault()
  socket?.send(text.value)
  text.value = ''
})

find('leave').addEventListener('click', () => leave(''))

showState('closed', 'Not connected')
