/** What the suite hands to a service that it starts: random for each run, so that nothing published opens it. */

import { randomBytes } from 'node:crypto'

/** Credentials of a run. */
export interface Credentials {
  readonly applicationKeys: readonly [string, string]
  /** Of the form that the specification gives them: `whsec_` and Base64. */
  readonly webhookSecrets: readonly [string, string]
  /** An origin that the service lists. */
  readonly listedOrigin: string
}

/** Mints credentials that nobody else knows. */
export function mintCredentials(): Credentials {
  const key = (): string => `key-${randomBytes(24).toString('base64url')}`
  const secret = (): string => `whsec_${randomBytes(32).toString('base64')}`
  return {
    applicationKeys: [key(), key()],
    webhookSecrets: [secret(), secret()],
    listedOrigin: `https://page-${randomBytes(4).toString('hex')}.example`,
  }
}
