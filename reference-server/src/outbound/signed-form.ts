/** Puts a form into an HTTP request that proves its sender; it alone knows the headers of webhooks and how ids are made. */
import { createHash } from 'node:crypto'

/** One HTTP request, ready to be sent. */
export interface WebhookRequest {
  method: 'POST'
  url: URL
  /** Path and query as they stand in the request line. */
  target: string
  headers: Record<string, string>
  body: string
}

/** Names and values of a form, in their order. */
export type FormFields = [name: string, value: string][]

/** The media type of forms. */
export const FORM_TYPE = 'application/x-www-form-urlencoded'

/** Writes a form as raw text. */
export function writeForm(fields: Readonly<FormFields>): string {
  return new URLSearchParams([...fields]).toString()
}

/** An id of 36 characters that is the same wherever `what` is. */
export function makeDeliveryId(what: readonly (string | number)[]): string {
  return `msg_${createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 32)}`
}

/** Whole seconds since 1970. */
export function wholeSeconds(nowMs: number): number {
  return Math.floor(nowMs / 1000)
}

/** Builds the request of one attempt. */
export function makeSignedRequest(
  to: { url: URL; target: string; userAgent: string },
  form: { contentType: string; body: string },
  proof: { id: string; timestamp: number; signature: string },
): WebhookRequest {
  return {
    method: 'POST',
    url: to.url,
    target: to.target,
    headers: {
      'content-type': form.contentType,
      'user-agent': to.userAgent,
      'webhook-id': proof.id,
      'webhook-timestamp': String(proof.timestamp),
      'webhook-signature': proof.signature,
    },
    body: form.body,
  }
}
