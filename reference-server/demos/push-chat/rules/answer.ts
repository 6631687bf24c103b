/** Answers as headers and text: they alone know what a page gets to read. */
import { PROBLEM_TYPE_BASE, PROBLEMS } from '@channel-protocol/schemas/registry'
import type { PresentUser, Problem } from '@channel-protocol/schemas/types'
import type { Refusal } from '../refusal.ts'

/** What a sign-in gives its page. */
export interface Login {
  clientId: string
  token: string
  connectUrl: string
  users: readonly PresentUser[]
}

/** An answer to be written; text goes out as it is. */
export interface Answer {
  status: number
  headers: Record<string, string>
  text?: string
}

/**
 * The answer to a sign-in.
 * @spec application.login.answered
 * @spec application.login.no-store
 */
function makeLoginAnswer({ clientId, token, connectUrl, users }: Login, cookie: string): Answer {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'set-cookie': cookie,
    },
    text: JSON.stringify({ client_id: clientId, token, connect_url: connectUrl, users }),
  }
}

/**
 * The answer to a post: the text that everybody is sent.
 * @spec application.post.answered
 */
function makePostAnswer(text: string): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, text }
}

/**
 * The answer to a request that is refused: a problem document.
 * @spec application.refusal.problem
 */
function makeRefusalAnswer({ code, message, extra }: Refusal): Answer {
  const { status, title, retryable } = PROBLEMS[code]
  const problem: Problem = {
    status,
    code,
    type: `${PROBLEM_TYPE_BASE}${code}`,
    title,
    retryable,
    detail: message,
    ...(extra.maxBytes !== undefined && { max_bytes: extra.maxBytes }),
  }
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(extra.allow && { allow: extra.allow.join(', ') }),
    },
    text: JSON.stringify(problem),
  }
}

export const answerRules = { makeLoginAnswer, makePostAnswer, makeRefusalAnswer }
