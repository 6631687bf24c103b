/** Rules of a socket's life: they alone know what each answer of the application, and each end, leads to. */
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import type { SocketFacts } from '../broker-port.ts'
import type { AttemptAnswer, Schedule, SenderTimings } from '../webhook-port.ts'
import { makeSenderRules } from './presence-sender.ts'

/** How a socket ended: by the page's Close frame, by loss, or by the service's own decision. */
export type SocketEnding =
  | { by: 'page'; code: number; reason: string }
  | { by: 'loss' }
  | { by: 'service'; slug: CloseSlug }

/** What became of a handshake; `unattempted` where no place for its request was free in time. */
export type HandshakeOutcome = 'accept' | 'refuse' | 'unavailable' | 'unattempted'

/** Where a socket is with its application. */
export interface SocketProgress {
  stage: 'pending' | 'accepted' | 'failed'
  /** Messages that are attempted at the moment. */
  inFlight: number
  /** Messages that were read and not attempted. */
  unsent: number
  ended: boolean
}

/** An open socket, as a broadcast sees it. */
export interface SocketView extends SocketProgress {
  id: string
  path: string
}

/** Code that stands for an end without a Close frame. */
const NO_FRAME = 1006

const sender = makeSenderRules()

/**
 * A name for a new socket.
 * @spec socket.id.strength
 * @spec socket.id.unique
 */
