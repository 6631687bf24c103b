/** Judges of resuming: what a welcome says of the cursors that were given, and what follows it. */

import {
  answerTo,
  envelopesOf,
  eventsOf,
  readObject,
  seconds,
  type Timeline,
} from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { type Post, postsOf } from './message.ts'
import { MESSAGES, type Stream } from './stream.ts'

const CURSOR = /^[A-Za-z0-9\-._~]{1,128}$/

/** A place in a stream: the `seq` that it is behind, or nothing where the timeline does not show it. */
export type Place = (timeline: Timeline) => number | undefined

/** Before everything. */
export const START: Place = () => 0

/** Behind the last accepted post of a role. */
export function behind(posts: string): Place {
  return (timeline) => seqOf(acceptedOf(timeline, posts).at(-1))
}

/** Before the first accepted post of a role. */
export function before(posts: string): Place {
  return (timeline) => {
    const first = seqOf(acceptedOf(timeline, posts)[0])
    return first === undefined ? undefined : first - 1
  }
}

/** No id of a receipt stands for two places, whoever posted: what checks that take ids for cursors rely on. */
export const placeEach: Judge = (timeline) => {
  const places = new Map<unknown, string>()
  for (const answer of eventsOf(timeline, 'answer')) {
    const { id, epoch, seq } = readObject(answer.body) ?? {}
    if (typeof id !== 'string' || typeof seq !== 'number') continue
    const place = `${show(epoch)} ${seq}`
    if ((places.get(id) ?? place) !== place) return fail('an id of its own', show(id), answer)
    places.set(id, place)
  }
  return PASS
}

/** The welcome of this role has this `resumed`. */
export function resumed(as: string, expected: boolean): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, as, 'welcome')[0]
    if (!welcome) return fail(`a welcome with resumed ${expected}`, outcomeOf(timeline, as))
    if (welcome.envelope.resumed === undefined)
      return inconclusive(`the welcome of ${as} does not say whether it is resumed`)
    return welcome.envelope.resumed === expected
      ? PASS
      : fail(`resumed ${expected}`, `resumed ${show(welcome.envelope.resumed)}`, welcome.event)
  }
}

/** The welcome of this role gives this place of a stream. */
export function placedAt(as: string, place: Place, stream = MESSAGES): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, as, 'welcome')[0]
    if (!welcome) return fail(`a welcome with ${stream.seq}`, outcomeOf(timeline, as))
    const expected = place(timeline)
    if (expected === undefined) return inconclusive('a post was not accepted')
    const got = welcome.envelope[stream.seq]
    return got === expected
      ? PASS
      : fail(`${stream.seq} ${expected}`, `${stream.seq} ${show(got)}`, welcome.event)
  }
}

/** What the welcome of this role says that it is behind. */
export function saidBy(as: string, stream = MESSAGES): Place {
  return (timeline) => {
    const seq = envelopesOf(timeline, as, 'welcome')[0]?.envelope[stream.seq]
    return typeof seq === 'number' ? seq : undefined
  }
}

/** The cursor with which this role came names this place: its welcome says so, or what follows it begins there. */
export function resumedBehind(as: string, place: Place, stream = MESSAGES): Judge {
  return all(resumed(as, true), (timeline) => {
    const expected = place(timeline)
    const said = saidBy(as, stream)(timeline)
    const first = envelopesOf(timeline, as, stream.type)[0]?.envelope.seq
    if (expected === undefined) return inconclusive('a post was not accepted')
    return said === expected || first === expected + 1
      ? PASS
      : fail(
          `the place behind ${stream.seq} ${expected}`,
          `a welcome with ${stream.seq} ${said}, and ${first === undefined ? `no ${stream.type}` : `seq ${show(first)}`} next`,
          envelopesOf(timeline, as, 'welcome')[0]?.event,
        )
  })
}

/**
 * What arrived on a connection behind its welcome are the accepted posts of these roles: each once, in the order of
 * `seq`, with its data.
 * Nothing is said of what came after them.
 */
export function received(client: string, roles: readonly string[], stream = MESSAGES): Judge {
  return (timeline) => {
    const expected = roles
      .flatMap((as) => acceptedOf(timeline, as))
      .sort((a, b) => Number(a.receipt?.seq) - Number(b.receipt?.seq))
    if (expected.length === 0) return inconclusive('no post was accepted')
    const arrived = envelopesOf(timeline, client, stream.type)
    const welcome = envelopesOf(timeline, client, 'welcome')[0]
    const early = arrived.find(({ event }) => event.n < (welcome?.event.n ?? 0))
    if (early) return fail('the welcome first', show(early.envelope), early.event)
    for (const [at, { data, receipt, answer }] of expected.entries()) {
      const wanted = `the ${stream.type} with seq ${receipt?.seq} and data ${show(data)} as number ${at + 1} on ${client}`
      const got = arrived[at]
      if (!got) return fail(wanted, `only ${arrived.length} arrived`, answer)
      if (got.envelope.seq !== receipt?.seq || got.envelope.data !== data)
        return fail(wanted, show(got.envelope), got.event)
    }
    return PASS
  }
}

