/** Turns a delivery into an HTTP request; it alone knows the fields of webhooks, and what their ids are made of. */
import type { Delivery } from '../webhook-port.ts'
import {
  FORM_TYPE,
  type FormFields,
  makeDeliveryId,
  makeSignedRequest,
  type WebhookRequest,
  wholeSeconds,
  writeForm,
} from './signed-form.ts'
import { type Signable, signWebhook } from './webhook-signature.ts'

/** Where webhooks go: configuration alone decides. */
export interface WebhookUrls {
  connected: string
  disconnected: string
  started: string
}

/** The parts of a webhook's request, each replaceable; to be merged into the server's rules. */
export interface WebhookRequestRules {
  /** The URL configured for the delivery's event. */
  decideWebhookUrl(urls: WebhookUrls, delivery: Delivery): string
  /** Names and values of the form, in their order. */
  makeWebhookFields(delivery: Delivery): FormFields
  /** The form as raw text. */
  writeWebhookForm(fields: Readonly<FormFields>): string
  /** The media type of the form. */
  makeWebhookContentType(): string
  /** The same for every attempt of a delivery, another for every other delivery. */
  makeWebhookId(delivery: Delivery): string
  /** Whole seconds since 1970 of an attempt at `nowMs`. */
  makeWebhookTimestamp(delivery: Delivery, nowMs: number): number
  /** The value of `webhook-signature`. */
  signWebhook(secrets: readonly string[], signable: Signable): string
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}

function makeWebhookFields(delivery: Delivery): FormFields {
  if (delivery.event === 'started') {
    return [
      ['event', 'started'],
      ['epoch', String(delivery.epoch)],
      ['time', instant(delivery.atMs)],
    ]
  }
  const { event, state } = delivery
  const fields: [string, string][] = [
    ['event', event],
    ['from', state.clientId],
    ['connection_id', state.connectionId],
    ['epoch', String(state.epoch)],
    ['version', String(state.version)],
    ['time', instant(state.atMs)],
  ]
  if (state.reason !== undefined) fields.push(['reason', state.reason])
  return fields
}

function makeWebhookId(delivery: Delivery): string {
  const what =
    delivery.event === 'started'
      ? ['started', delivery.epoch]
      : ['presence', delivery.state.clientId, delivery.state.epoch, delivery.state.version]
  return makeDeliveryId(what)
}

/**
 * Makes the decisions about a webhook's request.
 *
 * @spec webhook.request.form
 * @spec webhook.request.fields
 * @spec webhook.id.same
 * @spec webhook.timestamp.attempt
 * @spec webhook.signature.valid
 * @spec webhook.target.configured
 */
export function makeWebhookRequestRules(): WebhookRequestRules {
  return {
    decideWebhookUrl: (urls, delivery) => urls[delivery.event],
    makeWebhookFields,
    writeWebhookForm: writeForm,
    makeWebhookContentType: () => FORM_TYPE,
    makeWebhookId,
    makeWebhookTimestamp: (_delivery, nowMs) => wholeSeconds(nowMs),
    signWebhook,
  }
}

/** Builds the request of one attempt at `nowMs`, signed with every live secret. */
export function makeWebhookRequest(
  rules: WebhookRequestRules,
  delivery: Delivery,
  configured: { urls: WebhookUrls; secrets: readonly string[]; userAgent: string },
  nowMs: number,
): WebhookRequest {
  const body = rules.writeWebhookForm(rules.makeWebhookFields(delivery))
  const id = rules.makeWebhookId(delivery)
  const timestamp = rules.makeWebhookTimestamp(delivery, nowMs)
  const url = new URL(rules.decideWebhookUrl(configured.urls, delivery))
  return makeSignedRequest(
    { url, target: url.pathname + url.search, userAgent: configured.userAgent },
    { contentType: rules.makeWebhookContentType(), body },
    { id, timestamp, signature: rules.signWebhook(configured.secrets, { id, timestamp, body }) },
  )
}
