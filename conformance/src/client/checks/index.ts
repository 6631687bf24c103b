/** Every check of a client, in the order of the specification's chapters. */

import type { ClientCheck } from '../check.ts'
import { CLIENT_ARRIVAL_CHECKS } from './arriving.ts'
import { CLIENT_BACK_OFF_CHECKS } from './backing-off.ts'
import { CLIENT_CLOSING_CHECKS } from './closing.ts'
import { CLIENT_RETURN_CHECKS } from './coming-back.ts'
import { CLIENT_ENDING_CHECKS } from './endings.ts'
import { CLIENT_STREAM_CHECKS } from './falling-back.ts'
import { CLIENT_OPENING_CHECKS } from './opening.ts'
import { CLIENT_RENEWAL_CHECKS, CLIENT_RENEWAL_TIME_CHECKS } from './renewing.ts'
import { CLIENT_RESUME_CHECKS } from './resuming.ts'
import { CLIENT_SILENCE_CHECKS } from './silence.ts'

/** The registry. */
export const CLIENT_CHECKS: readonly ClientCheck[] = [
  ...CLIENT_RENEWAL_TIME_CHECKS,
  ...CLIENT_OPENING_CHECKS,
  ...CLIENT_ARRIVAL_CHECKS,
  ...CLIENT_ENDING_CHECKS,
  ...CLIENT_BACK_OFF_CHECKS,
  ...CLIENT_RETURN_CHECKS,
  ...CLIENT_RENEWAL_CHECKS,
  ...CLIENT_RESUME_CHECKS,
  ...CLIENT_SILENCE_CHECKS,
  ...CLIENT_CLOSING_CHECKS,
  ...CLIENT_STREAM_CHECKS,
]
