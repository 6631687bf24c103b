/** What a test gives a program that speaks the contract with the suite. */
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'

/** The members of `start` that none may lack, with the published credentials and short timings, and more. */
export function startOf(more: object = {}): object {
  return {
    application_keys: DEVELOPMENT.application_keys,
    webhook_secrets: DEVELOPMENT.webhook_secrets,
    webhook_base: DEVELOPMENT.webhook_base,
    origins: DEVELOPMENT.origins,
    timings: { heartbeat_seconds: 1, webhook_retry_seconds: [0.2, 0.4] },
    clock: 'real',
    ...more,
  }
}