/** The envelopes of a stream that arrived on `again` are those that arrived on `first`, with the same id and data. */
export function repeats(again: string, first: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const copies = envelopesOf(timeline, first, stream.type)
    let compared = 0
    for (const { envelope, event } of envelopesOf(timeline, again, stream.type)) {
      const copy = copies.find((one) => one.envelope.seq === envelope.seq)
      if (!copy) continue
      compared += 1
      const { id, data } = copy.envelope
      if (envelope.id !== id || envelope.data !== data)
        return fail(show(copy.envelope), show(envelope), event)
    }
    return compared > 0 ? PASS : inconclusive(`nothing arrived on both ${first} and ${again}`)
  }
}

/** Each accepted post of this role is on the connection. */
export function sent(client: string, as: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const arrived = new Set(
      envelopesOf(timeline, client, stream.type).map(({ envelope }) => envelope.seq),
    )
    const posts = acceptedOf(timeline, as)
    const missing = posts.find(({ receipt }) => !arrived.has(receipt?.seq))
    if (missing)
      return fail(`the ${stream.type} of ${as} on ${client}`, 'it did not arrive', missing.answer)
    return posts.length > 0 ? PASS : inconclusive(`no post of ${as} was accepted`)
  }
}

/** Of what was accepted up to the last post of role `missed`, nothing is on the connection behind a post of these. */
export function replayedFirst(
  client: string,
  missed: string,
  live: readonly string[],
  stream = MESSAGES,
): Judge {
  return (timeline) => {
    const border = behind(missed)(timeline)
    const arrived = envelopesOf(timeline, client, stream.type)
    const isOlder = (seq: unknown): boolean => Number(seq) <= Number(border)
    const seqs = new Set(live.flatMap((as) => acceptedOf(timeline, as).map(seqOf)))
    const later = arrived.findIndex(({ envelope }) => seqs.has(Number(envelope.seq)))
    if (border === undefined || later < 0)
      return inconclusive(`nothing that came later arrived on ${client}`)
    const late = arrived.slice(later).find(({ envelope }) => isOlder(envelope.seq))
    return late
      ? fail(
          `seq ${show(late.envelope.seq)} ahead of seq ${show(arrived[later]?.envelope.seq)}`,
          'it came behind',
          late.event,
        )
      : later > 0
        ? PASS
        : inconclusive(`nothing was replayed on ${client}`)
  }
}

/** Nothing that was posted as one of these roles is on the connection. */
export function unseen(client: string, roles: readonly string[], stream = MESSAGES): Judge {
  return (timeline) => {
    const posted = new Set(roles.flatMap((as) => postsOf(timeline, as).map(({ data }) => data)))
    const stray = envelopesOf(timeline, client, stream.type).find(({ envelope }) =>
      posted.has(envelope.data),
    )
    if (stray) return fail(`no ${stream.type} of ${roles}`, show(stray.envelope), stray.event)
    return posted.size > 0 ? PASS : inconclusive('nothing was posted')
  }
}

/** Of the posts of these roles some were refused, and none of those is on the connection. */
export function refusedUnseen(client: string, roles: readonly string[], stream = MESSAGES): Judge {
  return (timeline) => {
    const posts = roles.flatMap((as) => postsOf(timeline, as))
    const refused = posts.filter(({ answer }) => (answer?.status ?? 0) >= 400)
    if (refused.length === 0) return inconclusive(`no post of ${roles} was refused`)
    const texts = new Set(refused.map(({ data }) => data))
    const stray = envelopesOf(timeline, client, stream.type).find(({ envelope }) =>
      texts.has(envelope.data),
    )
    return stray
      ? fail(`no ${stream.type} that was refused`, show(stray.envelope), stray.event)
      : PASS
  }
}

/** Welcomed as without cursors: not resumed, at the newest, and sent nothing of what these roles posted. */
export function welcomedAnew(client: string, roles: readonly string[], stream = MESSAGES): Judge {
  return all(
    resumed(client, false),
    placedAt(client, behind(roles.at(-1) ?? ''), stream),
    unseen(client, roles, stream),
  )
}

/**
 * As {@link welcomedAnew}, or resumed at an earlier place: whoever alters a cursor may happen to name one.
 * Ahead of the newest there is none.
 */
