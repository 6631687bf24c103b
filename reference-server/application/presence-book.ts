/** What an application knows about who is online; it alone knows which of two reports is the newer one. */

const mostClients = 100_000

/** The number of one state: newer means a larger epoch, or the same epoch and a larger version. */
export interface PresenceNumber {
  /** Microseconds since 1970. */
  epoch: number
  version: number
}

/** A report of the service, as `parseWebhook` answers it. */
export interface PresenceReport extends PresenceNumber {
  event: 'connected' | 'disconnected'
  clientId: string
}

/**
 * Whether a report is newer than the newest that was seen, if any was.
 * @spec presence.application.newest
 */
export function isNewerPresence(seen: PresenceNumber | undefined, report: PresenceNumber): boolean {
  if (seen === undefined || report.epoch > seen.epoch) return true
  return report.epoch === seen.epoch && report.version > seen.version
}

/** Who is online, as far as the webhooks that arrived say. */
export interface PresenceBook {
  /** Takes a report; answers false, and changes nothing, where it is not newer than what is known. */
  note(report: PresenceReport): boolean
  /** Takes a `started`: answers the clients that were online and, having a smaller epoch, are so no longer. */
  started(epoch: number): string[]
  isOnline(clientId: string): boolean
  /** Every client that is online. */
  online(): string[]
  /** Drops what is known about a client, for one that never comes back. */
  forget(clientId: string): void
}

/** Makes an empty book. It holds 100,000 clients; beyond that, those that it heard of least recently are dropped. */
export function makePresenceBook(): PresenceBook {
  const newest = new Map<string, PresenceNumber & { isOnline: boolean }>()
  let floor = 0

  return {
    note({ event, clientId, epoch, version }) {
      if (epoch < floor || !isNewerPresence(newest.get(clientId), { epoch, version })) return false
      newest.delete(clientId)
      newest.set(clientId, { epoch, version, isOnline: event === 'connected' })
      const [oldest] = newest.keys()
      if (newest.size > mostClients && oldest !== undefined) newest.delete(oldest)
      return true
    },
    started(epoch) {
      floor = Math.max(floor, epoch)
      const gone = [...newest].filter(([, known]) => known.isOnline && known.epoch < floor)
      for (const [, known] of gone) known.isOnline = false
      return gone.map(([clientId]) => clientId)
    },
    isOnline: (clientId) => newest.get(clientId)?.isOnline === true,
    online: () => [...newest].flatMap(([clientId, { isOnline }]) => (isOnline ? [clientId] : [])),
    forget(clientId) {
      newest.delete(clientId)
    },
  }
}
