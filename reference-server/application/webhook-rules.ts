/** The decisions about an arriving webhook, gathered in one flat record so that one of them can be replaced. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

const toleranceSeconds = 300

/** What a signature is over, and the signature. */
export interface SignedWebhook {
  /** `webhook-id`. */
  id: string
  /** `webhook-timestamp`: whole seconds since 1970. */
  timestamp: number
  /** `webhook-signature`: one or several, with a space between. */
  signatures: string
  /** The raw body. */
  body: string
}

/** Answers the webhook as it was signed, or nothing where one of the three headers is missing or malformed. */
function readSigned(headers: Headers, body: string): SignedWebhook | undefined {
  const id = headers.get('webhook-id') ?? ''
  const timestamp = headers.get('webhook-timestamp') ?? ''
  const signatures = headers.get('webhook-signature') ?? ''
  // A number that is written otherwise would be signed otherwise.
  if (id === '' || signatures === '' || !/^[1-9]\d{0,14}$/.test(timestamp)) return undefined
  return { id, timestamp: Number(timestamp), signatures, body }
}

/**
 * Whether one of the secrets made one of the signatures.
 * @spec webhook.receiver.signature
 */
function isSigned(secrets: readonly string[], signed: SignedWebhook): boolean {
  const { id, timestamp, signatures, body } = signed
  const at = new Date(timestamp * 1000)
  const given = signatures.split(' ')
  const made = secrets.map((secret) => new Webhook(secret).sign(id, at, body))
  return made.some((one) => given.some((other) => isSameText(one, other)))
}

/** Compares in a time that says nothing about where two texts differ, nor how long they are. */
function isSameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

/**
 * Whether a webhook of that timestamp may be taken now; all in seconds since 1970.
 * @spec webhook.receiver.age
 */
function isYoung(timestamp: number, nowSeconds: number): boolean {
  return Math.abs(nowSeconds - timestamp) <= toleranceSeconds
}

/**
 * What to take a body of that event for on the route that serves `served`; nothing where it is to be refused.
 * @spec webhook.receiver.event
 */
function decideEvent<Event extends string>(
  event: string | undefined,
  served: Event,
): Event | undefined {
  return event === served ? served : undefined
}

/** The decisions as the specification wants them. */
export const webhookRules = { readSigned, isSigned, isYoung, decideEvent }

/** Every decision about an arriving webhook, by name. */
export type WebhookRules = typeof webhookRules
