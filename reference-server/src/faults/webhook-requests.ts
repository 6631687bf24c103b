/** Faults of the request of a webhook. */
import type { Fault, Parts } from '../parts.ts'

/** Each breaks what the chapter on webhooks promises about a request. */
export const webhookRequestFaults: readonly Fault[] = [
  {
    name: 'sends-form-as-text',
    misdeed: 'The form is labelled text/plain.',
    breaks: ['webhook.request.form'],
    apply: ({ rules }) => {
      rules.makeWebhookContentType = () => 'text/plain'
    },
  },
  {
    name: 'sends-form-unencoded',
    misdeed: 'The values of the form are not percent-encoded.',
    breaks: ['webhook.request.form'],
    apply: ({ rules }) => {
      rules.writeWebhookForm = (fields) => fields.map((field) => field.join('=')).join('&')
    },
  },
  {
    name: 'sends-all-to-connected',
    misdeed: 'Every event goes to the URL of connected.',
    breaks: ['webhook.request.form'],
    apply: ({ rules }) => {
      rules.decideWebhookUrl = ({ connected }) => connected
    },
  },
  {
    name: 'sends-no-time',
    misdeed: 'Reports do not say when the state changed.',
    breaks: ['webhook.request.fields'],
    apply: (parts) => dropField(parts, 'connected', 'time'),
  },
  {
    name: 'leaves-connection-out',
    misdeed: 'Reports of a going do not name the connection.',
    breaks: ['webhook.request.fields'],
    apply: (parts) => dropField(parts, 'disconnected', 'connection_id'),
  },
  {
    name: 'names-first-connection-in-reports',
    misdeed: 'The report of a going names the connection that came first.',
    breaks: ['webhook.request.fields'],
    apply: ({ wraps }) => {
      const came = new Map<string, string>()
      wraps.sink = (sink) => ({
        ...sink,
        report: (state) => {
          if (state.online) came.set(state.clientId, state.connectionId)
          sink.report({ ...state, connectionId: came.get(state.clientId) ?? '' })
        },
      })
    },
  },
  {
    name: 'dates-reports-by-the-loss',
    misdeed: 'The report of a loss has the instant before the grace.',
    breaks: ['webhook.request.fields'],
    apply: ({ wraps, timings }) => {
      const graceMs = timings.presence_grace_seconds * 1000
      wraps.sink = (sink) => ({
        ...sink,
        report: (state) =>
          sink.report(state.reason === 'lost' ? { ...state, atMs: state.atMs - graceMs } : state),
      })
    },
  },
  {
    name: 'dates-reports-by-the-attempt',
    misdeed: 'Each attempt of a report has its own instant as time.',
    breaks: ['webhook.request.fields'],
    apply: ({ rules, ports }) => {
      const make = rules.makeWebhookFields
      rules.makeWebhookFields = (delivery) =>
        make(delivery).map(([name, value]) => [
          name,
          name === 'time' ? new Date(ports.clock.nowMs()).toISOString() : value,
        ])
    },
  },
  {
    name: 'makes-id-per-attempt',
    misdeed: 'Every attempt has a webhook-id of its own.',
    breaks: ['webhook.id.same'],
    apply: ({ rules }) => {
      const make = rules.makeWebhookId
      let attempts = 0
      rules.makeWebhookId = (delivery) => {
        attempts += 1
        return `${make(delivery)}.${attempts}`
      }
    },
  },
  {
    name: 'makes-id-per-client',
    misdeed: 'All reports about a client id have the same webhook-id.',
    breaks: ['webhook.id.same'],
    apply: ({ rules }) => {
      const make = rules.makeWebhookId
      rules.makeWebhookId = (delivery) =>
        delivery.event === 'started'
          ? make(delivery)
          : make({ ...delivery, state: { ...delivery.state, version: 0 } })
    },
  },
  {
    name: 'makes-new-id-after-two-attempts',
    misdeed: 'The third attempt of a report has another webhook-id.',
    breaks: ['webhook.id.same'],
    apply: ({ rules }) => {
      const make = rules.makeWebhookId
      const attempts = new Map<string, number>()
      rules.makeWebhookId = (delivery) => {
        const id = make(delivery)
        const number = (attempts.get(id) ?? 0) + 1
        attempts.set(id, number)
        return number > 2 ? `${id}.again` : id
      }
    },
  },
  {
    name: 'makes-long-ids',
    misdeed: 'A webhook-id has 65 characters.',
    breaks: ['webhook.signature.valid'],
    apply: ({ rules }) => {
      const make = rules.makeWebhookId
      rules.makeWebhookId = (delivery) => make(delivery).padEnd(65, '0')
    },
  },
  {
    name: 'keeps-first-timestamp',
    misdeed: 'A repeated attempt carries the timestamp of the state change.',
    breaks: ['webhook.timestamp.attempt'],
    apply: ({ rules }) => {
      rules.makeWebhookTimestamp = (delivery) =>
        Math.floor((delivery.event === 'started' ? delivery.atMs : delivery.state.atMs) / 1000)
    },
  },
  {
    name: 'stamps-milliseconds',
    misdeed: 'The timestamp counts milliseconds.',
    breaks: ['webhook.timestamp.attempt'],
    apply: ({ rules }) => {
      rules.makeWebhookTimestamp = (_delivery, nowMs) => nowMs
    },
  },
  {
    name: 'signs-without-timestamp',
    misdeed: 'The signature holds for any timestamp.',
    breaks: ['webhook.signature.valid'],
    apply: ({ rules }) => {
      const sign = rules.signWebhook
      rules.signWebhook = (secrets, signable) => sign(secrets, { ...signable, timestamp: 0 })
    },
  },
  {
    name: 'signs-decoded-body',
    misdeed: 'The signature is made over the decoded form instead of the body.',
    breaks: ['webhook.signature.valid'],
    apply: ({ rules }) => {
      const sign = rules.signWebhook
      rules.signWebhook = (secrets, signable) =>
        sign(secrets, { ...signable, body: decodeURIComponent(signable.body) })
    },
  },
  {
    name: 'signs-with-first-secret-only',
    misdeed: 'Only the first of two live secrets signs.',
    breaks: ['webhook.signature.valid'],
    apply: ({ rules }) => {
      const sign = rules.signWebhook
      rules.signWebhook = (secrets, signable) => sign(secrets.slice(0, 1), signable)
    },
  },
  {
    name: 'signs-with-encoded-secret',
    misdeed: 'The text of the secret is the key instead of the bytes that it encodes.',
    breaks: ['webhook.signature.valid'],
    apply: ({ rules }) => {
      const sign = rules.signWebhook
      const encode = (secret: string): string =>
        `whsec_${Buffer.from(secret.slice('whsec_'.length)).toString('base64')}`
      rules.signWebhook = (secrets, signable) => sign(secrets.map(encode), signable)
    },
  },
  {
    name: 'resolves-client-id-into-url',
    misdeed: 'What follows a slash in the client id becomes part of the webhook URL.',
    breaks: ['webhook.target.configured'],
    apply: ({ rules }) => {
      const decide = rules.decideWebhookUrl
      rules.decideWebhookUrl = (urls, delivery) => {
        const id = delivery.event === 'started' ? '' : delivery.state.clientId
        return id.includes('/')
          ? new URL(`.${id.slice(id.indexOf('/'))}`, decide(urls, delivery)).href
          : decide(urls, delivery)
      }
    },
  },
]

function dropField({ rules }: Parts, event: string, name: string): void {
  const make = rules.makeWebhookFields
  rules.makeWebhookFields = (delivery) =>
    make(delivery).filter(([field]) => delivery.event !== event || field !== name)
}
