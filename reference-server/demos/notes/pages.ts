/** The pages of each user: it alone knows which client ids a push about a new note goes to. */
import {
  type ConnectedWebhook,
  type DisconnectedWebhook,
  makePresenceBook,
} from '@channel-protocol/reference-server/application'
import { findUser } from './users.ts'

/** Every client id of the notes begins with this. */
export const PREFIX = 'notes-'

const mostPages = 32
const clientIds = /^notes-([a-z]+)-[\w-]{8,64}$/

/**
 * The pages of all users, at most 32 of each. A page that is not connected is kept while the token that it may come
 * back with lives, so that what it missed is replayed to it.
 */
export interface Pages {
  /**
   * Counts a page in until its token ends, and answers its client id; nothing where the user has too many connected
   * pages. Where one has to go, it is the one that has been away the longest.
   */
  admit(userId: string, page: string): string | undefined
  /** Takes a report of the service, which may be a repeat or older than another. */
  take(report: ConnectedWebhook | DisconnectedWebhook): void
  /** Takes a `started`: pages that have a smaller epoch are not connected. */
  started(epoch: number): void
  /** The client ids of a user's pages. */
  of(userId: string): string[]
}

/** Whether text can be the id of a page: 8 to 64 letters, digits, `-` and `_`. */
export function isPageId(text: string): boolean {
  return /^[\w-]{8,64}$/.test(text)
}

/** Makes an empty set of pages, whose tokens live for so many milliseconds. */
export function makePages(clock: { nowMs(): number }, tokenMs: number): Pages {
  const book = makePresenceBook()
  /** Until when the token of each page lives, by user and client id; the one heard of least recently is first. */
  const known = new Map<string, Map<string, number>>()

  function tidy(userId: string): Map<string, number> {
    const pages = known.get(userId) ?? new Map<string, number>()
    known.set(userId, pages)
    for (const [clientId, untilMs] of pages)
      if (untilMs <= clock.nowMs() && !book.isOnline(clientId)) pages.delete(clientId)
    return pages
  }

  function keep(userId: string, clientId: string): boolean {
    const pages = tidy(userId)
    pages.delete(clientId)
    const away = [...pages.keys()].find((one) => !book.isOnline(one))
    if (pages.size >= mostPages) {
      if (away === undefined) return false
      pages.delete(away)
    }
    pages.set(clientId, clock.nowMs() + tokenMs)
    return true
  }

  return {
    admit(userId, page) {
      const clientId = `${PREFIX}${userId}-${page}`
      return keep(userId, clientId) ? clientId : undefined
    },
    take(report) {
      const userId = clientIds.exec(report.clientId)?.[1] ?? ''
      if (findUser(userId) === undefined || !book.note(report)) return
      // A page may come back with a token from before a restart.
      if (report.event === 'connected') keep(userId, report.clientId)
    },
    started(epoch) {
      book.started(epoch)
    },
    of: (userId) => [...tidy(userId).keys()],
  }
}
