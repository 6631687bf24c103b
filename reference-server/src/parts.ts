/** What one server is composed of before it is joined; the place where a named fault may change one rule or port. */
import type { Service } from './inbound/service.ts'
import type { Pulse } from './outbound/connection.ts'
import type { SocketRequestRules } from './outbound/socket-request.ts'
import type { makeWebhookRequestRules } from './outbound/webhook-request.ts'
import type {
  ConnectionReading,
  ConnectionWriter,
  Limits,
  Ports,
  PresenceSink,
  Timings,
} from './ports.ts'
import type { Rules } from './rules/rule-book.ts'
import type { Attempt, SocketDelivery, SocketSink } from './webhook-port.ts'

/** Wrappers around what is made later; each answers what it was given unless a fault replaces it. */
export interface Wraps {
  /** Around one attempt of a webhook. */
  attempt(attempt: Attempt): Attempt
  /** Around what hears of presence. */
  sink(sink: PresenceSink): PresenceSink
  /** Around the write side of each connection that is let in. */
  writer(writer: ConnectionWriter, clientId: string, pulse: Pulse): ConnectionWriter
  /** Around one attempt of a webhook of a socket. */
  socketAttempt(attempt: Attempt<SocketDelivery>): Attempt<SocketDelivery>
  /** Around what takes the webhooks of sockets. */
  socketSink(sink: SocketSink): SocketSink
  /** Around the service as a further node has it, where it is asked at several addresses. */
  node(service: Service): Service
  /** Around the write side of each socket that is let in. */
  socketWriter(writer: ConnectionWriter, path: string, pulse: Pulse): ConnectionWriter
  /** Around the read side of each socket that is let in. */
  socketReading(reading: ConnectionReading, path: string): ConnectionReading
}

/** The wrapper that replaces nothing. */
export const asIs = <Made>(made: Made): Made => made

/** Everything that decides how a server behaves. Discovery advertises the settings, whatever changes here. */
export interface Parts {
  rules: Rules & ReturnType<typeof makeWebhookRequestRules> & SocketRequestRules
  ports: Ports
  /** Timings that the server acts on, in seconds. */
  timings: Timings
  /** Limits that the server acts on. */
  limits: Limits
  wraps: Wraps
  /** What `started` names; every epoch of this run is at least this, in microseconds since 1970. */
  epochFloor: number
}

/** A named, deliberate defect: a change of one rule or port that breaks the requirements it names. */
export interface Fault {
  name: string
  /** What the server then does wrong, in one sentence. */
  misdeed: string
  /** Ids of the requirements that are broken. */
  breaks: readonly string[]
  apply(parts: Parts): void
}
