/** What a wrong client is. */

import type { Rules } from './rules.ts'

/** A wrong client: what it does, and the one rule that makes it so. */
export interface ClientFault {
  readonly misdeed: string
  readonly rule: Partial<Rules>
}
