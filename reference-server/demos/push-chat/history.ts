/** The latest messages of the push chat in the store; it alone knows their table. */
import type { DatabaseSync } from 'node:sqlite'

const mostMessages = 100

/** The messages for newcomers. */
export interface PushHistory {
  /** Keeps a message as the text that everybody is sent; of more than 100 the oldest are dropped. */
  add(text: string): void
  /** The texts of the latest 100 messages, oldest first. */
  list(): string[]
}

/** Makes the history that is kept in a store. */
export function makePushHistory(store: DatabaseSync): PushHistory {
  store.exec(
    'CREATE TABLE IF NOT EXISTS push_messages (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT',
  )
  const insert = store.prepare('INSERT INTO push_messages (text) VALUES (?) RETURNING number')
  const prune = store.prepare('DELETE FROM push_messages WHERE number <= ?')
  const select = store.prepare('SELECT text FROM push_messages ORDER BY number DESC LIMIT ?')
  return {
    add(text) {
      const row = insert.get(text)
      prune.run(Number(row?.number) - mostMessages)
    },
    list: () =>
      select
        .all(mostMessages)
        .map(({ text }) => String(text))
        .reverse(),
  }
}
