/** The mail gateway: it alone knows which requests come from it, and so may be believed who sent a message. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isLoopback } from '../loopback.ts'

/** What tells where a request comes from. */
export interface MailRequest {
  /** The other end of its connection. */
  address: string | undefined
  /** Its header of that name. */
  header(name: string): string | undefined
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/**
 * Makes the judge of who may post mail. As in the original, the gateway alone may, since a message names its own
 * sender: with a secret, whoever has `Authorization: Bearer <secret>`; without one, programs on this machine while
 * the demo's own origin is a loopback address. Pages never may, and neither may what a proxy passes on without the secret.
 */
export function makeGateway(
  origin: string,
  secret: string | undefined,
): (request: MailRequest) => boolean {
  const expected = secret === undefined ? undefined : digest(`Bearer ${secret}`)
  const isLocal = isLoopback(new URL(origin).hostname)
  const isBrowserOrProxy = ({ header }: MailRequest): boolean =>
    ['origin', 'sec-fetch-site', 'forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some(
      (name) => header(name) !== undefined,
    )
  return (request) => {
    if (expected !== undefined)
      return timingSafeEqual(digest(request.header('authorization') ?? ''), expected)
    return isLocal && isLoopback(request.address ?? '') && !isBrowserOrProxy(request)
  }
}
