/** Faults of opening sockets: of which upgrades and tickets open one, and of what is sent about the others. */
import type { Fault, Parts } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { SocketSink } from '../webhook-port.ts'

/** What a page never asked for. */
const WELCOME = '{"type":"welcome"}'

/** Sends a handshake of its own wherever `decide`, called with the way to do that, thinks it right. */
function shakesHands(
  name: string,
  misdeed: string,
  change: (rules: Parts['rules'], shakeHands: () => void) => void,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['socket.refused.silent'],
    apply: ({ rules, wraps, ports }) => {
      let sink: SocketSink | undefined
      wraps.socketSink = (made) => {
        sink = made
        return made
      }
      change(rules, () => {
        const id = rules.makeSocketId(ports.random.bytes(18))
        sink?.handshake({ id, path: 'somewhere', epoch: 0 }, ports.clock.nowMs(), () => {})
      })
    },
  }
}

/** Each breaks what the chapter on sockets promises about opening one. */
export const socketOpeningFaults: readonly Fault[] = [
  {
    name: 'echoes-subprotocols-on-sockets',
    misdeed: 'The first subprotocol that a page offers at a socket URL is named in the answer.',
    breaks: ['socket.open.plain'],
    apply: ({ rules }) => {
      rules.decideSocketSubprotocol = (offers) => offers?.split(',')[0]?.trim()
    },
  },
  {
    name: 'refuses-offers-on-sockets',
    misdeed: 'An upgrade at a socket URL that offers several subprotocols is refused.',
    breaks: ['socket.open.plain'],
    apply: ({ rules }) => {
      rules.decideSocketSubprotocol = (offers) => {
        if (offers?.includes(',')) throw new Refusal('malformed-request', 'offer none')
        return undefined
      }
    },
  },
  {
    name: 'expires-tickets-early',
    misdeed: 'A ticket opens no socket in the last seconds before its expires_at.',
    breaks: ['socket.open.plain'],
    apply: ({ rules }) => {
      const decide = rules.decideTicketAge
      rules.decideTicketAge = (expiresAtMs, nowMs) => decide(expiresAtMs - 3000, nowMs)
    },
  },
  {
    name: 'opens-one-socket-per-ticket',
    misdeed: 'A ticket opens one socket and then no other.',
    breaks: ['socket.open.several'],
    apply: ({ rules, ports }) => {
      const verify = rules.verifyTicket
      const used = new Set<string>()
      rules.verifyTicket = (ticket, key) => {
        const claims = verify(ticket, key)
        if (!claims || claims.expiresAtMs <= ports.clock.nowMs()) return claims
        return used.size < used.add(ticket).size ? claims : undefined
      }
    },
  },
  {
    name: 'replaces-sockets-of-a-ticket',
    misdeed: 'A socket is closed when another is opened with its path.',
    breaks: ['socket.open.several'],
    apply: ({ wraps }) => {
      const newest = new Map<string, ConnectionWriter>()
      wraps.socketWriter = (writer, path) => {
        newest.get(path)?.close('replaced')
        newest.set(path, writer)
        return writer
      }
    },
  },
  {
    name: 'ends-sockets-with-their-tickets',
    misdeed: 'A socket is closed at the expires_at of its URL.',
    breaks: ['socket.open.lasting'],
    apply: ({ rules, wraps, ports }) => {
      const verify = rules.verifyTicket
      let expiresAtMs = 0
      rules.verifyTicket = (ticket, key) => {
        const claims = verify(ticket, key)
        expiresAtMs = claims?.expiresAtMs ?? 0
        return claims
      }
      wraps.socketWriter = (writer) => {
        ports.clock.after(expiresAtMs - ports.clock.nowMs(), () => writer.close('token-expired'))
        return writer
      }
    },
  },
  {
    name: 'hides-socket-urls-from-plain-requests',
    misdeed: 'A plain GET at a socket URL is answered as if nothing were there.',
    breaks: ['socket.upgrade.required'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketUpgrade
      rules.decideSocketUpgrade = (facts) =>
        facts.upgrade === undefined
          ? new Refusal('not-found', 'there is nothing here')
          : decide(facts)
    },
  },
  {
    name: 'accepts-old-websocket-version-on-sockets',
    misdeed: 'An upgrade of WebSocket version 8 opens a socket.',
    breaks: ['socket.upgrade.required'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketUpgrade
      rules.decideSocketUpgrade = (facts) =>
        decide({ ...facts, version: facts.version === '8' ? '13' : facts.version })
    },
  },
  {
    name: 'opens-expired-tickets',
    misdeed: 'A ticket opens sockets after its expires_at.',
    breaks: ['socket.ticket.expired'],
    apply: ({ rules }) => {
      rules.decideTicketAge = () => 'live'
    },
  },
  {
    name: 'calls-expired-ticket-invalid',
    misdeed: 'An expired ticket is refused as one that cannot be verified.',
    breaks: ['socket.ticket.expired'],
    apply: ({ rules, ports }) => {
      const verify = rules.verifyTicket
      rules.verifyTicket = (ticket, key) => {
        const claims = verify(ticket, key)
        return claims && claims.expiresAtMs > ports.clock.nowMs() ? claims : undefined
      }
    },
  },
  {
    name: 'ignores-ticket-signature',
    misdeed: 'A ticket is believed without its signature.',
    breaks: ['socket.ticket.invalid'],
    apply: ({ rules }) => {
      rules.verifyTicket = (ticket) => {
        const [expiry = '', , path, signature] = ticket.split('.')
        if (path === undefined || signature === undefined) return undefined
        const expiresAtMs = Number.parseInt(expiry, 36)
        return { path: Buffer.from(path, 'base64url').toString(), expiresAtMs }
      }
    },
  },
  {
    name: 'accepts-lengthened-ticket',
    misdeed: 'A ticket with a character too many is accepted.',
    breaks: ['socket.ticket.invalid'],
    apply: ({ rules }) => {
      const verify = rules.verifyTicket
      rules.verifyTicket = (ticket, key) => verify(ticket, key) ?? verify(ticket.slice(0, -1), key)
    },
  },
  {
    name: 'calls-invalid-ticket-expired',
    misdeed: 'A ticket that cannot be verified is refused as an expired one.',
    breaks: ['socket.ticket.invalid'],
    apply: ({ rules }) => {
      const verify = rules.verifyTicket
      rules.verifyTicket = (ticket, key) => verify(ticket, key) ?? { path: '', expiresAtMs: 0 }
    },
  },
  {
    name: 'takes-tokens-for-tickets',
    misdeed: 'A token of a channel opens a socket.',
    breaks: ['socket.ticket.invalid'],
    apply: ({ rules }) => {
      const { verifyTicket, verifyToken } = rules
      rules.verifyTicket = (ticket, key) => {
        const token = verifyToken(ticket, key)
        return token ? { ...token, path: '' } : verifyTicket(ticket, key)
      }
    },
  },
  {
    name: 'takes-tickets-for-tokens',
    misdeed: 'A ticket opens a channel whose client id is its path.',
    breaks: ['token.invalid.refused'],
    apply: ({ rules }) => {
      const { verifyTicket, verifyToken } = rules
      rules.verifyToken = (token, key) => {
        const ticket = verifyTicket(token, key)
        if (!ticket) return verifyToken(token, key)
        return { ...ticket, clientId: ticket.path, generation: Number.POSITIVE_INFINITY }
      }
    },
  },
  {
    name: 'lets-any-origin-open-sockets',
    misdeed: 'The origin of a page that opens a socket is not looked at.',
    breaks: ['socket.origin.refuse'],
    apply: ({ rules }) => {
      rules.decideSocketOrigin = () => undefined
    },
  },
  {
    name: 'lets-null-origin-open-sockets',
    misdeed: 'A page with the origin null opens sockets, although it is not listed.',
    breaks: ['socket.origin.refuse'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketOrigin
      rules.decideSocketOrigin = (facts) => (facts.origin === 'null' ? undefined : decide(facts))
    },
  },
  {
    name: 'takes-sockets-beyond-the-limit',
    misdeed: 'Sockets are opened beyond the advertised limit of connections.',
    breaks: ['socket.capacity.refuse'],
    apply: ({ rules }) => {
      rules.decideSocketCapacity = () => undefined
    },
  },
  {
    name: 'makes-room-for-sockets',
    misdeed: 'At the limit the oldest socket is closed for a new one, which is then refused.',
    breaks: ['socket.capacity.refuse'],
    apply: ({ rules, wraps }) => {
      const writers: ConnectionWriter[] = []
      wraps.socketWriter = (writer) => {
        writers.push(writer)
        return writer
      }
      const decide = rules.decideSocketCapacity
      rules.decideSocketCapacity = (open, limit) => {
        const refusal = decide(open, limit)
        if (refusal) writers.find(({ isOpen }) => isOpen())?.close('over-capacity')
        return refusal
      }
    },
  },
  {
    name: 'counts-open-sockets-only',
    misdeed: 'A socket whose closed is still to be answered is not counted against the limit.',
    breaks: ['socket.capacity.refuse'],
    apply: ({ rules, wraps }) => {
      let owed = 0
      wraps.socketSink = (sink) => ({
        ...sink,
        closed: (socket, end, onEnd) => {
          owed += 1
          sink.closed(socket, end, () => {
            owed -= 1
            onEnd()
          })
        },
      })
      const decide = rules.decideSocketCapacity
      rules.decideSocketCapacity = (open, limit) => decide(open - owed, limit)
    },
  },
  shakesHands(
    'shakes-hands-with-foreign-origins',
    'The application is asked about a page whose origin is refused.',
    (rules, shakeHands) => {
      const decide = rules.decideSocketOrigin
      rules.decideSocketOrigin = (facts) => {
        const refusal = decide(facts)
        if (refusal) shakeHands()
        return refusal
      }
    },
  ),
  shakesHands(
    'shakes-hands-for-expired-tickets',
    'The application is asked about a page whose ticket is refused as expired.',
    (rules, shakeHands) => {
      const decide = rules.decideTicketAge
      rules.decideTicketAge = (expiresAtMs, nowMs) => {
        const age = decide(expiresAtMs, nowMs)
        if (age === 'expired') shakeHands()
        return age
      }
    },
  ),
  shakesHands(
    'shakes-hands-for-invalid-tickets',
    'The application is asked about a page whose ticket cannot be verified.',
    (rules, shakeHands) => {
      const verify = rules.verifyTicket
      rules.verifyTicket = (ticket, key) => {
        const claims = verify(ticket, key)
        if (!claims) shakeHands()
        return claims
      }
    },
  ),
  {
    name: 'welcomes-sockets',
    misdeed: 'A socket gets a welcome envelope when its application has accepted it.',
    breaks: ['socket.envelope.none'],
    apply: ({ rules }) => {
      const select = rules.selectHeld
      rules.selectHeld = (held, outcome) =>
        outcome === 'accept' ? [WELCOME, ...select(held, outcome)] : select(held, outcome)
    },
  },
  {
    name: 'sends-heartbeats-on-sockets',
    misdeed: 'A quiet socket gets heartbeat envelopes.',
    breaks: ['socket.envelope.none'],
    apply: ({ rules }) => {
      rules.decideSocketHeartbeat = ({ nowMs, lastReadMs, lastEnvelopeMs = 0 }, seconds) =>
        nowMs - Math.max(lastReadMs, lastEnvelopeMs) >= seconds * 1000 * 0.9
    },
  },
]
