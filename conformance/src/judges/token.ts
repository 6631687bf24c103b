/** Judges of token answers: their shape, their instants, and what they must not hold. */

import type { AnswerEvent, RequestEvent } from '../timeline/event.ts'
import {
  answerTo,
  closeOf,
  envelopesOf,
  eventsOf,
  readObject,
  type Timeline,
} from '../timeline/timeline.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { describeSpan, expiresAsAsked, expiresFromNow, ROUNDING_MS, readLife } from './life.ts'
import { noAnswer } from './problem.ts'

/** The timer that a request without `ttl_seconds` takes. */
const TTL = 'token_ttl_seconds'
/** What a busy machine may add between the service's close and the suite's reading of it. */
const LATENCY_MS = 250

/** The request of this role was answered with a token, whatever else is right or wrong with the answer. */
export function minted(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    if (!answer) return noAnswer(timeline, as, 'a token')
    return typeof readObject(answer.body)?.token === 'string'
      ? PASS
      : fail('a token', `status ${answer.status} ${show(answer.body)}`, answer)
  }
}

/** The request of this role got a token for exactly the client id that it named. */
export function keptClientId(as: string): Judge {
  return all(minted(as), (timeline) => {
    const answer = answerTo(timeline, as)
    const asked = bodyOf(requestOf(timeline, as)).client_id
    const got = bodyOf(answer).client_id
    return got === asked ? PASS : fail(`client_id ${show(asked)}`, show(got), answer)
  })
}

/** The welcome of this role has the client id that its token was asked for. */
export function welcomedByItsId(as: string): Judge {
  return (timeline) => {
    const asked = bodyOf(requestOf(timeline, as)).client_id
    const [welcome] = envelopesOf(timeline, as, 'welcome')
    if (!welcome) return inconclusive('there was no welcome')
    const got = welcome.envelope.client_id
    return got === asked
      ? PASS
      : fail(`client_id ${show(asked)} in the welcome`, show(got), welcome.event)
  }
}

/** The answer of this role carries `Cache-Control: no-store`. */
export function uncached(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const header = answer?.headers['cache-control']
    return /(^|,)\s*no-store\s*(,|$)/i.test(header ?? '')
      ? PASS
      : fail('Cache-Control: no-store', show(header), answer)
  }
}

/** The 401 of this role carries `WWW-Authenticate: Bearer`. */
export function challenged(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const header = answer?.headers['www-authenticate']
    return /^\s*bearer\b/i.test(header ?? '')
      ? PASS
      : fail('WWW-Authenticate: Bearer', show(header), answer)
  }
}

/** The tokens of two roles die as far apart as was asked; compares the service's clock with itself only. */
export function livesAsAsked(as: string, comparedWith: string): Judge {
  return all(minted(comparedWith), minted(as), expiresAsAsked(as, comparedWith, TTL))
}

/** The token of this role dies its time to live after it was minted, by the service's `Date` where it sends one. */
export function livesFromNow(as: string): Judge {
  return all(minted(as), expiresFromNow(as, TTL))
}

/** The answer of this role has a token, and no URL in it, nor any in its headers, holds the token. */
export function withoutTokenInUrls(as: string): Judge {
  return all(minted(as), (timeline) => {
    const answer = answerTo(timeline, as)
    const body = bodyOf(answer)
    const token = String(body.token)
    const texts = { ...body, ...answer?.headers, token: undefined }
    const holder = Object.entries(texts).find(
      ([, value]) =>
        typeof value === 'string' && /:\/\//.test(value) && decode(value).includes(token),
    )
    return holder ? fail('URLs without the token', `${holder[0]} holds it`, answer) : PASS
  })
}

/** The two roles were given the same `connect_url`, up to its query. */
export function sameConnectUrl(as: string, comparedWith: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const url = bodyOf(answer).connect_url
    if (typeof url !== 'string') {
      return inconclusive(`no connect_url was given to ${as}: status ${answer?.status ?? 'none'}`)
    }
    const expected = String(bodyOf(answerTo(timeline, comparedWith)).connect_url)
    return withoutQuery(url) === withoutQuery(expected)
      ? PASS
      : fail(`connect_url ${expected}`, url, answer)
  }
}

/** The connection of this role ended within 2 seconds from the instant at which its token expired. */
export function endedAtExpiry(as: string): Judge {
  return (timeline) => {
    const close = closeOf(timeline, as)
    const life = readLife(timeline, as, TTL)
    if (!close || !life) return inconclusive('the connection or its token is missing')
    const earliest = life.sentMs + life.ttlSeconds * 1000 - ROUNDING_MS
    const latest = life.answer.atMs + life.ttlSeconds * 1000 + 2000 + LATENCY_MS
    return close.atMs >= earliest && close.atMs <= latest
      ? PASS
      : fail(
          `the close ${describeSpan(earliest, latest)}`,
          new Date(close.atMs).toISOString(),
          close,
        )
  }
}

/** The data of role `post` did not reach the connection of role `as`, which has ended since. */
export function neverReached(as: string, data: (timeline: Timeline) => unknown): Judge {
  return (timeline) => {
    const posted = data(timeline)
    const message = eventsOf(timeline, 'frame', as).find(
      ({ text }) => readObject(text)?.data === posted,
    )
    if (posted === undefined) return inconclusive('nothing was posted')
    if (message) return fail('no message that was posted after expires_at', message.text, message)
    return closeOf(timeline, as)
      ? PASS
      : inconclusive('the connection did not end, so a later message cannot be ruled out')
  }
}

function requestOf(timeline: Timeline, as: string): RequestEvent | undefined {
  return eventsOf(timeline, 'request', as)[0]
}

function bodyOf(event: AnswerEvent | RequestEvent | undefined): Record<string, unknown> {
  return readObject(event?.body ?? '') ?? {}
}

function withoutQuery(url: string): string {
  return url.split('?')[0] ?? ''
}

function decode(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}
