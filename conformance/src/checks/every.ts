/** The checks of every role, as far as they are alike: what they are called, what they judge and what proves them. */

import type { Check } from '../check.ts'
import { CLIENT_CHECKS } from '../client/checks/index.ts'
import { CHECKS } from './index.ts'

/** A check of a service, an application or a client; its stimulus can be read, not made. */
export interface AnyCheck
  extends Pick<
    Check,
    | 'id'
    | 'proves'
    | 'needs'
    | 'alone'
    | 'limits'
    | 'waitSeconds'
    | 'realTime'
    | 'control'
    | 'killedBy'
  > {
  readonly drive: (...args: never[]) => unknown
}

/** The registries, clients last. */
export const EVERY_CHECK: readonly AnyCheck[] = [...CHECKS, ...CLIENT_CHECKS]
