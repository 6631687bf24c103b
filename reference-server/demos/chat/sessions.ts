/** Sessions of the simple chat: it alone knows their cookie, and what each is to be told once. */
import { createHash, randomBytes } from 'node:crypto'
import { parse, serialize } from 'hono/utils/cookie'

const cookieName = 'simple_chat_session'
const mostNotices = 1000

/** The sessions of one chat. */
export interface ChatSessions {
  /** The session's id that a header `Cookie` holds, if any. */
  read(cookies: string | undefined): string | undefined
  /** The value of `Set-Cookie` for a session. */
  write(session: string): string
  /** An id that nobody can guess. */
  make(): string
  /** What stands for a session in the store. */
  digest(session: string): string
  /** Keeps what a session is to be told; of more than 1000 the oldest are dropped. */
  putNotice(session: string, notice: string): void
  hasNotice(session: string): boolean
  /** What a session is to be told, once. */
  takeNotice(session: string | undefined): string | undefined
}

/** Makes sessions of an origin without notices. */
export function makeChatSessions(origin: string): ChatSessions {
  const notices = new Map<string, string>()
  const secure = origin.startsWith('https:')
  return {
    read: (cookies = '') => parse(cookies, cookieName)[cookieName],
    write: (session) =>
      serialize(cookieName, session, { path: '/', httpOnly: true, sameSite: 'Lax', secure }),
    make: () => randomBytes(16).toString('base64url'),
    digest: (session) => createHash('sha256').update(session).digest('base64url'),
    putNotice(session, notice) {
      notices.delete(session)
      notices.set(session, notice)
      const [oldest] = notices.keys()
      if (notices.size > mostNotices && oldest !== undefined) notices.delete(oldest)
    },
    hasNotice: (session) => notices.has(session),
    takeNotice(session = '') {
      const notice = notices.get(session)
      notices.delete(session)
      return notice
    },
  }
}
