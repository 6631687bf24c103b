/** Faults of how webhooks are repeated, given up and held back. */
import type { Fault, Parts } from '../parts.ts'
import type { AttemptAnswer } from '../webhook-port.ts'

/** Each breaks what the chapter on webhooks promises about sending. */
export const webhookFaults: readonly Fault[] = [
  {
    name: 'takes-only-204-for-success',
    misdeed: 'A webhook that was answered with another 2xx is repeated.',
    breaks: ['webhook.success.final'],
    apply: ({ rules }) => {
      rules.isWebhookSuccess = (status) => status === 204
    },
  },
  {
    name: 'repeats-started',
    misdeed: 'A started that was answered with 2xx is repeated once.',
    breaks: ['webhook.success.final'],
    apply: ({ wraps }) => {
      const wrap = wraps.attempt
      wraps.attempt = (attempt) => {
        let isFirst = true
        return wrap(async (delivery) => {
          const answer = await attempt(delivery)
          const isWell = 'status' in answer && answer.status < 300
          if (delivery.event !== 'started' || !isWell || !isFirst) return answer
          isFirst = false
          return { status: 500 }
        })
      }
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
    name: 'takes-redirect-for-success',
    misdeed: 'A report that was answered with a redirect is not repeated.',
    breaks: ['webhook.failure.retried'],
    apply: ({ rules }) => {
      rules.isWebhookSuccess = (status) => status >= 200 && status <= 399
    },
  },
  {
    name: 'takes-304-for-success',
    misdeed: 'A report that was answered with 304 is not repeated.',
    breaks: ['webhook.failure.retried'],
    apply: ({ rules }) => {
      const isSuccess = rules.isWebhookSuccess
      rules.isWebhookSuccess = (status) => status === 304 || isSuccess(status)
    },
  },
  {
    name: 'gives-up-one-wait-early',
    misdeed: 'A report is given up before the last wait of the schedule.',
    breaks: ['webhook.failure.retried'],
    apply: ({ rules }) => {
      const decide = rules.decideWebhookRetry
      rules.decideWebhookRetry = (attempts, retrySeconds, fraction) =>
        decide(attempts, retrySeconds.slice(0, -1), fraction)
    },
  },
  {
    name: 'carries-attempts-into-newer-versions',
    misdeed: 'The schedule of a newer version goes on where that of the older one stood.',
    breaks: ['webhook.failure.retried'],
    apply: ({ rules }) => {
      const note = rules.noteBegun
      rules.noteBegun = (own, sender, state, nowMs) => ({
        ...note(own, sender, state, nowMs),
        attempts: sender.attempts + 1,
      })
    },
  },
  {
    name: 'gives-started-up-at-once',
    misdeed: 'A started that failed is not repeated, whatever the answer.',
    breaks: ['webhook.failure.retried'],
    apply: ({ rules }) => {
      rules.isStartedDeclined = () => true
    },
  },
  {
    name: 'takes-405-for-unwanted-started',
    misdeed: 'A started that was answered with 405 is not repeated, as one that is not wanted.',
    breaks: ['webhook.failure.retried'],
    apply: ({ rules }) => {
      const isDeclined = rules.isStartedDeclined
      rules.isStartedDeclined = (status) => status === 405 || isDeclined(status)
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
    name: 'ignores-retry-after-for-newer-version',
    misdeed: 'Retry-After holds the repeat of a report back, but not a newer one.',
    breaks: ['webhook.failure.retry-after'],
    apply: ({ rules }) => {
      const note = rules.noteAnswered
      rules.noteAnswered = (...facts) => ({
        ...note(...facts),
        heldUntilMs: Number.NEGATIVE_INFINITY,
      })
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
