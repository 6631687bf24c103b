/** Judges of the opening of a socket: what a URL looks like, how its upgrade was answered, whether the socket lives. */

import { PING } from '../timeline/event.ts'
import {
  answerTo,
  closeOf,
  eventsOf,
  readObject,
  type Timeline,
  webhooksOf,
} from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { noAnswer } from './problem.ts'

const GRAMMAR = /^wss?:[\x21-\x7e]+\/v1\/socket\/[A-Za-z0-9\-._~]{1,4096}$/

/** The request of this role was answered with a socket URL, whatever else is right or wrong with the answer. */
export function urlGiven(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    if (!answer) return noAnswer(timeline, as, 'a socket URL')
    return urlOf(timeline, as) === undefined
      ? fail('a socket URL', `status ${answer.status} ${show(answer.body)}`, answer)
      : PASS
  }
}

/** The URL of this role matches the grammar `socket-url`. */
export function urlInGrammar(as: string): Judge {
  return (timeline) => {
    const url = urlOf(timeline, as)
    return GRAMMAR.test(url ?? '')
      ? PASS
      : fail('a url that matches socket-url', show(url), answerTo(timeline, as))
  }
}

/** The URLs of two roles are the same up to the ticket. */
export function sameBeforeTicket(as: string, comparedWith: string): Judge {
  return (timeline) => {
    const expected = withoutTicket(urlOf(timeline, comparedWith))
    return urlBegins(as, expected ?? '')(timeline)
  }
}

/** The URL of this role is exactly this text and a ticket. */
export function urlBegins(as: string, expected: string): Judge {
  return (timeline) => {
    const got = withoutTicket(urlOf(timeline, as))
    return got === expected
      ? PASS
      : fail(`a url that is ${expected} and a ticket`, show(got), answerTo(timeline, as))
  }
}

/** The upgrade was completed without naming a subprotocol, and nothing closed the socket. */
export function openedPlain(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    if (answer?.status !== 101) return fail('status 101', outcomeOf(timeline, as), answer)
    const header = answer.headers['sec-websocket-protocol']
    if (header !== undefined) return fail('no Sec-WebSocket-Protocol', show(header), answer)
    const close = closeOf(timeline, as)
    return close ? fail('a socket that stays open', outcomeOf(timeline, as), close) : PASS
  }
}

/** The socket of this role answered the last Ping that was sent on it. */
export function alive(as: string): Judge {
  return (timeline) => {
    const ping = eventsOf(timeline, 'sent', as).findLast(({ what }) => what === PING)
    const isAnswered = eventsOf(timeline, 'frame', as).some(
      ({ type, n }) => type === 'pong' && ping !== undefined && n > ping.n,
    )
    return isAnswered
      ? PASS
      : fail('an open socket that answers a Ping', outcomeOf(timeline, as), closeOf(timeline, as))
  }
}

/** The socket of this role was refused, for whatever reason. */
export function turnedAway(as: string): Judge {
  return (timeline) =>
    closeOf(timeline, as) || (answerTo(timeline, as)?.status ?? 0) >= 400
      ? PASS
      : fail('a refusal', outcomeOf(timeline, as))
}

/** At least `count` handshakes of this role came. */
export function openedSeveral(as: string, count: number): Judge {
  return (timeline) => {
    const came = webhooksOf(timeline, as, 'handshake').length
    return came >= count
      ? PASS
      : fail(`a handshake for each of ${count} sockets`, `${came} handshakes`)
  }
}

/** Of all the sockets of `service`, only the one that was let in as `control` made webhooks. */
export function silentBut(service: string, control: string): Judge {
  return (timeline) => {
    const webhooks = webhooksOf(timeline, service).filter(
      ({ fields }) => fields.event === 'handshake' || fields.event === 'message',
    )
    const own = pathOf(timeline, control)
    const stranger = webhooks.find(({ fields }) => fields.path !== own)
    if (stranger) {
      return fail(
        'no webhook for a refused socket',
        `${stranger.fields.event} with path ${show(stranger.fields.path)}`,
        stranger.event,
      )
    }
    return webhooks.length > 0 ? PASS : inconclusive('the control made no webhook')
  }
}

/** Every data frame on the socket of `as` is a text that `sender` sent, and at least one came. */
export function onlySent(as: string, sender: string): Judge {
  return (timeline) => {
    const sent = eventsOf(timeline, 'request', sender).map(({ body }) => readObject(body)?.body)
    const frames = eventsOf(timeline, 'frame', as).filter(
      ({ type }) => type === 'text' || type === 'binary',
    )
    const foreign = frames.find(({ type, text }) => type === 'binary' || !sent.includes(text))
    if (foreign) return fail('only what the application sent', show(foreign.text), foreign)
    return frames.length > 0 ? PASS : inconclusive(`nothing arrived on ${as}`)
  }
}

/** No data frame came on the socket of this role. */
export function nothingSent(as: string): Judge {
  return (timeline) => {
    const frame = eventsOf(timeline, 'frame', as).find(
      ({ type }) => type === 'text' || type === 'binary',
    )
    return frame ? fail('no data frame', show(frame.text), frame) : PASS
  }
}

/** The path that a role asked for, without one leading slash; empty where it asked for none. */
export function pathOf(timeline: Timeline, as: string): string {
  const request = eventsOf(timeline, 'request', as).find(({ method }) => method === 'POST')
  const path = readObject(request?.body ?? '')?.path
  return typeof path === 'string' ? path.replace(/^\//, '') : ''
}

function urlOf(timeline: Timeline, as: string): string | undefined {
  const url = readObject(answerTo(timeline, as)?.body ?? '')?.url
  return typeof url === 'string' ? url : undefined
}

function withoutTicket(url: string | undefined): string | undefined {
  return url?.slice(0, url.lastIndexOf('/') + 1)
}
