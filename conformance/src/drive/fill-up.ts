/** Fills a service up to its limit of connections. */

import type { Drive } from './drive.ts'
import type { Connection } from './socket.ts'

/** Connections that can be opened in a second of waiting, to hold a budget against the advertised limit. */
export const OPENED_PER_SECOND = 100
const BATCH = 40

/** Opens channels, as role `crowd`, until the limit is reached or one is not welcomed. */
export async function fillUp(drive: Drive, limit: number): Promise<void> {
  let isFull = false
  await inBatches(limit - 1, async () => {
    if (isFull) return
    const one = await openOne(drive, 'crowd')
    const welcome = await one.welcome()
    isFull ||= welcome === undefined
  })
}

/** Does something so many times, some of them side by side, and resolves with what came of each, by its place from 0. */
export async function inBatches<T>(
  times: number,
  make: (place: number) => Promise<T>,
): Promise<T[]> {
  const made: T[] = []
  for (let place = 0; place < times; place += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, times - place) }, (_, at) =>
      make(place + at),
    )
    made.push(...(await Promise.all(batch)))
  }
  return made
}

/** Opens a channel of its own and does not wait for its welcome. */
export async function openOne(drive: Drive, as: string): Promise<Connection> {
  const { token, connectUrl } = await drive.mint(as, drive.clientId())
  return drive.open(as, { url: connectUrl, token })
}
