/** The chat's rule book: it alone gathers every decision into one flat record, so that one can be replaced. */
import { webhookRules } from '@channel-protocol/reference-server/application'
import { answerRules } from './answer.ts'
import { crossOriginRules } from './cross-origin.ts'
import { postRules } from './post.ts'
import { sessionRules } from './session.ts'
import { userRules } from './users.ts'
import { webhookAnswerRules } from './webhook.ts'

/** A rule book of its own for one chat. */
export function makeChatRules() {
  return {
    ...userRules,
    ...sessionRules,
    ...postRules,
    ...answerRules,
    ...crossOriginRules,
    ...webhookRules,
    ...webhookAnswerRules,
  }
}

/** Every decision of the chat by name; pure functions without time, randomness or I/O of their own. */
export type ChatRules = ReturnType<typeof makeChatRules>
