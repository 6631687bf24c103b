/** What a webhook's signature must be; it alone knows the arithmetic of Standard Webhooks. */

import { createHmac } from 'node:crypto'

/** The `v1` signature of a raw body, given one character per byte, by a secret `whsec_...`. */
export function signatureOf(
  secret: string,
  { id, timestamp, body }: Readonly<Record<'id' | 'timestamp' | 'body', string>>,
): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const bytes = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body, 'latin1')])
  return `v1,${createHmac('sha256', key).update(bytes).digest('base64')}`
}
