/** What a check of a client is: as every check plain data, with a stimulus that plays the service. */

import type { Check } from '../check.ts'
import type { ClientDrive } from './drive/drive.ts'

/** One check of a client. Checks with the same `drive` share one run of it. */
export interface ClientCheck extends Pick<Check, 'id' | 'proves' | 'control' | 'judge'> {
  /** The stimulus. Leaves everything that it saw in the timeline and judges nothing. */
  readonly drive: (drive: ClientDrive) => Promise<void>
  /** Names of the wrong clients that must make this check fail. */
  readonly killedBy: readonly [string, ...string[]]
}
