/** Refusals and defects of the samples: it alone knows how they become problem documents (RFC 9457). */
import { STATUS_CODES } from 'node:http'
import {
  ServiceProblemError,
  ServiceUnreachableError,
} from '@channel-protocol/reference-server/application'
import type { Context, ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Complain } from './push-chat/parts.ts'

/** Answers with a problem document that says what was wrong; nothing keeps it. */
export function answerProblem(
  context: Context,
  status: ContentfulStatusCode,
  detail: string,
): Response {
  const problem = { type: 'about:blank', status, title: STATUS_CODES[status], detail }
  return context.body(JSON.stringify(problem), status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    // No browser asks for a name and a password because of a scheme that it does not know.
    ...(status === 401 && { 'www-authenticate': 'Cookie' }),
  })
}

/**
 * Makes what answers for everything that the routes of a sample throw: an HTTPException with its status and message, a
 * call that the service did not take with 503, anything else as a defect with 500, told to `complain` and to nobody else.
 */
export function makeErrorHandler(complain: Complain): ErrorHandler {
  return (cause, context) => {
    if (cause instanceof HTTPException) {
      const detail = cause.message || 'this was sent by a page of another origin'
      return answerProblem(context, cause.status as ContentfulStatusCode, detail)
    }
    if (cause instanceof ServiceProblemError || cause instanceof ServiceUnreachableError) {
      complain('the service did not take a call', cause)
      return answerProblem(context, 503, 'the channel service did not take the call: try again')
    }
    complain('a defect', cause)
    return answerProblem(context, 500, 'a defect of the sample')
  }
}
