/** Judges of posts, receipts and the messages that arrive. */

import { type LimitName, PROBLEMS } from '@channel-protocol/schemas/registry'
import type { AnswerEvent } from '../timeline/event.ts'
import {
  answerTo,
  envelopesOf,
  eventsOf,
  type ReadEnvelope,
  readObject,
  type Timeline,
} from '../timeline/timeline.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { noAnswer, refused } from './problem.ts'
import { MESSAGES } from './stream.ts'

/** A post, to one client id or to everybody, with what became of it. */
export interface Post {
  readonly data: unknown
  readonly answer: AnswerEvent | undefined
  /** The body of a 200 that names the message. */
  readonly receipt: Readonly<Record<string, unknown>> | undefined
}

/** The posts of a role that made them one after the other. */
export function postsOf(timeline: Timeline, as: string): Post[] {
  const answers = eventsOf(timeline, 'answer', as)
  return eventsOf(timeline, 'request', as)
    .filter(({ url }) => /\/v1\/(messages|broadcasts)(\?|$)/.test(url))
    .map(({ body }, at) => {
      const answer = answers[at]
      const told = answer?.status === 200 ? readObject(answer.body) : undefined
      const receipt = told && 'id' in told ? told : undefined
      return { data: readObject(body)?.data, answer, receipt }
    })
}

/** The data of the last post of a role. */
export function dataOf(as: string): (timeline: Timeline) => unknown {
  return (timeline) => postsOf(timeline, as).at(-1)?.data
}

/** Every post of this role was accepted, whatever its receipt says. */
export function accepted(as: string): Judge {
  return (timeline) => {
    const posts = postsOf(timeline, as)
    const refusal = posts.find(({ receipt }) => receipt === undefined)
    if (posts.length === 0) return inconclusive(`nothing was posted as ${as}`)
    if (!refusal) return PASS
    return refusal.answer
      ? fail('status 200 with a receipt', describeAnswer(refusal.answer), refusal.answer)
      : noAnswer(timeline, as, 'status 200 with a receipt')
  }
}

/** The receipt of this role counts this many connections. */
export function countsConnections(as: string, connections: number): Judge {
  return all(accepted(as), (timeline) => {
    const [post] = postsOf(timeline, as)
    return post?.receipt?.connections === connections
      ? PASS
      : fail(`connections ${connections}`, show(post?.receipt?.connections), post?.answer)
  })
}

/** Each post of a role arrived on the connection, its data unchanged, with the id and seq of its receipt. */
export function delivered(client: string, as: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const posts = postsOf(timeline, as)
    if (posts.length === 0) return inconclusive(`nothing was posted as ${as}`)
    const arrived = envelopesOf(timeline, client, stream.type)
    for (const { data, receipt, answer } of posts) {
      if (!receipt) return inconclusive(`a post of ${as} was not accepted`)
      const key = receipt.seq === undefined ? 'id' : 'seq'
      const message =
        arrived.find(({ envelope }) => envelope[key] === receipt[key]) ??
        arrived.find(({ envelope }) => envelope.data === data)
      if (!message)
        return fail(`a ${stream.type} with data ${show(data)} on ${client}`, 'none', answer)
      const expected = { data, ...pick(receipt, 'id'), ...pick(receipt, 'seq') }
      for (const [member, value] of Object.entries(expected)) {
        const got = message.envelope[member]
        if (got !== value) {
          return fail(`${member} ${show(value)}`, show(got), message.event)
        }
      }
    }
    return PASS
  }
}

/** No post of this role was taken: what they would have counted is not counted. */
export function notTaken(as: string): Judge {
  return (timeline) => {
    const taken = postsOf(timeline, as).find(({ receipt }) => receipt !== undefined)
    return taken ? fail(`no post of ${as} accepted`, 'a receipt', taken.answer) : PASS
  }
}

/** Some message with the data of this post arrived on the connection: a control, or a fence. */
export function arrived(client: string, as: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const data = dataOf(as)(timeline)
    const has = envelopesOf(timeline, client, stream.type).some(
      ({ envelope }) => data !== undefined && envelope.data === data,
    )
    return has ? PASS : fail(`the ${stream.type} of ${as} on ${client}`, 'it did not arrive')
  }
}

/** What arrived on the connection was posted by this role; its own post arrived. */
export function onlyOwn(client: string, as: string): Judge {
  return (timeline) => {
    const own = postsOf(timeline, as).map(({ data }) => data)
    const messages = envelopesOf(timeline, client, 'message')
    const foreign = messages.find(({ envelope }) => !own.includes(envelope.data))
    if (foreign) {
      return fail('only messages of its own client id', show(foreign.envelope), foreign.event)
    }
    return messages.length > 0 ? PASS : inconclusive(`no message arrived on ${client}`)
  }
}

