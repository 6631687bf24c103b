/** Every check of the suite, in the order of the specification's chapters. */

import type { Check } from '../check.ts'
import { CONNECTION_DRAIN_CHECKS } from './connection-drain.ts'
import { CONNECTION_ENDING_CHECKS } from './connection-ending.ts'
import { CONNECTION_FRAME_CHECKS } from './connection-frames.ts'
import { CONNECTION_HEARTBEAT_CHECKS } from './connection-heartbeat.ts'
import { CONNECTION_OPENING_CHECKS } from './connection-opening.ts'
import { CONNECTION_SLOW_CHECKS } from './connection-slow.ts'
import { CONNECTION_TAKEOVER_CHECKS } from './connection-takeover.ts'
import { DISCOVERY_CHECKS } from './discovery.ts'
import { MESSAGE_CHECKS } from './message.ts'
import { MESSAGE_DATA_CHECKS } from './message-data.ts'
import { PRESENCE_EVENT_CHECKS } from './presence-events.ts'
import { PRESENCE_GRACE_CHECKS } from './presence-grace.ts'
import { PRESENCE_READING_CHECKS } from './presence-reading.ts'
import { PRESENCE_VERSION_CHECKS } from './presence-versions.ts'
import { PROBLEM_CHECKS } from './problem.ts'
import { PROBLEM_INPUT_CHECKS } from './problem-input.ts'
import { PROBLEM_NEIGHBOUR_CHECKS } from './problem-neighbours.ts'
import { SECURITY_CHECKS } from './security.ts'
import { TOKEN_CHECKS } from './token.ts'
import { TOKEN_CLIENT_ID_CHECKS } from './token-client-id.ts'
import { TOKEN_LIFE_CHECKS } from './token-life.ts'
import { WEBHOOK_REQUEST_CHECKS } from './webhook-requests.ts'
import { WEBHOOK_SENDING_CHECKS } from './webhook-sending.ts'
import { WEBHOOK_TARGET_CHECKS } from './webhook-target.ts'

/** The registry. */
export const CHECKS: readonly Check[] = [
  ...TOKEN_CHECKS,
  ...TOKEN_CLIENT_ID_CHECKS,
  ...TOKEN_LIFE_CHECKS,
  ...CONNECTION_OPENING_CHECKS,
  ...CONNECTION_TAKEOVER_CHECKS,
  ...CONNECTION_ENDING_CHECKS,
  ...CONNECTION_HEARTBEAT_CHECKS,
  ...CONNECTION_FRAME_CHECKS,
  ...CONNECTION_SLOW_CHECKS,
  ...CONNECTION_DRAIN_CHECKS,
  ...MESSAGE_CHECKS,
  ...MESSAGE_DATA_CHECKS,
  ...PRESENCE_EVENT_CHECKS,
  ...PRESENCE_GRACE_CHECKS,
  ...PRESENCE_VERSION_CHECKS,
  ...PRESENCE_READING_CHECKS,
  ...WEBHOOK_REQUEST_CHECKS,
  ...WEBHOOK_SENDING_CHECKS,
  ...WEBHOOK_TARGET_CHECKS,
  ...DISCOVERY_CHECKS,
  ...PROBLEM_CHECKS,
  ...PROBLEM_INPUT_CHECKS,
  ...PROBLEM_NEIGHBOUR_CHECKS,
  ...SECURITY_CHECKS,
]
