/** The list of all named faults. */
import type { Fault } from '../parts.ts'
import { connectionFaults } from './connection.ts'
import { messageFaults } from './message.ts'
import { problemFaults } from './problem.ts'
import { tokenFaults } from './token.ts'

/** Every fault, in the order of the chapters. */
export const FAULTS: readonly Fault[] = [
  ...tokenFaults,
  ...connectionFaults,
  ...messageFaults,
  ...problemFaults,
]
