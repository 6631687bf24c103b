/** Judges of several nodes: whether they say the same, and count in one row. */

import { answerTo, eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { postsOf } from './message.ts'

/** What the nodes of one service say alike of it. */
const ALIKE = ['profiles', 'limits', 'timings', 'origins'] as const

/** The discovery document of `as` says of the service what that of `first` does. */
export function announcesAlike(as: string, first: string): Judge {
  return (timeline) => {
    const [expected, got] = [first, as].map((role) =>
      readObject(answerTo(timeline, role)?.body ?? ''),
    )
    if (!expected) return inconclusive(`${first} was answered with no discovery document`)
    const other = ALIKE.find((member) => !isSame(got?.[member], expected[member]))
    return other === undefined
      ? PASS
      : fail(`${other} ${show(expected[other])}`, show(got?.[other]), answerTo(timeline, as))
  }
}

/** The accepted posts of these roles, made at several nodes in whatever order, fill one row of `seq` in one epoch. */
export function fillOneRow(...roles: readonly string[]): Judge {
  return (timeline) => {
    const posts = roles.flatMap((as) => postsOf(timeline, as))
    const refused = posts.find(({ receipt }) => typeof receipt?.seq !== 'number')
    if (posts.length < 2 || refused) return inconclusive('a post was not accepted with a seq')
    const epoch = posts[0]?.receipt?.epoch
    const stray = posts.find(({ receipt }) => receipt?.epoch !== epoch)
    if (stray) return fail(`epoch ${epoch}`, `epoch ${stray.receipt?.epoch}`, stray.answer)
    const row = [...posts].sort((a, b) => Number(a.receipt?.seq) - Number(b.receipt?.seq))
    const wrong = row.find(
      ({ receipt }, at) => at > 0 && receipt?.seq !== Number(row[at - 1]?.receipt?.seq) + 1,
    )
    return wrong
      ? fail(
          `seq ${Number(row[row.indexOf(wrong) - 1]?.receipt?.seq) + 1}`,
          `seq ${wrong.receipt?.seq}`,
          wrong.answer,
        )
      : PASS
  }
}

/** What `as` read of presence is what `first` read. */
export function readsAlike(as: string, first: string): Judge {
  return (timeline) => {
    const [expected, got] = [first, as].map((role) => bodyOf(timeline, role))
    if (expected === undefined) return inconclusive(`${first} was not answered`)
    return isSame(got, expected)
      ? PASS
      : fail(show(expected), show(got ?? 'no answer'), answerTo(timeline, as))
  }
}

function bodyOf(timeline: Timeline, as: string): unknown {
  const answer = eventsOf(timeline, 'answer', as).at(-1)
  return answer?.status === 200 ? readObject(answer.body) : undefined
}

/** Whether two values are the same JSON, in whatever order their members and their entries stand. */
function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b)
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  const members = Object.entries(value).map(([name, one]) => `${name}:${canonical(one)}`)
  return `{${members.sort().join()}}`
}
