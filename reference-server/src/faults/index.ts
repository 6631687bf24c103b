/** The list of all named faults. */
import type { Fault } from '../parts.ts'
import { connectionFaults } from './connection.ts'
import { drainFaults } from './drain.ts'
import { frameFaults } from './frames.ts'
import { livenessFaults } from './liveness.ts'
import { messageFaults } from './message.ts'
import { presenceFaults } from './presence.ts'
import { problemFaults } from './problem.ts'
import { problemInputFaults } from './problem-input.ts'
import { securityFaults } from './security.ts'
import { tokenFaults } from './token.ts'
import { webhookFaults } from './webhook.ts'

/** Every fault, in the order of the chapters. */
export const FAULTS: readonly Fault[] = [
  ...tokenFaults,
  ...connectionFaults,
  ...frameFaults,
  ...livenessFaults,
  ...drainFaults,
  ...messageFaults,
  ...presenceFaults,
  ...webhookFaults,
  ...problemFaults,
  ...problemInputFaults,
  ...securityFaults,
]
