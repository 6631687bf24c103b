/** Posts in their plainest form; it alone knows which bytes are one whole post that everybody reads alike. */
import { timingSafeEqual } from 'node:crypto'
import { bodyFrom, readPlainHead, sliceHead } from './plain-head.ts'

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

/** The largest body that is read here; what is larger is seldom, and another's. */
const MOST_BODY_BYTES = 32_768

const P = 0x50
const LENGTH = /^[1-9]\d{0,5}$/

/** What a post is before its body. */
interface PostHead {
  /** As it came, up to the body. */
  bytes: Buffer
  head: Omit<PlainPost, 'body'>
  length: number
}

/** Reads posts to some targets. */
export type PlainPostReader = (bytes: Buffer) => PlainPost | undefined

/**
 * A reader of posts to one of `urls`: it answers the one whole post that the bytes are. Nothing for everything else, also
 * where it is perfectly good: several requests or a part of one, another version, names that repeat, spaces or bytes
 * that not all read alike. The newest head is remembered, as a publisher sends the same again and again; another is
 * compared with it in a time that does not tell where they differ, as it holds a key.
 */
export function makePlainPostReader(urls: ReadonlySet<string>): PlainPostReader {
  let newest: PostHead | undefined
  return (bytes) => {
    // Most that is no post is told by its first byte.
    if (bytes[0] !== P) return undefined
    const known = newest && beginsWith(bytes, newest.bytes) ? newest : readHead(bytes, urls)
    if (!known) return undefined
    newest = known
    const body = bytes.subarray(known.bytes.length)
    if (body.length !== known.length || body.length > MOST_BODY_BYTES) return undefined
    return { ...known.head, body }
  }
}

function beginsWith(bytes: Buffer, head: Buffer): boolean {
  return bytes.length > head.length && timingSafeEqual(bytes.subarray(0, head.length), head)
}

function readHead(bytes: Buffer, urls: ReadonlySet<string>): PostHead | undefined {
  const text = sliceHead(bytes)
  if (text === undefined) return undefined
  const { method, url = '', headers, rawHeaders } = readPlainHead(text) ?? {}
  if (method !== 'POST' || !headers || !rawHeaders || !urls.has(url)) return undefined
  const { connection, upgrade, 'content-length': length = '' } = headers
  // Many clients ask for what they would be given anyway.
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return undefined
  if (upgrade !== undefined || !LENGTH.test(length)) return undefined
  const head = { method, httpVersion: '1.1', url, headers, rawHeaders } as const
  // Copied, as the rest would be kept with it.
  return { bytes: Buffer.from(bytes.subarray(0, bodyFrom(text))), head, length: Number(length) }
}
