/** Disconnects, as an application asks for them. */

import type { AnswerEvent } from '../timeline/event.ts'
import type { Drive, Minted } from './drive.ts'
import type { CallOptions } from './requests.ts'
import type { Connection } from './socket.ts'

/** Asks for the end of a client's connection; `members` are added to the request. */
export function disconnect(
  drive: Drive,
  as: string,
  clientId: unknown,
  members: Readonly<Record<string, unknown>> = {},
  options: CallOptions = {},
): Promise<AnswerEvent | undefined> {
  const json = { client_id: clientId, ...members }
  return drive.call(as, 'POST', '/v1/disconnects', { json, ...options })
}

/** As {@link disconnect}, with the end of every token that was minted so far. */
export function revoke(
  drive: Drive,
  as: string,
  clientId: string,
): Promise<AnswerEvent | undefined> {
  return disconnect(drive, as, clientId, { revoke_tokens: true })
}

/** Opens a connection with a token that may be dead, and waits for its welcome or its end. */
export async function tryToken(
  drive: Drive,
  as: string,
  { connectUrl: url, token }: Minted,
): Promise<Connection> {
  const connection = await drive.open(as, { url, token })
  await Promise.race([connection.welcome(), connection.ended()])
  return connection
}
