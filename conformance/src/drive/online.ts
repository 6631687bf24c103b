/** Brings a client online as the application sees it: connected, and reported so. */

import { seconds } from '../timeline/timeline.ts'
import type { Drive } from './drive.ts'
import type { Connection } from './socket.ts'
import type { Webhooks } from './webhooks.ts'

/** A client that is online, and the application's view of it. */
export interface Online {
  readonly clientId: string
  readonly connection: Connection
  readonly webhooks: Webhooks
}

/** Connects a client, a new one unless given, and waits for the report of its coming. */
export async function goOnline(
  drive: Drive,
  as: string,
  clientId = drive.clientId(),
): Promise<Online> {
  const webhooks = drive.webhooks(as, clientId)
  const connection = await drive.connect(as, clientId)
  await webhooks.event('connected')
  return { clientId, connection, webhooks }
}

/** As `goOnline`; then the client says goodbye, and the report of its going is awaited. */
export async function comeAndGo(drive: Drive, as: string, clientId?: string): Promise<Online> {
  const online = await goOnline(drive, as, clientId)
  online.connection.close(1000)
  await online.webhooks.event('disconnected')
  return online
}

/** Patience, and before it the grace, in milliseconds. */
export function afterGrace(drive: Drive): number {
  return drive.patienceMs + seconds(drive.advertised, 'presence_grace_seconds') * 1000
}
