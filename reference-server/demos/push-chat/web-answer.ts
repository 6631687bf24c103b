/** Answers of the chats as web-standard responses; it alone knows what becomes of what their routes throw. */
import type { ErrorHandler } from 'hono'
import type { Complain } from './parts.ts'
import { Refusal } from './refusal.ts'
import { type Answer, answerRules } from './rules/answer.ts'

/** An answer as a response. */
export function respond({ status, headers, text }: Answer): Response {
  return new Response(text ?? null, {
    status,
    headers: { ...headers, 'x-content-type-options': 'nosniff' },
  })
}

/** Makes what answers a Refusal with its problem, and anything else as a defect that is told to `complain` alone. */
export function makeRefusalHandler(complain: Complain): ErrorHandler {
  return (cause) => {
    if (cause instanceof Refusal) return respond(answerRules.makeRefusalAnswer(cause))
    complain('a defect', cause)
    const defect = new Refusal('internal-error', 'a defect of the chat')
    return respond(answerRules.makeRefusalAnswer(defect))
  }
}
