/** Judges what the application asks for: receipts of posts and broadcasts, and what it reads of presence. */

import type { AnswerEvent, RequestEvent } from '../../timeline/event.ts'
import { eventsOf, readObject } from '../../timeline/timeline.ts'
import { Disagreement } from '../model/disagreement.ts'
import type { Accepted } from '../model/message.ts'
import type { PlayedStep } from '../played.ts'
import { eventsIn } from '../played.ts'
import { CLIENTS } from '../step.ts'
import {
  type Answered,
  broadcastsOf,
  type Context,
  expectAnswer,
  expectEpoch,
  expectStatus,
  offers,
  type Person,
} from './context.ts'

/** A post or broadcast that must be refused. */
const REFUSED: Readonly<Record<string, { status: number; rule: string }>> = {
  empty: { status: 400, rule: 'data.refuse' },
  'too-large': { status: 413, rule: 'data.too-large' },
}

/** Judges the posts of a step. */
export function judgePost(context: Context, person: Person, played: PlayedStep): void {
  const as = `step ${played.turn}`
  const refused = REFUSED[played.step.how]
  if (refused) {
    expectAnswer(context, as, refused.status, `message.${refused.rule}`)
    return
  }
  const events = eventsIn(context.played, played, as)
  const requests = events.filter((event) => event.kind === 'request')
  const answers = events.filter((event) => event.kind === 'answer')
  for (const [index, request] of requests.entries()) {
    const answered = expectStatus(answers[index], 200, 'message.post.receipt')
    const data = String(readObject(request.body)?.data)
    judgeReceipt(context, person, answered, { request, data })
  }
}

/** What was posted, and in which request. */
export interface Posted {
  readonly request: RequestEvent
  readonly data: string
}

/** Judges the receipt of a message, and takes the message in. */
export function judgeReceipt(context: Context, person: Person, at: Answered, posted: Posted): void {
  const { answer, body } = at
  const { current, messages } = person
  expectMember(at, 'message.seq.contiguous', 'seq', messages.seq + 1)
  expectEpoch(messages, body.epoch, 'message.seq.contiguous', answer)
  const count = current ? 1 : 0
  if (current?.isDoubtful && body.connections === 0) {
    current.isDoubtful = false
    person.current = undefined
  } else expectMember(at, 'message.post.connections', 'connections', count)
  const accepted = acceptedOf(at, posted, messages.seq + 1)
  expectStored(context, at, accepted)
  if (messages.accepted.some(({ id }) => id === accepted.id))
    repeated('message.id.unique', accepted.id, answer)
  messages.accept(accepted)
  person.places.set(accepted.id, accepted.seq)
  for (const one of person.connections) one.seeIdle('message')
  if (current?.isCurrent && person.current && !current.isDoubtful) {
    current.see('message')
    current.messages.push({ accepted, isReplay: false })
  }
}

/** Judges a broadcast. */
export function judgeBroadcast(context: Context, played: PlayedStep): void {
  const as = `step ${played.turn}`
  const refused = REFUSED[played.step.how]
  if (refused) {
    expectAnswer(context, as, refused.status, `broadcast.${refused.rule}`)
    return
  }
  const { answer, body } = expectAnswer(context, as, 200, 'broadcast.post.receipt')
  const at = { answer, body }
  const broadcasts = broadcastsOf(context, Number(body.seq) - 1)
  expectMember(at, 'broadcast.seq.contiguous', 'seq', broadcasts.seq + 1)
  expectEpoch(broadcasts, body.epoch, 'broadcast.seq.contiguous', answer)
  const present = CLIENTS.flatMap((who) => context.people[who].current ?? [])
  if (!present.some(({ isDoubtful }) => isDoubtful))
    expectMember(at, 'broadcast.post.connections', 'connections', present.length)
  const [request] = eventsOf(context.played.timeline, 'request', as)
  if (!request) return
  const data = String(readObject(request.body)?.data)
  const accepted = acceptedOf(at, { request, data }, broadcasts.seq + 1)
  expectStored(context, at, accepted)
  broadcasts.accept(accepted)
  context.broadcastPlaces.set(accepted.id, accepted.seq)
  for (const one of present) if (!one.isDoubtful) one.broadcasts.push({ accepted, isReplay: false })
}

function expectMember(
  { answer, body }: Answered,
  requirement: string,
  name: string,
  value: unknown,
): void {
  if (body[name] === value) return
  throw new Disagreement({
    requirement,
    expected: `${name} ${JSON.stringify(value)}`,
    got: `${name} ${JSON.stringify(body[name])}`,
    at: answer,
  })
}

/** Data that no bound forbids to hold is stored. */
function expectStored(context: Context, answered: Answered, { bytes }: Accepted): void {
  if (!offers(context, 'resume')) return
  if (bytes <= context.bounds.bytes) expectMember(answered, 'resume.receipt.stored', 'stored', true)
}

function acceptedOf({ answer, body }: Answered, { request, data }: Posted, seq: number): Accepted {
  const acceptedMs = { earliestMs: request.atMs, latestMs: answer.atMs }
  return { id: String(body.id), seq, data, bytes: Buffer.byteLength(data), acceptedMs }
}

function repeated(requirement: string, id: string, at: AnswerEvent): never {
  throw new Disagreement({ requirement, expected: 'an id that no other has', got: id, at })
}

/** Judges a read of one client. */
export function judgeRead(context: Context, person: Person, played: PlayedStep): void {
  const { presence, current, messages } = person
  const requirement = current
    ? 'presence.read.online'
    : presence.grace
      ? 'presence.read.grace'
      : 'presence.read.offline'
  const answered = expectAnswer(context, `step ${played.turn}`, 200, requirement)
  expectMember(answered, requirement, 'client_id', person.clientId)
  expectMember(answered, requirement, 'online', presence.isOnline)
  // A version that nobody had a reason to begin breaks what forbids it, and is merely seen here.
  const isTooHigh = Number(answered.body.version) > presence.version
  const rule = isTooHigh && presence.version > 0 ? (presence.silence ?? requirement) : requirement
  expectMember(answered, rule, 'version', presence.version)
  presence.silence = undefined
  if (!current?.isDoubtful) expectMember(answered, requirement, 'connection_id', current?.id)
  if (presence.version > 0) expectEpoch(messages, answered.body.epoch, requirement, answered.answer)
}

/** Judges the pages of the list. */
export function judgeList(context: Context, played: PlayedStep): void {
  const answers = eventsOf(context.played.timeline, 'answer', `step ${played.turn}`)
  const listed = new Map(
    answers
      .flatMap(({ body }) => (readObject(body)?.clients ?? []) as Record<string, unknown>[])
      .map((row) => [row.client_id, row]),
  )
  for (const who of CLIENTS) {
    const { clientId, presence } = context.people[who]
    const row = listed.get(clientId)
    const expected = presence.isOnline
      ? `${who} with version ${presence.version}`
      : `nothing of ${who}`
    const isRight = presence.isOnline ? row?.version === presence.version : row === undefined
    if (isRight) continue
    throw new Disagreement({
      requirement: 'presence.list.complete',
      expected,
      got: row ? `version ${JSON.stringify(row.version)}` : 'nothing of it',
      at: answers.at(-1),
    })
  }
}