export function notAhead(client: string, posts: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, client, 'welcome')[0]
    const newest = behind(posts)(timeline)
    if (newest === undefined) return inconclusive('no post was accepted')
    if (welcome?.envelope.resumed !== true) return resumed(client, false)(timeline)
    const seq = welcome.envelope[stream.seq]
    return typeof seq === 'number' && seq <= newest
      ? PASS
      : fail(
          `resumed false, or a ${stream.seq} of at most ${newest}`,
          `resumed true with ${stream.seq} ${show(seq)}`,
          welcome.event,
        )
  }
}

/** The answer to this role's request for a token has a cursor of this name, in the form of cursors. */
export function tokenHas(as: string, member: 'cursor' | 'broadcast_cursor'): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    return isCursor(readObject(answer?.body ?? '')?.[member])
      ? PASS
      : fail(
          `a token with a ${member}`,
          show(readObject(answer?.body ?? '')?.[member] ?? 'none'),
          answer,
        )
  }
}

/** The welcome of this role has a cursor of this name, in the form of cursors. */
export function welcomeHas(as: string, member: 'cursor' | 'broadcast_cursor'): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, as, 'welcome')[0]
    if (!welcome) return fail(`a welcome with a ${member}`, outcomeOf(timeline, as))
    return isCursor(welcome.envelope[member])
      ? PASS
      : fail(`a welcome with a ${member}`, show(welcome.envelope[member] ?? 'none'), welcome.event)
  }
}

/** The ids of all posts of these roles have the form of cursors. */
export function namedByCursors(...roles: readonly string[]): Judge {
  return (timeline) => {
    const posts = roles.flatMap((as) => acceptedOf(timeline, as))
    const wrong = posts.find(({ receipt }) => !isCursor(receipt?.id))
    if (wrong) return fail('an id in the form of cursors', show(wrong.receipt?.id), wrong.answer)
    return posts.length > 0 ? PASS : inconclusive('no post was accepted')
  }
}

/** Every receipt of this role has this `stored`. */
export function stored(as: string, expected: boolean): Judge {
  return (timeline) => {
    const posts = acceptedOf(timeline, as)
    const wrong = posts.find(({ receipt }) => receipt?.stored !== expected)
    if (wrong)
      return fail(
        `stored ${expected} in the receipt of ${show(wrong.data)}`,
        `stored ${show(wrong.receipt?.stored ?? 'absent')}`,
        wrong.answer,
      )
    return posts.length > 0 ? PASS : inconclusive(`no post of ${as} was accepted`)
  }
}

/** The connection was resumed, which it must be while what was posted as `posts` is not older than the window. */
export function keptSoLong(client: string, posts: string): Judge {
  return (timeline) => {
    const asked = eventsOf(timeline, 'request', posts)[0]
    const welcome = envelopesOf(timeline, client, 'welcome')[0]
    if (!asked || !welcome) return inconclusive('a post or a welcome is missing')
    const age = (welcome.event.atMs - asked.atMs) / 1000
    const window = seconds(timeline.advertised, 'resume_window_seconds')
    return age < window
      ? resumed(client, true)(timeline)
      : inconclusive(`${age.toFixed(1)} s passed, which the window of ${window} s does not cover`)
  }
}

/** Of what a connection was sent before its `seq` passed a place, no more than `most` by a measure of the data. */
export function atMost(
  client: string,
  { until, most, measure, unit }: Bound,
  stream: Stream = MESSAGES,
): Judge {
  return (timeline) => {
    const last = until(timeline)
    if (last === undefined) return inconclusive('a post was not accepted')
    let sum = 0
    for (const { envelope, event } of envelopesOf(timeline, client, stream.type)) {
      if (Number(envelope.seq) > last) continue
      sum += measure(String(envelope.data))
      if (sum > most(timeline))
        return fail(`at most ${most(timeline)} ${unit} replayed`, `${sum} ${unit}`, event)
    }
    return PASS
  }
}

/** A bound of what is held. */
export interface Bound {
  /** The newest that can be replayed. */
  readonly until: Place
  readonly most: (timeline: Timeline) => number
  readonly measure: (data: string) => number
  readonly unit: string
}

function acceptedOf(timeline: Timeline, as: string): Post[] {
  return postsOf(timeline, as).filter(({ receipt }) => receipt !== undefined)
}

function seqOf(post: Post | undefined): number | undefined {
  const seq = post?.receipt?.seq
  return typeof seq === 'number' ? seq : undefined
}

function isCursor(value: unknown): boolean {
  return typeof value === 'string' && CURSOR.test(value)
}
