/** Makes what was seen judgeable without its secrets: texts of the same shape in their place, and signatures made again. */

import { createHmac, randomBytes } from 'node:crypto'
import type { Headers, TimelineEvent } from './event.ts'
import { redact } from './redact.ts'
import { signatureOf } from './signature.ts'
import type { Timeline } from './timeline.ts'

/** The text in place of a secret: as long, of the same kinds of letters, and the same for the same secret. */
export type StandIn = (secret: string) => string

/** A timeline that can be published, and what {@link restore} needs to make it judgeable. */
export interface Recorded {
  /** With `<secret N>` in place of secrets and {@link standInSecrets} in place of webhook secrets. */
  readonly timeline: Timeline
  /** That of `<secret 1>` first. */
  readonly standIns: readonly string[]
}

const ALPHABETS: readonly (readonly [pattern: RegExp, letters: string])[] = [
  [/[0-9]/, '0123456789'],
  [/[a-z]/, 'abcdefghijklmnopqrstuvwxyz'],
  [/[A-Z]/, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
]

/** Stand-ins of one run. Nothing but length, punctuation and kinds of letters leads back to a secret. */
export function makeStandIns(salt: Buffer = randomBytes(32)): StandIn {
  return (secret) => {
    const letters = ALPHABETS.filter(([pattern]) => pattern.test(secret))
      .map(([, own]) => own)
      .join('')
    return [...secret]
      .map((letter, place) => (letters.includes(letter) ? choose(secret, place, letters) : letter))
      .join('')
  }

  function choose(secret: string, place: number, letters: string): string {
    const number = createHmac('sha256', salt).update(`${place} ${secret}`).digest().readUInt32BE()
    return letters[number % letters.length] ?? ''
  }
}

/** Published secrets, in the form of webhook secrets, with which recorded signatures are made again. */
export function standInSecrets(count: number): string[] {
  return Array.from({ length: count }, (_, place) => {
    const words = `published stand-in ${place + 1}, protects nothing`
    return `whsec_${Buffer.from(words).toString('base64')}`
  })
}

/**
 * Takes the secrets out of a timeline such that {@link restore} gives one of which every judge says the same. A signature
 * that is right by a secret of the service becomes one by its stand-in over the restored body; others stay as they are.
 */
export function recordTimeline(
  timeline: Timeline,
  secrets: readonly string[],
  standIn: StandIn,
): Recorded {
  const { webhookSecrets } = timeline.advertised
  const published = standInSecrets(webhookSecrets.length)
  const standIns = secrets.map(standIn)
  const redacted = redact(timeline, secrets)
  const events = redacted.events.map((event, place) => {
    const seen = timeline.events[place]
    if (event.kind !== 'webhook' || seen?.kind !== 'webhook') return event
    const given = (event.headers['webhook-signature'] ?? '').split(' ')
    const restored = restore(event, standIns)
    const resigned = webhookSecrets.reduce((parts, secret, which) => {
      const right = signatureOf(secret, signedParts(seen))
      const again = signatureOf(published[which] ?? '', signedParts(restored))
      return parts.map((part) => (part === right ? again : part))
    }, given)
    if (resigned.every((part, at) => part === given[at])) return event
    const headers: Headers = { ...event.headers, 'webhook-signature': resigned.join(' ') }
    return { ...event, headers }
  })
  const advertised = { ...redacted.advertised, webhookSecrets: published }
  return { timeline: { advertised, events }, standIns }
}

/** Puts the stand-ins where `<secret N>` stands. */
export function restore<T>(data: T, standIns: readonly string[]): T {
  const text = JSON.stringify(data).replace(/<secret (\d+)>/g, (mark, number) => {
    const standIn = standIns[Number(number) - 1]
    return standIn === undefined ? mark : JSON.stringify(standIn).slice(1, -1)
  })
  return JSON.parse(text) as T
}

function signedParts({
  headers,
  body,
}: Extract<TimelineEvent, { kind: 'webhook' }>): Record<'id' | 'timestamp' | 'body', string> {
  return {
    id: headers['webhook-id'] ?? '',
    timestamp: headers['webhook-timestamp'] ?? '',
    body,
  }
}
