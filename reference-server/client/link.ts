/** What the two transports have in common: how a connection is asked for, heard and left. */
import type { Surroundings } from './surroundings.ts'

/** How a connection ended. */
export interface End {
  code: number
  /** A slug, or empty. */
  reason: string
  /** Whether the service does not offer this transport. */
  isRefused?: boolean
  /** Whether the client gave it up. */
  isAbandoned?: boolean
}

/** What a transport is asked for. */
export interface Address {
  /** Scheme ws or wss, with its query. */
  url: string
  token: string
  /** The id of the newest event that was delivered. */
  lastEventId: string | undefined
}

/** What a transport tells; nothing after `onEnd`. */
export interface Hearing {
  /** The transport works. */
  onOpen(): void
  /** The text of an envelope, and where events have ids the newest one. */
  onText(text: unknown, eventId?: string): void
  onEnd(end: End): void
}

/** A connection of a transport. */
export interface Link {
  /** Says goodbye, also while it is still connecting; `onEnd` follows. */
  close(): void
  /** Ends it as a loss; nothing is heard any more. */
  abandon(): void
}

/** Begins to connect; throws where the address is none. */
export type OpenLink = (address: Address, surroundings: Surroundings, hearing: Hearing) => Link
