/** What a sample application is to the origin that serves all of them. */
import type { RawWebhook, Webhook } from '@channel-protocol/reference-server/application'
import type { Hono } from 'hono'

/** One sample application: pages, routes, and what it is told of its own clients and sockets. */
export interface Sample {
  /** Every client id of the sample, and every path of its sockets, begins with this. */
  readonly prefix: string
  /** Its routes, below the root of the origin. */
  readonly routes: Hono
  /**
   * Takes a webhook about one of its clients or sockets, or `started`, whose signature and age were verified; answers
   * when it is done. It may be a repeat or older than another; `raw` is the request as it came.
   */
  take(webhook: Webhook, raw: RawWebhook): Promise<void>
  /** Ends its timers and what it holds open. */
  stop(): Promise<void>
}
