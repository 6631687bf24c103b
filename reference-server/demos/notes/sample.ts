/** The notes as a sample: mail becomes a note, and every open page of its user is told at once. */
import type { DatabaseSync } from 'node:sqlite'
import type { Application } from '@channel-protocol/reference-server/application'
import type { Complain } from '../push-chat/parts.ts'
import type { Sample } from '../sample.ts'
import { makeNotebook } from './notebook.ts'
import { makePages, PREFIX } from './pages.ts'
import { makeRoutes } from './routes.ts'
import { makeSessions } from './sessions.ts'
import { makeNoteStore } from './store.ts'

/** What the notes run with. */
export interface NotesParts {
  application: Pick<Application, 'createChannel' | 'sendMessage'>
  /** The public base of the demo. */
  origin: string
  /** What notes and sessions are kept in. */
  store: DatabaseSync
  clock: { nowMs(): number }
  /** How long the tokens of pages live, 60 minutes where absent. */
  notesMinutes?: number
  /** What the mail gateway proves itself with; where absent, programs of this machine are the gateway. */
  mailSecret?: string
  complain: Complain
}

/** Makes the sample of notes; who is signed in is in the store. */
export function makeNotesSample(parts: NotesParts): Sample {
  const { origin, store, clock, notesMinutes: minutes = 60, mailSecret } = parts
  const pages = makePages(clock, minutes * 60_000)
  const notebook = makeNotebook({ ...parts, pages, store: makeNoteStore(store), minutes })
  const routes = makeRoutes({
    notebook,
    sessions: makeSessions(store, clock),
    origin,
    mailSecret,
    complain: parts.complain,
  })
  return {
    prefix: PREFIX,
    routes,
    async take(webhook) {
      if (webhook.event === 'connected' || webhook.event === 'disconnected') pages.take(webhook)
      else if (webhook.event === 'started') pages.started(webhook.epoch)
    },
    async stop() {},
  }
}
