/** Decides what the application is told about one client and when; it alone knows acknowledged, attempted and current. */
import type { Mark, OwedState, PresenceState } from '../broker-port.ts'
import type { AttemptAnswer, Sender, SenderRules, SenderTimings } from '../webhook-port.ts'

// A given-up client is remembered this long, so that its next state is sent whatever its parity; longer would let
// clients that never return fill the memory.
const rememberGivenUpMs = 3_600_000

// A receiver judges within 20 %; the rest is left to timers and the network.
const spread = 0.18

// The least time is judged where attempts arrive, and the first may have to open a connection before it does.
const arrivalSlackMs = 20

function isNewer(mark: Mark, than: Mark): boolean {
  return mark.epoch === than.epoch ? mark.version > than.version : mark.epoch > than.epoch
}

function retryAfterOf(answer: AttemptAnswer): number | undefined {
  return 'status' in answer ? answer.retryAfterSeconds : undefined
}

function isUnnoted(answer: AttemptAnswer): boolean {
  return 'failure' in answer && answer.failure === 'unnoted'
}

/** The schedule without an attempt that was not made: nothing is given up because of the broker. */
function takeBack(
  rules: SenderRules,
  { attempts, firstAttemptAtMs }: Sender,
  { nowMs, timings }: { nowMs: number; timings: SenderTimings },
): Pick<Sender, 'attempts' | 'firstAttemptAtMs' | 'retryAtMs'> {
  return {
    attempts: attempts - 1,
    firstAttemptAtMs: attempts === 1 ? nowMs : firstAttemptAtMs,
    retryAtMs: nowMs + rules.decideTargetPause(timings.webhook_pause_seconds),
  }
}

function begin(state: PresenceState): Sender {
  // A client is forgotten only in the state that the application knows, and states alternate.
  const known = { epoch: state.epoch, version: state.version - 1 }
  return recall({ state, acknowledged: known, attempted: known })
}

function recall({ state, acknowledged, attempted }: OwedState): Sender {
  return {
    current: state,
    acknowledged,
    attempted,
    attempts: 0,
    firstAttemptAtMs: Number.NEGATIVE_INFINITY,
    retryAtMs: Number.NEGATIVE_INFINITY,
    heldUntilMs: Number.NEGATIVE_INFINITY,
    givenUpAtMs: Number.NEGATIVE_INFINITY,
    inFlight: 0,
  }
}

/**
 * Makes the decisions of the presence sender; pure, to be merged into the server's rules.
 *
 * @spec presence.version.newest
 * @spec presence.version.cancelled
 * @spec presence.version.paced
 * @spec presence.started.optional
 * @spec webhook.success.final
 * @spec webhook.failure.retried
 * @spec webhook.failure.retry-after
 * @spec webhook.schedule.given-up
 * @spec webhook.schedule.resumed
 * @spec webhook.client.single
 * @spec webhook.target.concurrency
 * @spec webhook.target.paused
 */
