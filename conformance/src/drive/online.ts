/** Brings a client online as the application sees it: connected, and reported so. */

import { seconds } from '../timeline/timeline.ts'
import type { Drive } from './drive.ts'
import type { Connection } from './socket.ts'
import type { Webhooks } from './webhooks.ts'

/** A client that is online, and the application's view of it. */
export interface Online {
  readonly connection: Connection
  readonly webhooks: Webhooks
}

/** Connects a new client and waits for the report of its coming. */
export async function goOnline(drive: Drive, as: string): Promise<Online> {
  const clientId = drive.clientId()
  const webhooks = drive.webhooks(as, clientId)
  const connection = await drive.connect(as, clientId)
  await webhooks.event('connected')
  return { connection, webhooks }
}

/** Patience, and before it the grace, in milliseconds. */
export function afterGrace(drive: Drive): number {
  return drive.patienceMs + seconds(drive.advertised, 'presence_grace_seconds') * 1000
}
