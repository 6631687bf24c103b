/** Makes and posts batches, within the advertised rate of each client id unless a check wants otherwise. */

import type { AnswerEvent } from '../timeline/event.ts'
import type { Drive } from './drive.ts'
import type { CallOptions } from './requests.ts'

/** A legal message. */
export interface BatchMessage {
  readonly client_id: string
  readonly data: string
}

/** Messages to one client id in a batch, few enough for every rate that a service may advertise. */
const PER_CLIENT = 10

/** Posts these messages, whatever they are, in one request. */
export function postBatch(
  drive: Drive,
  as: string,
  messages: unknown,
  options: CallOptions = {},
): Promise<AnswerEvent | undefined> {
  return drive.call(as, 'POST', '/v1/batches', { json: { messages }, ...options })
}

/** This many messages with texts of their own, to the client ids in turn. */
export function messagesTo(
  drive: Drive,
  clientIds: readonly string[],
  count: number,
): BatchMessage[] {
  return Array.from({ length: count }, (_, at) => ({
    client_id: clientIds[at % clientIds.length] ?? '',
    data: drive.text(),
  }))
}

/** This many messages to as many client ids that nobody has used as the rate asks for. */
export function messagesToMany(drive: Drive, count: number): BatchMessage[] {
  const rate = drive.advertised.limits.messages_per_second ?? PER_CLIENT
  const clients = Math.ceil(count / Math.max(1, Math.min(PER_CLIENT, rate)))
  return messagesTo(
    drive,
    Array.from({ length: clients }, () => drive.clientId()),
    count,
  )
}

/** Posts each message alone, one after the other; one that is no object is the body of its post. */
export async function postAlone(
  drive: Drive,
  as: string,
  messages: readonly unknown[],
): Promise<void> {
  for (const json of messages) await drive.call(as, 'POST', '/v1/messages', { json })
}

/** A text of a batch in exactly this many bytes, with blanks behind it. */
export function bodyOf(messages: readonly unknown[], bytes: number): string {
  const body = JSON.stringify({ messages })
  return body + ' '.repeat(Math.max(0, bytes - Buffer.byteLength(body)))
}
