/** Judges how long a client waits before it comes back. */

import { all, each, fail, type Judge, PASS } from '../../judges/finding.ts'
import { attemptOf, attemptsOf, EARLY, LATE, toldOf, waitAfter } from './reading.ts'

/** The ending of which attempt is meant, from 1; the first unless given. */
type Place = { readonly place?: number }

/** It comes back no sooner than `least` seconds after the end, and within `most` and what it takes to connect. */
export function comesBack(
  role: string,
  least: number,
  most: number,
  { place = 1 }: Place = {},
): Judge {
  return all(comesBackWithin(role, most, { place }), comesBackNotBefore(role, least, { place }))
}

/** It comes back within so many seconds and what it takes to connect. */
export function comesBackWithin(role: string, most: number, { place = 1 }: Place = {}): Judge {
  return (timeline) => {
    const wait = waitAfter(timeline, role, place)
    const expected = `${role}: another attempt at most ${most} s after the end of attempt ${place}`
    if (wait === undefined)
      return fail(
        expected,
        `none (attempt ${place + 1} never came)`,
        attemptOf(timeline, role, place)?.end,
      )
    return wait <= most + LATE
      ? PASS
      : fail(
          expected,
          `one after ${wait.toFixed(2)} s`,
          attemptOf(timeline, role, place + 1)?.event,
        )
  }
}

/** If it comes back, then no sooner than so many seconds after the end. */
export function comesBackNotBefore(role: string, least: number, { place = 1 }: Place = {}): Judge {
  return (timeline) => {
    const wait = waitAfter(timeline, role, place)
    return wait === undefined || wait >= least - EARLY
      ? PASS
      : fail(
          `${role}: no attempt sooner than ${least} s after the end of attempt ${place}`,
          `one after ${wait.toFixed(2)} s`,
          attemptOf(timeline, role, place + 1)?.event,
        )
  }
}

/** It comes back as one that backs off: after 1 s at least and `bound` at most. */
export function backsOff(role: string, bound = 2, { place = 1 }: Place = {}): Judge {
  return comesBack(role, 1, bound, { place })
}

/**
 * All of them come back within `most` seconds and what it takes to connect, and at least one within `most` itself:
 * of a random wait below it one in several is, of a back-off none.
 */
export function comesBackAtOnce(
  roles: readonly string[],
  most = 1,
  { place = 1 }: Place = {},
): Judge {
  return all(
    each(roles, (role) => comesBackWithin(role, most, { place })),
    (timeline) => {
      const waits = roles.flatMap((role) => waitAfter(timeline, role, place) ?? [])
      return waits.some((wait) => wait < most)
        ? PASS
        : fail(
            `one of ${roles.join(', ')} back in less than ${most} s`,
            `none: ${waits.map((wait) => wait.toFixed(2)).join(', ')} s`,
            attemptOf(timeline, roles[0] ?? '', place + 1)?.event,
          )
    },
  )
}

/** At least one of these waits is longer than so many seconds. */
export function oneWaitsLonger(
  roles: readonly string[],
  seconds: number,
  ...places: readonly number[]
): Judge {
  return (timeline) => {
    const waits = roles.flatMap((role) =>
      places.map((place) => waitAfter(timeline, role, place) ?? 0),
    )
    return waits.some((wait) => wait > seconds)
      ? PASS
      : fail(
          `bounds that double: one of ${waits.length} waits after endings ${places.join(' and ')} in a row longer than ${seconds} s`,
          `none: ${waits.map((wait) => wait.toFixed(1)).join(', ')} s`,
          attemptsOf(timeline, roles[0] ?? '').at(-1)?.event,
        )
  }
}

/** How much of its range the waits cover, at least, for a client to count as waiting at random. */
const RANDOM_RANGE = 0.25

/** The waits between 1 s and their bound lie here and there, not always at one place. */
export function waitsAtRandom(roles: readonly string[], bounds: readonly number[]): Judge {
  return (timeline) => {
    const places = roles.flatMap((role) =>
      bounds.flatMap((bound, index) => {
        const wait = waitAfter(timeline, role, index + 1)
        // Of the first and shortest range, what it takes to connect is too large a part.
        return wait === undefined || index === 0 ? [] : [(wait - 1) / (bound - 1)]
      }),
    )
    const range = Math.max(...places) - Math.min(...places)
    return range > RANDOM_RANGE
      ? PASS
      : fail(
          'waits at random between 1 s and the bound',
          `${places.length} waits, all at ${((places[0] ?? 0) * 100).toFixed(0)} % of that range`,
          attemptOf(timeline, roles[0] ?? '', 2)?.event,
        )
  }
}

/** After the attempt of this place none comes any more. */
export function staysAway(role: string, place = 1): Judge {
  return (timeline) => {
    const next = attemptOf(timeline, role, place + 1)
    return next ? fail(`${role}: no attempt after attempt ${place}`, 'one', next.event) : PASS
  }
}

/** The page of each was told that it is connected: what follows is about a client that works. */
export function wasOpen(...roles: readonly string[]): Judge {
  return each(
    roles,
    (role) => (timeline) =>
      toldOf(timeline, role, 'open').length > 0
        ? PASS
        : fail(
            `${role}: the page is told that it is connected`,
            'it was not',
            attemptOf(timeline, role, 1)?.event,
          ),
  )
}
