/** Every check of the suite, in the order of the specification's chapters. */

import type { Check } from '../check.ts'
import { DISCOVERY_CHECKS } from './discovery.ts'

/** The registry. */
export const CHECKS: readonly Check[] = [...DISCOVERY_CHECKS]