function makeSocketId(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

/**
 * The epoch of a socket that opens now, in microseconds since 1970.
 * @spec socket.webhook.form
 * @spec socket.started.reported
 */
function decideSocketEpoch(nowMs: number, epochFloor: number): number {
  return Math.max(nowMs * 1000, epochFloor)
}

/**
 * What the answer to a handshake means.
 * @spec socket.handshake.refused
 * @spec socket.handshake.unavailable
 */
function decideHandshakeAnswer(
  answer: AttemptAnswer | { failure: 'unattempted' },
): HandshakeOutcome {
  if ('status' in answer) return answer.status >= 200 && answer.status <= 299 ? 'accept' : 'refuse'
  return answer.failure === 'unattempted' ? 'unattempted' : 'unavailable'
}

/**
 * How a socket ends whose handshake was not accepted.
 * @spec socket.handshake.refused
 * @spec socket.handshake.unavailable
 */
function decideHandshakeEnd(outcome: Exclude<HandshakeOutcome, 'accept'>): CloseSlug {
  return outcome === 'refuse' ? 'forbidden' : 'application-unavailable'
}

/**
 * Whether the application hears of the end of a socket whose handshake had this outcome.
 * @spec socket.closed.sent
 * @spec socket.closed.silent
 */
function decideClosedOwed(outcome: HandshakeOutcome): boolean {
  return outcome === 'accept' || outcome === 'unavailable'
}

/**
 * Whether text for a socket waits for the answer to its handshake.
 * @spec socket.held.delivered
 * @spec socket.held.dropped
 */
function decideHolding(progress: SocketProgress): boolean {
  return progress.stage !== 'accepted'
}

/**
 * Whether more text is held for a socket whose handshake is not answered.
 * @spec socket.held.bounded
 */
function decideHeld(heldBytes: number, bytes: number, maxBytes: number): boolean {
  return heldBytes + bytes <= maxBytes
}

/**
 * The held texts that are sent after a handshake, in order.
 * @spec socket.held.delivered
 * @spec socket.held.dropped
 */
function selectHeld(held: readonly string[], outcome: HandshakeOutcome): readonly string[] {
  return outcome === 'accept' ? held : []
}

/**
 * A text as the frame that carries it to the page; text frames are strings.
 * @spec socket.send.deliver
 */
function encodeSocketText(body: string): string | Uint8Array {
  return body
}

/**
 * Whether the next message of a socket may be attempted now.
 * @spec socket.handshake.blocks
 * @spec socket.message.order
 */
function decideMessageTurn(progress: SocketProgress): boolean {
  return progress.stage === 'accepted' && progress.inFlight === 0
}

/**
 * Which of `unsent` messages, from 0 for the one read first, is attempted next.
 * @spec socket.message.order
 */
function selectNextMessage(_unsent: number): number {
  return 0
}

/**
 * What the answer to a message means; a message is never attempted again.
 * @spec socket.message.consumed
 * @spec socket.message.unavailable
 */
function decideMessageAnswer(answer: AttemptAnswer): 'consumed' | 'unavailable' {
  return 'status' in answer && answer.status < 500 ? 'consumed' : 'unavailable'
}

/**
 * Whether what the page sends is read: not while the application owes an answer. After the end it is read to
 * be discarded, so that the page's Close arrives.
 * @spec socket.pressure.bounded
 * @spec socket.handshake.blocks
 */
function decideReading(progress: SocketProgress): boolean {
  if (progress.ended) return true
  return progress.stage === 'accepted' && progress.inFlight === 0 && progress.unsent === 0
}

/**
 * The messages that are still attempted after a socket ended: none once the service closed it.
 * @spec socket.message.flushed
 * @spec socket.message.stopped
 */
function selectLeft<M>(unsent: readonly M[], ending: SocketEnding): readonly M[] {
  return ending.by === 'service' ? [] : unsent
}

/**
 * Bytes of the largest message that is read of a page.
 * @spec socket.message.too-large
 */
function decideMaxTextBytes(dataBytes: number): number {
  return dataBytes
}

/**
 * How many fragments of a message are read: as many as it may have bytes, so that none is refused for its form.
 * @spec socket.message.sent
 */
function decideMaxFragments(dataBytes: number): number {
  return dataBytes
}

/**
 * How a socket ends on which the page sent a message of this kind.
 * @spec socket.binary.refused
 */
function decideSocketFrame(isBinary: boolean): CloseSlug | undefined {
  return isBinary ? 'unsupported-data' : undefined
}

/**
 * Whether `closed` may be attempted now.
 * @spec socket.closed.last
 */
function decideClosedTurn(progress: SocketProgress): boolean {
  const isSettled = progress.stage !== 'pending' && progress.inFlight === 0
  return progress.ended && isSettled && progress.unsent === 0
}

/**
 * Code and reason of the first Close frame, as `closed` tells them.
 * @spec socket.closed.reason
 */
function decideSocketEnd(ending: SocketEnding): { code: number; reason: string } {
  if (ending.by === 'page') return { code: ending.code, reason: ending.reason }
  if (ending.by === 'loss') return { code: NO_FRAME, reason: '' }
  return { code: CLOSE_CODES[ending.slug].code, reason: ending.slug }
}

/**
 * What the answer to `closed` means.
 * @spec socket.closed.retried
 * @spec socket.closed.optional
 */
function decideClosedAnswer(answer: AttemptAnswer): 'done' | 'declined' | 'failed' {
  if (!('status' in answer)) return 'failed'
  if (sender.isWebhookSuccess(answer.status)) return 'done'
  return [404, 410, 501].includes(answer.status) ? 'declined' : 'failed'
}

/**
 * When a `closed` that failed is attempted again.
 * @spec socket.closed.retried
 */
function decideClosedSchedule(
  schedule: Schedule,
  answer: AttemptAnswer,
  at: { nowMs: number; fraction: number; timings: SenderTimings },
): Schedule {
  return sender.decideWebhookSchedule(sender, schedule, answer, at)
}

/**
 * The sockets that an entry of a send names.
 * @spec socket.send.isolated
 */
function selectNamed<S extends { facts: SocketFacts }>(
  id: string,
  sockets: ReadonlyMap<string, S>,
): readonly S[] {
  const socket = sockets.get(id)
  return socket ? [socket] : []
}

/**
 * Whether text is taken for a socket, at once or later.
 * @spec socket.send.results
 */
function isSocketReachable(progress: SocketProgress, isOpen: boolean): boolean {
  return isOpen && !progress.ended
}

/**
 * The sockets that a broadcast reaches.
 * @spec socket.broadcast.all
 * @spec socket.broadcast.pending
 * @spec socket.broadcast.isolated
 */
function selectSocketReceivers<S extends SocketView>(open: readonly S[]): readonly S[] {
  return open.filter(({ stage }) => stage === 'accepted')
}

/**
 * Whether sockets may have another attempt in flight beside `inFlight`.
 * @spec socket.webhook.concurrency
 */
function isSocketPlaceFree(inFlight: number, concurrency: number): boolean {
  return inFlight < concurrency
}

export const socketLifeRules = {
  makeSocketId,
  decideSocketEpoch,
  decideHandshakeAnswer,
  decideHandshakeEnd,
  decideClosedOwed,
  decideHolding,
  decideHeld,
  selectHeld,
  encodeSocketText,
  decideMessageTurn,
  selectNextMessage,
  decideMessageAnswer,
  decideReading,
  selectLeft,
  decideMaxTextBytes,
  decideMaxFragments,
  decideSocketFrame,
  decideClosedTurn,
  decideSocketEnd,
  decideClosedAnswer,
  decideClosedSchedule,
  selectNamed,
  isSocketReachable,
  selectSocketReceivers,
  isSocketPlaceFree,
}
