/** All steps of the guide, in the order in which one builds a server: everything of core first, then profile by profile. */

import type { Step } from './step.ts'
import { CLUSTER_STEPS } from './steps-cluster.ts'
import { CORE_STEPS } from './steps-core.ts'
import { DELIVERY_STEPS } from './steps-delivery.ts'
import { PRESENCE_STEPS } from './steps-presence.ts'
import { ROBUST_STEPS } from './steps-robust.ts'
import { SOCKET_STEPS } from './steps-sockets.ts'

/** In the order in which one builds. */
export const STEPS: readonly Step[] = [
  ...CORE_STEPS,
  ...PRESENCE_STEPS,
  ...ROBUST_STEPS,
  ...DELIVERY_STEPS,
  ...SOCKET_STEPS,
  ...CLUSTER_STEPS,
]
