/** Answers to webhooks: they alone know when the same one is taken twice and which status a refused one gets. */
import type {
  WebhookMemory,
  WebhookRefusedError,
} from '@channel-protocol/reference-server/application'

/**
 * Whether a webhook was taken before.
 * @spec webhook.receiver.repeat
 */
function isRepeat(memory: WebhookMemory, webhookId: string): boolean {
  return memory.knows(webhookId)
}

/**
 * What became of a webhook that was believed: it counted, it was taken before, it is about a client id that nobody
 * has, or it is not newer than what is known.
 */
export type Outcome = 'counted' | 'repeated' | 'unknown' | 'older'

/**
 * The status for a webhook that was believed, whatever became of it.
 * @spec webhook.receiver.answered
 */
function decideTakenStatus(_outcome: Outcome, _webhookId: string): number {
  return 204
}

/** The status for a webhook that is refused. */
function decideRefusedStatus({ status }: WebhookRefusedError): number {
  return status
}

export const webhookAnswerRules = { isRepeat, decideTakenStatus, decideRefusedStatus }
