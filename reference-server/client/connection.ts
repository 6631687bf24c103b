/** One connection from its attempt to its end: it alone knows whether it was welcomed and is alive. */
import { type Envelope, readEnvelope, type Welcome } from './envelopes.ts'
import type { Address, End, Link, OpenLink } from './link.ts'
import { type Liveness, watchLiveness } from './liveness.ts'
import type { Surroundings } from './surroundings.ts'

const welcomeTimeoutMs = 30_000
const silenceMs = 10_000

/** What a connection tells; nothing after `onEnd`. */
export interface ConnectionListener {
  onOpen(): void
  onWelcome(welcome: Welcome): void
  onEnvelope(envelope: Envelope, eventId: string | undefined): void
  onEnd(end: End): void
}

/** A connection, welcomed or about to be. */
export interface Connection {
  readonly startedAtMs: number
  /** Whether the transport works. */
  isOpen: boolean
  welcome?: Welcome
  /** Milliseconds since the welcome; nothing where none came. */
  welcomedMs(): number | undefined
  /** Says goodbye; the listener hears nothing more, and `onDone` is called when it has ended. */
  close(onDone: () => void): void
  /** Ends it as a loss; the listener hears nothing more. */
  abandon(): void
}

/**
 * Begins to connect; throws where the address is none.
 * @spec client.opening.abandoned
 * @spec client.silence.given-up
 * @spec client.silence.kept
 */
export function openConnection(
  open: OpenLink,
  address: Address,
  surroundings: Surroundings,
  listener: ConnectionListener,
): Connection {
  const { nowMs, after } = surroundings
  let welcomedAtMs: number | undefined
  let liveness: Liveness | undefined
  let hearing: Partial<ConnectionListener> = listener
  function stopWatching(): void {
    stopWaiting()
    liveness?.stop()
  }

  function giveUp(reason: string): void {
    connection.abandon()
    listener.onEnd({ code: 1006, reason, isAbandoned: true })
  }

  function welcome(envelope: Welcome): void {
    stopWaiting()
    welcomedAtMs = nowMs()
    connection.welcome = envelope
    const { heartbeat_seconds: seconds = 0 } = envelope
    if (seconds > 0)
      liveness = watchLiveness(surroundings, seconds * 1000 + silenceMs, () => giveUp('silence'))
    hearing.onWelcome?.(envelope)
  }

  const link: Link = open(address, surroundings, {
    onOpen: () => {
      connection.isOpen = true
      hearing.onOpen?.()
    },
    onText: (text, eventId) => {
      liveness?.note()
      const envelope = readEnvelope(text)
      if (envelope?.type === 'welcome' && !connection.welcome) welcome(envelope)
      if (envelope && connection.welcome) hearing.onEnvelope?.(envelope, eventId)
    },
    onEnd: (end) => {
      stopWatching()
      hearing.onEnd?.(end)
    },
  })

  const stopWaiting = after(welcomeTimeoutMs, () => giveUp('no-welcome'))
  const connection: Connection = {
    startedAtMs: nowMs(),
    isOpen: false,
    welcomedMs: () => (welcomedAtMs === undefined ? undefined : nowMs() - welcomedAtMs),
    close: (onDone) => {
      stopWatching()
      hearing = { onEnd: onDone }
      link.close()
    },
    abandon: () => {
      stopWatching()
      hearing = {}
      link.abandon()
    },
  }
  return connection
}
