/** Posts that may be sent again: with a key of their own, and the bytes of their body as the check gives them. */

import type { AnswerEvent, Headers } from '../timeline/event.ts'
import type { Drive } from './drive.ts'
import type { CallOptions } from './requests.ts'

/** The roles of the second and the third of {@link sendThrice}. */
export const AGAIN = ['at once', 'at once again'] as const

/** A post that sends, with its key. */
export interface Keyed {
  readonly path: string
  readonly key: string
  /** An object is sent as JSON. */
  readonly body: string | Buffer | object
}

/** A post of a message, with a key, a client id and data of its own. */
export function keyedMessage(drive: Drive): Keyed {
  return {
    path: '/v1/messages',
    key: drive.text(),
    body: { client_id: drive.clientId(), data: drive.text() },
  }
}

/** Sends a post with its key. */
export function sendKeyed(
  drive: Drive,
  as: string,
  { path, key, body }: Keyed,
  options: CallOptions = {},
): Promise<AnswerEvent | undefined> {
  return drive.call(as, 'POST', path, {
    ...options,
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    headers: { 'idempotency-key': key, ...options.headers },
  })
}

/** Sends the same post three times, one after the other; whether the first was answered with 200. */
export async function sendThrice(drive: Drive, post: Keyed): Promise<boolean> {
  const first = await sendKeyed(drive, 'first', post)
  if (first?.status !== 200) return false
  for (const as of AGAIN) await sendKeyed(drive, as, post)
  return true
}

/** Sends a post whose headers, or whose body, a library would not send, on a connection of its own. */
export async function sendOddly(
  drive: Drive,
  as: string,
  { path, key, body }: Keyed,
  headers: Headers = {},
): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const request = drive.callRequest('POST', path, { 'Idempotency-Key': key, ...headers }, text)
  const connection = await drive.raw(as)
  connection.write(request)
  await connection.answer()
  connection.drop()
}

/** Sends a post whose body has no announced length. */
export function sendInChunks(drive: Drive, as: string, post: Keyed): Promise<void> {
  const text = JSON.stringify(post.body)
  const chunks = [text.slice(0, 7), text.slice(7), ''].map(
    (part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`,
  )
  const headers = { 'Content-Length': '', 'Transfer-Encoding': 'chunked' }
  return sendOddly(drive, as, { ...post, body: chunks.join('') }, headers)
}

/** Sends a post and leaves without its answer. */
export async function loseAnswer(drive: Drive, as: string, post: Keyed): Promise<void> {
  const headers = { 'Idempotency-Key': post.key }
  const request = drive.callRequest('POST', post.path, headers, JSON.stringify(post.body))
  const connection = await drive.raw(as)
  connection.write(request)
  for (let tries = 0; connection.unsentBytes() > 0 && tries < 10; tries += 1) await drive.pass(0.01)
  connection.drop()
}

/** Sends the same post this many times at once, as roles `<as> 1` and so on. */
export async function sendTwins(
  drive: Drive,
  as: string,
  post: Keyed,
  count: number,
): Promise<void> {
  await Promise.all(twins(as, count).map((role) => sendKeyed(drive, role, post)))
}

/** The roles of {@link sendTwins}. */
export function twins(as: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${as} ${at + 1}`)
}