/** The messages on a connection came in the order of seq, each at most once. */
export function inOrder(client: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const messages = envelopesOf(timeline, client, stream.type)
    if (messages.length < 2)
      return inconclusive(`fewer than two ${stream.type}s arrived on ${client}`)
    const wrong = messages.find(
      ({ envelope }, at) => at > 0 && !(Number(envelope.seq) > seqOf(messages[at - 1])),
    )
    return wrong
      ? fail(
          `a seq larger than ${seqOf(messages[messages.indexOf(wrong) - 1])}`,
          `seq ${show(wrong.envelope.seq)}`,
          wrong.event,
        )
      : PASS
  }
}

/** The receipts of these roles, in this order, count up by one in each epoch; posts of `parallel` roles in any order. */
export function contiguous(roles: readonly string[], parallel: readonly string[] = []): Judge {
  return (timeline) => {
    const receipts = roles.flatMap((as) => {
      const own = eventsOf(timeline, 'answer', as).flatMap((answer) => {
        const receipt = answer.status === 200 ? readObject(answer.body) : undefined
        return receipt && typeof receipt.seq === 'number'
          ? [{ answer, seq: receipt.seq, epoch: receipt.epoch }]
          : []
      })
      return parallel.includes(as) ? own.sort((a, b) => a.seq - b.seq) : own
    })
    if (receipts.length < 2) return inconclusive('fewer than two receipts have a seq')
    for (const [at, receipt] of receipts.entries()) {
      const before = receipts[at - 1]
      if (before && before.epoch === receipt.epoch && receipt.seq !== before.seq + 1) {
        return fail(`seq ${before.seq + 1}`, `seq ${receipt.seq}`, receipt.answer)
      }
    }
    return PASS
  }
}

/** The first message on a connection has the seq of its welcome plus one. */
export function continuesWelcome(client: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, client, 'welcome')[0]
    const first = envelopesOf(timeline, client, stream.type)[0]
    const newest = welcome?.envelope[stream.seq]
    if (typeof newest !== 'number' || !first)
      return inconclusive(`no welcome with a number or no ${stream.type} arrived on ${client}`)
    const seq = newest + 1
    return first.envelope.seq === seq
      ? PASS
      : fail(`seq ${seq}`, `seq ${show(first.envelope.seq)}`, first.event)
  }
}

/** No two receipts of these roles have the same id. */
export function uniqueIds(...roles: readonly string[]): Judge {
  return (timeline) => {
    const seen = new Set<unknown>()
    for (const as of roles) {
      for (const { receipt, answer } of postsOf(timeline, as)) {
        if (!receipt || receipt.id === undefined) return inconclusive(`a post of ${as} got no id`)
        if (seen.has(receipt.id)) {
          return fail('an id that no other message has', show(receipt.id), answer)
        }
        seen.add(receipt.id)
      }
    }
    return seen.size > 1 ? PASS : inconclusive('fewer than two messages were accepted')
  }
}

/** The first messages of several client ids, posted one after the other, have growing epochs. */
export function growingEpochs(as: string): Judge {
  return (timeline) => {
    const posts = postsOf(timeline, as).filter(({ receipt }) => typeof receipt?.epoch === 'number')
    if (posts.length < 2) return inconclusive('fewer than two receipts have an epoch')
    const wrong = posts.findIndex(
      ({ receipt }, at) =>
        at > 0 && Number(receipt?.epoch) <= Number(posts[at - 1]?.receipt?.epoch),
    )
    return wrong < 0
      ? PASS
      : fail(
          `an epoch larger than ${posts[wrong - 1]?.receipt?.epoch}`,
          show(posts[wrong]?.receipt?.epoch),
          posts[wrong]?.answer,
        )
  }
}

/** The first messages of several client ids, posted at once, have epochs of which no two are equal. */
export function distinctEpochs(as: string): Judge {
  return (timeline) => {
    const seen = new Set<unknown>()
    for (const answer of eventsOf(timeline, 'answer', as)) {
      const epoch = answer.status === 200 ? readObject(answer.body)?.epoch : undefined
      if (epoch === undefined) continue
      if (seen.has(epoch)) return fail('an epoch of no other client id', show(epoch), answer)
      seen.add(epoch)
    }
    return seen.size > 1 ? PASS : inconclusive('fewer than two receipts have an epoch')
  }
}

