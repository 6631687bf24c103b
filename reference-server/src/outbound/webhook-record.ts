/** Writes down how webhooks fared; it alone knows the words for it in log and metrics. */
import type { Log, Metrics } from '../ports.ts'
import type { Attempt, AttemptAnswer, SenderRules } from '../webhook-port.ts'
import type { TargetTurn } from './webhook-target.ts'

interface Records {
  log: Log
  metrics: Metrics
}

function isUnnoted(answer: AttemptAnswer): boolean {
  return 'failure' in answer && answer.failure === 'unnoted'
}

function withoutQuery(location: string | undefined): string | undefined {
  if (location === undefined) return undefined
  const url = new URL(location)
  return url.origin + url.pathname
}

/** Makes one attempt; one that breaks is a defect of ours, recorded, and answered as a broken connection. */
export async function attemptOrRecord<Delivery extends { event: string }>(
  { log, metrics }: Records,
  attempt: Attempt<Delivery>,
  delivery: Delivery,
): Promise<AttemptAnswer> {
  try {
    return await attempt(delivery)
  } catch (cause) {
    metrics.count('defects')
    log.error({ err: cause, event: delivery.event }, 'a webhook could not be attempted')
    return { failure: 'connection' }
  }
}

/** Counts one ended attempt, and logs it where people can mend its cause. */
export function noteWebhookAnswer(
  { log, metrics }: Records,
  { event }: { event: string },
  answer: AttemptAnswer,
  rules: Pick<SenderRules, 'isWebhookSuccess'>,
): void {
  if (!isUnnoted(answer)) metrics.count('webhook_attempts', event)
  if ('failure' in answer) {
    metrics.count('webhook_failures', answer.failure)
    log.debug({ event, failure: answer.failure }, 'a webhook was not answered')
    return
  }
  const { status } = answer
  if (rules.isWebhookSuccess(status)) {
    metrics.count('webhook_acknowledged', event)
    return
  }
  metrics.count('webhook_failures', String(status))
  // An application refuses a socket with 403; nothing has to be mended then.
  if (status === 401 || (status === 403 && event !== 'handshake')) {
    metrics.count('webhook_unauthorized', String(status))
    const advice = 'the application refused a webhook: compare the webhook secrets of both sides'
    log.warn({ event, status }, advice)
  } else if (status >= 300 && status <= 399) {
    metrics.count('webhook_redirects', String(status))
    const advice =
      'configuration error: a webhook URL redirects and is not followed; configure where it leads'
    log.error({ event, status, location: withoutQuery(answer.location) }, advice)
  } else {
    log.debug({ event, status }, 'a webhook was refused')
  }
}

/** Counts and logs a delivery that is tried no more. */
export function noteWebhookGivenUp(
  { log, metrics }: Records,
  what: 'presence' | 'started' | 'closed',
): void {
  metrics.count('webhook_given_up', what)
  log.warn({ what }, 'a webhook was given up after its last retry; only a later change is reported')
}

/** Logs when all webhooks begin to wait for the application, and when they no longer do. */
export function noteTargetTurn(
  { log }: Pick<Records, 'log'>,
  turn: TargetTurn,
  answer: AttemptAnswer,
): void {
  if (turn === 'paused') {
    const advice = isUnnoted(answer)
      ? 'webhooks wait until the broker can be told of them'
      : 'the application takes no webhooks: attempts are rare until it answers'
    log.warn({}, advice)
  }
  if (turn === 'resumed') log.info({}, 'the application takes webhooks again')
}
