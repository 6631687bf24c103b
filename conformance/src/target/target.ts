/** What is judged, however it came to run. */

import { SetUpFailed } from '../drive/set-up-failed.ts'
import type { Site } from '../drive/site.ts'

/** A target that the suite may drive. */
export interface Target {
  /** How a report names it. */
  readonly name: string
  readonly site: Site
  /** What the implementation says that it is, from its discovery document. */
  readonly implementation?: { readonly name: string; readonly version: string }
  /** Secrets that the suite knows beforehand, for exact redaction. */
  readonly secrets: readonly string[]
  stop(): Promise<void>
}

/** Thrown where no verdict is possible: the target cannot be reached or started. */
export class TargetUnavailable extends SetUpFailed {}
