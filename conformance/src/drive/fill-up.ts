/** Fills a service up to its limit of connections. */

import type { Drive } from './drive.ts'
import type { Connection } from './socket.ts'

/** Connections that can be opened in a second of waiting, to hold a budget against the advertised limit. */
export const OPENED_PER_SECOND = 100
const BATCH = 40

/** Opens channels, as role `crowd`, until the limit is reached or one is not welcomed. */
export async function fillUp(drive: Drive, limit: number): Promise<void> {
  for (let open = 1; open < limit; open += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, limit - open) }, () =>
      openOne(drive, 'crowd'),
    )
    const welcomes = await Promise.all(batch.map(async (one) => (await one).welcome()))
    if (welcomes.includes(undefined)) return
  }
}

/** Opens a channel of its own and does not wait for its welcome. */
export async function openOne(drive: Drive, as: string): Promise<Connection> {
  const { token, connectUrl } = await drive.mint(as, drive.clientId())
  return drive.open(as, { url: connectUrl, token })
}
