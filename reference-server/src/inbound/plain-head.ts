/** Heads of requests in their plainest form; it alone knows which bytes everybody reads alike. */

/** A head that was read. */
export interface PlainHead {
  method: string
  /** The request target as it came. */
  url: string
  /** By name in lower case; none came twice. */
  headers: Record<string, string>
  /** Names as written, each before its value. */
  rawHeaders: readonly string[]
}

/** The largest head that is read here; what is larger is seldom, and another's. */
const MOST_HEAD_BYTES = 2048

const END_OF_HEAD = '\r\n\r\n'
const VERSION = ' HTTP/1.1'
const HEAD =
  /^[A-Z]+ [\x21-\x7e]+ HTTP\/1\.1(?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+: ?[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)+$/

/** Headers that change what the bytes of a request mean. */
const NOT_PLAIN = new Set(['transfer-encoding', 'expect', 'trailer', 'te'])

/** The text of the head that the bytes begin with; nothing where it is long, or not all there. */
export function sliceHead(bytes: Buffer): string | undefined {
  const end = bytes.indexOf(END_OF_HEAD)
  return end < 0 || end > MOST_HEAD_BYTES ? undefined : bytes.toString('latin1', 0, end)
}

/** Where the body begins behind a head. */
export function bodyFrom(text: string): number {
  return text.length + END_OF_HEAD.length
}

/**
 * Reads a head of HTTP/1.1 that names its host. Nothing for everything else, also where it is perfectly good: another
 * version, names that repeat, spaces or bytes that not all read alike.
 */
export function readPlainHead(text: string): PlainHead | undefined {
  // Judged at once and cut by hand: as many matches as there are headers were most of what reading a head costs.
  if (!HEAD.test(text)) return undefined
  const method = text.slice(0, text.indexOf(' '))
  let end = text.indexOf('\r\n')
  const url = text.slice(method.length + 1, end - VERSION.length)
  const headers: Record<string, string> = {}
  const rawHeaders: string[] = []
  while (end < text.length) {
    const start = end + 2
    const colon = text.indexOf(':', start)
    const next = text.indexOf('\r\n', colon)
    end = next < 0 ? text.length : next
    const written = text.slice(start, colon)
    const value = text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1, end)
    const name = written.toLowerCase()
    if (name in headers || NOT_PLAIN.has(name)) return undefined
    headers[name] = value
    rawHeaders.push(written, value)
  }
  return headers.host === undefined ? undefined : { method, url, headers, rawHeaders }
}
