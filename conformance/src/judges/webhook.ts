/** Judges of a webhook's request: method, path, form, fields, id, timestamp and signature. */

import { TIMINGS, WEBHOOKS } from '@channel-protocol/schemas/registry'
import { signatureOf } from '../timeline/signature.ts'
import {
  envelopesOf,
  eventsOf,
  type ReadWebhook,
  seconds,
  type Timeline,
  webhooksOf,
} from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { clientIdOf, describeReport } from './presence.ts'

const TOLERANCE_SECONDS = TIMINGS.webhook_tolerance_seconds.default
/** What two clocks of one speed, read in milliseconds, may differ by over a short time. */
const CLOCK_MS = 5
const PATHS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(WEBHOOKS).map(({ event, path }) => [event, path]),
)

/** Every attempt is a POST to the path of its event, and a form whose `from` decodes to the role's client id. */
export function sentAsForm(as: string): Judge {
  const form = 'application/x-www-form-urlencoded'
  return eachWebhook(as, ({ event, fields }, timeline) => {
    const path = PATHS[fields.event ?? '']
    if (event.method !== 'POST') return ['POST', event.method]
    if (path === undefined || !event.path.endsWith(path)) {
      return [`${fields.event} at ${path}`, event.path]
    }
    const type = event.headers['content-type']
    if (type?.split(';')[0]?.trim().toLowerCase() !== form) {
      return [`Content-Type: ${form}`, show(type)]
    }
    if (!/^([!-$&-~]|%[0-9A-Fa-f]{2})*$/.test(event.body)) {
      return ['a form in percent-encoding', show(event.body)]
    }
    const clientId = clientIdOf(timeline, as)
    return fields.from === clientId ? undefined : [`from ${show(clientId)}`, show(fields.from)]
  })
}

/** Every presence event has its fields, and those that the suite knows have the right values. */
export function fieldsComplete(as: string): Judge {
  return eachWebhook(as, ({ fields }, timeline) => {
    const welcome = envelopesOf(timeline, as, 'welcome')[0]?.envelope ?? {}
    const rules: readonly (readonly [name: string, isRight: boolean, expected: string])[] = [
      ['from', fields.from === clientIdOf(timeline, as), 'the client id'],
      [
        'connection_id',
        fields.connection_id === String(welcome.connection_id),
        show(welcome.connection_id),
      ],
      ['epoch', fields.epoch === String(welcome.epoch), show(welcome.epoch)],
      ['version', /^[1-9]\d*$/.test(fields.version ?? ''), 'a number in decimal digits'],
      ['time', isInstant(fields.time), 'an instant'],
      [
        'reason',
        fields.event !== 'disconnected' || /^[a-z-]+$/.test(fields.reason ?? ''),
        'a reason with disconnected',
      ],
    ]
    const broken = rules.find(([, isRight]) => !isRight)
    return broken && [`${broken[0]}: ${broken[2]}`, show(fields[broken[0]])]
  })
}

/** `disconnected` names the connection of this role, whose end began the offline state. */
export function namesEnded(as: string): Judge {
  return (timeline) => {
    const [gone] = webhooksOf(timeline, as, 'disconnected')
    const id = envelopesOf(timeline, as, 'welcome').at(-1)?.envelope.connection_id
    if (!gone) return inconclusive(`no disconnected about ${as}`)
    return gone.fields.connection_id === id
      ? PASS
      : fail(`connection_id ${show(id)}`, show(gone.fields.connection_id), gone.event)
  }
}

/**
 * `time` is the same in every attempt of a version, and that of `disconnected` the end of the grace: as much later
 * than that of `connected`, which was before the welcome of `first` arrived, as the suite saw, plus the grace.
 */
export function timedAtChange(as: string, first: string): Judge {
  return (timeline) => {
    const reports = webhooksOf(timeline, as)
    const times = new Map<string, string | undefined>()
    for (const { event, fields } of reports) {
      const key = `${fields.epoch} ${fields.version}`
      const earlier = times.get(key) ?? fields.time
      if (fields.time !== earlier) {
        return fail(`time ${earlier} in every attempt`, `${fields.time}`, event)
      }
      times.set(key, earlier)
    }
    const [came, gone] = [reports[0], reports.find(({ fields }) => fields.event === 'disconnected')]
    const welcome = envelopesOf(timeline, first, 'welcome')[0]
    const ending = eventsOf(timeline, 'sent', as)[0]
    if (!came || !gone || !welcome || !ending) return inconclusive(`${as} was not reported gone`)
    const graceMs = seconds(timeline.advertised, 'presence_grace_seconds') * 1000
    const leastMs = ending.atMs - welcome.event.atMs + graceMs - CLOCK_MS
    const apartMs = Date.parse(gone.fields.time ?? '') - Date.parse(came.fields.time ?? '')
    return apartMs >= leastMs
      ? PASS
      : fail(`times at least ${leastMs} ms apart`, `${apartMs} ms apart`, gone.event)
  }
}

