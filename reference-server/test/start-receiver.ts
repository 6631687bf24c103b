/** An application for one test: it takes webhooks and answers each as the test says. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'

/** One webhook that arrived. */
export interface Arrived {
  /** The request target as it was sent. */
  target: string
  form: Record<string, string>
  id: string
  answer(status?: number): void
}

/** What a test does with its application. */
export interface Receiver {
  /** Flags that make a service send its webhooks here. */
  flags: string[]
  /** The next webhook that was not taken yet; `started` is answered and passed over. */
  next(): Promise<Arrived>
  /** As `next`, of this event, answered with this status. */
  take(event: string, status?: number): Promise<Arrived>
  /** How many `started` came. */
  starts(): number
  stop(): void
}

/** Starts an application on a port that the system chooses. */
export async function startReceiver(): Promise<Receiver> {
  const arrived: Arrived[] = []
  const waiting: ((webhook: Arrived) => void)[] = []
  let starts = 0
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const webhook: Arrived = {
      target: request.url ?? '',
      form: Object.fromEntries(new URLSearchParams(body)),
      id: String(request.headers['webhook-id']),
      answer: (status = 200) => response.writeHead(status).end(),
    }
    if (webhook.form.event === 'started') {
      starts += 1
      webhook.answer()
      return
    }
    const taker = waiting.shift()
    if (taker) taker(webhook)
    else arrived.push(webhook)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const next = (): Promise<Arrived> => {
    const webhook = arrived.shift()
    return webhook ? Promise.resolve(webhook) : new Promise((resolve) => waiting.push(resolve))
  }
  return {
    flags: ['--application-base', base, '--webhook-secret', DEVELOPMENT.webhook_secrets[0]],
    next,
    starts: () => starts,
    take: async (event, status) => {
      const webhook = await next()
      if (webhook.form.event !== event)
        throw new Error(`${webhook.form.event} arrived where ${event} was expected`)
      webhook.answer(status)
      return webhook
    },
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
