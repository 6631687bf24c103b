/** The list of all named faults of the chat. */
import type { ChatFault } from '../parts.ts'
import { crossOriginFaults } from './cross-origin.ts'
import { postFaults } from './post.ts'
import { proofFaults } from './proof.ts'
import { refusedPostFaults } from './refused-posts.ts'
import { signInFaults } from './sign-in.ts'
import { userFaults } from './users.ts'
import { versionFaults } from './versions.ts'
import { webhookFaults } from './webhook.ts'

/** Every fault, in the order of the chapters. */
export const CHAT_FAULTS: readonly ChatFault[] = [
  ...userFaults,
  ...signInFaults,
  ...postFaults,
  ...proofFaults,
  ...refusedPostFaults,
  ...crossOriginFaults,
  ...webhookFaults,
  ...versionFaults,
]
