/** Rules of resuming: they alone know what a cursor says, what is held for whom and what a client that returns is sent. */
import type { StreamCounters } from '../broker-port.ts'
import { broadcastRules } from './broadcast.ts'
import { messageRules } from './message.ts'

/** A cursor that names no place. */
export const NOWHERE = 'nowhere'

/** The place that one cursor names. */
export type AskedPlace = StreamCounters | typeof NOWHERE

/** The streams that a connection wants continued, each with the place it had got to. */
export interface Asked {
  messages: AskedPlace | undefined
  broadcasts: AskedPlace | undefined
}

/** Of a connection without cursors. */
export const NOTHING_ASKED: Asked = { messages: undefined, broadcasts: undefined }

/** The two streams of a connection. */
export type StreamName = keyof Asked

/** Cursors as answers and welcomes have them. */
export interface Cursors {
  cursor: string
  broadcast_cursor?: string
}

/**
 * The place in the messages of a client id that a cursor names; nothing for any other text.
 * @spec resume.id.cursor
 * @spec resume.connect.unknown
 */
function readMessageCursor(cursor: string): StreamCounters | undefined {
  const place = readPlace(cursor)
  return place && messageRules.makeMessageId(place) === cursor ? place : undefined
}

/**
 * The place in the broadcasts of the base that a cursor names; nothing for any other text.
 * @spec resume.id.cursor
 * @spec resume.connect.unknown
 */
function readBroadcastCursor(cursor: string): StreamCounters | undefined {
  const place = readPlace(cursor)
  return place && broadcastRules.makeBroadcastId(place) === cursor ? place : undefined
}

function readPlace(cursor: string): StreamCounters | undefined {
  const [, epochText, seqText, ...more] = cursor.split('_')
  if (epochText === undefined || seqText === undefined || more.length > 0) return undefined
  const place = { epoch: Number.parseInt(epochText, 36), seq: Number.parseInt(seqText, 36) }
  const isPlace = Object.values(place).every((n) => Number.isSafeInteger(n) && n >= 0)
  return isPlace ? place : undefined
}

/**
 * What a stream is asked for with, from every value of its parameter.
 * @spec resume.connect.unknown
 * @spec resume.connect.unasked
 */
function readAskedPlace(
  values: readonly string[],
  read: (cursor: string) => StreamCounters | undefined,
): AskedPlace | undefined {
  if (values.length === 0) return undefined
  const [only, ...more] = values
  return (more.length === 0 && only !== undefined && read(only)) || NOWHERE
}

/**
 * The streams that are asked for, of those that are continued for somebody.
 * @spec resume.absent.unresumed
 * @spec resume.broadcasts.ignored
 */
function selectAsked(asked: Asked, offered: Record<StreamName, boolean>): Asked {
  return {
    messages: offered.messages ? asked.messages : undefined,
    broadcasts: offered.broadcasts ? asked.broadcasts : undefined,
  }
}

/**
 * The cursors of a token's answer.
 * @spec resume.token.cursors
 */
function makeTokenCursors(
  messages: StreamCounters,
  broadcasts: StreamCounters | undefined,
): Cursors {
  return makeCursors(messages, broadcasts)
}

/**
 * The cursors of a welcome.
 * @spec resume.welcome.cursors
 */
function makeWelcomeCursors(
  messages: StreamCounters,
  broadcasts: StreamCounters | undefined,
): Cursors {
  return makeCursors(messages, broadcasts)
}

function makeCursors(messages: StreamCounters, broadcasts: StreamCounters | undefined): Cursors {
  const cursor = messageRules.makeMessageId(messages)
  if (!broadcasts) return { cursor }
  return { cursor, broadcast_cursor: broadcastRules.makeBroadcastId(broadcasts) }
}

/**
 * Whether a stream goes on after a place: nothing later was dropped, and it is no place ahead of the newest.
 * @spec resume.connect.resumed
 * @spec resume.connect.unknown
 */
function decideContinued(facts: { after: number; newest: number; dropped: number }): boolean {
  return facts.after >= facts.dropped && facts.after <= facts.newest
}

/**
 * Whether a place belongs to the epoch that its stream is in.
 * @spec resume.connect.unknown
 */
function decideSameEpoch(asked: number, current: number): boolean {
  return asked === current
}

/**
 * The answer to all cursors of a connection: true where streams were asked for and each goes on.
 * @param continued for each stream that was asked for, whether it can be continued
 * @spec resume.connect.resumed
 * @spec resume.connect.unasked
 * @spec resume.connect.together
 */
function decideResumed(continued: Partial<Record<StreamName, boolean>>): boolean {
  const answers = Object.values(continued)
  return answers.length > 0 && answers.every((answer) => answer)
}

/**
 * The `seq` that a welcome gives of a stream.
 * @param asked of the cursor; nothing where the stream was not asked for
 * @spec resume.welcome.seq
 */
function decideWelcomeSeq(
  newest: number,
  asked: number | undefined,
  resumed: boolean,
  _stream: StreamName,
): number {
  return resumed && asked !== undefined ? asked : newest
}

/**
 * What follows the welcome of a stream, of what is held later than its cursor.
 * @spec resume.replay.complete
 * @spec resume.replay.broadcasts
 * @spec resume.replay.asked
 */
function selectReplay<M>(
  held: readonly M[] | undefined,
  resumed: boolean,
  _stream: StreamName,
): readonly M[] {
  return resumed && held ? held : []
}

/**
 * Bytes that a message counts for.
 * @spec resume.window.bytes
 */
function measureData(data: string): number {
  return Buffer.byteLength(data)
}

/**
 * Whether a message was accepted so long ago that it is dropped.
 * @spec resume.window.time
 */
function decideOverdue(acceptedAtMs: number, nowMs: number, windowSeconds: number): boolean {
  return nowMs - acceptedAtMs > windowSeconds * 1000
}

/**
 * Whether the oldest of so many messages of one stream is dropped.
 * @spec resume.window.count
 */
function decideOverCount(messages: number, limit: number): boolean {
  return messages > limit
}

/**
 * Whether the oldest of one stream with so many bytes is dropped.
 * @spec resume.window.bytes
 */
function decideOverBytes(bytes: number, limit: number): boolean {
  return bytes > limit
}

/**
 * Whether the oldest of all streams, which have so many bytes together, is dropped.
 * @spec resume.window.total
 */
function decideOverTotal(bytes: number, limit: number): boolean {
  return bytes > limit
}

/**
 * What a receipt says of holding.
 * @param stored nothing where nothing is held for anybody
 * @spec resume.receipt.stored
 */
function makeStored(stored: boolean | undefined, _stream: StreamName): { stored?: boolean } {
  return stored === undefined ? {} : { stored }
}

/** What a connection asks for, from every value of its two parameters. */
export function readAsked(
  rules: Pick<typeof resumeRules, 'readAskedPlace' | 'readMessageCursor' | 'readBroadcastCursor'>,
  given: { after: readonly string[]; afterBroadcast: readonly string[] },
): Asked {
  return {
    messages: rules.readAskedPlace(given.after, rules.readMessageCursor),
    broadcasts: rules.readAskedPlace(given.afterBroadcast, rules.readBroadcastCursor),
  }
}

export const resumeRules = {
  readMessageCursor,
  readBroadcastCursor,
  readAskedPlace,
  selectAsked,
  makeTokenCursors,
  makeWelcomeCursors,
  decideContinued,
  decideSameEpoch,
  decideResumed,
  decideWelcomeSeq,
  selectReplay,
  measureData,
  decideOverdue,
  decideOverCount,
  decideOverBytes,
  decideOverTotal,
  makeStored,
}
