/** The port of brokers: it alone knows what a broker keeps beyond a connection, and what is said of that. */
import type { Answer } from './rules/problem.ts'

/** What is there, or will be: a post that waits for nothing costs no promise. */
export type Awaitable<T> = T | Promise<T>

/** Counters of one client id within one epoch. */
export interface Counters {
  /** Scope of the others: microseconds since 1970 at its creation, larger than every epoch before. */
  epoch: number
  /** Number of the newest accepted message, 0 before the first. */
  seq: number
  /** Version of the newest presence state, 0 before the first; odd is online. */
  version: number
}

/** Counters of the broadcasts of the base. */
export interface StreamCounters {
  /** Scope of the other, of no client id. */
  epoch: number
  /** Number of the newest accepted broadcast, 0 before the first. */
  seq: number
}

/** A message or broadcast that is held for replay. */
export interface HeldMessage {
  seq: number
  data: string
}

/** Whether what was accepted is held for replay; nothing where the service holds nothing for anybody. */
export interface Storing {
  stored: boolean | undefined
}

/** A connection that is about to be welcomed. */
export interface Arrival {
  clientId: string
  connectionId: string
  atMs: number
}

/** A client id after a connection of it arrived. */
export interface Arrived extends Counters {
  /** Whether it was offline before. */
  came: boolean
}

/** What is known of one client id. */
export interface KnownClient extends Counters {
  online: boolean
  /** Nothing while it is offline and during the grace. */
  connectionId: string | undefined
  /** Since when it is online, milliseconds since 1970; nothing where `connectionId` is nothing. */
  sinceMs: number | undefined
}

/** A client id in the list of those that are online. */
export interface OnlineClient extends KnownClient {
  clientId: string
  /** The connection that ended last; nothing while it has one. */
  leftBy: string | undefined
  /** Why that one ended; nothing while it has one. */
  leftFor: string | undefined
  /** Its place in the list, which grows from one coming to the next. */
  arrival: number
}

/** A place in the order of one client's presence states. */
export interface Mark {
  epoch: number
  version: number
}

/** One presence state of a client id; the larger (epoch, version) is the truth. */
export interface PresenceState {
  clientId: string
  epoch: number
  version: number
  online: boolean
  connectionId: string
  /** Why the client went; present exactly when `online` is false. */
  reason?: string
  /** Instant of the change, milliseconds since 1970. */
  atMs: number
}

/** A presence state of an earlier run that the application may not have heard of. */
export interface OwedState {
  state: PresenceState
  acknowledged: Mark
  attempted: Mark
}

/** A post with a key. */
export interface KeyedPost {
  /** Where and by which key it is remembered. */
  scope: string
  /** What tells its body from every other. */
  digest: string
}

/** A part of a post with a key: one message or broadcast. */
export interface Act extends KeyedPost {
  /** Its place among the parts, from 0. */
  item: number
}

/**
 * What was accepted; `again` where the same act was accepted by an earlier run, whose counters these are; `carried`
 * where the broker itself brings it to so many connections of all nodes, this one's among them.
 */
export type Accepted<Count> = Count & Storing & { again?: true; carried?: number }

/** What is known of the first post with a key. */
export interface FirstPost {
  digest: string
  /** Nothing while it is running. */
  answer?: Answer
  /** When the answer was given, or the post begun, milliseconds since 1970. */
  answeredAtMs: number
}

/** What is found where a post with a key is about to be carried out. */
export interface Claim {
  /** Nothing where this post is the first, which is running from now on. */
  first: FirstPost | undefined
  /** Results that are kept, and posts that are running beside this one. */
  results: number
  /** When the oldest answer was given that is kept; nothing where none is. */
  oldestAtMs: number | undefined
}

/** Where the state that is remembered began: in this run, or in the earlier one that began without any. */
export interface Beginning {
  /** Every epoch that is remembered is at least this, and every later one, in microseconds since 1970. */
  epochFloor: number
  /** Whether the application has heard of it. */
  told: boolean
}

/** What every webhook says of the socket that it is about. */
export interface SocketFacts {
  id: string
  /** Without a leading slash; empty where there is none. */
  path: string
  /** Microseconds since 1970. */
  epoch: number
}

