/** What may stand in a log; it alone knows the looks of secrets, and which parts of an error may quote what was sent. */

const HIDDEN = '[hidden]'
const LONGEST_MESSAGE = 300
const DEEPEST_CAUSE = 4

/** Signed texts of this server, and what travels where secrets do. */
const LOOKS: readonly RegExp[] = [
  /eyJ[\w-]{8,}\.[\w-]{20,}/g,
  /\b[0-9a-z]{1,10}\.[\w-]{20,}\.[\w-]*\.[\w-]{20,}/g,
  /whsec_[A-Za-z0-9+/=]+/g,
  /(?<=channel-token\.)[\w.~-]+/g,
  /(?<=\bbearer +)[^\s"\\]+/gi,
  /(?<=:\/\/[^\s/@:]*:)[^\s/@]+(?=@)/g,
]

/** An error as it is logged: without what its thrower attached, and without quotes of what was sent. */
export interface LoggedError {
  type: string
  message: string
  code?: unknown
  /** The places in the code, without the message. */
  stack: readonly string[]
  cause?: LoggedError
  errors?: readonly LoggedError[]
}

/** A function that hides these secrets, and whatever looks like one, in a text. */
export function makeHiding(secrets: readonly string[]): (text: string) => string {
  // In a line of JSON a secret may stand escaped.
  const known = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
  return (text) => {
    const hidden = known.reduce((before, secret) => before.replaceAll(secret, HIDDEN), text)
    return LOOKS.reduce((before, look) => before.replace(look, HIDDEN), hidden)
  }
}

/** What a log says of anything that was thrown. */
export function describeError(thrown: unknown, depth = 0): LoggedError {
  if (!(thrown instanceof Error))
    return { type: typeof thrown, message: 'something was thrown that is no error', stack: [] }
  const { name, message, stack = '', cause, code } = thrown as Error & { code?: unknown }
  const errors = thrown instanceof AggregateError ? thrown.errors : []
  const deeper = depth < DEEPEST_CAUSE
  return {
    type: name,
    message: withoutQuotes(message.slice(0, LONGEST_MESSAGE), name),
    ...(typeof code === 'string' && { code }),
    stack: stack.split('\n').flatMap((line) => /^ +at (.+)/.exec(line)?.[1] ?? []),
    ...(cause !== undefined && deeper && { cause: describeError(cause, depth + 1) }),
    ...(errors.length > 0 &&
      deeper && { errors: errors.map((one) => describeError(one, depth + 1)) }),
  }
}

/** The runtime quotes what it could not parse or take, and the rest of the message is not worth the risk. */
function withoutQuotes(message: string, name: string): string {
  const unparsed = name === 'SyntaxError' ? message.replace(/["'`/].*/s, HIDDEN) : message
  return unparsed.replace(/(?<=\b(?:Received|Cannot convert|Invalid URL:?)) .*/s, ` ${HIDDEN}`)
}
