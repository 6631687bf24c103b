/** Faults of what happens around the end of a socket: what is still attempted, answered, told and counted then. */
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import type { Fault, Parts } from '../parts.ts'
import type { SocketEnding } from '../rules/socket-life.ts'
import type { SocketSink } from '../webhook-port.ts'

/** Each breaks what the chapter on sockets promises about ends. */
export const socketEndFaults: readonly Fault[] = [
  {
    name: 'attempts-the-rest-after-failures',
    misdeed: 'After a message that failed, what was read behind it is attempted all the same.',
    breaks: ['socket.message.stopped'],
    apply: ({ rules }) => {
      const select = rules.selectLeft
      rules.selectLeft = (unsent, ending) => (isFailure(ending) ? unsent : select(unsent, ending))
    },
  },
  {
    name: 'attempts-the-rest-after-bad-messages',
    misdeed: 'After a message that closed its socket, what was read before it is attempted.',
    breaks: ['socket.message.stopped'],
    apply: ({ rules }) => {
      const select = rules.selectLeft
      rules.selectLeft = (unsent, ending) => (isFailure(ending) ? select(unsent, ending) : unsent)
    },
  },
  {
    name: 'hurries-after-goodbyes',
    misdeed: 'When a page has gone, all that it said before is attempted at once.',
    breaks: ['socket.message.order'],
    apply: ({ rules }) => {
      const decide = rules.decideMessageTurn
      rules.decideMessageTurn = (progress) =>
        decide(progress) || (progress.stage === 'accepted' && progress.ended)
    },
  },
  {
    name: 'says-delivered-while-a-message-waits',
    misdeed: 'Text for a page that has left is taken as long as a message of it waits.',
    breaks: ['socket.send.results'],
    apply: ({ rules }) => {
      const decide = rules.isSocketReachable
      rules.isSocketReachable = (progress, isOpen) =>
        progress.inFlight > 0 || decide(progress, isOpen)
    },
  },
  {
    name: 'leaves-closes-of-pages-unanswered',
    misdeed: "A page's Close frame is answered by the end of the TCP connection alone.",
    breaks: ['socket.close.answered'],
    apply: ({ rules }) => {
      rules.decideSocketCloseAnswer = () => false
    },
  },
  {
    name: 'answers-closes-of-pages-alike',
    misdeed: "A page's Close frame is answered with 1000, whatever its code.",
    breaks: ['socket.close.answered'],
    apply: ({ rules }) => {
      rules.selectSocketCloseCode = () => GOODBYE
    },
  },
  {
    name: 'tells-failures-over-goodbyes',
    misdeed: 'A page that has left is told as closed by the service when its last message fails.',
    breaks: ['socket.closed.reason'],
    apply: (parts) => {
      const failed = new Set<string>()
      changeSink(parts, (sink) => ({
        ...sink,
        message: (socket, message, onEnd) =>
          sink.message(socket, message, (answer) => {
            if (parts.rules.decideMessageAnswer(answer) === 'unavailable') failed.add(socket.id)
            onEnd(answer)
          }),
        closed: (socket, end, onEnd) =>
          sink.closed(socket, failed.has(socket.id) ? { ...end, ...UNAVAILABLE } : end, onEnd),
      }))
    },
  },
  forgetsClosedOf('forgets-closed-of-lifeless-pages', ['heartbeat-timeout']),
  forgetsClosedOf('forgets-closed-of-slow-pages', ['slow-consumer']),
  forgetsClosedOf('forgets-closed-of-malformed-pages', ['protocol-error', 'invalid-utf8']),
  {
    name: 'restamps-repeats-of-closed',
    misdeed: 'A closed that is repeated says that it happened just now.',
    breaks: ['socket.closed.retried'],
    apply: ({ wraps, ports }) => {
      wraps.socketAttempt = (attempt) => (delivery) =>
        attempt(delivery.event === 'closed' ? { ...delivery, atMs: ports.clock.nowMs() } : delivery)
    },
  },
  {
    name: 'stamps-repeats-of-closed-alike',
    misdeed: 'The timestamp of each attempt of closed is when the socket ended.',
    breaks: ['socket.webhook.signed'],
    apply: ({ rules }) => {
      const make = rules.makeSocketTimestamp
      rules.makeSocketTimestamp = (delivery, nowMs) =>
        make(delivery, delivery.event === 'closed' ? delivery.atMs : nowMs)
    },
  },
  {
    name: 'closes-pages-after-telling',
    misdeed: 'A page whose message failed is closed when its closed was answered, not before.',
    breaks: ['socket.message.unavailable'],
    apply: (parts) => {
      const heard = new Set<string>()
      const closings = new Map<string, () => void>()
      parts.wraps.socketWriter = (writer, path) => ({
        ...writer,
        close: (slug) => {
          if (slug === SLUG && heard.has(path)) closings.set(path, () => writer.close(slug))
          else writer.close(slug)
        },
      })
      changeSink(parts, (sink) => ({
        ...sink,
        message: (socket, message, onEnd) => {
          heard.add(socket.path)
          sink.message(socket, message, onEnd)
        },
        closed: (socket, end, onEnd) =>
          sink.closed(socket, end, () => {
            closings.get(socket.path)?.()
            onEnd()
          }),
      }))
    },
  },
  {
    name: 'counts-sockets-that-are-over',
    misdeed: 'A socket counts against the limit of connections for ever.',
    breaks: ['socket.capacity.freed'],
    apply: (parts) => {
      const { rules } = parts
      const decide = rules.decideSocketCapacity
      let over = 0
      rules.decideSocketCapacity = (open, most) => decide(open + over, most)
      changeSink(parts, (sink) => ({
        ...sink,
        closed: (socket, end, onEnd) =>
          sink.closed(socket, end, () => {
            over += 1
            onEnd()
          }),
      }))
    },
  },
  {
    name: 'counts-refused-sockets',
    misdeed: 'A socket whose handshake was refused counts against the limit of connections.',
    breaks: ['socket.capacity.freed'],
    apply: (parts) => {
      const { rules } = parts
      const decide = rules.decideSocketCapacity
      let refused = 0
      rules.decideSocketCapacity = (open, most) => decide(open + refused, most)
      changeSink(parts, (sink) => ({
        ...sink,
        handshake: (socket, atMs, onEnd) =>
          sink.handshake(socket, atMs, (answer) => {
            if (rules.decideHandshakeAnswer(answer) === 'refuse') refused += 1
            onEnd(answer)
          }),
      }))
    },
  },
]

const GOODBYE = 1000
const SLUG = 'application-unavailable'
const UNAVAILABLE = { code: CLOSE_CODES[SLUG].code, reason: SLUG }

function isFailure(ending: SocketEnding): boolean {
  return ending.by === 'service' && ending.slug === 'application-unavailable'
}

function changeSink({ wraps }: Parts, change: (sink: SocketSink) => SocketSink): void {
  wraps.socketSink = change
}

function forgetsClosedOf(name: string, slugs: readonly CloseSlug[]): Fault {
  return {
    name,
    misdeed: `A socket that the service closed for ${slugs.join(' or ')} has no closed.`,
    breaks: ['socket.closed.sent'],
    apply: (parts) =>
      changeSink(parts, (sink) => ({
        ...sink,
        closed: (socket, end, onEnd) =>
          slugs.some((slug) => slug === end.reason)
            ? queueMicrotask(onEnd)
            : sink.closed(socket, end, onEnd),
      })),
  }
}
