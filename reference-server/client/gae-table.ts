/** What a page written for the original is told of an ending: it alone knows code and description by close code. */

/** The argument of `onerror`. */
export interface GaeError {
  code: number
  description: string
}

const unauthorized = 401
const expired: GaeError = { code: unauthorized, description: 'Token+timed+out.' }
const invalid: GaeError = { code: unauthorized, description: 'Invalid+token.' }

/**
 * The argument of `onerror` for an ending that a page is told of; nothing where `onclose` is called alone.
 * @spec gae.end.told
 */
export function decideError(code: number, reason: string): GaeError | undefined {
  if (code === 1000) return undefined
  if (code === 4300) return expired
  if (code >= 4300 && code < 4400) return invalid
  return { code, description: reason }
}

/** Whether a page answers by asking for another token. */
export function isUnauthorized(error: GaeError | undefined): boolean {
  return error?.code === unauthorized
}
