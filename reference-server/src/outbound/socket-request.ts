/** Turns a webhook of a socket into an HTTP request; it alone knows its fields, what its id is made of and how a path becomes a URL. */
import type { SocketDelivery } from '../webhook-port.ts'
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

/** Where webhooks of sockets go, before the path: configuration alone decides. */
export interface SocketUrls {
  handshake: string
  message: string
  closed: string
}

/** The parts of such a request, each replaceable; to be merged into the server's rules. */
export interface SocketRequestRules {
  /** The URL configured for the delivery's event. */
  decideSocketWebhookUrl(urls: SocketUrls, delivery: SocketDelivery): string
  /** A path for a URL, percent-encoded once, segment by segment. */
  encodeSocketPath(path: string): string
  /** Path and query of the request line, from those of the configured URL and an encoded path. */
  makeSocketTarget(configured: { pathname: string; search: string }, encodedPath: string): string
  /** Names and values of the form, in their order. */
  makeSocketFields(delivery: SocketDelivery): FormFields
  /** The form as raw text. */
  writeSocketForm(fields: Readonly<FormFields>): string
  /** The media type of the form. */
  makeSocketContentType(): string
  /** The same for every attempt of a delivery, another for every other delivery. */
  makeSocketWebhookId(delivery: SocketDelivery): string
  /** Whole seconds since 1970 of an attempt at `nowMs`. */
  makeSocketTimestamp(delivery: SocketDelivery, nowMs: number): number
  /** The value of `webhook-signature`. */
  signSocketWebhook(secrets: readonly string[], signable: Signable): string
}

function makeSocketFields(delivery: SocketDelivery): FormFields {
  const { event, socket, atMs } = delivery
  const fields: [string, string][] = [
    ['event', event],
    ['from', socket.id],
    ['path', socket.path],
    ['epoch', String(socket.epoch)],
    ['time', new Date(atMs).toISOString()],
  ]
  if (event === 'message') fields.push(['body', delivery.body])
  if (event === 'closed') fields.push(['code', String(delivery.code)], ['reason', delivery.reason])
  return fields
}

function makeSocketWebhookId(delivery: SocketDelivery): string {
  const number = delivery.event === 'message' ? delivery.number : 0
  return makeDeliveryId(['socket', delivery.socket.id, delivery.event, number])
}

function makeSocketTarget(
  { pathname, search }: { pathname: string; search: string },
  encodedPath: string,
): string {
  if (encodedPath === '') return pathname + search
  const between = pathname.endsWith('/') ? '' : '/'
  return pathname + between + encodedPath + search
}

/**
 * Makes the decisions about the request of a socket's webhook.
 *
 * @spec socket.path.encoded
 * @spec socket.webhook.form
 * @spec socket.webhook.signed
 */
export function makeSocketRequestRules(): SocketRequestRules {
  return {
    decideSocketWebhookUrl: (urls, delivery) => urls[delivery.event],
    encodeSocketPath: (path) => path.split('/').map(encodeURIComponent).join('/'),
    makeSocketTarget,
    makeSocketFields,
    writeSocketForm: writeForm,
    makeSocketContentType: () => FORM_TYPE,
    makeSocketWebhookId,
    makeSocketTimestamp: (_delivery, nowMs) => wholeSeconds(nowMs),
    signSocketWebhook: signWebhook,
  }
}

/** Builds the request of one attempt at `nowMs`, signed with every live secret. */
export function makeSocketRequest(
  rules: SocketRequestRules,
  delivery: SocketDelivery,
  configured: { urls: SocketUrls; secrets: readonly string[]; userAgent: string },
  nowMs: number,
): WebhookRequest {
  const body = rules.writeSocketForm(rules.makeSocketFields(delivery))
  const id = rules.makeSocketWebhookId(delivery)
  const timestamp = rules.makeSocketTimestamp(delivery, nowMs)
  const url = new URL(rules.decideSocketWebhookUrl(configured.urls, delivery))
  // Not by way of a URL, which would take some encoded dots for its own.
  const target = rules.makeSocketTarget(url, rules.encodeSocketPath(delivery.socket.path))
  const signature = rules.signSocketWebhook(configured.secrets, { id, timestamp, body })
  return makeSignedRequest(
    { url, target, userAgent: configured.userAgent },
    { contentType: rules.makeSocketContentType(), body },
    { id, timestamp, signature },
  )
}
