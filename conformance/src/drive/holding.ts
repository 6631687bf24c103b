/** Keeps webhooks waiting for their answers until a check lets them go. */

import { RELEASE } from '../timeline/event.ts'
import type { Drive } from './drive.ts'
import type { Reply } from './receiver.ts'

/** Answers that wait. */
export interface Holding {
  /** Given to each attempt that is to wait. */
  readonly reply: Reply
  /** Lets them go with this status, 204 unless given, and notes it. */
  release(status?: number): void
}

/** Holds answers back. */
export function holdBack(drive: Drive): Holding {
  const held = Promise.withResolvers<{ readonly status: number }>()
  return {
    reply: { hold: held.promise },
    release(status = 204) {
      drive.note(RELEASE, `the answers that were held are ${status}`)
      held.resolve({ status })
    },
  }
}
