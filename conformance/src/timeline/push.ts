/** What an application says to its pages, read without trust: lists, messages, cookies; pure. */

import { readObject } from './timeline.ts'

/** The object in the data of a message envelope: a push of the application, or undefined where it holds none. */
export function readPush(
  envelope: Readonly<Record<string, unknown>> | undefined,
): Push | undefined {
  if (envelope?.type !== 'message' || typeof envelope.data !== 'string') return undefined
  const push = readObject(envelope.data)
  if (!push) return undefined
  const { message } = push
  const isObject = typeof message === 'object' && message !== null
  return {
    ...('users' in push && { users: push.users }),
    ...(isObject && { message: message as Record<string, unknown> }),
  }
}

/** A push as far as it can be read. */
export interface Push {
  readonly users?: unknown
  readonly message?: Readonly<Record<string, unknown>>
}

/** The client ids of a list of users, in its order; undefined where there is no list. */
export function listIn(holder: { readonly users?: unknown } | undefined): string[] | undefined {
  if (!Array.isArray(holder?.users)) return undefined
  return holder.users.map((entry: unknown) =>
    String((entry as { client_id?: unknown } | null)?.client_id),
  )
}

/** A cookie that an answer sets. */
export interface Cookie {
  readonly name: string
  readonly value: string
  /** Names of its attributes in lower case; a switch such as HttpOnly has an empty value. */
  readonly attributes: ReadonlyMap<string, string>
}

/** The first cookie of a `Set-Cookie` header, several of which may have been joined with commas. */
export function readCookie(header: string | undefined): Cookie | undefined {
  const [first = ''] = (header ?? '').split(/,(?=[^;,=]+=)/)
  const [pair = '', ...rest] = first.split(';').map((part) => part.trim())
  const [name = '', value = ''] = splitOnce(pair)
  if (name === '') return undefined
  const attributes = rest.map(splitOnce).map(([key, text]) => [key.toLowerCase(), text] as const)
  return { name, value, attributes: new Map(attributes) }
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}
