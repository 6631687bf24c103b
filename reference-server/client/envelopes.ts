/** Envelopes as they come: it alone knows how their text is read. */

/** The first envelope of a connection; members that a service leaves away count as 0, false or absent. */
export interface Welcome {
  type: 'welcome'
  epoch: number
  seq: number
  heartbeat_seconds?: number
  expires_in_seconds?: number
  resumed?: boolean
  cursor?: string
  broadcast_epoch?: number
  broadcast_seq?: number
  broadcast_cursor?: string
}

/** What an application posted. */
export interface Delivery {
  type: 'message' | 'broadcast'
  id: string
  seq: number
  data: string
}

/** The announcement of a close with 42xx. */
export interface Reconnect {
  type: 'reconnect'
  after_seconds: number
}

/** The end of an event stream. */
export interface Close {
  type: 'close'
  code: number
  reason: string
}

/** An envelope that means something to a client. */
export type Envelope = Welcome | Delivery | Reconnect | Close

const numbers: Readonly<Record<string, readonly string[]>> = {
  welcome: ['epoch', 'seq'],
  message: ['seq'],
  broadcast: ['seq'],
  reconnect: ['after_seconds'],
  close: ['code'],
}

/**
 * Reads an envelope; nothing where its type is unknown or what must be in it is not.
 * @spec connection.client.unknown
 * @spec client.frame.survived
 */
export function readEnvelope(text: unknown): Envelope | undefined {
  let read: Record<string, unknown> | null
  try {
    read = JSON.parse(String(text))
  } catch {
    return undefined
  }
  const { type, data } = read ?? {}
  if (typeof type !== 'string' || !Object.hasOwn(numbers, type)) return undefined
  if (!numbers[type]?.every((name) => typeof read?.[name] === 'number')) return undefined
  if ((type === 'message' || type === 'broadcast') && typeof data !== 'string') return undefined
  return read as unknown as Envelope
}
