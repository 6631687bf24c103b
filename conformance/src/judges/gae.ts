/** Judges of pages around the goog.appengine script: what its callbacks said, and where and when it connected. */

import type { PageEvent } from '../timeline/event.ts'
import { answerTo, eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { all, fail, type Judge, PASS, show } from './finding.ts'

/** A callback as it has to come; without `argument` or `readyState`, whatever they are. */
export interface Heard {
  readonly name: string
  readonly argument?: Readonly<Record<string, unknown>>
  readonly readyState?: number
}

/** Connected, for the first time. */
export const OPENED: Heard = { name: 'onopen', readyState: 1 }

/** Over. */
export const CLOSED: Heard = { name: 'onclose', readyState: 3 }

/** Over, whatever `readyState` says. */
export const ENDED: Heard = { name: 'onclose' }

/** Told of an error, whichever. */
export const ERRED: Heard = { name: 'onerror' }

/** A message or broadcast with this text. */
export const given = (data: string): Heard => ({ name: 'onmessage', argument: { data } })

/** An error with these members. */
export const error = (code: number, description: string): Heard => ({
  name: 'onerror',
  argument: { code, description },
})

/** What the page of a role saw and did, of one kind and about one socket or token where given. */
export function pageEvents(
  timeline: Timeline,
  as: string,
  what?: string,
  of?: string,
): PageEvent[] {
  return eventsOf(timeline, 'page', as).filter(
    (event) =>
      (what === undefined || event.what === what) &&
      (of === undefined || event.members.socket === of || event.members.on === of),
  )
}

/** The page of this role loaded a script that gave it channels. */
export function loaded(as: string): Judge {
  return (timeline) => {
    const event = pageEvents(timeline, as, 'loaded')[0]
    return event?.members.isDefined === true
      ? PASS
      : fail('a script that defines goog.appengine.Channel', howItWent(timeline, as), event)
  }
}

/** The script was answered with 200 as JavaScript. */
export function servedAsScript(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    if (answer?.status !== 200) return fail('status 200', `status ${answer?.status}`, answer)
    return /^text\/javascript\s*(;|$)/i.test(answer.headers['content-type'] ?? '')
      ? PASS
      : fail('Content-Type: text/javascript', show(answer.headers['content-type']), answer)
  }
}

/** Whoever keeps the answer of this role asks before each use. */
export function askedBeforeUse(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const header = answer?.headers['cache-control'] ?? ''
    const isAsked = header.split(',').some((one) => one.trim().toLowerCase() === 'no-cache')
    return isAsked ? PASS : fail('Cache-Control: no-cache', show(header), answer)
  }
}

/** The page said this value under this name. */
export function said(as: string, name: string, value: unknown): Judge {
  return (timeline) => {
    const event = pageEvents(timeline, as, 'said').find(({ members }) => members.name === name)
    if (event && isSame(event.members.value, value)) return PASS
    const got = event ? show(event.members.value) : howItWent(timeline, as)
    return fail(`${name}: ${show(value)}`, got, event)
  }
}

/** Nothing on the page threw. */
export function nothingThrown(as: string): Judge {
  return (timeline) => {
    const threw = pageEvents(timeline, as, 'threw')[0]
    if (threw) return fail('nothing thrown', show(threw.members.message), threw)
    return pageEvents(timeline, as).length > 0 ? PASS : fail('a page', howItWent(timeline, as))
  }
}

/** `open` returned before any callback of its socket. */
export function returnedFirst(as: string, socket: string): Judge {
  return (timeline) => {
    const events = pageEvents(timeline, as, undefined, socket)
    const first = events.find(({ what }) => what === 'returned' || what === 'callback')
    if (first?.what === 'returned') return PASS
    return fail('open to return first', first ? describe(first) : howItWent(timeline, as), first)
  }
}

/** As {@link returnedFirst}, with a socket that is connecting. */
export function returnedConnecting(as: string, socket: string): Judge {
  return all(returnedFirst(as, socket), (timeline) => {
    const returned = pageEvents(timeline, as, 'returned', socket)[0]
    const readyState = returned?.members.readyState
    return readyState === 0 ? PASS : fail('readyState 0', show(readyState), returned)
  })
}

