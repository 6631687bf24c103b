/** One sample on a whole service, joined as the demo joins them: routes and webhooks on one origin. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Application, makeApplication } from '@channel-protocol/reference-server/application'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { Sample } from '../../demos/sample.ts'
import { makeWebhookRoutes } from '../../demos/webhooks.ts'
import { KEY, startService } from '../start-service.ts'

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

/** A sample that runs. */
export interface RunningSample<S extends Sample> {
  url: string
  sample: S
  application: Application
  complaints: string[]
  stop(): Promise<void>
}

/** Starts a service and a sample for it, each on a port that the system chooses. */
export async function startSample<S extends Sample>(
  make: (parts: {
    application: Application
    origin: string
    complain: (message: string, cause: unknown) => void
  }) => S,
): Promise<RunningSample<S>> {
  const app = new Hono()
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const service = await startService(['--application-base', url, '--webhook-secret', secret])
  const application = makeApplication({
    baseUrl: service.baseUrl,
    applicationKey: KEY,
    webhookSecrets: [secret],
  })
  const complaints: string[] = []
  const complain = (message: string): void => void complaints.push(message)
  const sample = make({ application, origin: url, complain })
  const clock = { nowMs: () => Date.now() }
  app.route('/', makeWebhookRoutes({ application, samples: [sample], clock, complain }))
  app.route('/', sample.routes)
  return {
    url,
    sample,
    application,
    complaints,
    async stop() {
      await service.stop()
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
      server.closeAllConnections()
      await Promise.all([closed, application.stop(), sample.stop()])
    },
  }
}
