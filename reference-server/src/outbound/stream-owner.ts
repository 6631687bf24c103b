/** Owners of TCP connections; it alone knows how what happens on one reaches whoever owns it at the moment. */
import type { Socket } from 'node:net'

/** Whom a connection belongs to. */
export interface StreamOwner {
  /** Bytes came. */
  onData(bytes: Buffer): void
  /** The peer will send nothing more. */
  onEnd(): void
  /** It is lost; `onClose` follows. */
  onError(): void
  /** It is gone; the last that is told. */
  onClose(): void
}

const OWNER = Symbol('owner')

/** A connection as it is kept here: a field is found without a search, as the library has its own. */
type Owned = Socket & { [OWNER]?: StreamOwner | undefined }

// Shared by all connections, and left where they are when the owner changes, as it does in every handshake.
const listeners = {
  data(this: Owned, bytes: Buffer): void {
    this[OWNER]?.onData(bytes)
  },
  end(this: Owned): void {
    this[OWNER]?.onEnd()
  },
  error(this: Owned): void {
    this[OWNER]?.onError()
  },
  close(this: Owned): void {
    this[OWNER]?.onClose()
  },
}

const EVENTS = ['data', 'end', 'error', 'close'] as const

/** Tells `owner` from now on, and whoever owned it before nothing more. */
export function ownStream(stream: Socket, owner: StreamOwner): void {
  const owned: Owned = stream
  const hadOwner = owned[OWNER] !== undefined
  owned[OWNER] = owner
  if (!hadOwner) for (const event of EVENTS) stream.on(event, listeners[event])
}

/** Lets go of it: nobody is told anything more, until it is owned again. */
export function disownStream(stream: Socket): void {
  const owned: Owned = stream
  owned[OWNER] = undefined
  for (const event of EVENTS) stream.off(event, listeners[event])
}
