/** What a check is: plain data that joins a requirement, a stimulus, its judges and the faults that prove it. */

import type { TimingName } from '@channel-protocol/schemas/registry'
import type { Drive } from './drive/drive.ts'
import type { Judge } from './judges/finding.ts'
import type { Advertised } from './timeline/timeline.ts'

/**
 * Something that a check cannot do without:
 * `key`, `second-key` application keys; `webhooks` a receiver that the target reaches; `origin` a listed origin;
 * `exec` a target that the suite starts and stops itself; `optional-paths` an offered profile with paths of its own;
 * `no-idempotency`, `no-resume`, `no-broadcast` a service without that profile, the target or one that the suite starts;
 * `service-clock` services whose clock the suite moves: an instant is judged, and not a span;
 * `nodes` a service at several addresses;
 * `small-total` a service of which the suite can reach how much it holds for replay in all;
 * of an application: `webhook-secret`, `second-secret` with which its service signs, `reports` that reach it from its
 * service, `clock` by which it forgets users.
 */
export type Need =
  | 'key'
  | 'second-key'
  | 'webhooks'
  | 'origin'
  | 'exec'
  | 'optional-paths'
  | 'no-idempotency'
  | 'no-resume'
  | 'no-broadcast'
  | 'service-clock'
  | 'small-total'
  | 'nodes'
  | 'webhook-secret'
  | 'second-secret'
  | 'reports'
  | 'clock'

/**
 * What checks take for themselves: `broadcasts` that every client receives, `sockets` that every such broadcast reaches and
 * that share places at the application, `kept-answers` that more of them crowd out, `reports` of presence that wait for
 * each other at the application.
 */
export type Part = 'broadcasts' | 'sockets' | 'kept-answers' | 'reports'

/** One check: a stimulus, and what is judged of it for one requirement. Checks with the same `drive` share one run of it. */
export interface Check {
  /** `noun.situation.reaction`; never reused. */
  readonly id: string
  /** The requirement that this check judges; its level, text and profile come from the ledger. */
  readonly proves: string
  /** In the minor version that brings it a check only warns where its MUST is broken; so that nobody is surprised. */
  readonly provisional?: true
  /** Besides `key`, which every check needs unless it says otherwise. */
  readonly needs?: readonly Need[]
  /** Another profile that the target must offer for the stimulus to be possible. */
  readonly profiles?: readonly string[]
  /**
   * What of a target it takes for itself, because there it disturbs others or they disturb it; true for all of it. The
   * suite starts a service for it where it can; elsewhere it is made after the parallel ones, beside those that take others.
   */
  readonly alone?: true | readonly Part[]
  /**
   * Waits so long that it goes on while others take parts of a target, except `reports`, for themselves: what it judges is
   * the same whatever they do.
   */
  readonly endures?: true
  /**
   * Limits of the service that the suite starts for this check alone, so that little reaches them.
   * A target that the suite cannot start is judged by the limits that it advertises.
   */
  readonly limits?: Readonly<Record<string, number>>
  /** Seconds of timers that this check has to wait for, from what the target advertises. */
  readonly waitSeconds?: (advertised: Advertised) => number
  /** Takes a second or so by itself, as it keeps to a rate or lets one recover; begins early, so that no run ends with it. */
  readonly slow?: true
  /**
   * Waits for what the transport itself times, such as the arrival of a request, so that moving the clock of the service
   * shows nothing; other checks that wait are judged on such a clock where the suite can start services with one.
   */
  readonly realTime?: true
  /** The timings of the service that the suite starts for this check alone; only where its clock is moved. */
  readonly timings?: 'production'
  /** The stimulus. Leaves everything that it saw in the timeline and judges nothing. */
  readonly drive: (drive: Drive) => Promise<void>
  /** Proves that the same stimulus without the defect works; otherwise the check is inconclusive. */
  readonly control?: Judge
  readonly judge: Judge
  /** Names of the reference server's faults that must make this check fail. */
  readonly killedBy: readonly [string, ...string[]]
}

/** The sum of advertised timings, in seconds; of a list, its first `entries` values. */
export function waitFor(
  ...names: readonly (
    | TimingName
    | { readonly list: TimingName; readonly entries: number }
    | number
  )[]
): (advertised: Advertised) => number {
  return (advertised) =>
    names.reduce<number>((sum, name) => {
      if (typeof name === 'number') return sum + name
      const value = advertised.timings[typeof name === 'string' ? name : name.list]
      if (typeof value === 'number') return sum + value
      const entries = typeof name === 'string' ? 1 : name.entries
      return sum + (value ?? []).slice(0, entries).reduce((a, b) => a + b, 0)
    }, 0)
}
