/** What a drive needs to know of the service that it drives. */

import type { Advertised } from '../timeline/timeline.ts'
import type { Receiver } from './receiver.ts'

/** A running service and the credentials that it was given. */
export interface Site {
  /** `{base}` of the specification, without a trailing slash. */
  readonly baseUrl: string
  readonly advertised: Advertised
  readonly applicationKeys: readonly string[]
  /** An origin that the service lists; absent where the suite knows none. */
  readonly listedOrigin?: string
  /** The receiver that the service's webhooks reach; absent where none does. */
  readonly receiver?: Receiver
  /** Path prefix of this service's webhooks at the receiver; empty where it has the receiver for itself. */
  readonly webhookPrefix: string
  /** Starts another service of the same implementation, its webhooks below this path prefix; absent where the suite cannot. */
  readonly launch?: (webhookPrefix: string) => Promise<Launched>
}

/** A service that the suite started. */
export interface Launched {
  readonly site: Site
  /** Asks it to drain, as its operator would; resolves when it has ended. */
  drain(): Promise<void>
  /** Ends it at once, its state lost. */
  stop(): Promise<void>
}
