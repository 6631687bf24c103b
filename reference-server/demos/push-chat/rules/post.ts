/** Posts and pushes as text: they alone know the form that a page sends and the JSON that pages receive. */
import { utf8Bytes } from '@channel-protocol/schemas'
import { writeLocalInstant } from '../../local-time.ts'
import { Refusal } from '../refusal.ts'

const longestMessageBytes = 32_767

/** What a page posts. */
export interface Post {
  clientId: string
  value: string
  /** The token of the client id, where the page gives it as proof. */
  token: string | undefined
}

/**
 * The form of a post, whatever parameters its media type has and whatever query its URL. Throws Refusal.
 * @spec application.post.form
 * @spec application.post.incomplete
 * @spec application.post.media-type
 */
function readPost(contentType: string | undefined, body: Uint8Array, _query: string): Post {
  if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(contentType?.trim() ?? ''))
    throw new Refusal(
      'unsupported-media-type',
      'send the post as application/x-www-form-urlencoded',
    )
  const fields = new URLSearchParams(decodeUtf8(body))
  const clientId = fields.get('client_id')
  const value = fields.get('value')
  if (!clientId) throw new Refusal('malformed-request', 'the form has no client_id')
  if (!value) throw new Refusal('malformed-request', 'the form has no value, or an empty one')
  return { clientId, value, token: fields.get('token') ?? undefined }
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw new Refusal('malformed-request', 'the form is not UTF-8')
  }
}

/**
 * The text that a post becomes, for everybody and for the answer; with an address only where one is given.
 * @spec application.post.message
 * @spec application.address.hidden
 */
function writeMessage({ clientId, value }: Post, datetime: string, ip?: string): string {
  const address = ip === undefined ? {} : { ip }
  return JSON.stringify({ message: { value, client_id: clientId, datetime, ...address } })
}

/**
 * Refuses a message that is longer than every service takes. Throws Refusal.
 * @spec application.post.size
 * @spec application.post.too-large
 */
function demandSize(text: string): void {
  if ((utf8Bytes(text) ?? 0) <= longestMessageBytes) return
  throw new Refusal(
    'payload-too-large',
    `the value with its envelope has more than ${longestMessageBytes} bytes`,
    { maxBytes: longestMessageBytes },
  )
}

/**
 * Bytes of the largest form that is read: every byte of a value may be three, beside the other fields.
 * @spec application.post.size
 */
function decideMaxBodyBytes(): number {
  return 3 * longestMessageBytes + 16_384
}

/** The text of a list of users. */
function writeUsers(users: readonly object[]): string {
  return JSON.stringify({ users })
}

/** An instant as RFC 3339 with the offset of a time zone. */
function writeInstant(ms: number, timeZone: string): string {
  return writeLocalInstant(ms, timeZone)
}

export const postRules = {
  readPost,
  writeMessage,
  demandSize,
  decideMaxBodyBytes,
  writeUsers,
  writeInstant,
}
