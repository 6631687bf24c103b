/** Judges what arrived on each connection against what the model says that it was due. */

import type { FrameEvent } from '../../timeline/event.ts'
import { eventsOf } from '../../timeline/timeline.ts'
import type { ConnectionModel, Due } from '../model/connection.ts'
import { Disagreement } from '../model/disagreement.ts'
import { CLIENTS } from '../step.ts'
import { type Context, envelopes, otherThan, type Person } from './context.ts'

/** Every connection received exactly what it was due, in order. */
export function judgeFrames(context: Context): void {
  for (const who of CLIENTS) {
    const person = context.people[who]
    for (const connection of person.connections) {
      const [first] = eventsOf(context.played.timeline, 'frame', connection.role)
      if (first && !first.text.includes('"welcome"') && first.type === 'text')
        throw new Disagreement({
          requirement: 'connection.welcome.first',
          expected: 'a welcome as the first frame',
          got: first.text,
          at: first,
        })
      compare(context, person, connection, 'message')
      compare(context, person, connection, 'broadcast')
    }
  }
}

function compare(
  context: Context,
  person: Person,
  { role, messages, broadcasts }: ConnectionModel,
  type: 'message' | 'broadcast',
): void {
  const due = type === 'message' ? messages : broadcasts
  const came = envelopes(context, role, type)
  const missing = due.find(
    ({ accepted }) => !came.some(({ envelope }) => envelope.id === accepted.id),
  )
  for (const [index, { envelope, event }] of came.entries()) {
    const one = due[index]
    if (one && one.accepted.id === envelope.id) {
      expectSame(one, envelope, event, type, role)
      continue
    }
    const got = `${type} ${JSON.stringify(envelope.id)} with seq ${JSON.stringify(envelope.seq)}`
    throw new Disagreement({
      requirement: whyNot(context, person, type, envelope.id, due, came.slice(0, index), missing),
      ...(type === 'message' && { cell: 'connection: current x message' as const }),
      expected: one
        ? `${type} ${JSON.stringify(one.accepted.id)} with seq ${one.accepted.seq} next on connection ${role}`
        : `no further ${type} on connection ${role}`,
      got,
      at: event,
    })
  }
  const lost = due[came.length]
  if (lost)
    throw new Disagreement({
      requirement: lostOf(lost, type),
      ...(type === 'message' && { cell: 'connection: current x message' as const }),
      expected: `${type} ${JSON.stringify(lost.accepted.id)} with seq ${lost.accepted.seq} on connection ${role}`,
      got: 'nothing more',
      at: came.at(-1)?.event,
    })
}

function expectSame(
  { accepted, isReplay }: Due,
  envelope: Readonly<Record<string, unknown>>,
  at: FrameEvent,
  type: 'message' | 'broadcast',
  role: string,
): void {
  const isSame = envelope.seq === accepted.seq && envelope.data === accepted.data
  if (isSame) return
  throw new Disagreement({
    requirement: isReplay ? replayOf(type) : `${type}.post.deliver`,
    expected: `seq ${accepted.seq} and the data of the post on connection ${role}`,
    got: `seq ${JSON.stringify(envelope.seq)} and ${envelope.data === accepted.data ? 'that data' : 'other data'}`,
    at,
  })
}

function replayOf(type: 'message' | 'broadcast'): string {
  return type === 'message' ? 'resume.replay.complete' : 'resume.replay.broadcasts'
}

function lostOf({ isReplay }: Due, type: 'message' | 'broadcast'): string {
  return isReplay ? replayOf(type) : `${type}.post.deliver`
}

function whyNot(
  context: Context,
  person: Person,
  type: 'message' | 'broadcast',
  id: unknown,
  due: readonly Due[],
  before: readonly { readonly envelope: Readonly<Record<string, unknown>> }[],
  missing: Due | undefined,
): string {
  if (before.some(({ envelope }) => envelope.id === id)) return `${type}.order.delivered`
  if (missing && due.some(({ accepted }) => accepted.id === id)) return lostOf(missing, type)
  if (due.some(({ accepted }) => accepted.id === id)) return `${type}.order.delivered`
  const isKnown = (
    stream: { readonly accepted: readonly { readonly id: string }[] } | undefined,
  ): boolean => stream?.accepted.some((accepted) => accepted.id === id) ?? false
  if (type === 'message' && isKnown(otherThan(context, person).messages))
    return 'message.post.isolated'
  if (isKnown(type === 'message' ? person.messages : context.broadcasts)) {
    return context.played.timeline.advertised.profiles.includes('resume')
      ? 'resume.replay.asked'
      : `${type}.order.delivered`
  }
  return `${type}.post.deliver`
}
