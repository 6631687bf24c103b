/** Security headers: it alone knows what a browser is told about each kind of page. */

/** `strict` for the project's own pages; `original` where page code written for the original must run unchanged. */
export type PagePolicy = 'strict' | 'original'

const strict = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The original's pages evaluate what they are answered, and carry scripts of their own. */
const original = "frame-ancestors 'none'; base-uri 'self'; object-src 'none'"

/** Adds what is missing to the headers of an answer; what a route has set itself stays. */
export function writePageHeaders(headers: Headers, policy: PagePolicy): void {
  const wanted: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'x-frame-options': 'DENY',
    'content-security-policy': policy === 'strict' ? strict : original,
    // Pages of the original close their channel in `unload`, which browsers have begun to switch off.
    ...(policy === 'original' ? { 'permissions-policy': 'unload=(self)' } : {}),
  }
  for (const [name, value] of Object.entries(wanted))
    if (!headers.has(name)) headers.set(name, value)
}
