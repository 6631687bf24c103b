/** The latest messages of the simple chat in the store; it alone knows their table. */
import type { DatabaseSync } from 'node:sqlite'

const mostMessages = 100

/** Something that somebody said, without tags but not escaped. */
export interface ChatMessage {
  nick: string
  text: string
  /** Milliseconds since 1970. */
  atMs: number
}

/** The messages of one chat. */
export interface ChatMessages {
  /** Keeps a message; of more than 100 the oldest are dropped. */
  add(message: ChatMessage): void
  /** The latest 100 messages, oldest first. */
  list(): ChatMessage[]
}

/** Makes the messages that are kept in a store. */
export function makeChatMessages(store: DatabaseSync): ChatMessages {
  store.exec(`CREATE TABLE IF NOT EXISTS chat_messages (
    number INTEGER PRIMARY KEY, nick TEXT NOT NULL, text TEXT NOT NULL, at_ms INTEGER NOT NULL
  ) STRICT`)
  const insert = store.prepare(
    'INSERT INTO chat_messages (nick, text, at_ms) VALUES (?, ?, ?) RETURNING number',
  )
  const prune = store.prepare('DELETE FROM chat_messages WHERE number <= ?')
  const select = store.prepare(
    'SELECT nick, text, at_ms FROM chat_messages ORDER BY number DESC LIMIT ?',
  )
  return {
    add({ nick, text, atMs }) {
      const row = insert.get(nick, text, atMs)
      prune.run(Number(row?.number) - mostMessages)
    },
    list: () =>
      select
        .all(mostMessages)
        .map((row) => ({ nick: String(row.nick), text: String(row.text), atMs: Number(row.at_ms) }))
        .reverse(),
  }
}
