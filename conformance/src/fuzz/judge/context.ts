/** What the judge has in hand while it goes through a sequence: the models of all nouns, and what was seen. */

import { TIMINGS } from '@channel-protocol/schemas/registry'
import type { AnswerEvent, CloseEvent } from '../../timeline/event.ts'
import {
  answerTo,
  closeOf,
  envelopesOf,
  type ReadEnvelope,
  readObject,
  seconds,
} from '../../timeline/timeline.ts'
import type { ConnectionModel } from '../model/connection.ts'
import { Disagreement, Unclear } from '../model/disagreement.ts'
import { type HoldingBounds, Stream } from '../model/message.ts'
import { PresenceModel } from '../model/presence.ts'
import type { SocketModel } from '../model/socket.ts'
import type { Span, TokenModel } from '../model/token.ts'
import type { Played, PlayedStep } from '../played.ts'
import type { CellName, Tables } from '../states.ts'
import { CLIENTS, type Who } from '../step.ts'

/** One client, as the model has it. */
export interface Person {
  readonly who: Who
  readonly clientId: string
  readonly tokens: TokenModel[]
  readonly connections: ConnectionModel[]
  current: ConnectionModel | undefined
  readonly sockets: SocketModel[]
  /** The answer to its newest post with a new key. */
  keyed: AnswerEvent | undefined
  readonly messages: Stream
  /** Which seq each cursor of its messages means. */
  readonly places: Map<string, number>
  readonly presence: PresenceModel
}

/** See the file. */
export interface Context {
  readonly played: Played
  readonly tables: Tables
  readonly visited: Set<CellName>
  readonly people: Readonly<Record<Who, Person>>
  /** Learned from the first answer that gives its counters. */
  broadcasts: Stream | undefined
  readonly broadcastPlaces: Map<string, number>
  /** Cursors of broadcasts that came before the first counter: they mean the place of that. */
  readonly earlyCursors: Set<string>
  readonly bounds: HoldingBounds
  /** How late the suite may learn what happened elsewhere, in milliseconds. */
  readonly slackMs: number
}

/** Begins with nobody known. */
export function makeContext(
  played: Played,
  tables: Tables,
  visited: Set<CellName>,
  slackMs: number,
): Context {
  const { advertised } = played.timeline
  const meet = (who: Who): Person => ({
    who,
    clientId: played.clientIds[who],
    tokens: [],
    connections: [],
    current: undefined,
    sockets: [],
    keyed: undefined,
    messages: new Stream(0),
    places: new Map(),
    presence: new PresenceModel(),
  })
  return {
    played,
    tables,
    visited,
    people: { ada: meet('ada'), bob: meet('bob') },
    slackMs,
    broadcasts: undefined,
    broadcastPlaces: new Map(),
    earlyCursors: new Set(),
    bounds: {
      windowMs: seconds(advertised, 'resume_window_seconds') * 1000,
      delayMs: TIMINGS.resume_window_seconds.largest_delay * 1000,
      messages: advertised.limits.resume_messages ?? 0,
      bytes: advertised.limits.resume_bytes ?? 0,
    },
  }
}

/** The broadcasts of the base, of which the newest has this seq where none was seen before. */
export function broadcastsOf(context: Context, seq: number): Stream {
  if (context.broadcasts) return context.broadcasts
  context.broadcasts = new Stream(seq)
  for (const cursor of context.earlyCursors) context.broadcastPlaces.set(cursor, seq)
  return context.broadcasts
}

/** Whether the target announces a profile. */
export function offers({ played }: Context, profile: string): boolean {
  return played.timeline.advertised.profiles.includes(profile)
}

/** The client that a step names. */
export function personOf({ people }: Context, { step }: PlayedStep): Person {
  return people[step.who ?? 'ada']
}

/** The other one. */
export function otherThan({ people }: Context, { who }: Person): Person {
  return who === 'ada' ? people.bob : people.ada
}

/** The time that a step took. */
export function spanOf({ startMs, endMs }: PlayedStep): Span {
  return { earliestMs: startMs, latestMs: endMs }
}

/** An answer and the object that it holds. */
export interface Answered {
  readonly answer: AnswerEvent
  readonly body: Readonly<Record<string, unknown>>
}

/** The answer to the call of a role, which must have this status. */
export function expectAnswer(
  { played }: Context,
  as: string,
  status: number,
  requirement: string,
): Answered {
  return expectStatus(answerTo(played.timeline, as), status, requirement)
}

/** An answer must have this status; that the rate is exceeded says nothing of it. */
export function expectStatus(
  answer: AnswerEvent | undefined,
  status: number,
  requirement: string,
): Answered {
  if (!answer) throw new Disagreement({ requirement, expected: `${status}`, got: 'no answer' })
  if (answer.status === 429) throw new Unclear('a call was refused for its rate')
  if (answer.status !== status)
    throw new Disagreement({
      requirement,
      expected: `${status}`,
      got: `${answer.status}`,
      at: answer,
    })
  return { answer, body: readObject(answer.body) ?? {} }
}

/** The connection of a role must have ended, with one of these codes. */
export function expectClose(
  { played }: Context,
  role: string,
  codes: readonly number[],
  requirement: string,
  cell?: CellName,
): CloseEvent {
  const close = closeOf(played.timeline, role)
  if (close && codes.includes(close.code)) return close
  throw new Disagreement({
    requirement,
    ...(cell && { cell }),
    expected: `Close ${codes.join(' or ')} on connection ${role}`,
    got: close ? `Close ${close.code}` : 'no end of it',
    at: close,
  })
}

/** The envelopes of a connection, of a type. */
export function envelopes(
  { played }: Context,
  role: string,
  type: string,
): readonly ReadEnvelope[] {
  return envelopesOf(played.timeline, role, type)
}

/** A service has one epoch for a stream as long as a sequence lasts. */
export function expectEpoch(
  stream: Stream,
  epoch: unknown,
  requirement: string,
  at: AnswerEvent | ReadEnvelope['event'],
): void {
  if (typeof epoch !== 'number') return
  stream.epoch ??= epoch
  if (stream.epoch === epoch) return
  throw new Disagreement({
    requirement,
    expected: `epoch ${stream.epoch}, as before`,
    got: `epoch ${epoch}`,
    at,
  })
}

/** Nothing may be pending by itself that could happen before the step was over. */
export function expectClear(context: Context, played: PlayedStep): void {
  const graceMs = seconds(context.played.timeline.advertised, 'presence_grace_seconds') * 1000
  // Whoever falls silent is away for long, but came at once.
  const [welcome] =
    played.step.how === 'silent' ? envelopes(context, played.connection ?? '', 'welcome') : []
  const endMs = welcome?.event.atMs ?? played.endMs
  const concerned = played.step.who ? [played.step.who] : CLIENTS
  for (const who of concerned) {
    const { current, presence } = context.people[who]
    if (current && current.token.expiry.earliestMs <= endMs)
      throw new Unclear(`the token of ${who} may have expired during step ${played.turn}`)
    if (presence.grace && presence.grace.earliestMs + graceMs <= endMs)
      throw new Unclear(`the grace of ${who} may have passed during step ${played.turn}`)
  }
}
