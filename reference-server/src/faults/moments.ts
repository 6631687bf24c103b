/** Faults of a moment: what happens a little too early or too late, which nobody sees who waits in real time. */
import type { Fault } from '../parts.ts'

/** Milliseconds that are too many or too few, and those beyond the largest delay. */
const MOMENT_MS = 20
const TOO_LATE_MS = 2100
const HOUR_MS = 3_600_000

/** Each breaks what a chapter promises about an instant. */
export const momentFaults: readonly Fault[] = [
  {
    name: 'refuses-tokens-a-moment-early',
    misdeed: 'A token opens nothing in the last milliseconds of its life.',
    breaks: ['token.live.accept'],
    apply: ({ rules }) => {
      const decide = rules.decideTokenAge
      rules.decideTokenAge = (expiresAtMs, nowMs) => decide(expiresAtMs - MOMENT_MS, nowMs)
    },
  },
  {
    name: 'accepts-tokens-at-their-expiry',
    misdeed: 'A token still opens connections at the very instant of its expiry.',
    breaks: ['token.expired.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideTokenAge
      rules.decideTokenAge = (expiresAtMs, nowMs) => decide(expiresAtMs + 1, nowMs)
    },
  },
  {
    name: 'refuses-tickets-a-moment-early',
    misdeed: 'A socket URL opens nothing in the last milliseconds of its life.',
    breaks: ['socket.open.plain'],
    apply: ({ rules }) => {
      const decide = rules.decideTicketAge
      rules.decideTicketAge = (expiresAtMs, nowMs) => decide(expiresAtMs - MOMENT_MS, nowMs)
    },
  },
  {
    name: 'accepts-tickets-at-their-expiry',
    misdeed: 'A socket URL still opens sockets at the very instant of its expiry.',
    breaks: ['socket.ticket.expired'],
    apply: ({ rules }) => {
      const decide = rules.decideTicketAge
      rules.decideTicketAge = (expiresAtMs, nowMs) => decide(expiresAtMs + 1, nowMs)
    },
  },
  {
    name: 'closes-at-expiry-a-moment-early',
    misdeed: 'A connection ends some milliseconds before its token expires.',
    breaks: ['token.expiry.close', 'sse.close.expiry'],
    apply: ({ rules }) => {
      const decide = rules.decideExpiryDelay
      rules.decideExpiryDelay = (expiresAtMs, nowMs) =>
        Math.max(0, decide(expiresAtMs, nowMs) - MOMENT_MS)
    },
  },
  {
    name: 'closes-at-expiry-too-late',
    misdeed: 'A connection ends a little more than 2 seconds after its token has expired.',
    breaks: ['token.expiry.close', 'sse.close.expiry'],
    apply: ({ rules }) => {
      const decide = rules.decideExpiryDelay
      rules.decideExpiryDelay = (expiresAtMs, nowMs) => decide(expiresAtMs, nowMs) + TOO_LATE_MS
    },
  },
  {
    name: 'ends-streams-a-moment-early',
    misdeed: 'An event stream ends some milliseconds before its lifetime is over.',
    breaks: ['sse.close.lifetime'],
    apply: ({ rules }) => {
      const decide = rules.decideStreamLifetimeMs
      rules.decideStreamLifetimeMs = (seconds) => decide(seconds) - MOMENT_MS
    },
  },
  {
    name: 'ends-silent-connections-a-moment-early',
    misdeed: 'A Ping has a quarter of a second less than is advertised to be answered.',
    breaks: ['connection.heartbeat.timeout', 'connection.heartbeat.kept'],
    apply: ({ rules }) => {
      const decide = rules.decideSilence
      rules.decideSilence = (vitals, seconds) => decide(vitals, seconds - 0.25)
    },
  },
  {
    name: 'ends-graces-a-moment-early',
    misdeed: 'A loss is reported some milliseconds before the grace is over.',
    breaks: ['presence.grace.waited', 'presence.grace.returned'],
    apply: ({ rules }) => {
      const decide = rules.decideGraceMs
      rules.decideGraceMs = (grace, seconds) => Math.max(0, decide(grace, seconds) - MOMENT_MS)
    },
  },
  {
    name: 'drops-held-messages-a-moment-early',
    misdeed: 'A message is dropped some milliseconds before the window is over.',
    breaks: ['resume.window.kept'],
    apply: ({ rules }) => {
      const decide = rules.decideOverdue
      rules.decideOverdue = (acceptedAtMs, nowMs, seconds) =>
        decide(acceptedAtMs - MOMENT_MS, nowMs, seconds)
    },
  },
  {
    name: 'drops-held-messages-too-late',
    misdeed: 'A message is held a little longer than the window and its largest delay.',
    breaks: ['resume.window.time'],
    apply: ({ rules }) => {
      const decide = rules.decideOverdue
      rules.decideOverdue = (acceptedAtMs, nowMs, seconds) =>
        decide(acceptedAtMs + TOO_LATE_MS, nowMs, seconds)
    },
  },
  {
    name: 'forgets-answers-a-moment-early',
    misdeed: 'A kept answer is forgotten some milliseconds before the window is over.',
    breaks: ['idempotency.window.kept'],
    apply: ({ rules }) => {
      const decide = rules.decideForgottenAtMs
      rules.decideForgottenAtMs = (post, seconds) => decide(post, seconds) - MOMENT_MS
    },
  },
  {
    name: 'forgets-answers-too-late',
    misdeed: 'A kept answer outlives the window and its largest delay by a little.',
    breaks: ['idempotency.window.ended'],
    apply: ({ rules }) => {
      const decide = rules.decideForgottenAtMs
      rules.decideForgottenAtMs = (post, seconds) => decide(post, seconds) + TOO_LATE_MS
    },
  },
  {
    name: 'spreads-repeats-too-far',
    misdeed: 'A webhook is repeated after 1.3 times its wait.',
    breaks: ['webhook.failure.retried'],
    apply: ({ rules }) => {
      rules.decideWebhookRetry = (attempts, waits) => {
        const seconds = waits[attempts - 1]
        return seconds === undefined ? undefined : seconds * 1300
      }
    },
  },
  {
    name: 'goes-on-after-giving-up',
    misdeed: 'A webhook that was given up is attempted again an hour later.',
    breaks: ['webhook.schedule.given-up'],
    apply: ({ rules }) => {
      const decide = rules.decideWebhookSchedule
      rules.decideWebhookSchedule = (own, schedule, answer, at) => {
        const next = decide(own, schedule, answer, at)
        return next.givenUpAtMs === Number.NEGATIVE_INFINITY
          ? next
          : { ...next, givenUpAtMs: Number.NEGATIVE_INFINITY, retryAtMs: at.nowMs + HOUR_MS }
      }
    },
  },
  {
    name: 'repeats-beyond-the-hour',
    misdeed: 'A webhook is repeated as long as waits are left, whenever its first attempt was.',
    breaks: ['webhook.schedule.given-up'],
    apply: ({ rules }) => {
      rules.decideWebhookGiveUp = () => false
    },
  },
  {
    name: 'honours-a-minute-of-retry-after',
    misdeed: 'A Retry-After counts up to a minute only.',
    breaks: ['webhook.failure.retry-after'],
    apply: ({ rules }) => {
      const honour = rules.honourRetryAfter
      rules.honourRetryAfter = (seconds) => honour(seconds, 60)
    },
  },
  {
    name: 'honours-any-retry-after',
    misdeed: 'A Retry-After is honoured however long it is.',
    breaks: ['webhook.failure.retried'],
    apply: ({ rules }) => {
      const honour = rules.honourRetryAfter
      rules.honourRetryAfter = (seconds) => honour(seconds, Number.POSITIVE_INFINITY)
    },
  },
]