export function makeSenderRules(): SenderRules {
  return {
    isNewer,

    noteReported(rules, known, state) {
      if (known === undefined) return begin(state)
      return rules.isNewer(state, known.current) ? { ...known, current: state } : known
    },

    noteRecalled: recall,

    noteBegun(rules, sender, state, nowMs) {
      const mark = { epoch: state.epoch, version: state.version }
      const inFlight = sender.inFlight + 1
      if (!rules.isNewer(mark, sender.attempted)) {
        return { ...sender, attempts: sender.attempts + 1, inFlight }
      }
      return {
        ...sender,
        attempted: mark,
        attempts: 1,
        firstAttemptAtMs: nowMs,
        retryAtMs: Number.NEGATIVE_INFINITY,
        givenUpAtMs: Number.NEGATIVE_INFINITY,
        inFlight,
      }
    },

    noteAnswered(rules, sender, state, answer, at) {
      const inFlight = sender.inFlight - 1
      if ('status' in answer && rules.isWebhookSuccess(answer.status)) {
        const acknowledged = rules.isNewer(state, sender.acknowledged)
          ? { epoch: state.epoch, version: state.version }
          : sender.acknowledged
        return { ...sender, acknowledged, inFlight }
      }
      const maxSeconds = at.timings.webhook_retry_after_max_seconds
      const holdMs = rules.honourRetryAfter(retryAfterOf(answer), maxSeconds)
      const heldUntilMs = Math.max(sender.heldUntilMs, at.nowMs + holdMs)
      // An attempt that was overtaken is not repeated, so it is not given up either.
      if (rules.isNewer(sender.current, state)) return { ...sender, heldUntilMs, inFlight }
      if (isUnnoted(answer)) return { ...sender, ...takeBack(rules, sender, at), inFlight }
      const schedule = rules.decideWebhookSchedule(rules, sender, answer, at)
      return { ...sender, ...schedule, heldUntilMs, inFlight }
    },

    decideNextWebhook(rules, sender, nowMs, timings) {
      if (!rules.isClientFree(sender)) return { kind: 'rest' }
      const interval = timings.presence_interval_seconds
      const { version } = sender.current
      if (!rules.isWebhookOwed(rules, sender)) {
        const paceMs = rules.decideWebhookPace(sender, version + 1, interval)
        const untilMs = Math.max(paceMs, sender.givenUpAtMs + rememberGivenUpMs)
        return nowMs < untilMs ? { kind: 'linger', untilMs } : { kind: 'forget' }
      }
      const untilMs = rules.isNewer(sender.current, sender.attempted)
        ? Math.max(rules.decideWebhookPace(sender, version, interval), sender.heldUntilMs)
        : sender.retryAtMs
      if (nowMs < untilMs) return { kind: 'wait', untilMs }
      return { kind: 'send', state: rules.decideWebhookState(sender) }
    },

    isWebhookOwed(rules, sender) {
      const { acknowledged, attempted, current } = sender
      if (!rules.isNewer(attempted, acknowledged)) {
        // In a new epoch nothing is acknowledged yet, also when the client was online before.
        const isNewEpoch = current.online && current.epoch !== acknowledged.epoch
        return isNewEpoch || current.version % 2 !== acknowledged.version % 2
      }
      return sender.givenUpAtMs === Number.NEGATIVE_INFINITY || rules.isNewer(current, attempted)
    },

    decideWebhookState: (sender) => sender.current,

    decideWebhookPace: (sender, version, intervalSeconds) =>
      version <= 2
        ? Number.NEGATIVE_INFINITY
        : sender.firstAttemptAtMs + intervalSeconds * 1000 + arrivalSlackMs,

    isClientFree: (sender) => sender.inFlight === 0,

    isTargetFree: (inFlight, concurrency) => inFlight < concurrency,

    isWebhookSuccess: (status) => status >= 200 && status <= 299,

    decideWebhookSchedule(rules, schedule, answer, { nowMs, fraction, timings }) {
      const { webhook_retry_seconds, webhook_retry_after_max_seconds, webhook_give_up_seconds } =
        timings
      const delayMs = rules.decideWebhookRetry(schedule.attempts, webhook_retry_seconds, fraction)
      const holdMs = rules.honourRetryAfter(retryAfterOf(answer), webhook_retry_after_max_seconds)
      const retryAtMs = nowMs + Math.max(delayMs ?? 0, holdMs)
      const givenUp =
        delayMs === undefined ||
        rules.decideWebhookGiveUp(schedule.firstAttemptAtMs, retryAtMs, webhook_give_up_seconds)
      return {
        attempts: schedule.attempts,
        firstAttemptAtMs: schedule.firstAttemptAtMs,
        retryAtMs,
        givenUpAtMs: givenUp ? nowMs : Number.NEGATIVE_INFINITY,
      }
    },

    decideWebhookRetry(attempts, retrySeconds, fraction) {
      const seconds = retrySeconds[attempts - 1]
      return seconds === undefined
        ? undefined
        : seconds * 1000 * (1 - spread + 2 * spread * fraction)
    },

    decideWebhookGiveUp: (firstAttemptAtMs, nextAtMs, giveUpSeconds) =>
      nextAtMs - firstAttemptAtMs > giveUpSeconds * 1000,

    honourRetryAfter: (retryAfterSeconds, maxSeconds) =>
      Math.min(retryAfterSeconds ?? 0, maxSeconds) * 1000,

    isTargetUnwell: (answer) =>
      'status' in answer
        ? answer.status === 429 || answer.status === 503
        : answer.failure !== 'timeout',

    decideTargetPause: (pauseSeconds) => pauseSeconds * 1000 + arrivalSlackMs,

    isStartedDeclined: (status) => status === 404 || status === 410 || status === 501,
  }
}
