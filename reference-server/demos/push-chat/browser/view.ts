/** What the page of the push chat shows; it alone knows the elements. What others said is text, never markup. */

/** One post, as it is pushed. */
export interface PostedMessage {
  value: string
  client_id: string
  datetime: string
  ip?: string
}

/** Somebody who is here. */
export interface PresentUser {
  client_id: string
  ip?: string
}

/** The elements of the page by what they are for. */
export const elements = {
  entrance: find('entrance', HTMLElement),
  login: find('login-form', HTMLFormElement),
  room: find('room', HTMLElement),
  send: find('send-form', HTMLFormElement),
  message: find('message', HTMLInputElement),
}

const state = find('state', HTMLElement)
const error = find('error', HTMLElement)
const users = find('users', HTMLElement)
const messages = find('messages', HTMLElement)

function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`the page has no ${id}`)
}

/** Says where the connection is in its life. */
export function showState(kind: 'connecting' | 'open' | 'closed', text: string): void {
  if (state.textContent === text) return
  state.dataset.state = kind
  state.textContent = text
}

/** Says what went wrong, or with an empty text that nothing is wrong any more. */
export function showError(text: string): void {
  error.textContent = text
}

/** Shows who is here; `own` is this page's client id. */
export function showUsers(present: readonly PresentUser[], own: string): void {
  users.replaceChildren(
    ...present.map(({ client_id: clientId, ip }) => {
      const name = clientId === own ? 'you' : shorten(clientId)
      const item = write('span', ip === undefined ? name : `${name} ${ip}`, 'badge')
      item.title = clientId
      item.role = 'listitem'
      return item
    }),
  )
}

/** Shows these messages and no others. */
export function showMessages(all: readonly PostedMessage[], own: string): void {
  messages.replaceChildren(...all.map((message) => writeMessage(message, own)))
  messages.scrollTop = messages.scrollHeight
}

/** Adds one message below the others. */
export function addMessage(message: PostedMessage, own: string): void {
  const line = writeMessage(message, own)
  line.classList.add('new')
  messages.append(line)
  messages.scrollTop = messages.scrollHeight
}

function writeMessage({ value, client_id: clientId, datetime, ip }: PostedMessage, own: string) {
  const time = document.createElement('time')
  time.dateTime = datetime
  time.title = datetime
  time.textContent = datetime.slice(11, 19)
  const who = write('span', clientId === own ? 'you' : shorten(clientId), 'who')
  who.title = ip === undefined ? clientId : `${clientId} ${ip}`
  const line = document.createElement('p')
  line.append(time, ' ', who, ' ', write('bdi', value))
  return line
}

function write(kind: 'span' | 'bdi', text: string, className = ''): HTMLElement {
  const element = document.createElement(kind)
  element.textContent = text
  element.className = className
  return element
}

/** Enough of a client id to tell people apart. */
function shorten(clientId: string): string {
  return clientId.replace(/^push-/, '').slice(0, 6)
}
