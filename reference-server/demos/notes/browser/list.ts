/** The list of notes in the page; whatever a note holds is text, never markup. */

interface Attachment {
  id: number
  name: string
  type: string
  bytes: number
}

/** A note as `/notes/list` has it. */
export interface Note {
  title: string
  body: string
  created_at: string
  attachments: Attachment[]
}

function make(name: string, text: string, className = ''): HTMLElement {
  const element = document.createElement(name)
  element.textContent = text
  element.className = className
  return element
}

function makeAttachment({ id, name, type, bytes }: Attachment): HTMLElement {
  const item = document.createElement('li')
  const link = document.createElement('a')
  link.href = `/notes/attachments/${id}`
  link.textContent = name
  item.append(link, ' ', make('span', `${type}, ${bytes} bytes`, 'muted'))
  return item
}

function makeNote({ title, body, created_at, attachments }: Note): HTMLElement {
  const item = make('li', '', 'card')
  const time = document.createElement('time')
  time.dateTime = created_at
  time.textContent = new Date(created_at).toLocaleString()
  time.className = 'muted'
  item.append(make('h3', title), time)
  if (body) {
    const text = make('p', body)
    text.style.whiteSpace = 'pre-wrap'
    item.append(text)
  }
  if (attachments.length > 0) {
    const list = document.createElement('ul')
    list.setAttribute('aria-label', 'Attachments')
    list.append(...attachments.map(makeAttachment))
    item.append(list)
  }
  return item
}

/** Shows these notes in place of those that are there. */
export function showNotes(notes: readonly Note[]): void {
  document.querySelector('#notes')?.replaceChildren(...notes.map(makeNote))
  document.querySelector('#none')?.toggleAttribute('hidden', notes.length > 0)
}