/** How a socket ended, as its `closed` tells it; `atMs` in milliseconds since 1970. */
export interface SocketEnd {
  code: number
  reason: string
  atMs: number
}

/** A socket of an earlier run about which the application has to hear yet. */
export interface OwedSocket {
  socket: SocketFacts
  /** Nothing where it was open when that run ended. */
  end: SocketEnd | undefined
}

/**
 * What a broker that several nodes share makes known to each of them: of one client id in the order in which it
 * happened, and for a connection only what is its own. No method throws.
 */
export interface NodeEvents {
  /** A connection of this node is the current one from here on; its `arrive` resolves after this. */
  arrived(clientId: string, connectionId: string): void
  /** A message for a connection. */
  message(clientId: string, connectionId: string, message: StreamCounters & { data: string }): void
  /** A newer connection has arrived at another node. */
  replaced(clientId: string, connectionId: string): void
  /** The application ends a connection. */
  disconnect(clientId: string, connectionId: string, revokes: boolean): void
  /** Messages for a connection are lost. */
  gap(clientId: string, connectionId: string): void
  /** A broadcast, for every connection. */
  broadcast(broadcast: StreamCounters & { data: string }): void
  /** Broadcasts go on behind a place, and what was sent before it is not all known. */
  broadcastsFrom(newest: StreamCounters): void
  /** A client id is online whose node ended; `leftFor` as in `OnlineClient`. */
  orphaned(clientId: string, connectionId: string, leftFor: string | undefined): void
  /** States that a node which ended has left for this one to tell the application. */
  recall(owed: readonly OwedState[]): void
  /** A state of another node that this one tells the application. */
  report(state: PresenceState): void
  /** Another node sends a text to sockets of this one; answers of each whether it was taken. */
  sendToSockets(ids: readonly string[], body: string): readonly boolean[]
  /** Another node sends a text to all sockets; answers how many accepted ones of this node it was queued to. */
  broadcastToSockets(body: string): number
  /** Sockets whose end a node that ended has left for this one to tell the application. */
  orphanedSockets(owed: readonly OwedSocket[]): void
  /** The node was taken for dead, or the store's state is lost: no connection, socket or state of it counts any more. */
  expelled(): void
  /** The store's state is lost, and this node tells the application; epochs are at least this from now on. */
  began(epochFloor: number): void
}

/** What a broker adds that several nodes share. */
export interface Shared {
  /** Makes everything known to these from now on. */
  listen(events: NodeEvents): void
  /** Whether this node may write on its connections: not while another may take it for dead. */
  mayWrite(): boolean
  /**
   * Ends the current connection of a client id on whichever node, or its grace where there is one; answers how many
   * connections that ends, and the going that a grace had held back. Rejects as a broker does.
   */
  disconnect(
    clientId: string,
    ending: { revokes: boolean; atMs: number },
  ): Promise<{
    connections: number
    gone?: { connectionId: string; reason: string; counters: Counters }
  }>
  /** Whether this node tells the application of a state; another has been given it otherwise. Rejects as a broker does. */
  route(state: PresenceState): Promise<boolean>
  /** Every epoch is at least this from now on, in microseconds since 1970. */
  epochFloor(): number
  /**
   * Sends a text to sockets of other nodes; answers of each id whether it was taken. Rejects as a broker does, also
   * where a node does not answer in time; it is not known then which sockets the text went to.
   */
  sendToSockets(ids: readonly string[], body: string): Promise<readonly boolean[]>
  /** Sends a text to all accepted sockets of other nodes; answers how many those are. Rejects as `sendToSockets`. */
  broadcastToSockets(body: string): Promise<number>
}

/**
 * Owner of what outlives a connection: counters, presence states, generations, what is held for replay, the answers of
 * posts with a key, and what the application has to hear yet.
 * It is asynchronous because it may live elsewhere. Every method rejects with the Refusal `unavailable` where that
 * cannot be reached or written, and then nothing has changed, or it is not known whether it has.
 */
