/** Judges of the requests that carry a socket's webhooks: their form, their ids, their number in flight. */

import { describeErrors, type TypeName, validate } from '@channel-protocol/schemas/validate'
import { eventsOf, type ReadWebhook, webhooksOf } from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { answeredAt } from './socket-messages.ts'

/** What two clocks of one speed, read in milliseconds, may differ by over a short time. */
const CLOCK_MS = 5
const FORM = 'application/x-www-form-urlencoded'
const TYPES: Readonly<Record<string, TypeName>> = {
  handshake: 'SocketHandshake',
  message: 'SocketMessage',
  closed: 'SocketClosed',
}

/** Every attempt about the role is a POST of a properly encoded form with the fields of its event. */
export function sentAsSocketForm(as: string): Judge {
  return eachOf(as, ({ event, fields }) => {
    const name = fields.event ?? ''
    const type = TYPES[name]
    if (event.method !== 'POST') return ['POST', event.method]
    if (type === undefined) return ['an event of a socket', show(name)]
    const contentType = event.headers['content-type']
    if (contentType?.split(';')[0]?.trim().toLowerCase() !== FORM) {
      return [`Content-Type: ${FORM}`, show(contentType)]
    }
    if (!/^([!-$&-~]|%[0-9A-Fa-f]{2})*$/.test(event.body)) {
      return ['a form in percent-encoding', show(event.body)]
    }
    const validation = validate(type, fields)
    return validation.valid
      ? undefined
      : [`a ${type} that its schema accepts`, describeErrors(validation.errors)]
  })
}

/** This event of the role's socket was attempted before the first report about `client` was repeated. */
export function heardBeforeRepeat(as: string, event: string, client: string): Judge {
  return (timeline) => {
    const repeat = webhooksOf(timeline, client)[1]
    const [own] = webhooksOf(timeline, as, event)
    if (!repeat) return inconclusive(`the report about ${client} was not repeated`)
    const expected = `${event} about ${as} before the report about ${client} is repeated`
    if (!own) return fail(expected, 'none')
    return own.event.n < repeat.event.n ? PASS : fail(expected, 'behind it', own.event)
  }
}

/** All webhooks of the role's one socket have the same `from`, the same `path` and the same `epoch`. */
export function namedAlike(as: string): Judge {
  return (timeline) => {
    const [first, ...others] = webhooksOf(timeline, as)
    if (!first || others.length === 0) return inconclusive(`fewer than two webhooks about ${as}`)
    for (const { event, fields } of others) {
      const wrong = ['from', 'path', 'epoch'].find((name) => fields[name] !== first.fields[name])
      if (wrong !== undefined) {
        const got = `${show(fields[wrong])} with ${fields.event}`
        return fail(`${wrong} ${show(first.fields[wrong])}`, got, event)
      }
    }
    return PASS
  }
}

/**
 * `time` says when each event happened, as far apart as the suite saw them, and `epoch` is not older than the
 * opening. The page sent one text and then a Close.
 */
export function datedAsHappened(as: string): Judge {
  return (timeline) => {
    const opened = eventsOf(timeline, 'request', as).findLast(({ method }) => method === 'GET')
    const [text, close] = eventsOf(timeline, 'sent', as)
    const [first, ...later] = webhooksOf(timeline, as)
    if (!opened || !text || !close || !first || later.length < 2) {
      return inconclusive(`too little happened to ${as}`)
    }
    const firstMs = timeOf(first)
    const openingMs = first.event.atMs - opened.atMs + CLOCK_MS
    const epochMs = Number(first.fields.epoch) / 1000
    if (!(epochMs >= firstMs - openingMs - 1)) {
      return fail(`an epoch of at least ${firstMs - openingMs} ms`, `${epochMs} ms`, first.event)
    }
    for (const webhook of later) {
      const cause = webhook.fields.event === 'message' ? text : close
      const apartMs = timeOf(webhook) - firstMs
      const [least, most] = [
        cause.atMs - first.event.atMs - CLOCK_MS,
        webhook.event.atMs - opened.atMs + CLOCK_MS,
      ]
      if (!(apartMs >= least && apartMs <= most)) {
        return fail(
          `time of ${webhook.fields.event} ${least} to ${most} ms after that of handshake`,
          `${apartMs} ms`,
          webhook.event,
        )
      }
    }
    return PASS
  }
}

