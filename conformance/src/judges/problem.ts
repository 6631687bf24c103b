/** Judges of HTTP answers: what was answered, and with which row of the registry a request was refused. */

import { PROBLEMS, type ProblemCode } from '@channel-protocol/schemas/registry'
import { answerTo, eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { type Finding, fail, type Judge, PASS, show } from './finding.ts'

/** The request of this role was answered with this status. */
export function answered(as: string, status: number): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    if (!answer) return noAnswer(timeline, as, `an answer with status ${status}`)
    return answer.status === status
      ? PASS
      : fail(`status ${status}`, `status ${answer.status} ${show(answer.body)}`, answer)
  }
}

/** The request of this role was refused with one of these rows: its status and its `code`. */
export function refused(as: string, ...codes: readonly ProblemCode[]): Judge {
  const expected = codes.map((code) => `${PROBLEMS[code].status} ${code}`).join(' or ')
  return (timeline) => {
    const answer = answerTo(timeline, as)
    if (!answer) return noAnswer(timeline, as, `a refusal with ${expected}`)
    const body = readObject(answer.body)
    const matches = codes.some(
      (code) => PROBLEMS[code].status === answer.status && body?.code === code,
    )
    if (matches) return PASS
    const got = `status ${answer.status}${body && 'code' in body ? ` with code ${show(body.code)}` : ` with body ${show(answer.body)}`}`
    return fail(`a refusal with ${expected}`, got, answer)
  }
}

/** The finding where a request got no answer at all. */
export function noAnswer(timeline: Timeline, as: string, expected: string): Finding {
  const failure = eventsOf(timeline, 'failure', as)[0]
  return fail(expected, failure ? `no answer: ${failure.what}` : 'no answer', failure)
}
