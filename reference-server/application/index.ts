/** What the application helper offers. */
export {
  type Application,
  type ApplicationOptions,
  type Channel,
  makeApplication,
  type SentMessage,
  type SocketResult,
} from './application.ts'
export {
  InvalidChannelClientIdError,
  InvalidDurationError,
  InvalidMessageError,
  InvalidSocketsError,
  ServiceProblemError,
  ServiceUnreachableError,
  type WebhookRefusal,
  WebhookRefusedError,
} from './errors.ts'
export {
  isNewerPresence,
  makePresenceBook,
  type PresenceBook,
  type PresenceNumber,
  type PresenceReport,
} from './presence-book.ts'
export {
  type ClosedWebhook,
  type ConnectedWebhook,
  type DisconnectedWebhook,
  type HandshakeWebhook,
  type MessageWebhook,
  makeParseWebhook,
  type ParseWebhook,
  type RawWebhook,
  type StartedWebhook,
  type Webhook,
  type WebhookEventName,
  type WebhookParts,
} from './webhook.ts'
export { makeWebhookMemory, type WebhookMemory } from './webhook-memory.ts'
export { type SignedWebhook, type WebhookRules, webhookRules } from './webhook-rules.ts'
