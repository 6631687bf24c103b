/** What a row of actions says: what is done, in words, and where it makes sense; plain data. */

import type { Advertised } from '../timeline/timeline.ts'

/** One thing that a client or an application can do. */
export interface Action {
  readonly do: string
  readonly how: string
  /** In words; `{who}` is the client. */
  readonly words: string
  /** Profiles without which the step makes no sense. */
  readonly profiles?: readonly string[]
  /** How often it is chosen, beside the others. */
  readonly weight?: number
  /** Seconds that it takes, where that depends on the target. */
  readonly longestSeconds?: (advertised: Advertised) => number
  /** What has to be so before. */
  readonly needs?: Need
}

/**
 * A connection; a token that is kept, or about to expire; a grace; a post with a key; what the target lets the suite do; a
 * socket of the client: an open one, one that is open or asked about, one that is asked about, any that it had.
 */
export type Need =
  | 'connection'
  | 'token'
  | 'short-token'
  | 'grace'
  | 'key'
  | 'webhooks'
  | 'listed-origins'
  | 'open-socket'
  | 'page'
  | 'held-socket'
  | 'any-socket'
