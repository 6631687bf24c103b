/** Judges of calls: whether they were answered as they should be, alike, in time, and without what must not be there. */

import type { TimingName } from '@channel-protocol/schemas/registry'
import { describeErrors, type TypeName, validate } from '@channel-protocol/schemas/validate'
import { latestSeconds } from '../timeline/latest.ts'
import { answerTo, eventsOf, readObject } from '../timeline/timeline.ts'
import { all, fail, type Judge, PASS, show } from './finding.ts'
import { answered, noAnswer } from './problem.ts'

/** The request of this role was answered with this status and a body that the schema accepts. */
export function answeredAs(as: string, status: number, type: TypeName): Judge {
  return all(answered(as, status), (timeline) => {
    const answer = answerTo(timeline, as)
    const validation = validate(type, readObject(answer?.body ?? ''))
    return validation.valid
      ? PASS
      : fail(`a ${type} that its schema accepts`, describeErrors(validation.errors), answer)
  })
}

/** The request of `as` got the same status as that of `twin` and a body with the same members. */
export function treatedLike(as: string, twin: string): Judge {
  return (timeline) => {
    const expected = answerTo(timeline, twin)
    const got = answerTo(timeline, as)
    if (!got) return noAnswer(timeline, as, `an answer like that to ${twin}`)
    if (got.status !== expected?.status)
      return fail(`status ${expected?.status}`, `status ${got.status} ${show(got.body)}`, got)
    const members = (body = ''): string => show(Object.keys(readObject(body) ?? {}).sort())
    return members(got.body) === members(expected.body)
      ? PASS
      : fail(`a body with ${members(expected.body)}`, members(got.body), got)
  }
}

/** The refusal names this method in its `Allow` header. */
export function allows(as: string, method: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const allow = answer?.headers.allow
    return (allow ?? '').split(',').some((item) => item.trim() === method)
      ? PASS
      : fail(`an Allow header with ${method}`, show(allow), answer)
  }
}

/** No answer of these roles carries this header. */
export function withoutHeader(name: string, ...roles: readonly string[]): Judge {
  return (timeline) => {
    const bearer = roles
      .flatMap((as) => eventsOf(timeline, 'answer', as))
      .find(({ headers }) => headers[name] !== undefined)
    return bearer ? fail(`no ${name} header`, show(bearer.headers[name]), bearer) : PASS
  }
}

/** The answer came within this timer and its largest delay after the first thing that was sent. */
export function answeredWithin(as: string, timing: TimingName): Judge {
  return (timeline) => {
    const limit = latestSeconds(timeline.advertised, timing)
    const answer = answerTo(timeline, as)
    const sent = eventsOf(timeline, 'sent', as)[0]
    if (!answer || !sent) return noAnswer(timeline, as, `an answer within ${limit} s`)
    const took = (answer.atMs - sent.atMs) / 1000
    return took <= limit
      ? PASS
      : fail(`an answer within ${limit} s`, `one after ${took.toFixed(1)} s`, answer)
  }
}
