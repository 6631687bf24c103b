/** What a service would report about a user: forms of `connected`, `disconnected` and `started`. */

/** Whom a report is about. */
interface Reported {
  readonly clientId: string
}

/** An epoch and a version. */
export interface Mark {
  readonly epoch: number
  readonly version: number
}

/** Newer than every other. */
export const LAST: Mark = { epoch: Number.MAX_SAFE_INTEGER, version: 2 }

/** An epoch as a service would begin one now. */
export function freshEpoch(): number {
  return Date.now() * 1000
}

/** The fields of `connected`. */
export function connected({ clientId }: Reported, mark: Mark): Record<string, string> {
  return presence('connected', clientId, mark)
}

/** The fields of `disconnected`. */
export function disconnected({ clientId }: Reported, mark: Mark): Record<string, string> {
  return { ...presence('disconnected', clientId, mark), reason: 'closed' }
}

/** The fields of `started`. */
export function started(epoch: number): Record<string, string> {
  return { event: 'started', epoch: `${epoch}`, time: new Date().toISOString() }
}

function presence(event: string, from: string, { epoch, version }: Mark): Record<string, string> {
  return {
    event,
    from,
    connection_id: `c-${version}`,
    epoch: `${epoch}`,
    version: `${version}`,
    time: new Date().toISOString(),
  }
}
