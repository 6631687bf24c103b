/** Judges the webhooks about each client against every order of changes and attempts that the model allows. */

import { TIMINGS } from '@channel-protocol/schemas/registry'
import type { WebhookAnswerEvent } from '../../timeline/event.ts'
import { eventsOf, type ReadWebhook, seconds, webhooksOf } from '../../timeline/timeline.ts'
import { Disagreement, Unclear } from '../model/disagreement.ts'
import type { Change } from '../model/presence.ts'
import { type SenderBounds, SenderModel } from '../model/presence-sender.ts'
import { AttemptModel } from '../model/webhook-attempt.ts'
import type { CellName } from '../states.ts'
import { CLIENTS } from '../step.ts'
import type { Context, Person } from './context.ts'

interface Attempted {
  readonly webhook: ReadWebhook
  readonly answer: WebhookAnswerEvent | undefined
  readonly version: number
}

/** Judges all webhooks; whether nothing is due any more. */
export function judgeReports(context: Context, isOver: boolean): boolean {
  return CLIENTS.map((who) => judgePerson(context, context.people[who], isOver)).every(Boolean)
}

function judgePerson(context: Context, person: Person, isOver: boolean): boolean {
  const { endMs } = context.played
  const attempts = attemptsOf(context, person)
  const answers = attempts.flatMap(({ answer }) => answer ?? [])
  const { changes } = person.presence
  const bounds = boundsOf(context)
  const sender = new SenderModel(
    context.tables['presence-sender'],
    changes,
    bounds,
    context.visited,
  )
  const each = new Map<number, AttemptModel>()
  const done: Attempted[] = []
  const events = [...attempts.map(({ webhook }) => webhook.event), ...answers].sort(
    (a, b) => a.n - b.n,
  )
  for (const event of events) {
    const attempt = attempts.find(
      ({ webhook, answer }) => webhook.event === event || answer === event,
    )
    if (!attempt) continue
    if (!sender.pass(event.atMs)) throw overdue(person, sender, done, attempt.webhook)
    for (const [version, model] of each)
      if ((changes[version]?.seenN ?? event.n) < event.n) model.take('newer')
    if (event.kind === 'webhook') {
      expectVersion(person, attempt)
      expectTimes(context, person, attempt, done)
      const model = each.get(attempt.version) ?? new AttemptModel(context.tables, context.visited)
      each.set(attempt.version, model)
      model.take('due')
      sender.countAttempts(done.filter(({ version }) => version === attempt.version).length + 1)
      if (!sender.take({ kind: 'attempt', atMs: event.atMs, version: attempt.version }))
        throw impossible(person, sender, attempt, done)
      expectContent(person, attempt)
      done.push(attempt)
    } else {
      const { sent, outcome } = outcomesOf(context, attempt, done)
      each.get(attempt.version)?.take(outcome)
      if (!sender.take({ kind: 'answer', atMs: event.atMs, n: event.n, events: sent }))
        throw new Unclear(`an answer about ${person.who} cannot be placed`)
    }
  }
  if (!sender.pass(endMs)) throw overdue(person, sender, done, attempts.at(-1)?.webhook)
  if (sender.isCalm()) return true
  if (isOver) throw overdue(person, sender, done, attempts.at(-1)?.webhook)
  return false
}

/**
 * The attempts about a client, each with its answer. A service may have read an answer, and gone on, before the suite
 * sees that it was written: then the answer belongs before the attempt that followed.
 */
function attemptsOf({ played, slackMs }: Context, { who }: Person): Attempted[] {
  const answers = eventsOf(played.timeline, 'webhook-answer', who)
  const webhooks = webhooksOf(played.timeline, who)
  return webhooks.map((webhook, index) => {
    const version = Number(webhook.fields.version)
    const answer = answers.find(({ to }) => to === webhook.event.n)
    const next = webhooks[index + 1]?.event
    const isLate = answer && next && next.n < answer.n && answer.atMs - next.atMs <= slackMs
    if (!isLate) return { webhook, answer, version }
    return { webhook, answer: { ...answer, n: next.n - 0.5, atMs: next.atMs }, version }
  })
}

