/** Faults of cursors: where they are given, and which place each names. */

import type { StreamCounters } from '../broker-port.ts'
import type { Fault } from '../parts.ts'
import type { Rules } from '../rules/rule-book.ts'

type MakeCursors = Rules['makeTokenCursors']

/** Makes cursors of other places. */
function moved(make: MakeCursors, move: (seq: number) => number): MakeCursors {
  const at = ({ epoch, seq }: StreamCounters): StreamCounters => ({ epoch, seq: move(seq) })
  return (messages, broadcasts) => make(at(messages), broadcasts && at(broadcasts))
}

/** A fault that changes the cursors of token answers. */
function mints(name: string, change: (make: MakeCursors) => MakeCursors, misdeed: string): Fault {
  return {
    name,
    misdeed,
    breaks: ['resume.token.cursors'],
    apply: ({ rules }) => {
      rules.makeTokenCursors = change(rules.makeTokenCursors)
    },
  }
}

/** A fault that changes the cursors of welcomes. */
function welcomes(
  name: string,
  change: (make: MakeCursors) => MakeCursors,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['resume.welcome.cursors'],
    apply: ({ rules }) => {
      rules.makeWelcomeCursors = change(rules.makeWelcomeCursors)
    },
  }
}

const none = (): ReturnType<MakeCursors> => ({}) as ReturnType<MakeCursors>

/** Makes a cursor that names nothing where there is no message. */
function unknownAtStart(make: MakeCursors): MakeCursors {
  return (messages, broadcasts) => ({
    ...make(messages, broadcasts),
    ...(messages.seq === 0 && { cursor: 'none' }),
  })
}

/** Each breaks what the chapter on resuming promises about cursors. */
export const resumeCursorFaults: readonly Fault[] = [
  mints('mints-without-cursors', () => none, 'The answer with a token has no cursor.'),
  mints(
    'mints-no-place-for-newcomers',
    unknownAtStart,
    'The cursor of a token that is minted before the first message names no place.',
  ),
  mints(
    'mints-cursors-of-start',
    (make) => moved(make, () => 0),
    'The cursors of a token are those before everything.',
  ),
  mints(
    'mints-cursors-one-behind',
    (make) => moved(make, (seq) => Math.max(0, seq - 1)),
    'The cursors of a token are those ahead of the newest message.',
  ),
  mints(
    'mints-cursors-one-ahead',
    (make) => moved(make, (seq) => seq + 1),
    'The cursors of a token are those behind the next message.',
  ),
  welcomes('welcomes-without-cursors', () => none, 'The welcome has no cursor.'),
  welcomes(
    'welcomes-without-cursor-of-start',
    unknownAtStart,
    'The cursor of a welcome before the first message names no place.',
  ),
  welcomes(
    'welcomes-with-cursors-of-start',
    (make) => moved(make, () => 0),
    'The cursors of a welcome are those before everything.',
  ),
  {
    name: 'welcomes-with-cursors-of-newest',
    misdeed: 'The cursors of a resumed welcome are those behind the newest message.',
    breaks: ['resume.welcome.cursors'],
    apply: ({ rules }) => {
      const { decideWelcomeSeq, makeWelcomeCursors } = rules
      const newest = { messages: 0, broadcasts: 0 }
      rules.decideWelcomeSeq = (seq, asked, resumed, stream) => {
        newest[stream] = seq
        return decideWelcomeSeq(seq, asked, resumed, stream)
      }
      rules.makeWelcomeCursors = (messages, broadcasts) =>
        makeWelcomeCursors(
          { ...messages, seq: newest.messages },
          broadcasts && { ...broadcasts, seq: newest.broadcasts },
        )
    },
  },
  {
    name: 'knows-four-of-five-ids',
    misdeed: 'Of the first five ids of a stream one is not taken for a cursor.',
    breaks: ['resume.id.cursor'],
    apply: ({ rules }) => {
      const { readMessageCursor, readBroadcastCursor } = rules
      const sieve = (place: StreamCounters | undefined): StreamCounters | undefined =>
        place?.seq === 5 ? undefined : place
      rules.readMessageCursor = (cursor) => sieve(readMessageCursor(cursor))
      rules.readBroadcastCursor = (cursor) => sieve(readBroadcastCursor(cursor))
    },
  },
  {
    name: 'names-messages-outside-grammar',
    misdeed: 'The ids of messages have colons, which no cursor has.',
    breaks: ['resume.id.cursor', 'sse.resume.header', 'sse.event.id'],
    apply: ({ rules }) => {
      const { makeMessageId, readMessageCursor } = rules
      rules.makeMessageId = (counters) => makeMessageId(counters).replaceAll('_', ':')
      rules.readMessageCursor = (cursor) => readMessageCursor(cursor.replaceAll(':', '_'))
    },
  },
  {
    name: 'names-broadcasts-outside-grammar',
    misdeed: 'The ids of broadcasts have colons, which no cursor has.',
    breaks: ['resume.id.cursor', 'sse.event.id', 'sse.resume.header'],
    apply: ({ rules }) => {
      const { makeBroadcastId, readBroadcastCursor } = rules
      rules.makeBroadcastId = (counters) => makeBroadcastId(counters).replaceAll('_', ':')
      rules.readBroadcastCursor = (cursor) => readBroadcastCursor(cursor.replaceAll(':', '_'))
    },
  },
]
