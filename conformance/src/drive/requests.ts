/** What requests are made of: the key that a call shows, its body, and the bytes of those that are written by hand. */

import { randomBytes } from 'node:crypto'
import type { Headers } from '../timeline/event.ts'
import type { Grease } from './grease.ts'
import type { Site } from './site.ts'

/** A call of the application, below `{base}`. */
export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>
  /** Which application key: the first, the second, none, or this text. */
  readonly key?: 'first' | 'second' | 'none' | { readonly text: string }
  readonly headers?: Headers
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, with `application/json` unless `headers` say otherwise. */
  readonly body?: string | Buffer
}

/** The body of a call, or the chunks that noise makes of it; neither where the call has none. */
export function bodyOf(
  as: string,
  path: string,
  { json, body }: CallOptions,
  grease: Grease | undefined,
): { readonly body?: string | Buffer | undefined; readonly chunks?: readonly Buffer[] } {
  if (json === undefined) return { body }
  return grease?.body(as, path, json) ?? { body: JSON.stringify(json) }
}

/** The header that shows an application key; none where there is no such key, or none is to be shown. */
export function authorization(
  keys: readonly string[],
  key: NonNullable<CallOptions['key']>,
): Headers {
  const value =
    typeof key === 'object' ? key.text : key === 'none' ? undefined : keys[key === 'second' ? 1 : 0]
  return value === undefined ? {} : { authorization: `Bearer ${value}` }
}

/** The bytes of a call of the application, the first application key in its head; a header given as an empty text is left out. */
export function callRequest(
  { baseUrl, applicationKeys }: Pick<Site, 'baseUrl' | 'applicationKeys'>,
  method: string,
  path: string,
  headers: Headers,
  body: string | Buffer,
): Buffer {
  const { host, pathname } = new URL(baseUrl)
  const all: Headers = {
    Host: host,
    ...authorization(applicationKeys, 'first'),
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  }
  const target = `${pathname.replace(/\/$/, '')}${path}`
  const head = `${method} ${target} HTTP/1.1\r\n${linesOf(all)}\r\n`
  return Buffer.concat([Buffer.from(head), Buffer.from(body)])
}

/** The bytes of an upgrade request as an ordinary client sends it; a header given as an empty text is left out. */
export function upgradeRequest(url: string, token: string, headers: Headers = {}): string {
  const { host, pathname, search } = new URL(url)
  const all: Headers = {
    Host: host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Protocol': `channel-protocol.v1, channel-token.${token}`,
    ...headers,
  }
  return `GET ${pathname}${search} HTTP/1.1\r\n${linesOf(all)}\r\n`
}

function linesOf(headers: Headers): string {
  return Object.entries(headers)
    .map(([name, value]) => (value === '' ? '' : `${name}: ${value}\r\n`))
    .join('')
}