export interface Broker {
  /** Nothing where this process alone uses it. */
  readonly shared?: Shared
  /** Whether it can be reached and written, as far as its last use has shown. */
  isReady(): boolean
  /** The counters of a client id, begun in a new epoch where there are none. */
  open(clientId: string): Promise<Counters>
  /** What is known of a client id, without beginning anything: a fresh epoch with zeros where nothing is. */
  read(clientId: string): Promise<KnownClient>
  /**
   * Accepts one message: counts `seq` up, holds the data and answers the counters.
   * @param act the part of a claimed post that this is: what an earlier run accepted as the same is not accepted anew
   */
  accept(clientId: string, data: string, act?: Act | undefined): Awaitable<Accepted<Counters>>
  /**
   * What is held of a client id that is later than a place, in order; nothing where the place cannot be continued:
   * of another epoch, ahead of the newest, or with something later that was dropped.
   */
  replay(clientId: string, after: StreamCounters): Awaitable<readonly HeldMessage[] | undefined>
  /** Makes a connection the current one of its client id: counts `version` up where it was offline. */
  arrive(arrival: Arrival): Awaitable<Arrived>
  /** Notes that a connection ended, and why, which begins a grace where it was the current one. */
  leave(clientId: string, connectionId: string, reason: string): Promise<void>
  /**
   * Makes a client id offline whose last connection is gone, counts `version` up and answers the counters; nothing
   * where another connection arrived since, or it is offline already.
   */
  depart(going: Arrival & { reason: string }): Promise<Counters | undefined>
  /** At most so many online clients behind a place in the list, oldest coming first. */
  list(afterArrival: number, most: number): Promise<readonly OnlineClient[]>
  /** The counters of broadcasts, begun in a new epoch where there are none. */
  openBroadcasts(): Promise<StreamCounters>
  /** As `accept`, of a broadcast. */
  acceptBroadcast(data: string, act?: Act | undefined): Promise<Accepted<StreamCounters>>
  /** As `replay`, of broadcasts. */
  replayBroadcasts(after: StreamCounters): Awaitable<readonly HeldMessage[] | undefined>
  /** The generation of a client id: tokens of earlier ones are dead. */
  generation(clientId: string): Awaitable<number>
  /** Begins a generation of a client id, above every earlier one of whomever, and answers it. */
  revoke(clientId: string): Promise<number>
  /** Notes that a webhook of a version is about to be attempted; it is attempted when this has resolved. */
  noteAttempted(clientId: string, mark: Mark): Promise<void>
  /** Notes that the application has acknowledged a version. */
  noteAcknowledged(clientId: string, mark: Mark): Promise<void>
  /** Every state of earlier runs that the application did not acknowledge. */
  owed(): Promise<readonly OwedState[]>
  /** Where what is remembered began. */
  began(): Promise<Beginning>
  /** Notes that the application has acknowledged, or declined, the `started` of that beginning. */
  noteStarted(): Promise<void>
  /** Begins to carry out a post with a key, unless one with the same key is running or answered. */
  claim(post: KeyedPost): Promise<Claim>
  /** Keeps the answer of a claimed post for the window, as so many `results`. */
  keepAnswer(post: KeyedPost, answer: Answer, results: number): Promise<void>
  /** Forgets a claimed post that no answer was kept of; one whose answer was kept it leaves alone. */
  release(post: KeyedPost): Promise<void>
  /** Notes that the application is about to hear of a socket; from then on a `closed` is owed. */
  noteSocket(socket: SocketFacts): Promise<void>
  /** Notes how a socket ended whose `closed` is owed. */
  noteSocketEnd(id: string, end: SocketEnd): Promise<void>
  /** Forgets a socket about which nothing is owed. */
  forgetSocket(id: string): Promise<void>
  /** Every socket of earlier runs whose `closed` is owed. */
  owedSockets(): Promise<readonly OwedSocket[]>
  /** The secret of this name that all runs share: `fresh` where none was kept yet. */
  keepSecret(name: 'signing-key' | 'cursor-key', fresh: string): Promise<string>
  /** Frees what the broker holds. */
  stop(): Promise<void>
}
