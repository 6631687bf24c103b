/** What a drive needs to know of the service that it drives. */

import type { Advertised } from '../timeline/timeline.ts'
import type { Receiver } from './receiver.ts'

/** What a service that the suite starts shall have, where it is not to be like its siblings. */
export interface Wishes {
  /** Its public base; it listens on loopback all the same, and its site is where it listens. */
  readonly baseUrl?: string
  readonly limits?: Readonly<Record<string, number>>
  /** The profiles that it offers. */
  readonly profiles?: readonly string[]
  /** Where webhooks of an event go: a path below the prefix. */
  readonly webhookPaths?: Readonly<Record<string, string>>
}

/** A running application and what its operator said about it. */
export interface ApplicationSite {
  /** The base of its routes, without a trailing slash. */
  readonly baseUrl: string
  /** With which the service signs what it reports; none where the suite was not told. */
  readonly webhookSecrets: readonly string[]
  /** Whether what its service reports arrives; taken for true unless it was seen not to. */
  readonly isReportedTo?: boolean
  /** Moves the clock by which it forgets users; absent where the suite cannot. */
  readonly advance?: (seconds: number) => Promise<void>
}

/** A running service and the credentials that it was given. */
export interface Site {
  /** `{base}` of the specification, without a trailing slash. */
  readonly baseUrl: string
  readonly advertised: Advertised
  readonly applicationKeys: readonly string[]
  /** An origin that the service lists; absent where the suite knows none. */
  readonly listedOrigin?: string
  /** The application that is judged; absent where the service itself is. */
  readonly application?: ApplicationSite
  /** The receiver that the service's webhooks reach; absent where none does. */
  readonly receiver?: Receiver
  /** Path prefix of this service's webhooks at the receiver; empty where it has the receiver for itself. */
  readonly webhookPrefix: string
  /** Starts another service of the same implementation, its webhooks below this path prefix; absent where the suite cannot. */
  readonly launch?: (webhookPrefix: string, wishes?: Wishes) => Promise<Launched>
}

/** A service that the suite started. */
export interface Launched {
  readonly site: Site
  /** Asks it to drain, as its operator would; resolves when it has ended. */
  drain(): Promise<void>
  /** Ends it at once, its state lost. */
  stop(): Promise<void>
}
