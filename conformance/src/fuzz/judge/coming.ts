/** Judges steps that open connections: what is welcomed, with which counters, and what is refused. */

import { answerTo, closeOf } from '../../timeline/timeline.ts'
import { ConnectionModel, seeRefused } from '../model/connection.ts'
import { Disagreement } from '../model/disagreement.ts'
import { canContinue } from '../model/resume.ts'
import { seeUnknown, TokenModel } from '../model/token.ts'
import type { PlayedStep } from '../played.ts'
import { eventsIn } from '../played.ts'
import {
  broadcastsOf,
  type Context,
  envelopes,
  expectAnswer,
  expectClose,
  expectEpoch,
  offers,
  type Person,
  spanOf,
} from './context.ts'

/** Takes in the tokens that were minted during a step. */
export function judgeMint(context: Context, person: Person, played: PlayedStep): void {
  if (played.token === undefined || played.token < person.tokens.length) return
  const role = `${person.who} token ${played.token}`
  const { answer, body } = expectAnswer(context, role, 201, 'token.mint.answer')
  const request = eventsIn(context.played, played, role).find(({ kind }) => kind === 'request')
  const span = { earliestMs: request?.atMs ?? played.startMs, latestMs: answer.atMs }
  for (const token of person.tokens) token.seeAnother()
  const ttl = played.step.how === 'short' ? 1 : 600
  person.tokens.push(new TokenModel(context.tables, context.visited, span, ttl))
  if (typeof body.cursor === 'string') person.places.set(body.cursor, person.messages.seq)
  const { broadcast_cursor: cursor } = body
  if (typeof cursor !== 'string') return
  if (context.broadcasts) context.broadcastPlaces.set(cursor, context.broadcasts.seq)
  else context.earlyCursors.add(cursor)
}

const NEVER_WELCOME: Readonly<Record<string, { requirement: string; codes: readonly number[] }>> = {
  altered: { requirement: 'token.invalid.refused', codes: [4301] },
  without: { requirement: 'connection.token.count', codes: [4000] },
  two: { requirement: 'connection.token.count', codes: [4000, 4301] },
  'foreign-origin': { requirement: 'connection.origin.refuse', codes: [4003] },
}

/** Judges a connection attempt. */
export function judgeConnect(context: Context, person: Person, played: PlayedStep): void {
  const role = played.connection ?? ''
  const { how } = played.step
  if (how === 'unoffered') {
    const codes = seeRefused('malformed', context.tables, context.visited)
    const answer = answerTo(context.played.timeline, role)
    if (answer && codes.includes(answer.status)) return
    throw new Disagreement({
      requirement: 'connection.upgrade.required',
      cell: 'connection: opening x malformed',
      expected: codes.join(' or '),
      got: answer ? `${answer.status}` : 'no answer before the upgrade',
      at: answer,
    })
  }
  const never = NEVER_WELCOME[how]
  if (never) {
    if (how === 'altered') seeUnknown(context.tables, context.visited)
    expectRefused(context, person, role, never.codes, never.requirement)
    return
  }
  const token = person.tokens[played.token ?? 0]
  if (!token) return
  const offered = token.offer(spanOf(played))
  const isWelcomed = envelopes(context, role, 'welcome').length > 0
  if (offered.mayWelcome && (isWelcomed || offered.codes.length === 0))
    judgeWelcome(context, person, played, token)
  else expectRefused(context, person, role, offered.codes, offered.requirement, offered.cell)
}

function expectRefused(
  context: Context,
  person: Person,
  role: string,
  codes: readonly number[],
  requirement: string,
  cell: Parameters<typeof expectClose>[4] = 'connection: opening x refused',
): void {
  seeRefused('refused', context.tables, context.visited)
  const [welcome] = envelopes(context, role, 'welcome')
  if (welcome)
    throw new Disagreement({
      requirement,
      cell,
      expected: `Close ${codes.join(' or ')} and no welcome`,
      got: 'a welcome',
      at: welcome.event,
    })
  expectClose(context, role, codes, requirement, cell)
  person.presence.silence ??= 'presence.refused.silent'
}