/** The socket was given these callbacks first. */
export function heardFirst(as: string, socket: string, expected: readonly Heard[]): Judge {
  return (timeline) => {
    const got = pageEvents(timeline, as, 'callback', socket)
    for (const [place, wanted] of expected.entries()) {
      const event = got[place]
      const name = `${nameOf(wanted)} of ${socket} as callback ${place + 1}`
      if (!event) {
        const last = got.at(-1)
        const then = last ? `nothing after ${describe(last)}` : howItWent(timeline, as)
        return fail(name, then, last)
      }
      if (!matches(event, wanted)) return fail(name, describe(event), event)
    }
    return PASS
  }
}

/** The socket was given these callbacks, and no others. */
export function heard(as: string, socket: string, expected: readonly Heard[]): Judge {
  return all(heardFirst(as, socket, expected), (timeline) => {
    const more = pageEvents(timeline, as, 'callback', socket)[expected.length]
    return more ? fail(`no further callback of ${socket}`, describe(more), more) : PASS
  })
}

/** Every connection that the page began was with this token. */
export function keptToken(as: string, on: string): Judge {
  return (timeline) => {
    const attempts = pageEvents(timeline, as, 'attempt')
    const other = attempts.find(({ members }) => members.on !== on)
    if (other) return fail(`attempts with the token ${on}`, describe(other), other)
    return attempts.length > 0 ? PASS : fail('an attempt to connect', howItWent(timeline, as))
  }
}

/** Seconds between which something has to happen. */
export type Bounds = readonly [least: number, most: number]

/** Of timers that run as exactly as the page's own do. */
const SLACK_SECONDS = 0.01

/** After each ending the script began a new attempt with the token within the bounds of that ending. */
export function cameBack(as: string, on: string, bounds: readonly Bounds[]): Judge {
  return (timeline) => {
    const ends = pageEvents(timeline, as, 'ended', on)
    for (const [place, [least, most]] of bounds.entries()) {
      const ended = ends[place]
      if (!ended) return fail(`ending ${place + 1}`, howItWent(timeline, as))
      const back = pageEvents(timeline, as, 'attempt', on).find(({ n }) => n > ended.n)
      const wanted = `an attempt ${least} to ${most} s after ending ${place + 1}`
      if (!back) return fail(wanted, 'none', ended)
      const after = back.seconds - ended.seconds
      if (after < least - SLACK_SECONDS || after > most + SLACK_SECONDS)
        return fail(wanted, `one after ${after.toFixed(3)} s`, back)
    }
    return PASS
  }
}

/** On one of these pages at least, the wait after the ending of this place, from 1, was longer than so many seconds. */
export function oneWaited(
  pages: readonly string[],
  on: string,
  place: number,
  seconds: number,
): Judge {
  return (timeline) => {
    const waits = pages.map((as) => {
      const ended = pageEvents(timeline, as, 'ended', on)[place - 1]
      const back = pageEvents(timeline, as, 'attempt', on).find(
        ({ n }) => n > (ended?.n ?? Infinity),
      )
      return ended && back ? back.seconds - ended.seconds : 0
    })
    const longest = Math.max(...waits)
    return longest > seconds
      ? PASS
      : fail(
          `one of ${pages.length} waits after ending ${place} longer than ${seconds} s`,
          `none longer than ${longest.toFixed(3)} s`,
        )
  }
}

/** Seconds by which a page may be told too late. */
const LATE_SECONDS = 0.5

/** The page was told of each ending as an error this many seconds after it. */
export function toldAfter(as: string, seconds: readonly number[]): Judge {
  return (timeline) => {
    const ends = pageEvents(timeline, as, 'ended')
    const errors = pageEvents(timeline, as, 'callback').filter(
      ({ members }) => members.name === 'onerror',
    )
    for (const [place, wait] of seconds.entries()) {
      const [ended, told] = [ends[place], errors[place]]
      const wanted = `onerror ${wait} s after ending ${place + 1}`
      if (!ended || !told) return fail(wanted, howItWent(timeline, as), ended)
      const after = told.seconds - ended.seconds
      if (after < wait - SLACK_SECONDS || after > wait + LATE_SECONDS)
        return fail(wanted, `one after ${after.toFixed(3)} s`, told)
    }
    return PASS
  }
}

