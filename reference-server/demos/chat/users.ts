/** Who has which nick, in the store: it alone knows their table, and that a nick has one holder. */
import type { DatabaseSync } from 'node:sqlite'
import {
  isNewerPresence,
  type PresenceReport,
} from '@channel-protocol/reference-server/application'
import { foldName } from '../names.ts'

/** How long a page is given to open its channel. */
const neverOpenedMs = 120_000
/** So many who left are known at most. */
const mostLeft = 5000
/** How long somebody who left may come back by the same page: as long as its token lives. */
const leftMs = 7_200_000

/** Somebody who entered. */
export interface ChatUser {
  channelId: string
  nick: string
  /** Digest of the session that entered. */
  sessionDigest: string
  /** Whether the service reported the channel as connected once. */
  isOpened: boolean
  /** Whether it holds its nick: it entered and did not leave since. */
  isHere: boolean
}

/** The users of one chat; times are milliseconds since 1970. */
export interface ChatUsers {
  /** Lets somebody in; answers false, and changes nothing, where the nick is taken. */
  enter(user: Pick<ChatUser, 'channelId' | 'nick' | 'sessionDigest'>, nowMs: number): boolean
  find(channelId: string): ChatUser | undefined
  /** Whether anybody entered with that session and is not forgotten. */
  hasSession(sessionDigest: string): boolean
  /** The channel ids of everybody who is here. */
  listHere(): string[]
  /** Forgets somebody at once. */
  remove(channelId: string): void
  /**
   * Takes a report that is newer than what is known: who is connected has opened its channel, and holds its nick
   * again where nobody else does; who is disconnected leaves it.
   */
  note(report: PresenceReport, nowMs: number): void
  /** Takes a `started`: who was reported with a smaller epoch leaves. */
  started(epoch: number, nowMs: number): void
  /**
   * Forgets who never opened a channel within 120 seconds, and who left so long ago that no page can come back; of
   * more than 5000 who left, those who left first. Answers how many.
   */
  cleanUp(nowMs: number): number
}

/** Makes the users that are kept in a store. */
export function makeChatUsers(store: DatabaseSync): ChatUsers {
  store.exec(`CREATE TABLE IF NOT EXISTS chat_users (
    channel_id TEXT PRIMARY KEY, nick TEXT NOT NULL, folded TEXT NOT NULL, session TEXT NOT NULL,
    entered_at_ms INTEGER NOT NULL, opened INTEGER NOT NULL DEFAULT 0, left_at_ms INTEGER,
    epoch INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS chat_nicks ON chat_users (folded) WHERE left_at_ms IS NULL;
  CREATE INDEX IF NOT EXISTS chat_sessions ON chat_users (session);`)
  const insert =
    store.prepare(`INSERT INTO chat_users (channel_id, nick, folded, session, entered_at_ms)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
  const select = store.prepare('SELECT * FROM chat_users WHERE channel_id = ?')
  const selectSession = store.prepare('SELECT 1 FROM chat_users WHERE session = ? LIMIT 1')
  const selectHere = store.prepare('SELECT channel_id FROM chat_users WHERE left_at_ms IS NULL')
  const remove = store.prepare('DELETE FROM chat_users WHERE channel_id = ?')
  const open = store.prepare(
    'UPDATE chat_users SET opened = 1, epoch = ?, version = ? WHERE channel_id = ?',
  )
  // The index of nicks lets one of several have it.
  const comeBack = store.prepare(
    'UPDATE OR IGNORE chat_users SET left_at_ms = NULL WHERE channel_id = ?',
  )
  const leave = store.prepare(`UPDATE chat_users
    SET left_at_ms = COALESCE(left_at_ms, ?), epoch = ?, version = ? WHERE channel_id = ?`)
  const leaveAll = store.prepare(
    'UPDATE chat_users SET left_at_ms = ? WHERE left_at_ms IS NULL AND opened = 1 AND epoch < ?',
  )
  const clean = store.prepare(
    `DELETE FROM chat_users WHERE (opened = 0 AND entered_at_ms < ?1) OR left_at_ms < ?2 OR channel_id IN (
      SELECT channel_id FROM chat_users WHERE left_at_ms IS NOT NULL ORDER BY left_at_ms DESC LIMIT -1 OFFSET ?3)`,
  )
  let floor = 0

  return {
    enter: ({ channelId, nick, sessionDigest }, nowMs) =>
      insert.run(channelId, nick, foldName(nick), sessionDigest, nowMs).changes === 1,
    find(channelId) {
      const row = select.get(channelId)
      if (row === undefined) return undefined
      return {
        channelId,
        nick: String(row.nick),
        sessionDigest: String(row.session),
        isOpened: row.opened === 1,
        isHere: row.left_at_ms === null,
      }
    },
    hasSession: (sessionDigest) => selectSession.get(sessionDigest) !== undefined,
    listHere: () => selectHere.all().map((row) => String(row.channel_id)),
    remove: (channelId) => void remove.run(channelId),
    note({ event, clientId, epoch, version }, nowMs) {
      const row = select.get(clientId)
      if (row === undefined || epoch < floor) return
      const seen = { epoch: Number(row.epoch), version: Number(row.version) }
      if (!isNewerPresence(seen, { epoch, version })) return
      if (event === 'disconnected') leave.run(nowMs, epoch, version, clientId)
      else {
        open.run(epoch, version, clientId)
        comeBack.run(clientId)
      }
    },
    started(epoch, nowMs) {
      floor = Math.max(floor, epoch)
      leaveAll.run(nowMs, floor)
    },
    cleanUp: (nowMs) => Number(clean.run(nowMs - neverOpenedMs, nowMs - leftMs, mostLeft).changes),
  }
}
