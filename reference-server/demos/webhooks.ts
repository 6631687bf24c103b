/** The one receiver of webhooks: it alone knows how each is verified, and which sample it concerns. */
import {
  type Application,
  makeWebhookMemory,
  type RawWebhook,
  type Webhook,
  WebhookRefusedError,
} from '@channel-protocol/reference-server/application'
import { WEBHOOKS } from '@channel-protocol/schemas/registry'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { answerProblem } from './answer-problem.ts'
import type { Complain } from './push-chat/parts.ts'
import type { Sample } from './sample.ts'

const mostBytes = 256 * 1024

/** What the receiver needs. */
export interface WebhookReceiverParts {
  application: Pick<Application, 'parseWebhook'>
  samples: readonly Sample[]
  clock: { nowMs(): number }
  complain: Complain
}

/** Which samples a webhook concerns: one, by the prefix of its client id or path, or nobody; all where it is `started`. */
export function selectSamples<S extends Pick<Sample, 'prefix'>>(
  webhook: Webhook,
  samples: readonly S[],
): readonly S[] {
  if (webhook.event === 'started') return samples
  const name = 'clientId' in webhook ? webhook.clientId : webhook.path
  const sample = samples.find(({ prefix }) => name.startsWith(prefix))
  return sample === undefined ? [] : [sample]
}

/**
 * Makes the routes that the service posts to, at the historical paths. What is refused by its signature, age or event
 * is answered with the status that the helper names; a webhook about nobody is answered with 2xx.
 * @spec webhook.receiver.answered
 */
export function makeWebhookRoutes(parts: WebhookReceiverParts): Hono {
  const { application, samples, clock, complain } = parts
  const memory = makeWebhookMemory(clock)
  const routes = new Hono()
  const bounded = bodyLimit({
    maxSize: mostBytes,
    onError: (context) => answerProblem(context, 413, `a webhook has at most ${mostBytes} bytes`),
  })

  async function receive(raw: RawWebhook): Promise<void> {
    const webhook = await application.parseWebhook(raw)
    if (memory.knows(webhook.webhookId)) return
    await Promise.all(selectSamples(webhook, samples).map((sample) => sample.take(webhook, raw)))
    memory.remember(webhook.webhookId)
  }

  for (const { path, event } of Object.values(WEBHOOKS)) {
    const isPresence = event === 'connected' || event === 'disconnected' || event === 'started'
    routes.post(isPresence ? path : `${path}*`, bounded, async (context) => {
      const { raw } = context.req
      const body = new Uint8Array(await raw.arrayBuffer())
      try {
        await receive({ headers: raw.headers, body, url: path })
        return context.body(null, 204)
      } catch (cause) {
        if (!(cause instanceof WebhookRefusedError)) throw cause
        complain(`a webhook on the route of ${event} was refused`, cause)
        return answerProblem(context, cause.status, cause.message)
      }
    })
  }
  return routes
}
