/** Judges of posts to an application: who was let in, what everybody received, and what was kept back. */

import { validate } from '@channel-protocol/schemas/validate'
import { answerTo, eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { answeredWith, pushesTo, signedInAs } from './application.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'

/** How far the clocks of suite and application may lie apart. */
const SKEW_MS = 300_000

/** The values that were posted in a role, in order, one for each request. */
export function valuesOf(timeline: Timeline, as: string): string[] {
  return eventsOf(timeline, 'request', as).map(
    ({ body }) => new URLSearchParams(body).get('value') ?? '',
  )
}

function messagesTo(timeline: Timeline, page: string) {
  return pushesTo(timeline, page).flatMap(({ event, push, data }) =>
    push.message ? [{ event, message: push.message, data }] : [],
  )
}

/** Each value that was posted as `post` arrived at `page` as often as it was posted. */
export function heard(page: string, post: string): Judge {
  return (timeline) => {
    const messages = messagesTo(timeline, page)
    const values = valuesOf(timeline, post)
    if (values.length === 0) return inconclusive(`nothing was posted as ${post}`)
    for (const value of new Set(values)) {
      const came = messages.filter(({ message }) => message.value === value)
      const times = values.filter((one) => one === value).length
      if (came.length !== times) {
        return fail(`${show(value)} ${times} x at ${page}`, `${came.length} x`, came.at(-1)?.event)
      }
    }
    return PASS
  }
}

/** What was posted last as `post` arrived at `page`, once or oftener. */
export function reached(page: string, post: string): Judge {
  return (timeline) => {
    const value = valuesOf(timeline, post).at(-1)
    return messagesTo(timeline, page).some(({ message }) => message.value === value)
      ? PASS
      : fail(`${show(value)} at ${page}`, 'no such message')
  }
}

/** Nothing that was posted as `post` arrived at `page`, where a later post did. */
export function unheard(page: string, post: string): Judge {
  return (timeline) => {
    const values = valuesOf(timeline, post).filter((value) => value !== '')
    const one = pushesTo(timeline, page).find(({ data }) =>
      values.some((value) => data.includes(JSON.stringify(value).slice(1, -1))),
    )
    return one ? fail(`nothing of ${post} at ${page}`, show(one.data), one.event) : PASS
  }
}

/** The post of role `post` was refused with one of these statuses, and `page` heard nothing of it. */
export function keptBack(page: string, post: string, ...statuses: readonly number[]): Judge {
  return all(answeredWith(post, ...statuses), unheard(page, post))
}

/** The post of this role was not taken, whatever the status says, and `page` heard nothing of it. */
export function turnedAway(page: string, post: string): Judge {
  return all(
    (timeline) => {
      const answer = answerTo(timeline, post)
      return answer && answer.status < 300
        ? fail('a refusal', `status ${answer.status}`, answer)
        : PASS
    },
    unheard(page, post),
  )
}

/** The answers to the posts of a role are, byte for byte, what arrived at `page`. */
export function answeredWithPush(page: string, post: string): Judge {
  return (timeline) => {
    const data = new Set(messagesTo(timeline, page).map((one) => one.data))
    const answers = eventsOf(timeline, 'answer', post)
    if (answers.length === 0) return fail('an answer with the text that was sent', 'no answer')
    const other = answers.find(({ body }) => !data.has(body))
    return other ? fail('the text that was sent', show(other.body), other) : PASS
  }
}

/** Each post of these roles arrived at `page` as a message of `poster`, as its type says, unchanged and dated now. */
export function wellMade(page: string, poster: string, ...posts: readonly string[]): Judge {
  return (timeline) => {
    const values = posts.flatMap((post) => valuesOf(timeline, post))
    const id = signedInAs(timeline, poster)
    const own = messagesTo(timeline, page).filter(({ message }) => message.client_id === id)
    for (const { event, message, data } of own) {
      if (!validate('MessagePush', readObject(data)).valid)
        return fail('a MessagePush that its schema accepts', show(data), event)
      if (!values.includes(String(message.value)))
        return fail('a value that was posted, unchanged', show(message.value), event)
      if (Math.abs(Date.parse(String(message.datetime)) - event.atMs) > SKEW_MS) {
        const now = new Date(event.atMs).toISOString()
        return fail(`a datetime near ${now}`, show(message.datetime), event)
      }
    }
    const missing = values.find((value) => !own.some(({ message }) => message.value === value))
    return missing === undefined
      ? PASS
      : fail(`${show(missing)} from ${show(id)} at ${page}`, 'no such message')
  }
}

/** The messages of role `post` arrived at `page` in the order in which they were posted. */
export function heardInOrder(page: string, post: string): Judge {
  return all(heard(page, post), (timeline) => {
    const values = valuesOf(timeline, post)
    const came = messagesTo(timeline, page).filter(({ message }) =>
      values.includes(String(message.value)),
    )
    const wrong = came.find(({ message }, at) => message.value !== values[at])
    return wrong
      ? fail('the order of the posts', `${show(wrong.message.value)} out of turn`, wrong.event)
      : PASS
  })
}

/** The refusal of this role is a problem document. */
export function explained(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const type = answer?.headers['content-type'] ?? ''
    if (!/^application\/problem\+json\s*(;|$)/i.test(type)) {
      return fail('Content-Type: application/problem+json', show(type), answer)
    }
    return validate('Problem', readObject(answer?.body ?? '')).valid
      ? PASS
      : fail('a Problem that its schema accepts', show(answer?.body), answer)
  }
}