/** The first connection with a token went where the answer of `minted` says, and said it as a client does. */
export function connectedAsAClient(as: string, on: string, minted: string): Judge {
  return (timeline) => {
    const { token, connect_url: connectUrl } =
      readObject(answerTo(timeline, minted)?.body ?? '') ?? {}
    const attempt = pageEvents(timeline, as, 'attempt', on)[0]
    if (!attempt) return fail('a connection with the token', howItWent(timeline, as))
    const { by, url, protocols } = attempt.members
    const wanted = ['channel-protocol.v1', `channel-token.${token}`]
    const offered = [protocols].flat().map(String)
    if (by !== 'websocket' || !isSame([...offered].sort(), [...wanted].sort()))
      return fail(`a WebSocket that offers ${show(wanted)}`, describe(attempt), attempt)
    const bare = (one: unknown): string => String(one).split('?')[0] ?? ''
    return bare(url) === bare(connectUrl)
      ? PASS
      : fail(`a connection to ${show(connectUrl)}`, describe(attempt), attempt)
  }
}

/** No URL that the page asked for has the token of `minted` in it. */
export function hidToken(as: string, minted: string): Judge {
  return (timeline) => {
    const { token } = readObject(answerTo(timeline, minted)?.body ?? '') ?? {}
    const attempts = pageEvents(timeline, as, 'attempt')
    if (attempts.length === 0) return fail('an attempt to connect', howItWent(timeline, as))
    const leaky = attempts.find(({ members }) => String(members.url).includes(String(token)))
    return leaky ? fail('a URL without the token', describe(leaky), leaky) : PASS
  }
}

/** The script said goodbye with 1000 on the newest connection with the token, and began no other one. */
export function saidGoodbye(as: string, on: string): Judge {
  return (timeline) => {
    const goodbyes = pageEvents(timeline, as, 'goodbye', on)
    const last = pageEvents(timeline, as, 'attempt', on).at(-1)
    const goodbye = goodbyes[0]
    if (!goodbye) return fail('a Close frame of 1000', howItWent(timeline, as))
    if (goodbye.members.code !== 1000)
      return fail('a Close frame of 1000', describe(goodbye), goodbye)
    return last && last.n > goodbye.n
      ? fail('no connection after the goodbye', describe(last), last)
      : PASS
  }
}

/** No connection with the token was begun behind the last callback of this name. */
export function stayedAway(as: string, on: string, after: string): Judge {
  return (timeline) => {
    const callbacks = pageEvents(timeline, as, 'callback')
    const last = callbacks.findLast(({ members }) => members.name === after)
    if (!last) return fail(after, howItWent(timeline, as))
    const back = pageEvents(timeline, as, 'attempt', on).find(({ n }) => n > last.n)
    return back ? fail('no connection any more', describe(back), back) : PASS
  }
}

function matches({ members }: PageEvent, { name, argument, readyState }: Heard): boolean {
  if (members.name !== name) return false
  if (readyState !== undefined && members.readyState !== readyState) return false
  if (argument === undefined) return true
  const got = members.argument
  return (
    typeof got === 'object' &&
    got !== null &&
    Object.entries(argument).every(
      ([key, value]) => (got as Record<string, unknown>)[key] === value,
    )
  )
}

/** Whether two values are the same as JSON. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function nameOf({ name, argument, readyState }: Heard): string {
  const at = readyState === undefined ? '' : ` at readyState ${readyState}`
  return `${name}(${argument ? show(argument) : ''})${at}`
}

function describe({ what, members }: PageEvent): string {
  if (what !== 'callback') return `${what} ${show(members)}`
  const { name, argument, readyState } = members
  return `${name}(${show(argument)}) at readyState ${show(readyState)}`
}

/** What became of a page, in words. */
function howItWent(timeline: Timeline, as: string): string {
  const threw = pageEvents(timeline, as, 'threw')[0]
  if (threw) return `a page that threw ${show(threw.members.message)}`
  const failure = eventsOf(timeline, 'failure', as)[0]
  if (failure) return failure.what
  const callbacks = pageEvents(timeline, as, 'callback').map(({ members }) => members.name)
  return callbacks.length > 0 ? `callbacks ${callbacks.join(', ')}` : 'no callback'
}