function boundsOf(context: Context): SenderBounds {
  const { advertised } = context.played.timeline
  const pauseMs = seconds(advertised, 'webhook_pause_seconds') * 1000
  const delayMs = TIMINGS.webhook_retry_seconds.largest_delay * 1000
  const waits = [advertised.timings.webhook_retry_seconds ?? []].flat()
  return {
    slackMs: context.slackMs,
    dueMs: seconds(advertised, 'presence_interval_seconds') * 1000 + pauseMs * 3 + delayMs,
    retryMs: (attempts) =>
      (waits[attempts - 1] ?? waits.at(-1) ?? 0) * 1200 + pauseMs * 3 + delayMs,
  }
}

/** A version that is reported is one that there was. */
function expectVersion({ presence }: Person, { webhook, version }: Attempted): void {
  const { fields, event } = webhook
  if ((fields.event === 'connected') !== (version % 2 === 1))
    throw new Disagreement({
      requirement: 'presence.version.parity',
      expected: 'connected with an odd version, disconnected with an even one',
      got: say(webhook),
      at: event,
    })
  if (version > presence.version)
    throw new Disagreement({
      requirement: presence.silence ?? 'presence.version.grows',
      expected: `no version above ${presence.version}`,
      got: say(webhook),
      at: event,
    })
}

/** An attempt says of its version what the model knows of it. */
function expectContent({ presence, messages }: Person, { webhook, version }: Attempted): void {
  const { fields, event } = webhook
  const change = presence.changes[version - 1]
  if (!change) return
  const complain = (requirement: string, expected: string): void => {
    throw new Disagreement({ requirement, expected, got: say(webhook), at: event })
  }
  if (fields.connection_id !== change.connectionId)
    complain('webhook.request.fields', `connection_id ${change.connectionId}`)
  if (change.reason !== undefined && fields.reason !== change.reason)
    complain(change.requirement, `reason ${change.reason}`)
  if (messages.epoch !== undefined && Number(fields.epoch) !== messages.epoch)
    complain('presence.version.grows', `epoch ${messages.epoch}`)
}

/** No attempt comes before its time. */
function expectTimes(
  { played }: Context,
  { presence }: Person,
  { webhook, version }: Attempted,
  done: readonly Attempted[],
): void {
  const { advertised } = played.timeline
  const { event } = webhook
  const change = presence.changes[version - 1]
  if (change && event.atMs < change.earliestMs - 50)
    throw new Disagreement({
      requirement: change.hasGrace ? 'presence.grace.waited' : 'presence.version.newest',
      expected: `no report of version ${version} before it is current`,
      got: `${say(webhook)} ${Math.round(change.earliestMs - event.atMs)} ms before that`,
      at: event,
    })
  const last = done.at(-1)
  if (!last) return
  if (last.version !== version && version > 2) {
    const first = done.find((one) => one.version === last.version) ?? last
    const cause = presence.changes[first.version - 1]
    const intervalMs = seconds(advertised, 'presence_interval_seconds') * 1000
    const gapMs = event.atMs - (cause?.earliestMs ?? 0)
    if (gapMs < intervalMs - 5)
      throw new Disagreement({
        requirement: 'presence.version.paced',
        expected: `version ${version} at least ${intervalMs} ms after the first attempt of version ${last.version}`,
        got: `${say(webhook)} at most ${Math.round(gapMs)} ms after it`,
        at: event,
      })
  }
  const waits = [advertised.timings.webhook_retry_seconds ?? []].flat()
  const attempts = done.filter((one) => one.version === version)
  const wait = waits[attempts.length - 1]
  const before = attempts.at(-1)
  if (!before || wait === undefined || isSuccess(before.answer)) return
  const gapMs = event.atMs - before.webhook.event.atMs
  if (gapMs < wait * 800 - 5)
    throw new Disagreement({
      requirement: 'webhook.failure.retried',
      cell: 'presence-sender: retrying x slot',
      expected: `attempt ${attempts.length + 1} of version ${version} at least ${wait * 800} ms after the one before`,
      got: `${Math.round(gapMs)} ms after it`,
      at: event,
    })
}

