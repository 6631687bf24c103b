/** Nothing reaches whom it is not for: messages stay on their channel, tokens out of URLs, webhooks are signed. */

import { show } from '../judges/finding.ts'
import { MESSAGES } from '../judges/stream.ts'
import type { TimelineEvent } from '../timeline/event.ts'
import { signatureOf } from '../timeline/signature.ts'
import { readObject } from '../timeline/timeline.ts'
import type { Facts, Json } from './facts.ts'
import type { Observer } from './invariant.ts'

/** A text that only one check can have posted. */
const UNGUESSABLE = /c[0-9a-f]{18}/

/**
 * Data that was posted to one client id is never on a connection of another, in whichever timeline. Texts that two
 * checks may have posted say nothing, nor do those whose post nobody saw.
 */
export const messagesStayOnTheirChannel = (): Observer => {
  const owners = new Map<string, Set<unknown>>()
  const unknown = new Map<string, { facts: Facts; event: TimelineEvent; clientId: unknown }>()
  return (facts, log) => {
    const judge = (of: Facts, event: TimelineEvent, data: string, clientId: unknown): void => {
      const own = owners.get(data) ?? new Set()
      if (own.has(clientId)) return
      const whose = [...own].map(show).join(', ')
      log.broken(
        of,
        event,
        `data for ${whose} on its connections alone`,
        `it for ${show(clientId)}`,
      )
    }
    for (const { client_id: clientId, data } of postedIn(facts)) {
      if (typeof data !== 'string' || !UNGUESSABLE.test(data)) continue
      owners.set(data, (owners.get(data) ?? new Set()).add(clientId))
      const early = unknown.get(data)
      unknown.delete(data)
      if (early) judge(early.facts, early.event, data, early.clientId)
    }
    for (const { welcome, envelopes, isMixed } of facts.links) {
      if (!welcome || isMixed) continue
      for (const { event, json } of envelopes) {
        const data = json?.type === MESSAGES.type ? json.data : undefined
        if (typeof data !== 'string' || !UNGUESSABLE.test(data)) continue
        if (owners.has(data)) {
          log.saw()
          judge(facts, event, data, welcome.client_id)
        } else
          unknown.set(data, { facts: excerpt(facts, event), event, clientId: welcome.client_id })
      }
    }
  }
}

/** Enough to show what came: many a check posts in bytes that nobody reads back, and whole timelines would pile up. */
function excerpt(facts: Facts, event: TimelineEvent): Facts {
  return { ...facts, timeline: { ...facts.timeline, events: [event] }, calls: [], links: [] }
}

function postedIn({ calls }: Facts): Json[] {
  return calls.flatMap(({ request, path }) => {
    if (request.method !== 'POST') return []
    const body = readObject(request.body)
    if (path === '/v1/messages') return body ? [body] : []
    if (path !== '/v1/batches' || !Array.isArray(body?.messages)) return []
    return (body.messages as (Json | null)[]).filter((item) => item !== null)
  })
}

/** No token stands in a URL of an answer, an envelope or a webhook. */
export const tokensStayOutOfUrls = (): Observer => {
  const tokens = new Set<string>()
  return (facts, log) => {
    for (const { answer, path } of facts.calls) {
      const token = path === '/v1/tokens' ? readObject(answer.body)?.token : undefined
      if (typeof token === 'string' && token !== '') tokens.add(token)
    }
    if (tokens.size === 0) return
    for (const { event, url } of urlsIn(facts)) {
      log.saw()
      const isFound = wordsOf(url).some((word) => tokens.has(word))
      if (isFound) log.broken(facts, event, 'a URL without a token', show(url))
    }
  }
}

/** The parts of a URL that can be a token: between its delimiters, as written and decoded. */
function wordsOf(url: string): string[] {
  return [url, decode(url)].flatMap((text) => text.split(/[/?#&=;,:@]/))
}

function decode(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}

function* urlsIn({ calls, links, hooks }: Facts): Generator<{ event: TimelineEvent; url: string }> {
  for (const { answer } of calls) {
    const { location, link, 'content-location': content, refresh } = answer.headers
    for (const url of [location, link, content, refresh]) if (url) yield { event: answer, url }
    for (const url of urlsOf(readObject(answer.body))) yield { event: answer, url }
  }
  for (const { envelopes } of links) {
    for (const { event, json } of envelopes) {
      // Data is the application's: what stands in it the service does not produce.
      const { data: _, ...own } = json ?? {}
      for (const url of urlsOf(own)) yield { event, url }
    }
  }
  for (const { event } of hooks) yield { event, url: event.path }
}

function urlsOf(value: unknown): string[] {
  if (typeof value === 'string') return /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(urlsOf) : []
}

/** Webhooks about client ids, and `started`. */
export const presenceWebhooksAreSigned = (): Observer =>
  webhooksAreSigned(['connected', 'disconnected', 'started'])
/** Webhooks of sockets. */
export const socketWebhooksAreSigned = (): Observer =>
  webhooksAreSigned(['handshake', 'message', 'closed'])

function webhooksAreSigned(events: readonly string[]): Observer {
  return (facts, log) => {
    const { webhookSecrets } = facts.timeline.advertised
    for (const { event, fields } of facts.hooks) {
      if (!events.includes(fields.event ?? '') || webhookSecrets.length === 0) continue
      log.saw()
      const { headers, body } = event
      const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = headers
      const given = (headers['webhook-signature'] ?? '').split(' ')
      const isSigned = webhookSecrets.every((secret) =>
        given.includes(signatureOf(secret, { id, timestamp, body })),
      )
      if (!isSigned)
        log.broken(
          facts,
          event,
          'a v1 signature over id, timestamp and raw body for every secret',
          show(headers['webhook-signature']),
        )
    }
  }
}
