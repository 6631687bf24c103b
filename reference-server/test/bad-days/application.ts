/** The application that a bad day is told to; it alone knows how webhooks are kept for a test to wait for. */
import type { Webhook } from '../../application/webhook.ts'
import { type Receiver, startReceiver } from '../../soak/receiver.ts'
import { makeWatch } from '../../soak/watch.ts'

/** An application that keeps every webhook. */
export interface Application {
  receiver: Receiver
  /** Resolves what waits for something to have been told. */
  watch: ReturnType<typeof makeWatch>
  /** In the order of their coming. */
  webhooks: Webhook[]
}

/** Starts an application; whoever starts it stops its receiver. */
export async function startApplication(): Promise<Application> {
  const watch = makeWatch()
  const webhooks: Webhook[] = []
  const receiver = await startReceiver({
    onWebhook: (webhook) => {
      webhooks.push(webhook)
      watch.changed()
    },
  })
  return { receiver, watch, webhooks }
}
