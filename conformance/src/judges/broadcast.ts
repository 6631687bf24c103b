/** Judges of broadcasts: who got them, how they are counted, and where a connection joins their stream. */

import { envelopesOf, type ReadEnvelope, type Timeline } from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { type Post, postsOf } from './message.ts'

/** How a client got a broadcast: by the seq of its receipt, or by its data where the receipt has none. */
function copyOf(timeline: Timeline, client: string, post: Post): ReadEnvelope | undefined {
  const seq = post.receipt?.seq
  return envelopesOf(timeline, client, 'broadcast').find(({ envelope }) =>
    typeof seq === 'number' ? envelope.seq === seq : envelope.data === post.data,
  )
}

/**
 * Each broadcast of role `posts` counts the clients that it arrived on, and besides them as many connections as
 * the one of role `before` did, which none of these clients got. Each client is one or several connections.
 */
export function countsReached(
  posts: string,
  before: string,
  clients: readonly (readonly string[])[],
): Judge {
  return (timeline) => {
    const others = postsOf(timeline, before)[0]?.receipt?.connections
    const made = postsOf(timeline, posts)
    if (made.length === 0) return inconclusive(`nothing was posted as ${posts}`)
    for (const post of made) {
      if (!post.receipt) return inconclusive(`a broadcast of ${posts} was not accepted`)
      const reached = clients.filter((roles) =>
        roles.some((client) => copyOf(timeline, client, post)),
      ).length
      const expected = Number(others) + reached
      if (post.receipt.connections !== expected) {
        return fail(
          `connections ${expected}: it reached ${reached}, and ${show(others)} were counted when nobody of these was there`,
          show(post.receipt.connections),
          post.answer,
        )
      }
    }
    return PASS
  }
}

/** Each broadcast of this role that arrived on several of these clients came in the same text on all of them. */
export function identical(clients: readonly string[], posts: string): Judge {
  return (timeline) => {
    let compared = 0
    for (const post of postsOf(timeline, posts)) {
      const [first, ...others] = clients.flatMap((client) => copyOf(timeline, client, post) ?? [])
      const other = others.find(({ event }) => event.text !== first?.event.text)
      if (first && other)
        return fail(
          `the frame ${show(first.event.text)} everywhere`,
          show(other.event.text),
          other.event,
        )
      compared += others.length
    }
    return compared > 0 ? PASS : inconclusive('no broadcast arrived on two connections')
  }
}

/** The welcome of this client has the counters of the newest broadcast of role `posts` before it. */
export function welcomedAfter(client: string, posts: string): Judge {
  return welcomedWith(client, (timeline) => ({ post: postsOf(timeline, posts).at(-1), after: 0 }))
}

/** The welcome of this client has the counters from which the first broadcast of role `posts` counted up. */
export function welcomedBefore(client: string, posts: string): Judge {
  return welcomedWith(client, (timeline) => ({ post: postsOf(timeline, posts)[0], after: 1 }))
}

function welcomedWith(
  client: string,
  select: (timeline: Timeline) => { post: Post | undefined; after: number },
): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, client, 'welcome')[0]
    const { post, after } = select(timeline)
    const { epoch, seq } = post?.receipt ?? {}
    if (!welcome || typeof seq !== 'number' || typeof epoch !== 'number')
      return inconclusive(`${client} got no welcome, or a broadcast no counters`)
    const expected = { broadcast_epoch: epoch, broadcast_seq: seq - after }
    const { broadcast_epoch, broadcast_seq } = welcome.envelope
    return broadcast_epoch === expected.broadcast_epoch && broadcast_seq === expected.broadcast_seq
      ? PASS
      : fail(
          `a welcome with ${show(expected)}`,
          show({ broadcast_epoch, broadcast_seq }),
          welcome.event,
        )
  }
}

/** The broadcasts on a connection count up from its welcome without a gap as far as the last of role `posts`. */
export function gapless(client: string, posts: string): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, client, 'welcome')[0]
    const last = postsOf(timeline, posts).at(-1)?.receipt?.seq
    const broadcasts = envelopesOf(timeline, client, 'broadcast')
    const from = welcome?.envelope.broadcast_seq
    if (typeof from !== 'number' || typeof last !== 'number' || broadcasts.length === 0)
      return inconclusive(`${client} got no welcome or no broadcast`)
    let expected = from + 1
    for (const { envelope, event } of broadcasts) {
      if (envelope.seq !== expected)
        return fail(`seq ${expected}`, `seq ${show(envelope.seq)}`, event)
      expected += 1
    }
    return expected > last
      ? PASS
      : fail(`the broadcasts up to seq ${last}`, `none after seq ${expected - 1}`)
  }
}

/** No broadcast of role `broadcasts` has the id of another, nor that of a message of role `messages`. */
export function idsApart(broadcasts: string, messages: string): Judge {
  return (timeline) => {
    const posted = postsOf(timeline, broadcasts)
    const seen = new Set(postsOf(timeline, messages).map(({ receipt }) => receipt?.id))
    if (posted.length < 2 || seen.size === 0 || seen.has(undefined))
      return inconclusive('fewer than two broadcasts, or a message that was not accepted')
    for (const { receipt, answer } of posted) {
      if (!receipt) return inconclusive(`a broadcast of ${broadcasts} was not accepted`)
      if (seen.has(receipt.id))
        return fail('an id that no other broadcast and no message has', show(receipt.id), answer)
      seen.add(receipt.id)
    }
    return PASS
  }
}
