/** Faults of webhooks. */
import type { Fault, Parts } from '../parts.ts'
import type { AttemptAnswer } from '../webhook-port.ts'

/** Each breaks what the chapter on webhooks promises. */
export const webhookFaults: readonly Fault[] = [
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
  {
    name: 'takes-only-204-for-success',
    misdeed: 'A webhook that was answered with another 2xx is repeated.',
    breaks: ['webhook.success.final'],
    apply: ({ rules }) => {
      rules.isWebhookSuccess = (status) => status === 204
    },
  },
  {
    name: 'takes-404-for-success',
    misdeed: 'A report that was answered with 404 is not repeated.',
    breaks: ['webhook.failure.retried'],
    apply: ({ rules }) => {
      const isSuccess = rules.isWebhookSuccess
      rules.isWebhookSuccess = (status) => status === 404 || isSuccess(status)
    },
  },
  {
    name: 'repeats-too-soon',
    misdeed: 'A failed attempt is repeated after a quarter of the advertised wait.',
    breaks: ['webhook.failure.retried'],
    apply: ({ rules }) => {
      const decide = rules.decideWebhookRetry
      rules.decideWebhookRetry = (attempts, retrySeconds, fraction) => {
        const delayMs = decide(attempts, retrySeconds, fraction)
        return delayMs === undefined ? undefined : delayMs / 4
      }
    },
  },
  {
    name: 'ignores-retry-after',
    misdeed: 'Retry-After in an answer changes nothing.',
    breaks: ['webhook.failure.retry-after'],
    apply: ({ rules }) => {
      rules.honourRetryAfter = () => 0
    },
  },
  {
    name: 'follows-redirect',
    misdeed: 'A redirect is followed.',
    breaks: ['webhook.redirect.refused'],
    apply: (parts) =>
      changeAnswer(parts, async (answer) => {
        if (!('location' in answer) || answer.location === undefined) return answer
        const { status } = await fetch(answer.location, { method: 'POST' })
        return { status }
      }),
  },
  {
    name: 'takes-silence-for-success',
    misdeed: 'An attempt that is not answered in time counts as answered.',
    breaks: ['webhook.timeout.retried'],
    apply: (parts) =>
      changeAnswer(parts, async (answer) =>
        'failure' in answer && answer.failure === 'timeout' ? { status: 204 } : answer,
      ),
  },
  {
    name: 'never-gives-up',
    misdeed: 'The last wait of the schedule is repeated for ever.',
    breaks: ['webhook.schedule.given-up'],
    apply: ({ rules }) => {
      const decide = rules.decideWebhookRetry
      rules.decideWebhookRetry = (attempts, retrySeconds, fraction) =>
        decide(Math.min(attempts, retrySeconds.length), retrySeconds, fraction)
    },
  },
  {
    name: 'stays-silent-after-giving-up',
    misdeed: 'A client whose report was given up is never reported again.',
    breaks: ['webhook.schedule.resumed'],
    apply: ({ rules }) => {
      const isOwed = rules.isWebhookOwed
      rules.isWebhookOwed = (all, sender) =>
        sender.givenUpAtMs === Number.NEGATIVE_INFINITY && isOwed(all, sender)
    },
  },
  {
    name: 'attempts-side-by-side',
    misdeed: 'A client has as many attempts in flight as it has versions.',
    breaks: ['webhook.client.single'],
    apply: ({ rules }) => {
      rules.isClientFree = () => true
    },
  },
  {
    name: 'ignores-concurrency',
    misdeed: 'Twice as many attempts are in flight as advertised.',
    breaks: ['webhook.target.concurrency'],
    apply: ({ limits }) => {
      limits.webhook_concurrency *= 2
    },
  },
  {
    name: 'hurries-after-503',
    misdeed: 'A 503 does not slow the webhooks of others down.',
    breaks: ['webhook.target.paused'],
    apply: (parts) => ignoreTrouble(parts, (answer) => 'status' in answer && answer.status === 503),
  },
  {
    name: 'hurries-after-429',
    misdeed: 'A 429 does not slow the webhooks of others down.',
    breaks: ['webhook.target.paused'],
    apply: (parts) => ignoreTrouble(parts, (answer) => 'status' in answer && answer.status === 429),
  },
  {
    name: 'hurries-after-broken-connection',
    misdeed: 'A connection that breaks does not slow the webhooks of others down.',
    breaks: ['webhook.target.paused'],
    apply: (parts) => ignoreTrouble(parts, (answer) => 'failure' in answer),
  },
]

function dropField({ rules }: Parts, event: string, name: string): void {
  const make = rules.makeWebhookFields
  rules.makeWebhookFields = (delivery) =>
    make(delivery).filter(([field]) => delivery.event !== event || field !== name)
}

function changeAnswer(
  { wraps }: Parts,
  change: (answer: AttemptAnswer) => Promise<AttemptAnswer>,
): void {
  wraps.attempt = (attempt) => async (delivery) => change(await attempt(delivery))
}

function ignoreTrouble({ rules }: Parts, isIgnored: (answer: AttemptAnswer) => boolean): void {
  const isUnwell = rules.isTargetUnwell
  rules.isTargetUnwell = (answer) => !isIgnored(answer) && isUnwell(answer)
}
