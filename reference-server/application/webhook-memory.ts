/** The memory of webhooks that were taken; it alone knows how long, and how many. */

const keepMs = 600_000
const mostIds = 100_000

/** Knows the `webhook-id`s of the last 600 seconds. */
export interface WebhookMemory {
  /**
   * Whether that id was remembered within the last 600 seconds: answer 2xx and do nothing.
   * @spec webhook.receiver.repeat
   */
  knows(webhookId: string): boolean
  /** Remembers an id whose webhook was acted on. */
  remember(webhookId: string): void
}

/** Makes a memory that holds the newest 100,000 ids at most; what is forgotten is still judged by its version. */
export function makeWebhookMemory(clock: { nowMs(): number }): WebhookMemory {
  /** Each id and when it was remembered, in milliseconds, oldest first. */
  const rememberedAtMs = new Map<string, number>()

  function forgetOld(): void {
    const sinceMs = clock.nowMs() - keepMs
    for (const [id, atMs] of rememberedAtMs) {
      if (atMs >= sinceMs && rememberedAtMs.size <= mostIds) return
      rememberedAtMs.delete(id)
    }
  }

  return {
    knows(webhookId) {
      forgetOld()
      return rememberedAtMs.has(webhookId)
    },
    remember(webhookId) {
      rememberedAtMs.delete(webhookId)
      rememberedAtMs.set(webhookId, clock.nowMs())
      forgetOld()
    },
  }
}