/** A socket that was opened later, of the second role, has no smaller epoch. */
export function epochsFollow(earlier: string, later: string): Judge {
  return (timeline) => {
    const [one, two] = [earlier, later].map((as) => webhooksOf(timeline, as, 'handshake')[0])
    if (!one || !two) return inconclusive(`no handshake of ${earlier} or of ${later}`)
    return Number(two.fields.epoch) >= Number(one.fields.epoch)
      ? PASS
      : fail(`an epoch of at least ${one.fields.epoch}`, show(two.fields.epoch), two.event)
  }
}

/** Each handshake, message and closed of these roles has a `webhook-id` of its own; repeats of closed share theirs. */
export function ownIds(...roles: readonly string[]): Judge {
  return (timeline) => {
    const owners = new Map<string, string>()
    for (const [at, { event, fields }] of roles
      .flatMap((as) => webhooksOf(timeline, as))
      .entries()) {
      const id = event.headers['webhook-id'] ?? ''
      const owner = fields.event === 'closed' ? `closed of ${fields.from}` : `${fields.event} ${at}`
      if (id === '' || (owners.get(id) ?? owner) !== owner) {
        return fail('a webhook-id that no other webhook has', show(id), event)
      }
      owners.set(id, owner)
    }
    return owners.size > 1 ? PASS : inconclusive('fewer than two webhooks came')
  }
}

/** Nothing came to where redirects pointed. */
export function nothingCame(elsewhere: string): Judge {
  return (timeline) => {
    const [followed] = eventsOf(timeline, 'webhook', elsewhere)
    return followed ? fail('no request to where a redirect pointed', followed.path, followed) : PASS
  }
}

/** Of the attempts about the role, no more were without an answer at a time than this limit. */
export function boundedBy(as: string, limit: string): Judge {
  return (timeline) => {
    const most = timeline.advertised.limits[limit] ?? Number.NaN
    const webhooks = webhooksOf(timeline, as)
    if (!(webhooks.length > most)) {
      return inconclusive(`${webhooks.length} attempts came, the limit is ${most}`)
    }
    const ends = webhooks.map((webhook) => answeredAt(timeline, webhook))
    for (const [at, { event }] of webhooks.entries()) {
      const inFlight = ends.slice(0, at + 1).filter((end) => end > event.n).length
      if (inFlight > most) return fail(`at most ${most} attempts in flight`, `${inFlight}`, event)
    }
    return PASS
  }
}

/** The role's `started` names a floor above the epochs of the sockets of the role before. */
export function floorAbove(as: string, earlier: string): Judge {
  return (timeline) => {
    const [started] = webhooksOf(timeline, as, 'started')
    const epochs = webhooksOf(timeline, earlier, 'handshake').map(({ fields }) => fields.epoch)
    if (epochs.length === 0) return inconclusive(`no socket was opened at ${earlier}`)
    if (!started) return fail(`started from ${as}`, 'none')
    const largest = Math.max(...epochs.map(Number))
    return Number(started.fields.epoch) > largest
      ? PASS
      : fail(`a floor above ${largest}`, show(started.fields.epoch), started.event)
  }
}

/** Sockets of a service have epochs at or above the floor of its `started`. */
export function aboveOwnFloor(as: string): Judge {
  return (timeline) => {
    const floor = Number(webhooksOf(timeline, as, 'started')[0]?.fields.epoch)
    const [handshake] = webhooksOf(timeline, as, 'handshake')
    if (!handshake) return inconclusive(`no socket was opened at ${as}`)
    return Number(handshake.fields.epoch) >= floor
      ? PASS
      : fail(`an epoch of at least ${floor}`, show(handshake.fields.epoch), handshake.event)
  }
}

function eachOf(
  as: string,
  complain: (webhook: ReadWebhook) => readonly [expected: string, got: string] | undefined,
): Judge {
  return (timeline) => {
    const webhooks = webhooksOf(timeline, as)
    if (webhooks.length === 0) return inconclusive(`no webhook about ${as}`)
    for (const webhook of webhooks) {
      const complaint = complain(webhook)
      if (complaint) return fail(complaint[0], complaint[1], webhook.event)
    }
    return PASS
  }
}

function timeOf({ fields }: ReadWebhook): number {
  return Date.parse(fields.time ?? '')
}
