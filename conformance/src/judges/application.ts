/** Judges of what an application tells its pages: sign-in, answers, and what must not be told. */

import type { AnswerEvent, FrameEvent } from '../timeline/event.ts'
import { type Push, readPush } from '../timeline/push.ts'
import { answerTo, envelopesOf, eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { noAnswer } from './problem.ts'

/** The client id that the sign-in of this role gave. */
export function signedInAs(timeline: Timeline, as: string): string | undefined {
  const id = readObject(answerTo(timeline, as)?.body ?? '')?.client_id
  return typeof id === 'string' ? id : undefined
}

/** The pushes that arrived at the page of a role, in order. */
export function pushesTo(
  timeline: Timeline,
  as: string,
): { event: FrameEvent; push: Push; data: string }[] {
  return envelopesOf(timeline, as, 'message').flatMap(({ event, envelope }) => {
    const push = readPush(envelope)
    return push ? [{ event, push, data: String(envelope.data) }] : []
  })
}

/** Every request of this role was answered with one of these statuses. */
export function answeredWith(as: string, ...statuses: readonly number[]): Judge {
  return onAnswers(as, `status ${statuses.join(' or ')}`, (status) => statuses.includes(status))
}

/** Every request of this role was answered with a success. */
export function taken(as: string): Judge {
  return onAnswers(as, 'status 200 to 299', (status) => status >= 200 && status < 300)
}

function onAnswers(as: string, expected: string, isRight: (status: number) => boolean): Judge {
  return (timeline) => {
    const answers = eventsOf(timeline, 'answer', as)
    if (answers.length < eventsOf(timeline, 'request', as).length || answers.length === 0)
      return noAnswer(timeline, as, expected)
    const wrong = answers.find(({ status }) => !isRight(status))
    return wrong ? fail(expected, `status ${wrong.status} ${show(wrong.body)}`, wrong) : PASS
  }
}

/** The answer of this role is JSON by its header. */
export function saidToBeJson(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const type = answer?.headers['content-type']
    return /^application\/json\s*(;|$)/i.test(type ?? '')
      ? PASS
      : fail('Content-Type: application/json', show(type), answer)
  }
}

/** Every sign-in of these roles gave a client id of its own. */
export function differentIds(...roles: readonly string[]): Judge {
  return (timeline) => {
    const ids = roles.map((as) => signedInAs(timeline, as))
    const at = ids.findIndex((id, index) => ids.indexOf(id) !== index)
    return at < 0
      ? PASS
      : fail(
          'a client id for each sign-in',
          `${show(ids[at])} again`,
          answerTo(timeline, roles[at] ?? ''),
        )
  }
}

/** The connection of this role was welcomed as the client id that its sign-in gave. */
export function welcomedAsSignedIn(as: string): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, as, 'welcome')[0]
    const id = signedInAs(timeline, as)
    if (!welcome)
      return fail(`a welcome of ${show(id)}`, 'no welcome', eventsOf(timeline, 'close', as)[0])
    const got = welcome.envelope.client_id
    return got === id ? PASS : fail(`a welcome of ${show(id)}`, `of ${show(got)}`, welcome.event)
  }
}

/** Nothing that pages received holds a text of the notes of role `secret`. */
export function withoutSecrets(...roles: readonly string[]): Judge {
  return (timeline) => {
    const secrets = eventsOf(timeline, 'note', 'secret').map(({ what }) => what)
    if (secrets.length === 0) return inconclusive('no secret is known')
    const holder = timeline.events.find(
      (event) =>
        roles.includes(event.as) &&
        secrets.some((secret) => textsOf(event).some((text) => text.includes(secret))),
    )
    return holder
      ? fail('nothing with a secret in it', `${holder.kind} of ${holder.as} holds one`, holder)
      : PASS
  }
}

function textsOf(event: Timeline['events'][number]): string[] {
  if (event.kind === 'frame') return [event.text]
  return event.kind === 'answer'
    ? [event.body, ...Object.values((event as AnswerEvent).headers)]
    : []
}

/** No list and no message at `page`, and no answer of these roles, tells an address. */
export function withoutAddresses(page: string, ...roles: readonly string[]): Judge {
  return (timeline) => {
    const answers = roles.flatMap((as) => eventsOf(timeline, 'answer', as))
    const told = [
      ...pushesTo(timeline, page).map(({ event, push }) => ({ event, holder: push as Push })),
      ...answers.map((event) => ({ event, holder: (readObject(event.body) ?? {}) as Push })),
    ].find(({ holder }) => tellsAddress(holder))
    return told ? fail('no `ip`', 'one is told', told.event) : PASS
  }
}

function tellsAddress({ users, message }: Push): boolean {
  const entries: unknown[] = [message, ...(Array.isArray(users) ? users : [])]
  return entries.some((entry) => typeof entry === 'object' && entry !== null && 'ip' in entry)
}
