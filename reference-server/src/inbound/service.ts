/** What the inbound side is joined to: the rules and state of one base. */
import type { Awaitable, KeyedPost } from '../broker-port.ts'
import type { Turn } from '../outbound/turn.ts'
import type { Limits, Ports, Timings } from '../ports.ts'
import type { Broadcasts } from '../rules/broadcasts.ts'
import type { Channels } from '../rules/channels.ts'
import type { ServiceFacts } from '../rules/discovery.ts'
import type { KeptAnswers } from '../rules/kept-answers.ts'
import type { Answer } from '../rules/problem.ts'
import type { RateGate } from '../rules/rate-gate.ts'
import type { Rules } from '../rules/rule-book.ts'
import type { SocketReach } from '../rules/socket-reach.ts'
import type { Sockets } from '../rules/sockets.ts'
import type { TakeHandshake } from './handshakes.ts'

/** One service, ready to be asked. */
export interface Service {
  rules: Rules
  ports: Ports
  /** What leaves together. */
  turn: Turn
  limits: Limits
  timings: Timings
  facts: ServiceFacts
  channels: Channels
  broadcasts: Broadcasts
  sockets: Sockets
  socketReach: SocketReach
  keptAnswers: KeptAnswers
  takePost: RateGate
  /** Takes one broadcast; throws the Refusal `rate-limited` beyond the rate of all together. */
  takeBroadcast(): void
  /** Takes one call with a live application key; throws the Refusal `rate-limited` beyond its rate. */
  takeCall: RateGate
  takeHandshake: TakeHandshake
  applicationKeys: readonly string[]
  signingKey: string
  cursorKey: string
  /** The built script of the goog.appengine surface, its place for the connect URL still open; empty without `gae`. */
  gaeScript: string
  /** Path of the base, without a trailing slash; empty for a base without a path. */
  basePath: string
  /** Public base without a trailing slash; known once the listener has its port. */
  baseUrl(): string
  isDraining(): boolean
}

/** One call of which everything was read. */
export interface Call {
  /** Members of the body that the call knows. */
  body: Record<string, unknown>
  /** What the call is remembered by; nothing of one without a key. */
  post?: KeyedPost | undefined
  /** The raw query. */
  query: string
  host: string | undefined
  /** The raw `If-None-Match`. */
  ifNoneMatch?: string | undefined
}

/** Answers one kind of call; refuses by throwing a Refusal, or by rejecting with one. */
export type Handler = (service: Service, call: Call) => Awaitable<Answer>

/** An answer in JSON. */
export function makeAnswer(
  status: number,
  body: object,
  headers: Record<string, string> = {},
): Answer {
  return { status, headers, mediaType: 'application/json', body }
}
