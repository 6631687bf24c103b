/** Every check of the suite, in the order of the specification's chapters. */

import type { Check } from '../check.ts'
import { CONNECTION_DRAIN_CHECKS } from './connection-drain.ts'
import { CONNECTION_ENDING_CHECKS } from './connection-ending.ts'
import { CONNECTION_FRAME_CHECKS } from './connection-frames.ts'
import { CONNECTION_HEARTBEAT_CHECKS } from './connection-heartbeat.ts'
import { CONNECTION_SLOW_CHECKS } from './connection-slow.ts'
import { DISCOVERY_CHECKS } from './discovery.ts'
import { PRESENCE_EVENT_CHECKS } from './presence-events.ts'
import { PRESENCE_READING_CHECKS } from './presence-reading.ts'
import { PRESENCE_VERSION_CHECKS } from './presence-versions.ts'
import { PROBLEM_CHECKS } from './problem.ts'
import { PROBLEM_INPUT_CHECKS } from './problem-input.ts'
import { PROBLEM_NEIGHBOUR_CHECKS } from './problem-neighbours.ts'
import { SECURITY_CHECKS } from './security.ts'
import { WEBHOOK_REQUEST_CHECKS } from './webhook-requests.ts'
import { WEBHOOK_SENDING_CHECKS } from './webhook-sending.ts'

/** The registry. */
export const CHECKS: readonly Check[] = [
  ...CONNECTION_ENDING_CHECKS,
  ...CONNECTION_HEARTBEAT_CHECKS,
  ...CONNECTION_FRAME_CHECKS,
  ...CONNECTION_SLOW_CHECKS,
  ...CONNECTION_DRAIN_CHECKS,
  ...PRESENCE_EVENT_CHECKS,
  ...PRESENCE_VERSION_CHECKS,
  ...PRESENCE_READING_CHECKS,
  ...WEBHOOK_REQUEST_CHECKS,
  ...WEBHOOK_SENDING_CHECKS,
  ...DISCOVERY_CHECKS,
  ...PROBLEM_CHECKS,
  ...PROBLEM_INPUT_CHECKS,
  ...PROBLEM_NEIGHBOUR_CHECKS,
  ...SECURITY_CHECKS,
]
