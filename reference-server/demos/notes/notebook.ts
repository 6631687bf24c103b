/** What happens to notes: it alone joins arriving mail with what is kept and with who is told. */
import { randomUUID } from 'node:crypto'
import type { Application, Channel } from '@channel-protocol/reference-server/application'
import { HTTPException } from 'hono/http-exception'
import type { Complain } from '../push-chat/parts.ts'
import { isPageId, type Pages } from './pages.ts'
import { readMail } from './read-mail.ts'
import type { Note, NoteStore } from './store.ts'
import { findSender, type User } from './users.ts'

/** The text of every push, quoted as JSON as in the original. */
export const PUSH = JSON.stringify('A new note was created! Refresh the page to see it.')

/** What a notebook needs. */
export interface NotebookParts {
  application: Pick<Application, 'createChannel' | 'sendMessage'>
  pages: Pages
  store: NoteStore
  clock: { nowMs(): number }
  /** How long the tokens of pages live. */
  minutes: number
  complain: Complain
}

/** The notes of all users. What is refused is thrown as an HTTPException. */
export interface Notebook {
  /** Answers what a page of that user connects with; a page that names itself keeps its client id. */
  openChannel(user: User, page: string | undefined): Promise<Channel>
  /** Makes a note of a message, for the user who sent it, and tells that user's pages; rejects with 403 where its sender is no user. */
  takeMail(raw: ArrayBuffer): Promise<void>
  list(user: User): Note[]
  readAttachment(user: User, id: number): ReturnType<NoteStore['readAttachment']>
}

/** Makes the notebook. */
export function makeNotebook(parts: NotebookParts): Notebook {
  const { application, pages, store, clock, minutes, complain } = parts

  async function tell(user: User): Promise<void> {
    const sent = pages.of(user.id).map((clientId) => application.sendMessage(clientId, PUSH))
    // The note is kept: a gateway that heard of a failure would send it again.
    for (const result of await Promise.allSettled(sent))
      if (result.status === 'rejected') complain('a push did not reach the service', result.reason)
  }

  return {
    // The original's client names no page: each of its tokens is for a page of its own.
    async openChannel(user, page = randomUUID()) {
      if (!isPageId(page))
        throw new HTTPException(400, {
          message: 'page is not 8 to 64 letters, digits, hyphens and underscores',
        })
      const clientId = pages.admit(user.id, page)
      if (clientId === undefined)
        throw new HTTPException(429, { message: 'too many pages of this user are open: close one' })
      return application.createChannel(clientId, minutes)
    },
    async takeMail(raw) {
      const mail = await readMail(raw)
      const user = findSender(mail.from)
      if (user === undefined)
        throw new HTTPException(403, { message: 'the sender is no user of the notes' })
      store.add(user.id, mail, clock.nowMs())
      await tell(user)
    },
    list: (user) => store.list(user.id),
    readAttachment: (user, id) => store.readAttachment(user.id, id),
  }
}
