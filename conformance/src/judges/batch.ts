/** Judges of batches: what became of each message, beside what became of the same message alone. */

import type { AnswerEvent } from '../timeline/event.ts'
import { envelopesOf, eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { all, type Finding, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { type Post, postsOf } from './message.ts'
import { answered } from './problem.ts'

type Members = Readonly<Record<string, unknown>>

/** One message of a batch and its result. */
export interface BatchItem {
  /** Position in the batch, from 0. */
  readonly place: number
  /** Its members as they were sent; nothing where it was no object, or the record of the request was cut short. */
  readonly message: Members | undefined
  readonly result: Members | undefined
  /** The result where it is a receipt. */
  readonly receipt: Members | undefined
  readonly answer: AnswerEvent
}

/** The messages of the batches of a role that made them one after the other, as far as there are results. */
export function itemsOf(timeline: Timeline, as: string): BatchItem[] {
  const requests = eventsOf(timeline, 'request', as).filter(({ url }) =>
    /\/v1\/batches(\?|$)/.test(url),
  )
  return eventsOf(timeline, 'answer', as).flatMap((answer, at) => {
    const messages = listIn(readObject(requests[at]?.body ?? '')?.messages)
    return resultsIn(answer).map((given, place) => {
      const result = objectIn(given)
      const receipt = result && 'id' in result ? result : undefined
      return { place, message: objectIn(messages[place]), result, receipt, answer }
    })
  })
}

/** The batch of this role was answered with 200 and this many results. */
export function answeredEach(as: string, count: number | ((timeline: Timeline) => number)): Judge {
  return all(answered(as, 200), (timeline) => {
    const expected = typeof count === 'number' ? count : count(timeline)
    for (const answer of eventsOf(timeline, 'answer', as)) {
      const results = readObject(answer.body)?.results
      if (answer.status !== 200 || !Array.isArray(results))
        return fail('status 200 with a list of results', describe(answer), answer)
      if (results.length !== expected)
        return fail(`${expected} results`, `${results.length}`, answer)
    }
    return PASS
  })
}

/**
 * Each result is of the kind that the same message got alone, and a receipt is one of the same client id.
 * @param places where the posts of role `alone` stand in the batch; in front unless given
 */
export function placedAsAlone(as: string, alone: string, places?: readonly number[]): Judge {
  return besideAlone(as, alone, places, ({ place, receipt, result, answer }, { receipt: twin }) => {
    if ((receipt !== undefined) !== (twin !== undefined))
      return fail(`${twin ? 'a receipt' : 'a problem'} as result ${place}`, show(result), answer)
    return receipt?.epoch === twin?.epoch
      ? PASS
      : fail(`epoch ${show(twin?.epoch)} in result ${place}`, show(receipt), answer)
  })
}

/** Each receipt has the members, epoch and connections that the same message got alone, and a later seq. */
export function receiptsAsAlone(as: string, alone: string): Judge {
  return besideAlone(
    as,
    alone,
    undefined,
    ({ place, receipt, result, answer }, { receipt: twin }) => {
      if (!twin) return inconclusive(`post ${place} of ${alone} was not accepted`)
      const members = (of: Members): string => show(Object.keys(of).sort())
      if (!receipt || members(receipt) !== members(twin))
        return fail(`${members(twin)} in result ${place}`, show(result), answer)
      const other = ['epoch', 'connections', 'stored'].find((name) => receipt[name] !== twin[name])
      if (other !== undefined)
        return fail(`${other} ${show(twin[other])} in result ${place}`, show(receipt), answer)
      return Number(receipt.seq) > Number(twin.seq)
        ? PASS
        : fail(`a seq above ${show(twin.seq)} in result ${place}`, show(receipt), answer)
    },
  )
}

/** No two receipts of posts and batches of these roles have an id, or a seq of one epoch, in common. */
export function receiptsApart(...roles: readonly string[]): Judge {
  return (timeline) => {
    const seen = new Set<unknown>()
    for (const { receipt, answer } of roles.flatMap((as) => receivedBy(timeline, as))) {
      if (!receipt) continue
      const numbers = `${receipt.epoch} ${receipt.seq}`
      if (seen.has(receipt.id) || seen.has(numbers))
        return fail('an id and a seq that no other message has', show(receipt), answer)
      seen.add(receipt.id).add(numbers)
    }
    return seen.size > 2 ? PASS : inconclusive('fewer than two messages were accepted')
  }
}

/** As many messages of the batch were accepted as of those that role `alone` posted, and `more`. */
export function acceptedAsMany(as: string, alone: string, more = 0): Judge {
  return all(answered(as, 200), (timeline) => {
    const posts = postsOf(timeline, alone)
    const taken = posts.filter(({ receipt }) => receipt).length
    if (taken === posts.length) return inconclusive(`${alone} had nothing refused`)
    const expected = taken + more
    const items = itemsOf(timeline, as)
    const got = items.filter(({ receipt }) => receipt).length
    return got === expected
      ? PASS
      : fail(`${expected} receipts`, `${got} among ${items.length} results`, items[0]?.answer)
  })
}

/** Every message of the batches of this role was accepted. */
export function acceptedEach(as: string): Judge {
  return all(answered(as, 200), (timeline) => {
    const items = itemsOf(timeline, as)
    const refusal = items.find(({ receipt }) => receipt === undefined)
    if (refusal)
      return fail(`a receipt as result ${refusal.place}`, show(refusal.result), refusal.answer)
    return items.length > 0 ? PASS : inconclusive(`${as} posted no messages`)
  })
}

/** Every message that is for another client id than the first of its batch was accepted. */
export function acceptedBesideFirst(as: string): Judge {
  return all(answered(as, 200), (timeline) => {
    const items = itemsOf(timeline, as)
    const first = items[0]?.message?.client_id
    const others = items.filter(({ message }) => message && message.client_id !== first)
    const refusal = others.find(({ receipt }) => receipt === undefined)
    if (refusal)
      return fail(`a receipt as result ${refusal.place}`, show(refusal.result), refusal.answer)
    return others.length > 0 ? PASS : inconclusive(`${as} posted to one client id alone`)
  })
}

/** All receipts of one client id have one epoch, which those of no other have. */
export function oneEpochPerClient(as: string): Judge {
  return (timeline) => {
    const owners = new Map<unknown, unknown>()
    const epochs = new Map<unknown, unknown>()
    for (const { message, receipt, answer } of itemsOf(timeline, as)) {
      if (!receipt) continue
      const { client_id: clientId } = message ?? {}
      const owner = owners.get(receipt.epoch) ?? clientId
      const epoch = epochs.get(clientId) ?? receipt.epoch
      if (typeof receipt.epoch !== 'number' || owner !== clientId || epoch !== receipt.epoch)
        return fail('an epoch for each client id', show(receipt), answer)
      owners.set(epoch, clientId)
      epochs.set(clientId, epoch)
    }
    return owners.size > 0 ? PASS : inconclusive(`${as} got no receipt`)
  }
}

/** The receipts of each client id in the batches of this role count up in the order of the request. */
export function numberedInOrder(as: string): Judge {
  return (timeline) => {
    const newest = new Map<unknown, number>()
    for (const { place, message, receipt, answer } of itemsOf(timeline, as)) {
      if (!receipt || typeof receipt.seq !== 'number')
        return inconclusive(`result ${place} of ${as} is no receipt with a seq`)
      const before = newest.get(message?.client_id) ?? 0
      if (receipt.seq <= before)
        return fail(`a seq above ${before} in result ${place}`, show(receipt), answer)
      newest.set(message?.client_id, receipt.seq)
    }
    return newest.size > 0 ? PASS : inconclusive(`${as} posted no messages`)
  }
}

/** The messages of the batches of this role that arrived on the connection have a seq in the order of the request. */
export function arrivedInOrder(client: string, as: string): Judge {
  return (timeline) => {
    const arrived = envelopesOf(timeline, client, 'message')
    const own = itemsOf(timeline, as).flatMap(
      ({ message }) => arrived.find(({ envelope }) => envelope.data === message?.data) ?? [],
    )
    const wrong = own.find(
      ({ envelope }, at) => at > 0 && !(Number(envelope.seq) > Number(own[at - 1]?.envelope.seq)),
    )
    if (wrong) return fail('numbers in the order of the request', show(wrong.envelope), wrong.event)
    return own.length > 1 ? PASS : inconclusive(`fewer than two messages arrived on ${client}`)
  }
}

/** Each accepted message to the client of this connection arrived on it, with the id and seq of its receipt. */
export function deliveredEach(client: string, as: string): Judge {
  return (timeline) => {
    const clientId = envelopesOf(timeline, client, 'welcome')[0]?.envelope.client_id
    const own = itemsOf(timeline, as).filter(({ message }) => message?.client_id === clientId)
    const arrived = envelopesOf(timeline, client, 'message')
    for (const { message, receipt, answer } of own) {
      if (!receipt) return inconclusive(`a message of ${as} was not accepted`)
      const found = arrived.find(({ envelope }) => envelope.data === message?.data)
      if (!found)
        return fail(`a message with data ${show(message?.data)} on ${client}`, 'none', answer)
      const wrong = ['id', 'seq'].find((name) => found.envelope[name] !== receipt[name])
      if (wrong !== undefined)
        return fail(`${wrong} ${show(receipt[wrong])}`, show(found.envelope), found.event)
    }
    return own.length > 0 ? PASS : inconclusive(`${as} posted nothing to ${client}`)
  }
}

/** The receipts of these roles in the epoch of the first count up by one; those of one role in any order. */
export function countedWithBatches(...roles: readonly string[]): Judge {
  return (timeline) => {
    const [first] = postsOf(timeline, roles[0] ?? '')
    const receipts = roles.flatMap((as) =>
      receivedBy(timeline, as)
        .filter(({ receipt }) => receipt?.epoch === first?.receipt?.epoch)
        .map(({ receipt, answer }) => ({ seq: Number(receipt?.seq), answer }))
        .sort((a, b) => a.seq - b.seq),
    )
    for (const [at, { seq, answer }] of receipts.entries()) {
      const next = (receipts[at - 1]?.seq ?? seq - 1) + 1
      if (seq !== next) return fail(`seq ${next}`, `seq ${seq}`, answer)
    }
    return receipts.length > roles.length ? PASS : inconclusive('too few receipts have a seq')
  }
}

/** Judges each message of a batch beside the post of the same message alone. */
export function besideAlone(
  as: string,
  alone: string,
  places: readonly number[] | undefined,
  judge: (item: BatchItem, post: Post) => Finding,
): Judge {
  return (timeline) => {
    const items = itemsOf(timeline, as)
    const posts = postsOf(timeline, alone)
    if (posts.length === 0) return inconclusive(`nothing was posted as ${alone}`)
    for (const [at, post] of posts.entries()) {
      const item = items[places?.[at] ?? at]
      if (!item) return fail(`a result for message ${places?.[at] ?? at}`, 'none', items[0]?.answer)
      const finding = judge(item, post)
      if (finding.verdict !== 'pass') return finding
    }
    return PASS
  }
}

function receivedBy(timeline: Timeline, as: string): readonly Pick<Post, 'receipt' | 'answer'>[] {
  return [...itemsOf(timeline, as), ...postsOf(timeline, as)]
}

function resultsIn(answer: AnswerEvent): readonly unknown[] {
  return answer.status === 200 ? listIn(readObject(answer.body)?.results) : []
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function objectIn(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Members)
    : undefined
}

function describe({ status, body }: AnswerEvent): string {
  return `status ${status} ${show(body)}`
}
