/** The wrong clients by name: each decides one thing otherwise than a conforming client. */

import type { ClientFault } from './fault.ts'
import { ARRIVING_FAULTS } from './faults/arriving.ts'
import { CLOSING_FAULTS } from './faults/closing.ts'
import { ENDING_FAULTS } from './faults/ending.ts'
import { OPENING_FAULTS } from './faults/opening.ts'
import { RENEWING_FAULTS } from './faults/renewing.ts'
import { RETURNING_FAULTS } from './faults/returning.ts'

export const CLIENT_FAULTS: Readonly<Record<string, ClientFault>> = {
  ...OPENING_FAULTS,
  ...ARRIVING_FAULTS,
  ...ENDING_FAULTS,
  ...RETURNING_FAULTS,
  ...RENEWING_FAULTS,
  ...CLOSING_FAULTS,
}
