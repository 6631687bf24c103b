/** The sockets of the soak: they alone know which are open as their pages see it, and under which id. */
import { setTimeout } from 'node:timers/promises'
import type { Webhook } from '../application/webhook.ts'
import type { Calls } from './calls.ts'
import type { HostProcess } from './host-process.ts'
import type { Word } from './host-words.ts'
import type { Random } from './random.ts'

/** Sockets that pages open, use and close. */
export interface Sockets {
  /** Opens some, says something on some, and closes some. */
  stir(host: HostProcess): Promise<void>
  /** A process of pages has ended, and its sockets with it. */
  noteKilled(host: HostProcess): void
  hear(word: Word): void
  /** As the application: tells a newcomer its id, and echoes what is said. */
  take(webhook: Webhook): void
  /** Ids of those that are open. */
  open(): string[]
  /** Those that are open without knowing their id yet: the application's first text is on its way. */
  unnamed(): number
  /** Texts that came back. */
  echoes(): number
}

interface Page {
  host: HostProcess
  id: string | undefined
}

const NAMING = 'you are '
const ECHO = 'you said '
const MOST = 30
/** Until newcomers are accepted, more often than not. */
const TALK_AFTER_MS = 300

/** Sockets, none of them open. */
export function makeSockets(calls: Calls, random: Random): Sockets {
  const pages = new Map<number, Page>()
  let newest = 0
  let echoes = 0

  async function open(host: HostProcess): Promise<void> {
    const answer = await calls.post('/v1/sockets', { path: `room/${random.below(5)}` })
    if (answer?.status !== 201) return
    newest += 1
    pages.set(newest, { host, id: undefined })
    host.send({ do: 'open-socket', socket: newest, url: String(answer.body.url) })
  }

  return {
    stir: async (host) => {
      const count = Math.min(4, MOST - pages.size)
      for (let opened = 0; opened < count; opened += 1) await open(host)
      await setTimeout(TALK_AFTER_MS)
      for (const [socket, page] of pages) {
        if (random.chance(0.2)) page.host.send({ do: 'close-socket', socket })
        else page.host.send({ do: 'say', socket, text: `word ${socket}` })
      }
    },
    noteKilled: (host) => {
      for (const [socket, page] of pages) if (page.host === host) pages.delete(socket)
    },
    hear: (word) => {
      if (word.told === 'socket-over') pages.delete(word.socket)
      if (word.told !== 'socket-text') return
      const page = pages.get(word.socket)
      if (page && word.text.startsWith(NAMING)) page.id = word.text.slice(NAMING.length)
      if (word.text.startsWith(ECHO)) echoes += 1
    },
    take: (webhook) => {
      const send = (body: string, socket: string): void => {
        void calls.post('/v1/sockets/messages', { sockets: [socket], body })
      }
      if (webhook.event === 'handshake') send(`${NAMING}${webhook.socket}`, webhook.socket)
      if (webhook.event === 'message') send(`${ECHO}${webhook.body}`, webhook.socket)
    },
    open: () => [...pages.values()].flatMap(({ id }) => (id === undefined ? [] : [id])),
    unnamed: () => [...pages.values()].filter(({ id }) => id === undefined).length,
    echoes: () => echoes,
  }
}
