/** Upgrades in their plainest form; it alone knows which bytes are one that everybody reads alike. */
import { bodyFrom, readPlainHead, sliceHead } from './plain-head.ts'

/** A request for an upgrade that was read whole. */
export interface PlainUpgrade {
  httpVersion: '1.1'
  /** The request target as it came. */
  url: string
  /** By name in lower case; none came twice. */
  headers: Record<string, string>
}

const G = 0x47

/** Headers that no upgrade needs, and that may mean a body. */
const LENGTH = 'content-length'

/** What clients ask of the connection: the upgrade alone, or as Firefox does. */
const CONNECTION = /^(?:keep-alive, )?upgrade$/i

/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/

/** Reads upgrades to a WebSocket at one target, which may have a query. */
export type PlainUpgradeReader = (bytes: Buffer) => PlainUpgrade | undefined

/**
 * A reader of upgrades at `path`: it answers the one that the bytes are. Nothing for everything else, also where it is
 * perfectly good, as `makePlainPostReader`; and nothing where anything follows, which a client may not send yet.
 */
export function makePlainUpgradeReader(path: string): PlainUpgradeReader {
  const start = `GET ${path}`
  return (bytes) => {
    // Most that is no upgrade is told by its first byte.
    if (bytes[0] !== G) return undefined
    const text = sliceHead(bytes)
    if (text === undefined || !text.startsWith(start) || bytes.length !== bodyFrom(text))
      return undefined
    const { method, url = '', headers } = readPlainHead(text) ?? {}
    if (method !== 'GET' || !headers) return undefined
    if (url !== path && !url.startsWith(`${path}?`)) return undefined
    return isOpening(headers) ? { httpVersion: '1.1', url, headers } : undefined
  }
}

/** Whether the library would find nothing wrong with an opening handshake. */
function isOpening(headers: Readonly<Record<string, string>>): boolean {
  if (LENGTH in headers || headers['sec-websocket-version'] !== '13') return false
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) return false
  return headers.upgrade?.toLowerCase() === 'websocket' && CONNECTION.test(headers.connection ?? '')
}
