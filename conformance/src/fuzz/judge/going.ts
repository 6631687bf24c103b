/** Judges steps that end connections, and the passing of time. */

import { TIMINGS } from '@channel-protocol/schemas/registry'
import { readObject, seconds } from '../../timeline/timeline.ts'
import { Disagreement, Unclear } from '../model/disagreement.ts'
import type { PlayedStep } from '../played.ts'
import { eventsIn } from '../played.ts'
import { type Context, expectAnswer, expectClose, offers, type Person, spanOf } from './context.ts'

/** The client says goodbye. */
export function judgeClose(context: Context, person: Person, played: PlayedStep): void {
  const { current } = person
  if (!current) return
  const { how } = played.step
  current.see('close')
  const code = how === 'empty' ? 1005 : Number(how)
  const close = expectClose(
    context,
    current.role,
    [code],
    'connection.close.answered',
    'connection: current x close',
  )
  current.finish()
  person.current = undefined
  const isGoodbye = how === 'empty' || how === '1000'
  const span = { earliestMs: played.startMs, latestMs: close.atMs, seenN: close.n }
  person.presence.go(isGoodbye ? 'closed' : 'lost', !isGoodbye, current.id, span)
}

/** The client is lost; whether the service knows it stands in the last read of the step. */
export function judgeDrop(context: Context, person: Person, played: PlayedStep): void {
  const { current } = person
  if (!current) return
  const reads = eventsIn(context.played, played, `step ${played.turn}`).flatMap((event) =>
    event.kind === 'answer' ? [readObject(event.body) ?? {}] : [],
  )
  const isKnown = offers(context, 'presence-sync') && reads.at(-1)?.connection_id !== current.id
  if (offers(context, 'presence-sync') && !isKnown)
    throw new Unclear('the service did not notice that a client was lost')
  current.see('loss')
  current.isDoubtful = !isKnown
  if (isKnown) person.current = undefined
  person.presence.go('lost', true, current.id, spanOf(played))
}

/** The client sends data. */
export function judgeSay(context: Context, person: Person, played: PlayedStep): void {
  const { current } = person
  if (!current) return
  const { how } = played.step
  const isLarge = how === 'large'
  const isRobust = offers(context, 'robust')
  const allowed = current.see(isLarge ? 'bad-frame' : 'data')
  if (how === 'twice') current.see('data')
  const codes = isLarge ? (isRobust ? [1009] : [4008, ...allowed]) : allowed
  const close = expectClose(
    context,
    current.role,
    codes,
    isLarge && isRobust ? 'connection.frame.size' : 'connection.data.refused',
    isLarge ? 'connection: current x bad-frame' : 'connection: current x data',
  )
  current.finish()
  person.current = undefined
  const span = { earliestMs: played.startMs, latestMs: close.atMs, seenN: close.n }
  person.presence.go('protocol-error', false, current.id, span)
}

/** The tokens of a second expire, and end what they opened. */
export function judgeExpire(context: Context, person: Person, played: PlayedStep): void {
  for (const token of person.tokens) token.seeTime(played.endMs)
  const { current } = person
  for (const one of person.connections) one.seeIdle('expire')
  if (!current || current.token.expiry.latestMs > played.endMs) return
  if (current.isDoubtful) {
    // It was lost before, and is over now whether or not the service knew that.
    person.current = undefined
    return
  }
  const codes = current.see('expire')
  const close = expectClose(
    context,
    current.role,
    codes,
    'token.expiry.close',
    'connection: current x expire',
  )
  const { earliestMs, latestMs } = current.token.expiry
  const delayMs = TIMINGS.token_ttl_seconds.largest_delay * 1000
  // The suite reads a Close a little later than the service writes it.
  if (close.atMs < earliestMs - 2 || close.atMs > latestMs + delayMs + context.slackMs)
    throw new Disagreement({
      requirement: 'token.expiry.close',
      cell: 'token: live x expire',
      expected: `Close 4300 from the expiry of the token on, within ${delayMs} ms`,
      got: `Close 4300 ${Math.round(close.atMs - latestMs)} ms after it`,
      at: close,
    })
  current.finish()
  person.current = undefined
  person.presence.go('token-expired', true, current.id, {
    earliestMs,
    latestMs: close.atMs,
    seenN: close.n,
  })
}

/** The grace passes. */
export function judgeGrace({ played: whole }: Context, person: Person, played: PlayedStep): void {
  const graceMs = seconds(whole.timeline.advertised, 'presence_grace_seconds') * 1000
  const delayMs = TIMINGS.presence_grace_seconds.largest_delay * 1000
  person.presence.pass(graceMs, delayMs, played.to)
}

/** The application disconnects a client. */
export function judgeDisconnect(context: Context, person: Person, played: PlayedStep): void {
  const as = `step ${played.turn}`
  if (played.step.how === 'malformed') {
    expectAnswer(context, as, 400, 'control.members.refused')
    return
  }
  const { answer, body } = expectAnswer(context, as, 200, 'control.disconnect.answer')
  const { current } = person
  const count = current ? 1 : 0
  if (body.connections !== count && !current?.isDoubtful)
    throw new Disagreement({
      requirement: 'control.disconnect.answer',
      expected: `connections ${count}`,
      got: `${JSON.stringify(body.connections)}`,
      at: answer,
    })
  for (const one of person.connections) one.seeIdle('disconnect')
  if (played.step.how === 'revoke') for (const token of person.tokens) token.revoke()
  if (!current) {
    person.presence.endGrace({ ...spanOf(played), seenN: answer.n })
    return
  }
  const codes = current.see('disconnect')
  if (current.isDoubtful) throw new Unclear('a client that was lost was disconnected')
  const close = expectClose(
    context,
    current.role,
    codes,
    'control.disconnect.close',
    'connection: current x disconnect',
  )
  current.finish()
  person.current = undefined
  const span = {
    earliestMs: played.startMs,
    latestMs: Math.max(close.atMs, answer.atMs),
    seenN: Math.max(close.n, answer.n),
  }
  person.presence.go('disconnected-by-application', false, current.id, span)
}
