/** Reads a timeline into what went over the wire, call by call and connection by connection; it alone tells whose is whose. */

import type { AnswerEvent, FrameEvent, RequestEvent, WebhookEvent } from '../timeline/event.ts'
import { isStream, readForm, readObject, type Timeline } from '../timeline/timeline.ts'

/** A JSON object as it came. */
export type Json = Readonly<Record<string, unknown>>

/** A request and the answer to it. */
export interface Call {
  readonly request: RequestEvent
  readonly answer: AnswerEvent
  /** Which service it went to, as {@link Facts} says. */
  readonly service: string
  /** Path below the base, without the query; undefined where it does not lie below one. */
  readonly path: string | undefined
}

/** An envelope as it came; `json` is undefined where the text holds no object. */
export interface Envelope {
  readonly event: FrameEvent
  readonly json: Json | undefined
}

/** A connection of a client, or one of its event streams. */
export interface Link {
  /** Undefined where it cannot be told: a connection of raw bytes beside several services. */
  readonly service: string | undefined
  readonly envelopes: Envelope[]
  /** The first envelope, where it is a welcome. */
  welcome?: Json
  isOver: boolean
  /** Whether two connections went by one name at the same time, so that nobody can say whose frames these are. */
  isMixed: boolean
}

/** An attempt of a webhook. */
export interface Hook {
  readonly event: WebhookEvent
  readonly fields: Readonly<Record<string, string>>
  readonly service: string
}

/**
 * What a timeline shows. A service is named by its base where it is the one that the run judges, and by the base and the
 * timeline where it lived for a check alone, since another may have had that address before or after.
 */
export interface Facts {
  readonly timeline: Timeline
  readonly calls: readonly Call[]
  readonly links: readonly Link[]
  readonly hooks: readonly Hook[]
}

/** Reads a timeline; `baseUrl` is that of the service that the run judges, `number` tells this timeline from others. */
export function readFacts(timeline: Timeline, baseUrl: string, number: number): Facts {
  const main = readPlace(baseUrl).base
  const nameOf = (base: string): string => (base === main ? base : `${base} of ${number}`)
  const pending = new Map<string, RequestEvent[]>()
  const places = new Map<string, string>()
  const links = new Map<string, Link | 'socket'>()
  const facts = { timeline, calls: [] as Call[], links: [] as Link[], hooks: [] as Hook[] }

  /** The only request of a role that waits for an answer; several at once cannot be told apart. */
  const takeRequest = (as: string): RequestEvent | undefined => {
    const waiting = pending.get(as) ?? []
    pending.delete(as)
    return waiting.length === 1 ? waiting[0] : undefined
  }
  const begin = (as: string): Link => {
    const earlier = links.get(as)
    const isMixed = typeof earlier === 'object' && (earlier.isMixed || !earlier.isOver)
    if (isMixed) earlier.isMixed = true
    const services = new Set(places.values())
    const service = places.get(as) ?? (services.size === 1 ? [...services][0] : undefined)
    const link: Link = { service, envelopes: [], isOver: false, isMixed }
    links.set(as, link)
    facts.links.push(link)
    return link
  }
  const takeFrame = (event: FrameEvent): void => {
    if (event.type !== 'text') return
    let link = links.get(event.as)
    if (link === 'socket') return
    const json = link || event.text.includes('"welcome"') ? readObject(event.text) : undefined
    const isWelcome = json?.type === 'welcome'
    // Raw bytes are known for a connection by their welcome alone.
    if (isWelcome && (!link || link.welcome)) link = begin(event.as)
    if (!link) return
    if (isWelcome && link.envelopes.length === 0) link.welcome = json
    link.envelopes.push({ event, json })
  }
  for (const event of timeline.events) {
    const { as } = event
    if (event.kind === 'frame') takeFrame(event)
    else if (event.kind === 'request') {
      pending.set(as, [...(pending.get(as) ?? []), event])
      places.set(as, nameOf(readPlace(event.url).base))
    } else if (event.kind === 'answer') {
      const request = takeRequest(as)
      if (isStream(event)) begin(as)
      else if (request) {
        const { base, path } = readPlace(request.url)
        facts.calls.push({ request, answer: event, service: nameOf(base), path })
      }
    } else if (event.kind === 'open') {
      pending.delete(as)
      if (event.subprotocol === 'channel-protocol.v1') begin(as)
      else links.set(as, 'socket')
    } else if (event.kind === 'webhook') {
      const [, instance = ''] = /^(\/i\/[^/]+)\//.exec(event.path) ?? []
      facts.hooks.push({ event, fields: readForm(event.body), service: instance })
    } else if (event.kind === 'failure') pending.delete(as)
    else if (event.kind === 'close' || event.kind === 'end') endOf(links.get(as))
  }
  return facts
}

function endOf(link: Link | 'socket' | undefined): void {
  if (typeof link === 'object') link.isOver = true
}

/** Base and path of a URL, whichever of the schemes it has: the base ends before `/v1`. */
function readPlace(url: string): { base: string; path: string | undefined } {
  const [, rest = '', path] =
    /^(?:ws|http)(s?:\/\/[^?#]*?)(\/v1(?:\/[^?#]*)?)?(?:[?#].*)?$/.exec(url) ?? []
  return { base: rest.replace(/\/$/, ''), path }
}
