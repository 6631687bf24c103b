/** Posts in their plainest form; it alone knows which bytes are one whole request that everybody reads alike. */

/** A request that was read whole. */
export interface PlainPost {
  method: 'POST'
  httpVersion: '1.1'
  /** The request target as it came. */
  url: string
  /** By name in lower case; none came twice. */
  headers: Readonly<Record<string, string>>
  rawHeaders: readonly string[]
  body: Buffer
}

/** The largest head and body that are read here; what is larger is seldom, and another's. */
const MOST_HEAD_BYTES = 2048
const MOST_BODY_BYTES = 32_768

const P = 0x50
const END_OF_HEAD = '\r\n\r\n'
const HEADER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/
const LENGTH = /^[1-9]\d{0,5}$/

/** Headers that change what the bytes of a request, or of its connection, mean. */
const NOT_PLAIN = new Set(['transfer-encoding', 'expect', 'upgrade', 'trailer', 'te'])

/** A head that was read. */
interface PlainHead {
  text: string
  head: Omit<PlainPost, 'body'>
  length: number
}

/** Reads posts to some targets. */
export type PlainPostReader = (bytes: Buffer) => PlainPost | undefined

/**
 * A reader of posts to one of `urls`: it answers the one whole post that the bytes are. Nothing for everything else, also
 * where it is perfectly good: several requests or a part of one, another version, names that repeat, spaces or bytes
 * that not all read alike. The newest head is remembered, as a publisher sends the same again and again.
 */
export function makePlainPostReader(urls: ReadonlySet<string>): PlainPostReader {
  let newest: PlainHead | undefined
  return (bytes) => {
    // Most that is no post is told by its first byte.
    if (bytes[0] !== P) return undefined
    const end = bytes.indexOf(END_OF_HEAD)
    if (end < 0 || end > MOST_HEAD_BYTES) return undefined
    const text = bytes.toString('latin1', 0, end)
    const known = newest?.text === text ? newest : readHead(text, urls)
    if (!known) return undefined
    newest = known
    const body = bytes.subarray(end + END_OF_HEAD.length)
    if (body.length !== known.length || body.length > MOST_BODY_BYTES) return undefined
    return { ...known.head, body }
  }
}

function readHead(text: string, urls: ReadonlySet<string>): PlainHead | undefined {
  const [requestLine = '', ...lines] = text.split('\r\n')
  const [method, url = '', version, ...more] = requestLine.split(' ')
  if (method !== 'POST' || version !== 'HTTP/1.1' || more.length > 0) return undefined
  if (!urls.has(url)) return undefined
  const headers: Record<string, string> = {}
  const rawHeaders: string[] = []
  for (const line of lines) {
    const [, written, value] = HEADER.exec(line) ?? []
    if (written === undefined || value === undefined) return undefined
    const name = written.toLowerCase()
    if (name in headers || NOT_PLAIN.has(name)) return undefined
    // Many clients ask for what they would be given anyway.
    if (name === 'connection' && value.toLowerCase() !== 'keep-alive') return undefined
    headers[name] = value
    rawHeaders.push(written, value)
  }
  const length = headers['content-length'] ?? ''
  if (headers.host === undefined || !LENGTH.test(length)) return undefined
  const head = { method, httpVersion: '1.1', url, headers, rawHeaders } as const
  return { text, head, length: Number(length) }
}
