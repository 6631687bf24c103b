/** Judges of posts that are sent again: whether they are answered as the first was, and carried out once. */

import type { TypeName } from '@channel-protocol/schemas/validate'
import type { AnswerEvent } from '../timeline/event.ts'
import { answerTo, eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { answeredAs } from './call.ts'
import { all, type Finding, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { answered, noAnswer, refused } from './problem.ts'

/** The post of this role was answered with the status and the JSON value of the answer to `first`. */
export function repeated(as: string, first: string): Judge {
  return (timeline) => {
    const expected = answerTo(timeline, first)
    const got = answerTo(timeline, as)
    if (!expected) return inconclusive(`${first} was not answered`)
    if (!got) return noAnswer(timeline, as, `the answer to ${first}`)
    return isSameAnswer(got, expected)
      ? PASS
      : fail(`the answer to ${first}: ${describe(expected)}`, describe(got), got)
  }
}

/** The first of three equal posts, as `sendThrice` sends them, was answered so, and the others as it was. */
export function thrice(type: TypeName): Judge {
  return all(
    answeredAs('first', 200, type),
    repeated('at once', 'first'),
    repeated('at once again', 'first'),
  )
}

/** Each text that the post of role `as` sends is in one frame that arrived on this connection. */
export function arrivedOnce(client: string, as: string): Judge {
  return (timeline) => {
    const texts = textsOf(timeline, as)
    if (texts.length === 0) return inconclusive(`nothing was sent as ${as}`)
    for (const text of texts) {
      const frames = framesWith(timeline, client, text)
      if (frames.length === 1) continue
      return fail(`${show(text)} once on ${client}`, `${frames.length} times`, frames[1])
    }
    return PASS
  }
}

/** Every text that was sent as role `as` has arrived on this connection. */
export function fenced(client: string, as: string): Judge {
  return (timeline) => {
    const texts = textsOf(timeline, as)
    return texts.length > 0 && texts.every((text) => framesWith(timeline, client, text).length > 0)
      ? PASS
      : fail(`what was sent as ${as} on ${client}`, 'it did not arrive')
  }
}

/** The message of this role has the number after that of `before`: nothing between them was counted. */
export function nextAfter(as: string, before: string): Judge {
  return (timeline) => {
    const [earlier, later] = [before, as].map((role) => {
      const body = readObject(answerTo(timeline, role)?.body ?? '')
      const last = Array.isArray(body?.results) ? lastReceipt(body.results) : body
      return Number(last?.seq)
    })
    if (earlier === undefined || !Number.isFinite(earlier))
      return inconclusive(`${before} got no number`)
    return later === earlier + 1
      ? PASS
      : fail(`seq ${earlier + 1}`, `seq ${later}`, answerTo(timeline, as))
  }
}

function lastReceipt(results: readonly unknown[]): { readonly seq?: unknown } | undefined {
  const receipts = results.filter((result) => (result as { seq?: unknown } | null)?.seq)
  return receipts.at(-1) as { readonly seq?: unknown } | undefined
}

/** Every post of these roles was carried out: each got a receipt, and no two the same place. */
export function eachCarriedOut(...roles: readonly string[]): Judge {
  return all(...roles.map((as) => answered(as, 200)), (timeline) => {
    const places = new Map<string, string>()
    for (const as of roles) {
      const answer = answerTo(timeline, as)
      const { epoch, seq } = readObject(answer?.body ?? '') ?? {}
      if (seq === undefined) return inconclusive(`${as} got no number`)
      const other = places.get(`${epoch} ${seq}`)
      if (other) return fail(`a place of its own for ${as}`, `that of ${other}`, answer)
      places.set(`${epoch} ${seq}`, as)
    }
    return PASS
  })
}

/** Of these twins one was carried out: all that were answered with 200 name the same places. */
export function oneCarriedOut(roles: readonly string[]): Judge {
  return (timeline) => {
    const [first, ...others] = answersOf(timeline, roles).filter(({ status }) => status === 200)
    if (!first) return inconclusive('none of the twins was carried out')
    const places = placesOf(first)
    if (!/\d/.test(places)) return inconclusive('what was carried out has no number')
    const other = others.find((answer) => placesOf(answer) !== places)
    return other ? fail(`the places ${show(places)}`, show(placesOf(other)), other) : PASS
  }
}

/** The epochs and numbers of a receipt, or of the receipts of a batch, as text. */
function placesOf({ body }: AnswerEvent): string {
  const value = readObject(body) ?? {}
  const receipts = Array.isArray(value.results) ? value.results : [value]
  return JSON.stringify(receipts.map((receipt) => [receipt?.epoch, receipt?.seq]))
}

/** Each of these twins that did not get the answer was refused as still running, with `Retry-After`. */
export function refusedAsTwins(roles: readonly string[]): Judge {
  return all(...roles.map((as): Judge => refusedAsTwin(as)))
}

function refusedAsTwin(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    if (answer?.status === 200) return PASS
    const finding = refused(as, 'idempotency-in-progress')(timeline)
    if (finding.verdict !== 'pass' || !answer) return finding
    const wait = answer.headers['retry-after']
    return /^\d+$/.test(wait ?? '')
      ? PASS
      : fail('Retry-After in whole seconds', show(wait), answer)
  }
}

/** Of two groups of twins with one key and two bodies, one was carried out and the other refused. */
export function oneBodyOnly(groups: readonly (readonly string[])[]): Judge {
  return (timeline) => {
    const isServed = (roles: readonly string[]): boolean =>
      answersOf(timeline, roles).some(({ status }) => status === 200)
    const served = groups.filter(isServed)
    if (served.length === 0) return inconclusive('none of the posts was carried out')
    const [, also] = served
    if (also) {
      const answer = answersOf(timeline, also).find(({ status }) => status === 200)
      return fail('one body of two carried out', 'both', answer)
    }
    const others = groups.filter((roles) => !isServed(roles)).flat()
    return all(...others.map((as) => refused(as, 'idempotency-key-reused')))(timeline)
  }
}

/** The window had not ended between the request of `first` and the last answer to `roles`. */
export function withinWindow(first: string, ...roles: readonly string[]): Judge {
  return (timeline): Finding => {
    const from = eventsOf(timeline, 'request', first)[0]
    const answers = answersOf(timeline, roles)
    const windowSeconds = Number(timeline.advertised.timings.idempotency_window_seconds)
    if (!from || answers.length === 0)
      return inconclusive(`${first} was not sent or ${roles.join(' and ')} not answered`)
    const took = (Math.max(...answers.map(({ atMs }) => atMs)) - from.atMs) / 1000
    return took < windowSeconds
      ? PASS
      : inconclusive(`from ${first} on ${took.toFixed(1)} s went by, and the window was over`)
  }
}

/** No post of these roles, each with a new key, was refused because as many results are kept as may be. */
export function roomFor(...roles: readonly string[]): Judge {
  return all(
    ...roles.map(
      (as): Judge =>
        (timeline) => {
          const isFull = refused(as, 'over-capacity')(timeline).verdict === 'pass'
          return isFull ? inconclusive(`the service had no room for the result of ${as}`) : PASS
        },
    ),
  )
}

/** All posts of these roles were answered with 200, and have together as many results as may be kept. */
export function filled(roles: readonly string[]): Judge {
  return (timeline) => {
    const answers = roles.flatMap((as) => eventsOf(timeline, 'answer', as))
    const other = answers.find(({ status }) => status !== 200)
    if (other) return fail('status 200', describe(other), other)
    const expected = timeline.advertised.limits.idempotency_results
    const results = answers.reduce((sum, { body }) => sum + countResults(body), 0)
    if (results === expected) return PASS
    const failure = roles.flatMap((as) => eventsOf(timeline, 'failure', as))[0]
    return fail(`${expected} results`, `${results}${failure ? `: ${failure.what}` : ''}`, failure)
  }
}

function countResults(body: string): number {
  const results = readObject(body)?.results
  return Array.isArray(results) ? results.length : 1
}

/** The last post of this role was refused for its rate. */
export function lastRateLimited(as: string): Judge {
  return (timeline) => {
    const last = eventsOf(timeline, 'answer', as).at(-1)
    return last?.status === 429
      ? PASS
      : fail('status 429', last ? describe(last) : 'no answer', last)
  }
}

/** The answers to these two roles each have a value of this member, and not the same. */
export function differsIn(member: string, as: string, other: string): Judge {
  return (timeline) => {
    const [own, others] = [as, other].map(
      (role) => readObject(answerTo(timeline, role)?.body ?? '')?.[member],
    )
    return own !== undefined && own !== others
      ? PASS
      : fail(`another ${member} than ${other}`, show(own), answerTo(timeline, as))
  }
}

function answersOf(timeline: Timeline, roles: readonly string[]): AnswerEvent[] {
  return roles.flatMap((as) => answerTo(timeline, as) ?? [])
}

function isSameAnswer(one: AnswerEvent, other: AnswerEvent): boolean {
  return one.status === other.status && inOneOrder(one.body) === inOneOrder(other.body)
}

/** A body with the members of its objects in the order of their names, so that equal values are equal texts. */
function inOneOrder(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), (_name, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    )
  } catch {
    return body
  }
}

function describe({ status, body }: AnswerEvent): string {
  return `status ${status} ${show(body)}`
}

/** What the first request of a role sends to clients or sockets; empty texts and those of the wrong type are not sent. */
function textsOf(timeline: Timeline, as: string): string[] {
  const body = readObject(eventsOf(timeline, 'request', as)[0]?.body ?? '') ?? {}
  const items: readonly unknown[] = Array.isArray(body.messages) ? body.messages : [body]
  return items
    .map((item) => item as { data?: unknown; body?: unknown } | null)
    .map((item) => item?.data ?? item?.body)
    .filter((text): text is string => typeof text === 'string' && text !== '')
}

function framesWith(
  timeline: Timeline,
  client: string,
  text: string,
): ReturnType<typeof eventsOf<'frame'>> {
  return eventsOf(timeline, 'frame', client).filter((frame) => frame.text.includes(text))
}