/** Attempts of one (client id, epoch, version) share their `webhook-id`; others have another. */
export function idsByVersion(...roles: readonly string[]): Judge {
  return (timeline) => {
    const versionOf = new Map<string, string>()
    const idOf = new Map<string, string>()
    for (const { event, fields } of roles.flatMap((as) => webhooksOf(timeline, as))) {
      const version = JSON.stringify([fields.from, fields.epoch, fields.version])
      const id = event.headers['webhook-id'] ?? ''
      const earlier = idOf.get(version)
      if (id === '' || (earlier !== undefined && earlier !== id)) {
        return fail(`webhook-id ${earlier ?? ''} for ${version}`, show(id), event)
      }
      if ((versionOf.get(id) ?? version) !== version) {
        return fail(`a webhook-id of its own for ${version}`, `that of ${versionOf.get(id)}`, event)
      }
      idOf.set(version, id)
      versionOf.set(id, version)
    }
    return PASS
  }
}

/** Timestamps are whole seconds, within the tolerance of the suite's clock, and as far apart as the attempts. */
export function timestampedByAttempt(as: string): Judge {
  return (timeline) => {
    const attempts = webhooksOf(timeline, as)
    const [first] = attempts
    if (!first) return inconclusive(`no webhook about ${as}`)
    for (const attempt of attempts) {
      const text = attempt.event.headers['webhook-timestamp']
      const sinceFirst = (attempt.event.atMs - first.event.atMs) / 1000
      const stamped = Number(text) - timestampOf(first)
      if (!/^\d+$/.test(text ?? '') || isFar(attempt)) {
        return fail('webhook-timestamp in whole seconds since 1970', show(text), attempt.event)
      }
      if (Math.abs(stamped - sinceFirst) > 1.5) {
        return fail(
          `a timestamp ${sinceFirst.toFixed(1)} s after that of the first attempt`,
          `one ${stamped} s after it`,
          attempt.event,
        )
      }
    }
    return PASS
  }
}

/** Every attempt is signed with every secret over its id, its timestamp and its raw body. */
export function signed(as: string): Judge {
  return eachWebhook(as, ({ event }, timeline) => {
    const { headers, body } = event
    const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = headers
    if (!/^[\w.-]{1,64}$/.test(id)) return ['a webhook-id of 1 to 64 characters', show(id)]
    const header = headers['webhook-signature']
    const given = (header ?? '').split(' ')
    const isSigned = timeline.advertised.webhookSecrets.every((secret) =>
      given.includes(signatureOf(secret, { id, timestamp, body })),
    )
    return isSigned
      ? undefined
      : ['a v1 signature over id, timestamp and raw body for every secret', show(header)]
  })
}

/** Webhooks about `as` go where those about `control` go: same path, same host. */
export function sentLike(as: string, control: string): Judge {
  return (timeline) => {
    const [expected] = webhooksOf(timeline, control, 'connected')
    const [got] = webhooksOf(timeline, as)
    if (!expected) return inconclusive(`no webhook about ${control}`)
    const where = `${expected.event.headers.host}${expected.event.path}`
    if (!got) return fail(`a webhook to ${where}`, `none about ${as}`)
    const there = `${got.event.headers.host}${got.event.path}`
    return there === where ? PASS : fail(`a webhook to ${where}`, `one to ${there}`, got.event)
  }
}

/** Judges each attempt; a complaint is what was expected and what came. */
function eachWebhook(
  as: string,
  complain: (
    webhook: ReadWebhook,
    timeline: Timeline,
  ) => readonly [expected: string, got: string] | undefined,
): Judge {
  return (timeline) => {
    const webhooks = webhooksOf(timeline, as)
    if (webhooks.length === 0) return inconclusive(`no webhook about ${as}`)
    for (const webhook of webhooks) {
      const complaint = complain(webhook, timeline)
      if (complaint) {
        const [expected, got] = complaint
        return fail(expected, `${got} with ${describeReport(webhook)}`, webhook.event)
      }
    }
    return PASS
  }
}

function timestampOf({ event }: ReadWebhook): number {
  return Number(event.headers['webhook-timestamp'])
}

function isFar(attempt: ReadWebhook): boolean {
  return Math.abs(timestampOf(attempt) - attempt.event.atMs / 1000) > TOLERANCE_SECONDS
}

function isInstant(text: string | undefined): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text ?? '')
}
