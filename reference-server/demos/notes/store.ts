/** The notes as they are kept: it alone knows their tables. */
import type { DatabaseSync } from 'node:sqlite'
import type { Mail } from './read-mail.ts'

const mostNotes = 50

/** A note as its user reads it. */
export interface Note {
  id: number
  title: string
  body: string
  /** RFC 3339. */
  created_at: string
  attachments: { id: number; name: string; type: string; bytes: number }[]
}

/** The notes of all users, the newest 50 of each. */
export interface NoteStore {
  add(userId: string, mail: Mail, atMs: number): void
  /** A user's notes, the newest first. */
  list(userId: string): Note[]
  /** An attachment of that user's; nothing where it is nobody's or somebody else's. */
  readAttachment(userId: string, id: number): { name: string; content: Uint8Array } | undefined
}

const tables = `
CREATE TABLE IF NOT EXISTS note (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS note_of_user ON note (user, id);
CREATE TABLE IF NOT EXISTS note_attachment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  note INTEGER NOT NULL REFERENCES note (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  content BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attachment_of_note ON note_attachment (note);
`

/** Makes the store of notes in a database that is open; its tables are made where they are missing. */
export function makeNoteStore(database: DatabaseSync): NoteStore {
  database.exec(tables)
  const insertNote = database.prepare(
    'INSERT INTO note (user, title, body, created_at) VALUES (?, ?, ?, ?)',
  )
  const insertAttachment = database.prepare(
    'INSERT INTO note_attachment (note, name, type, content) VALUES (?, ?, ?, ?)',
  )
  const prune = database.prepare(
    'DELETE FROM note WHERE user = ?1 AND id NOT IN (SELECT id FROM note WHERE user = ?1 ORDER BY id DESC LIMIT ?2)',
  )
  const selectNotes = database.prepare(
    'SELECT id, title, body, created_at FROM note WHERE user = ? ORDER BY id DESC',
  )
  const selectAttachments = database.prepare(
    'SELECT id, name, type, length(content) AS bytes FROM note_attachment WHERE note = ? ORDER BY id',
  )
  const selectContent = database.prepare(
    'SELECT name, content FROM note_attachment WHERE id = ? AND note IN (SELECT id FROM note WHERE user = ?)',
  )

  function insert(userId: string, { title, body, attachments }: Mail, atMs: number): void {
    const at = new Date(atMs).toISOString()
    const { lastInsertRowid } = insertNote.run(userId, title, body, at)
    for (const { name, type, content } of attachments)
      insertAttachment.run(lastInsertRowid, name, type, content)
    prune.run(userId, mostNotes)
  }

  return {
    add(userId, mail, atMs) {
      database.exec('BEGIN IMMEDIATE')
      try {
        insert(userId, mail, atMs)
        database.exec('COMMIT')
      } catch (cause) {
        database.exec('ROLLBACK')
        throw cause
      }
    },
    list: (userId) =>
      (selectNotes.all(userId) as unknown as Note[]).map((note) => ({
        ...note,
        attachments: selectAttachments.all(note.id) as unknown as Note['attachments'],
      })),
    readAttachment: (userId, id) =>
      selectContent.get(id, userId) as { name: string; content: Uint8Array } | undefined,
  }
}