/** Judges the welcome of a connection that must be accepted, and what it does to the older one. */
export function judgeWelcome(
  context: Context,
  person: Person,
  played: PlayedStep,
  token: TokenModel,
): void {
  const role = played.connection ?? ''
  const [first] = envelopes(context, role, 'welcome')
  const close = closeOf(context.played.timeline, role)
  if (!first)
    throw new Disagreement({
      requirement: 'token.live.accept',
      cell: 'connection: opening x accepted',
      expected: `a welcome on connection ${role}`,
      got: close ? `Close ${close.code}` : 'none',
      at: close ?? answerTo(context.played.timeline, role),
    })
  const { envelope: welcome, event } = first
  const complain = (requirement: string, expected: string, got: unknown): never => {
    throw new Disagreement({
      requirement,
      expected,
      got: JSON.stringify(got) ?? 'nothing',
      at: event,
    })
  }
  if (welcome.client_id !== person.clientId)
    complain('connection.welcome.first', `client_id ${person.clientId}`, welcome.client_id)
  expectEpoch(person.messages, welcome.epoch, 'connection.welcome.seq', event)

  const resumed = expectedResumed(context, person, played)
  if (welcome.resumed !== resumed && resumed !== undefined)
    complain(
      resumed
        ? 'resume.connect.resumed'
        : played.after
          ? 'resume.connect.unknown'
          : 'resume.connect.unasked',
      `resumed ${resumed}`,
      welcome.resumed,
    )
  const isResumed = welcome.resumed === true
  const place = isResumed ? person.places.get(played.after ?? '') : undefined
  const seq = place ?? person.messages.seq
  if (welcome.seq !== seq)
    complain(isResumed ? 'resume.welcome.seq' : 'connection.welcome.seq', `seq ${seq}`, welcome.seq)

  const connection = new ConnectionModel(
    role,
    String(welcome.connection_id),
    token,
    context.tables,
    context.visited,
  )
  if (person.connections.some(({ id }) => id === connection.id))
    complain(
      'connection.welcome.id',
      'a connection_id that no other connection has had',
      welcome.connection_id,
    )
  if (place !== undefined)
    for (const accepted of person.messages.after(place))
      connection.messages.push({ accepted, isReplay: true })
  if (typeof welcome.cursor === 'string') person.places.set(welcome.cursor, seq)
  judgeBroadcastCounters(
    context,
    connection,
    welcome,
    event,
    isResumed ? played.afterBroadcast : undefined,
  )

  const { current } = person
  for (const one of person.connections) one.seeIdle('newer')
  if (current) {
    const codes = current.see('newer')
    if (current.isDoubtful) current.isDoubtful = false
    else
      expectClose(
        context,
        current.role,
        codes,
        'connection.takeover.close',
        'connection: current x newer',
      )
    current.finish()
  }
  person.connections.push(connection)
  person.current = connection
  person.presence.come(connection.id, {
    earliestMs: played.startMs,
    latestMs: event.atMs,
    seenN: event.n,
  })
}

function judgeBroadcastCounters(
  context: Context,
  connection: ConnectionModel,
  welcome: Readonly<Record<string, unknown>>,
  event: Parameters<typeof expectEpoch>[3],
  after: string | undefined,
): void {
  if (!offers(context, 'broadcast')) return
  const given = Number(welcome.broadcast_seq)
  const broadcasts = broadcastsOf(context, given)
  const { broadcastPlaces } = context
  expectEpoch(broadcasts, welcome.broadcast_epoch, 'broadcast.welcome.counters', event)
  const place = after === undefined ? undefined : broadcastPlaces.get(after)
  const seq = place ?? broadcasts.seq
  if (given !== seq)
    throw new Disagreement({
      requirement: place === undefined ? 'broadcast.welcome.counters' : 'resume.welcome.seq',
      expected: `broadcast_seq ${seq}`,
      got: `${given}`,
      at: event,
    })
  if (place !== undefined)
    for (const accepted of broadcasts.after(place))
      connection.broadcasts.push({ accepted, isReplay: true })
  if (typeof welcome.broadcast_cursor === 'string')
    broadcastPlaces.set(welcome.broadcast_cursor, seq)
}

function expectedResumed(
  context: Context,
  person: Person,
  played: PlayedStep,
): boolean | undefined {
  if (!offers(context, 'resume')) return false
  const { after, afterBroadcast } = played
  const asked = [
    ...(after === undefined
      ? []
      : [{ cursor: after, stream: person.messages, places: person.places }]),
    ...(afterBroadcast === undefined || !context.broadcasts
      ? []
      : [{ cursor: afterBroadcast, stream: context.broadcasts, places: context.broadcastPlaces }]),
  ]
  return canContinue(asked, context.bounds, played.endMs)
}

/** Judges a connection whose client sent a frame that no library sends, or answered no Ping. */
export function judgeSpoil(context: Context, person: Person, played: PlayedStep): void {
  const role = played.connection ?? ''
  const known = played.token === undefined ? undefined : person.tokens[played.token]
  const token = known ?? strangerOf(context, person, played)
  judgeWelcome(context, person, played, token)
  const connection = person.current
  if (!connection) return
  const { event, codes, requirement, reason, hasGrace } = SPOILT[played.step.how] ?? MALFORMED
  const allowed = connection.see(event).filter((code) => codes.includes(code))
  const close = expectClose(context, role, allowed, requirement, `connection: current x ${event}`)
  connection.finish()
  person.current = undefined
  person.presence.go(reason, hasGrace, connection.id, {
    earliestMs: hasGrace ? close.atMs - context.slackMs : played.startMs,
    latestMs: close.atMs,
    seenN: close.n,
  })
}

/** A token that was minted for one connection and is used no more. */
function strangerOf(context: Context, person: Person, played: PlayedStep): TokenModel {
  for (const token of person.tokens) token.seeAnother()
  const span = { earliestMs: played.startMs, latestMs: played.endMs }
  return new TokenModel(context.tables, context.visited, span, 600)
}

/** How a connection ends that a client spoils: the event of the table, and what it leads to. */
interface Spoilt {
  readonly event: string
  readonly codes: readonly number[]
  readonly requirement: string
  readonly reason: string
  readonly hasGrace: boolean
}

const MALFORMED: Spoilt = {
  event: 'bad-frame',
  codes: [1002],
  requirement: 'connection.frame.malformed',
  reason: 'protocol-error',
  hasGrace: false,
}
const SPOILT: Readonly<Record<string, Spoilt>> = {
  'not-utf8': { ...MALFORMED, codes: [1007], requirement: 'connection.frame.utf8' },
  silent: {
    event: 'silence',
    codes: [4104],
    requirement: 'connection.heartbeat.timeout',
    reason: 'heartbeat-timeout',
    hasGrace: true,
  },
}
