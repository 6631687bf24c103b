/** What can start services: a program that speaks the contract, or one that reads its environment. */

import type { ExecReady, ExecStart } from '@channel-protocol/schemas/types'

/** A service that was started. */
export interface StartedService {
  readonly ready: ExecReady
  /** Resolves with why when the program that holds it has ended by itself; never otherwise. */
  readonly gone: Promise<string>
  /** Moves its virtual clock; resolves with the seconds moved. Rejects with `Unsupported` where it has none. */
  advance(seconds: number): Promise<number>
  /** Resolves when it has ended as its operator would end it. Rejects with `Unsupported` where it cannot. */
  drain(): Promise<void>
  /** Ends it at once; a second call, and one after `drain`, does nothing. Never rejects. */
  stop(): Promise<void>
}

/** What can start services. */
export interface Implementation {
  /**
   * Starts a service. Rejects with `Unsupported` where it cannot be as `start` says, and with TargetUnavailable where it
   * does not start.
   */
  start(start: ExecStart): Promise<StartedService>
  /** Ends every process of it. */
  end(): Promise<void>
}
