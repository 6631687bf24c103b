/** Judges of what an application says in headers: cookies of sessions, and what pages of other origins may do. */

import { type Cookie, readCookie } from '../timeline/push.ts'
import { answerTo, eventsOf, type Timeline } from '../timeline/timeline.ts'
import { taken } from './application.ts'
import { all, fail, type Judge, PASS, show } from './finding.ts'
import { noAnswer } from './problem.ts'

/** The cookie that the sign-in of this role set. */
function cookieOf(timeline: Timeline, as: string): Cookie | undefined {
  return readCookie(answerTo(timeline, as)?.headers['set-cookie'])
}

/** The sign-in of this role set a cookie that scripts and foreign pages do not get. */
export function cookieKept(as: string): Judge {
  return onCookie(as, (cookie) => {
    const sameSite = cookie.attributes.get('samesite')?.toLowerCase() ?? ''
    if (!cookie.attributes.has('httponly')) return ['a cookie with HttpOnly', 'one without']
    return sameSite === 'lax' || sameSite === 'strict'
      ? undefined
      : ['a cookie with SameSite=Lax or Strict', `SameSite=${sameSite}`]
  })
}

/** Characters in which two values that nobody can guess from one another differ at least. */
const DIFFERENT = 10

/** The cookies of these roles have values that cannot be guessed from one another. */
export function cookiesUnguessable(as: string, other: string): Judge {
  return all(
    onCookie(as, () => undefined),
    onCookie(other, (cookie, timeline) => {
      const value = cookieOf(timeline, as)?.value ?? ''
      const different = [...cookie.value].filter((character, at) => character !== value[at]).length
      return different >= DIFFERENT
        ? undefined
        : [`values that differ in at least ${DIFFERENT} characters`, `${different} characters`]
    }),
  )
}

/** The sign-in of this role, which carried an invented session, was given another. */
export function sessionReplaced(as: string): Judge {
  return onCookie(as, (cookie, timeline) => {
    const sent = eventsOf(timeline, 'request', as)[0]?.headers.cookie
    return sent === `${cookie.name}=${cookie.value}`
      ? ['a session of its own', 'the value that was sent']
      : undefined
  })
}

function onCookie(
  as: string,
  judge: (cookie: Cookie, timeline: Timeline) => [expected: string, got: string] | undefined,
): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const cookie = cookieOf(timeline, as)
    if (!cookie) return fail('a Set-Cookie header', 'none', answer)
    const wrong = judge(cookie, timeline)
    return wrong ? fail(...wrong, answer) : PASS
  }
}

/** Every answer of these roles may be read by any page, never with credentials. */
export function openToPages(...roles: readonly string[]): Judge {
  return all(
    ...roles.map(
      (as): Judge =>
        (timeline) => {
          const answer = answerTo(timeline, as)
          if (!answer) return noAnswer(timeline, as, 'an answer')
          const {
            'access-control-allow-origin': origin,
            'access-control-allow-credentials': credentials,
          } = answer.headers
          if (origin !== '*') return fail('Access-Control-Allow-Origin: *', show(origin), answer)
          return credentials === undefined
            ? PASS
            : fail('no Access-Control-Allow-Credentials', show(credentials), answer)
        },
    ),
  )
}

/** The preflight of this role was answered with what it asked for. */
export function preflightAllowed(as: string): Judge {
  return all(taken(as), (timeline) => {
    const answer = answerTo(timeline, as)
    const asked = eventsOf(timeline, 'request', as)[0]?.headers ?? {}
    for (const [what, name] of [
      ['access-control-request-method', 'access-control-allow-methods'],
      ['access-control-request-headers', 'access-control-allow-headers'],
    ] as const) {
      const allowed = namesIn(answer?.headers[name])
      const missing = namesIn(asked[what]).find(
        (one) => !allowed.includes(one) && !allowed.includes('*'),
      )
      if (missing !== undefined)
        return fail(`${name} with ${missing}`, show(answer?.headers[name]), answer)
    }
    return PASS
  })
}

function namesIn(header: string | undefined): string[] {
  return (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