/** What the end of an attempt may mean to the service. */
function outcomesOf(
  { played, slackMs }: Context,
  { webhook, answer, version }: Attempted,
  done: readonly Attempted[],
): { sent: readonly string[]; outcome: string } {
  const { advertised } = played.timeline
  const waits = [advertised.timings.webhook_retry_seconds ?? []].flat()
  const isLast = done.filter((one) => one.version === version).length > waits.length
  const failure = isLast ? 'last-failure' : 'failure'
  const status = answer?.status
  if (isSuccess(answer)) {
    const timeoutMs = seconds(advertised, 'webhook_timeout_seconds') * 1000
    const tookMs = (answer?.atMs ?? 0) - webhook.event.atMs
    if (tookMs > timeoutMs - slackMs) return { sent: ['success', failure], outcome: 'success' }
    return { sent: ['success'], outcome: 'success' }
  }
  const isRedirect = typeof status === 'number' && status >= 300 && status < 400
  const kind = isRedirect
    ? 'redirect'
    : status === 503 || status === 'dropped'
      ? 'unwell'
      : 'failed'
  return { sent: [failure], outcome: isLast ? 'last' : kind }
}

function isSuccess(answer: WebhookAnswerEvent | undefined): boolean {
  return typeof answer?.status === 'number' && answer.status >= 200 && answer.status < 300
}

/** An attempt that no possible sender made. */
function impossible(
  { presence }: Person,
  sender: SenderModel,
  { webhook, version }: Attempted,
  done: readonly Attempted[],
): Disagreement {
  const same = done.filter((one) => one.version === version)
  const inFlight = done.find(({ answer }) => !answer || answer.n > webhook.event.n)
  const isOld = presence.version > version
  const requirement = inFlight
    ? 'webhook.client.single'
    : same.some(({ answer }) => isSuccess(answer))
      ? 'webhook.success.final'
      : sender.state === 'given-up'
        ? 'webhook.schedule.given-up'
        : isOld
          ? 'presence.version.newest'
          : 'presence.version.cancelled'
  const { state } = sender
  return new Disagreement({
    requirement,
    ...(state && { cell: `presence-sender: ${state} x slot` as CellName }),
    expected: `no such attempt: the sender is ${sender.states}`,
    got: say(webhook),
    at: webhook.event,
  })
}

/** A report that did not come. */
function overdue(
  { presence, who }: Person,
  sender: SenderModel,
  done: readonly Attempted[],
  near: ReadWebhook | undefined,
): Disagreement {
  const change = presence.changes.at(-1) as Change | undefined
  const last = done.at(-1)
  const isRepeat = sender.state === 'retrying'
  const { state } = sender
  const after = last
    ? `after ${say(last.webhook)}, answered ${last.answer?.status ?? 'not yet'}`
    : 'at all'
  return new Disagreement({
    requirement: isRepeat
      ? 'webhook.failure.retried'
      : done.some(({ version }) => version === change?.version)
        ? 'webhook.failure.retried'
        : (change?.requirement ?? 'presence.connected.reported'),
    ...(state && { cell: `presence-sender: ${state} x slot` as CellName }),
    expected: `an attempt about ${who}: the sender is ${sender.states} of ${presence.version}`,
    got: `none ${after}`,
    at: near?.event,
  })
}

function say({ fields }: ReadWebhook): string {
  const { event, version, reason, connection_id: connection } = fields
  return `${event} version ${version}${reason ? ` (${reason})` : ''} of ${connection}`
}
