/** What has an id has it alone: connections, messages, broadcasts, sockets and webhooks. */

import { show } from '../judges/finding.ts'
import { BROADCASTS, MESSAGES, type Stream } from '../judges/stream.ts'
import type { TimelineEvent } from '../timeline/event.ts'
import { readObject } from '../timeline/timeline.ts'
import type { Facts, Hook, Json } from './facts.ts'
import type { Observer } from './invariant.ts'

/** Every welcome has a `connection_id` that no other had. */
export const connectionIdsAreUnique = (): Observer => {
  const ids = makeNames()
  let connections = 0
  return (facts, log) => {
    for (const { service, welcome, envelopes } of facts.links) {
      const event = envelopes[0]?.event
      const id = welcome?.connection_id
      if (service === undefined || !event || typeof id !== 'string') continue
      log.saw()
      connections += 1
      const other = ids.give(service, id, `connection number ${connections} of this run`)
      if (other) log.broken(facts, event, 'a connection_id of its own', `${show(id)}, ${other}`)
    }
  }
}

/** Something with an id, and what it is the id of. */
interface Named {
  readonly service: string
  readonly event: TimelineEvent
  readonly id: string
  readonly of: string
  readonly stream: Stream
}

/** No two messages have one `id`; a broadcast has one that no other broadcast and no message has. */
export const messageIdsAreUnique = (stream: Stream) => (): Observer => {
  // Apart: a receipt that says something else than its envelope is another's matter.
  const [receipts, envelopes] = [makeNames(), makeNames()]
  return (facts, log) => {
    for (const named of [...inReceipts(facts), ...inEnvelopes(facts)]) {
      const ids = named.event.kind === 'answer' ? receipts : envelopes
      // Messages matter to broadcasts, but a broadcast with the id of a message is no fault of messages.
      if (stream === MESSAGES && named.stream === BROADCASTS) continue
      const other = ids.give(named.service, named.id, named.of)
      if (named.stream === stream) log.saw()
      const isOurs = named.stream === stream || other?.startsWith(stream.type)
      if (other && isOurs)
        log.broken(facts, named.event, `an id of its own for ${named.of}`, `that of ${other}`)
    }
  }
}

const RECEIPTS: Readonly<Record<string, Stream>> = {
  '/v1/messages': MESSAGES,
  '/v1/broadcasts': BROADCASTS,
}

function* inReceipts({ calls }: Facts): Generator<Named> {
  for (const { request, answer, service, path = '' } of calls) {
    if (answer.status !== 200) continue
    const body = readObject(request.body)
    const receipt = readObject(answer.body)
    const stream = RECEIPTS[path]
    if (stream && body && receipt) {
      const named = nameIt(stream, receipt, receipt.epoch, body.client_id)
      if (named) yield { ...named, service, event: answer }
    } else if (path === '/v1/batches' && Array.isArray(body?.messages)) {
      const results = Array.isArray(receipt?.results) ? receipt.results : []
      for (const [at, result] of (results as (Json | null)[]).entries()) {
        const of = (body.messages[at] as Json | undefined)?.client_id
        const named = result && nameIt(MESSAGES, result, result.epoch, of)
        if (named) yield { ...named, service, event: answer }
      }
    }
  }
}

function* inEnvelopes({ links }: Facts): Generator<Named> {
  for (const { service, welcome, envelopes, isMixed } of links) {
    if (service === undefined || !welcome || isMixed) continue
    for (const { event, json } of envelopes) {
      const stream = [MESSAGES, BROADCASTS].find(({ type }) => type === json?.type)
      const named = stream && json && nameIt(stream, json, welcome[stream.epoch], welcome.client_id)
      if (named) yield { ...named, service, event }
    }
  }
}

function nameIt(
  stream: Stream,
  { id, seq }: Json,
  epoch: unknown,
  clientId: unknown,
): Pick<Named, 'id' | 'of' | 'stream'> | undefined {
  if (typeof id !== 'string' || typeof seq !== 'number' || typeof epoch !== 'number') return
  const whose = stream === MESSAGES ? ` of ${show(clientId)}` : ''
  return { id, stream, of: `${stream.type} ${seq}${whose} in epoch ${epoch}` }
}

/** The id of a socket, as its `handshake` names it, is that of no other; a handshake is never repeated. */
export const socketIdsAreUnique = (): Observer => {
  const ids = makeNames()
  let sockets = 0
  return (facts, log) => {
    for (const { event, fields, service } of facts.hooks) {
      if (fields.event !== 'handshake' || fields.from === undefined) continue
      log.saw()
      sockets += 1
      const other = ids.give(service, fields.from, `socket number ${sockets} of this run`)
      if (other)
        log.broken(facts, event, 'a socket with an id of its own', `${show(fields.from)}, ${other}`)
    }
  }
}

/** One `webhook-id` for each version of a client id, the same in every attempt, and none for two. */
export const presenceWebhookIdsAreUnique = (): Observer =>
  webhookIdsAreUnique(({ fields: { event, from, epoch, version } }) => {
    if (event === 'started') return `started in epoch ${epoch}`
    return event === 'connected' || event === 'disconnected'
      ? `version ${version} of ${show(from)} in epoch ${epoch}`
      : undefined
  })

/** Another `webhook-id` for each handshake, message and closed; only `closed` is ever sent again. */
export const socketWebhookIdsAreUnique = (): Observer => {
  let messages = 0
  return webhookIdsAreUnique(({ fields: { event, from } }) => {
    if (event === 'handshake' || event === 'closed') return `${event} of ${show(from)}`
    if (event !== 'message') return undefined
    messages += 1
    return `message number ${messages}, which is of ${show(from)}`
  })
}

function webhookIdsAreUnique(nameOf: (hook: Hook) => string | undefined): Observer {
  const ids = makeNames()
  const names = makeNames()
  return (facts, log) => {
    for (const hook of facts.hooks) {
      const name = nameOf(hook)
      const id = hook.event.headers['webhook-id']
      if (name === undefined || id === undefined) continue
      log.saw()
      const other = ids.give(hook.service, id, name)
      const first = names.give(hook.service, name, id)
      if (other)
        log.broken(facts, hook.event, `a webhook-id of its own for ${name}`, `that of ${other}`)
      if (first) log.broken(facts, hook.event, `webhook-id ${first} again for ${name}`, id)
    }
  }
}

/** Who has which name, service by service. */
interface Names {
  /** What else has this name, where something has. */
  give(service: string, name: string, what: string): string | undefined
}

function makeNames(): Names {
  const known = new Map<string, string>()
  return {
    give(service, name, what) {
      const key = `${service} ${name}`
      const other = known.get(key)
      if (other === undefined) known.set(key, what)
      return other === what ? undefined : other
    },
  }
}