/** The answers to these roles, in this order, have epochs each larger than the one before. */
export function epochsGrow(...roles: readonly string[]): Judge {
  return (timeline) => {
    const answers = roles.map((as) => answerTo(timeline, as))
    const epochs = answers.map((answer) => Number(readObject(answer?.body ?? '')?.epoch))
    const wrong = epochs.findIndex((epoch, at) => at > 0 && !(epoch > (epochs[at - 1] ?? 0)))
    return wrong < 0
      ? PASS
      : fail(`an epoch larger than ${epochs[wrong - 1]}`, `${epochs[wrong]}`, answers[wrong])
  }
}

/** No post of a role was refused for its rate, and some were taken: what else refuses one says nothing of rates. */
export function withinRate(as: string): Judge {
  return (timeline) => {
    const answers = eventsOf(timeline, 'answer', as)
    if (answers.length === 0) return noAnswer(timeline, as, 'status 200 with a receipt')
    const refusal = answers.find(({ status }) => status === PROBLEMS['rate-limited'].status)
    if (refusal) return fail('status 200 with a receipt', describeAnswer(refusal), refusal)
    const isTaken = answers.some(({ status }) => status === 200)
    return isTaken ? PASS : inconclusive(`no post of ${as} was accepted`)
  }
}

/** Refused as too large, with the advertised limit as `max_bytes`. */
export function refusedAsTooLarge(as: string): Judge {
  return all(refused(as, 'payload-too-large'), (timeline) => {
    const answer = answerTo(timeline, as)
    const limit = timeline.advertised.limits.data_bytes
    const got = readObject(answer?.body ?? '')?.max_bytes
    return got === limit ? PASS : fail(`max_bytes ${limit}`, show(got), answer)
  })
}

/** Data with a lone surrogate was refused, or arrived with U+FFFD in its place. */
export function refusedOrReplaced(client: string, as: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const [post] = postsOf(timeline, as)
    if (!post?.receipt) return refused(as, 'malformed-request', 'invalid-data')(timeline)
    const { seq } = post.receipt
    const expected = String(post.data).replace(/\p{Surrogate}/gu, '\uFFFD')
    const messages = envelopesOf(timeline, client, stream.type)
    const message = messages.find(({ envelope }) => envelope.seq === seq) ?? messages[0]
    if (!message) return fail(`a refusal, or data ${show(expected)}`, 'accepted, but not delivered')
    return message.envelope.data === expected
      ? PASS
      : fail(`data ${show(expected)}`, show(message.envelope.data), message.event)
  }
}

/** Some post of this role was refused for its rate, which this limit advertises, with `Retry-After`. */
export function limitedRate(as: string, limit: LimitName = 'messages_per_second'): Judge {
  return (timeline) => {
    const answers = eventsOf(timeline, 'answer', as)
    const refusal = answers.find(({ status }) => status !== 200)
    if (!refusal) {
      // From the first post that was sent, so that no answer that was read late makes the time too short.
      const first = timeline.events.find((event) => event.as === as)
      const elapsed = first ? ((answers.at(-1)?.atMs ?? first.atMs) - first.atMs) / 1000 : 0
      const allowed = Math.ceil((timeline.advertised.limits[limit] ?? 0) * (1 + elapsed))
      return answers.length > allowed
        ? fail(
            `a refusal with 429 rate-limited after ${allowed} posts`,
            `${answers.length} posts accepted in ${elapsed.toFixed(2)} s`,
            answers.at(-1),
          )
        : inconclusive(`${answers.length} posts in ${elapsed.toFixed(2)} s do not exceed the rate`)
    }
    const { code } = readObject(refusal.body) ?? {}
    if (refusal.status !== PROBLEMS['rate-limited'].status || code !== 'rate-limited') {
      return fail('a refusal with 429 rate-limited', describeAnswer(refusal), refusal)
    }
    return /^\d+$/.test(refusal.headers['retry-after'] ?? '')
      ? PASS
      : fail('Retry-After in whole seconds', show(refusal.headers['retry-after']), refusal)
  }
}

function describeAnswer({ status, body }: AnswerEvent): string {
  return `status ${status} ${show(body)}`
}

function seqOf(read: ReadEnvelope | undefined): number {
  return Number(read?.envelope.seq)
}

function pick(receipt: Readonly<Record<string, unknown>>, member: string): object {
  return member in receipt ? { [member]: receipt[member] } : {}
}
