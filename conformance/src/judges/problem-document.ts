/** Judges of what a refusal says: the problem document itself, and what must not stand in it. */

import { PROBLEM_TYPE_BASE, PROBLEMS } from '@channel-protocol/schemas/registry'
import type { AnswerEvent } from '../timeline/event.ts'
import { answerTo, eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { type Finding, fail, inconclusive, type Judge, PASS, show } from './finding.ts'

/** Every request of these roles that was refused was answered with the document of one row of the registry. */
export function documented(...roles: readonly string[]): Judge {
  return (timeline) => {
    const refusals = roles.flatMap((as) => answerTo(timeline, as) ?? []).filter(isRefusal)
    if (refusals.length === 0) return inconclusive('none of the requests was refused')
    for (const refusal of refusals) {
      const finding = judgeDocument(refusal)
      if (finding.verdict !== 'pass') return finding
    }
    return PASS
  }
}

function isRefusal({ status, headers }: AnswerEvent): boolean {
  return status >= 400 || /^application\/problem\+json/i.test(headers['content-type'] ?? '')
}

function judgeDocument(answer: AnswerEvent): Finding {
  const type = answer.headers['content-type']
  if (!/^application\/problem\+json *(;|$)/i.test(type ?? '')) {
    return fail('Content-Type: application/problem+json', show(type), answer)
  }
  const document = readObject(answer.body)
  const row = Object.values(PROBLEMS).find(({ code }) => code === document?.code)
  if (!document || !row)
    return fail('a code of the table of problems', show(document ?? answer.body), answer)
  const { code, status, title } = row
  const expected: Record<string, unknown> = {
    status,
    type: `${PROBLEM_TYPE_BASE}${code}`,
    title,
  }
  const wrong = Object.keys(expected).find((name) => document[name] !== expected[name])
  if (wrong !== undefined) {
    return fail(`${wrong} ${show(expected[wrong])} for ${code}`, show(document[wrong]), answer)
  }
  return answer.status === status
    ? PASS
    : fail(`an answer with status ${status} for ${code}`, `status ${answer.status}`, answer)
}

/** No refusal of this run, problem document or close reason, repeats a key or a token that was sent. */
export function repeatsNoSecret(timeline: Timeline): Finding {
  const secrets = new Set(
    eventsOf(timeline, 'request').flatMap(({ headers }) => secretsIn(headers)),
  )
  const texts = [
    ...eventsOf(timeline, 'answer')
      .filter(isRefusal)
      .map((event) => ({ event, text: `${event.body} ${show(event.headers)}` })),
    ...eventsOf(timeline, 'close').map((event) => ({ event, text: event.reason })),
  ]
  if (texts.length === 0) return inconclusive('nothing was refused')
  for (const secret of secrets) {
    const forms = [secret, encodeURIComponent(secret)]
    const teller = texts.find(({ text }) => forms.some((form) => text.includes(form)))
    if (teller) return fail('a refusal that repeats no secret', 'the secret in it', teller.event)
  }
  return PASS
}

function secretsIn(headers: Readonly<Record<string, string>>): string[] {
  const key = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  const tokens = (headers['sec-websocket-protocol'] ?? '')
    .split(', ')
    .flatMap((offer) => /^channel-token\.(.+)$/.exec(offer)?.[1] ?? [])
  return key === undefined ? tokens : [key, ...tokens]
}
