/** Signs webhooks; it alone knows secrets and the Standard Webhooks scheme. */
import { Webhook } from 'standardwebhooks'

const prefix = 'whsec_'
const leastBytes = 24
const mostBytes = 64

/** What one attempt signs. */
export interface Signable {
  id: string
  /** Whole seconds since 1970. */
  timestamp: number
  /** The raw body, as it is sent. */
  body: string
}

/**
 * Answers `text` when it is a webhook secret: `whsec_` and the base64 of 24 to 64 bytes.
 * Throws an Error whose one-line message says what is wrong, without showing the secret.
 */
export function readSecret(text: string): string {
  const form = `a webhook secret is ${prefix} and the base64 of ${leastBytes} to ${mostBytes} bytes`
  if (!text.startsWith(prefix)) throw new Error(`${form}; this one does not begin with ${prefix}`)
  const encoded = text.slice(prefix.length)
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) {
    throw new Error(`${form}; this one is not base64 with padding after ${prefix}`)
  }
  if (bytes.length < leastBytes || bytes.length > mostBytes) {
    throw new Error(`${form}; this one has ${bytes.length} bytes`)
  }
  return text
}

/**
 * Answers the value of `webhook-signature`: one `v1` signature for each secret, in their order, with a space between.
 * Secrets are such as `readSecret` answers.
 *
 * @spec webhook.signature.valid
 */
export function signWebhook(secrets: readonly string[], { id, timestamp, body }: Signable): string {
  const at = new Date(timestamp * 1000)
  return secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' ')
}
