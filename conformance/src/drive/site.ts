/** What a drive needs to know of the service that it drives. */

import type { Advertised } from '../timeline/timeline.ts'
import type { Receiver } from './receiver.ts'

/** Nodes of a service that the suite starts: enough to tell one from another. */
export const NODES = 2

/** The clock of a service that stands still until the suite moves it. */
export interface ServiceClock {
  /** Where it stood when the service was ready, in milliseconds since 1970. */
  readonly nowMs: number
  /**
   * Moves it to the first instant at which something is due at the service, or by `seconds` where nothing is due
   * sooner; 0 moves nothing. Resolves with the seconds moved when the service has caught up; rejects where it has ended.
   */
  advance(seconds: number): Promise<number>
}

/** What a service that the suite starts shall have, where it is not to be like its siblings. */
export interface Wishes {
  /** Its public base; it listens on loopback all the same, and its site is where it listens. */
  readonly baseUrl?: string
  readonly limits?: Readonly<Record<string, number>>
  /** The profiles that it offers. */
  readonly profiles?: readonly string[]
  /** Where webhooks of an event go: a path below the prefix. */
  readonly webhookPaths?: Readonly<Record<string, string>>
  /** The nodes that it may consist of, at most. */
  readonly nodes?: number
  /** A clock that the suite moves; a service that cannot have one is started with the real one. */
  readonly clock?: 'virtual'
  /** The defaults of the registry in place of the timings of the run. */
  readonly timings?: 'production'
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
  /** Whether what `launch` starts can have a clock that the suite moves. */
  readonly steps?: boolean
  /** The clock that it runs on, where the suite moves it; absent where it runs on the real one. */
  readonly clock?: ServiceClock
  /** Whether no client was welcomed, however long it waited; taken for false unless it was seen. */
  readonly welcomesNobody?: true
  /** Path prefix of this service's webhooks at the receiver; empty where it has the receiver for itself. */
  readonly webhookPrefix: string
  /** The bases of all nodes, `baseUrl` first, where it consists of several. */
  readonly nodes?: readonly string[]
  /** Whether connections are opened at `baseUrl`, wherever a connect URL leads. */
  readonly isNode?: true
  /** Resolves with why when the program that holds the service has ended by itself; absent where the suite cannot see that. */
  readonly gone?: Promise<string>
  /**
   * Starts another service of the same implementation, its webhooks below this path prefix; absent where the suite cannot.
   * Rejects with `Unsupported` where the implementation says that it cannot be as is wished.
   */
  readonly launch?: (webhookPrefix: string, wishes?: Wishes) => Promise<Launched>
}

/** A service that the suite started. */
export interface Launched {
  readonly site: Site
  /** Asks it to drain, as its operator would; resolves when it has ended, rejects with `Unsupported` where it cannot. */
  drain(): Promise<void>
  /** Ends it at once, its state lost. */
  stop(): Promise<void>
}
