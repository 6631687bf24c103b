/** Faults of takeover and of how a connection ends. */
import type { Fault } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'
import { isOfType, repeatsAfterTakeover } from './writes.ts'

/** Each breaks what the chapter on connections promises about takeover and ending. */
export const connectionTakeoverFaults: readonly Fault[] = [
  {
    name: 'keeps-old-connection-on-takeover',
    misdeed: 'The older connection stays open when a newer one is welcomed.',
    breaks: ['connection.takeover.close', 'sse.takeover.either'],
    apply: ({ rules }) => {
      rules.decideTakeover = () => undefined
    },
  },
  {
    name: 'calls-takeover-draining',
    misdeed: 'The older connection is closed with 4200, so that it comes back at once.',
    breaks: ['connection.takeover.close', 'sse.takeover.either'],
    apply: ({ rules }) => {
      rules.decideTakeover = () => 'draining'
    },
  },
  {
    name: 'closes-without-reason',
    misdeed: 'The Close frames of the service have no reason.',
    breaks: ['connection.takeover.close', 'connection.token.count'],
    apply: ({ rules }) => {
      rules.makeCloseReason = () => ''
    },
  },
  {
    name: 'keeps-connection-with-the-longer-token',
    misdeed: 'The older connection stays open when its token lives longer than that of the newer.',
    breaks: ['connection.takeover.close'],
    apply: ({ rules }) => {
      const { decideTakeover, makeWelcome } = rules
      const expiries = new Map<string, number>()
      let isLonger = false
      rules.makeWelcome = (facts) => {
        isLonger = (expiries.get(facts.clientId) ?? 0) > facts.expiresAtMs
        expiries.set(facts.clientId, facts.expiresAtMs)
        return makeWelcome(facts)
      }
      rules.decideTakeover = () => (isLonger ? undefined : decideTakeover())
    },
  },
  {
    name: 'replaces-by-refused-attempts',
    misdeed:
      'A connection ends as replaced when another is refused for a token that is too old or revoked.',
    breaks: ['connection.takeover.refused'],
    apply: ({ rules, ports, wraps }) => {
      const { decideRevoked, decideTokenAge, verifyToken } = rules
      const { broker } = ports
      const current = new Map<string, ConnectionWriter>()
      const revoked = new Map<number, string>()
      let asking = ''
      wraps.writer = (writer, clientId) => {
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          if (isOfType(frame, 'welcome')) current.set(clientId, writer)
          writer.write(frame, envelope)
        }
        return { ...writer, write }
      }
      ports.broker = {
        ...broker,
        revoke: async (clientId) => {
          const generation = await broker.revoke(clientId)
          revoked.set(generation, clientId)
          return generation
        },
      }
      rules.verifyToken = (...facts) => {
        const claims = verifyToken(...facts)
        asking = claims?.clientId ?? ''
        return claims
      }
      rules.decideTokenAge = (...facts) => {
        const age = decideTokenAge(...facts)
        if (age === 'expired') current.get(asking)?.close('replaced')
        return age
      }
      rules.decideRevoked = (minted, generation) => {
        const dead = decideRevoked(minted, generation)
        if (dead) current.get(revoked.get(generation) ?? '')?.close('replaced')
        return dead
      }
    },
  },
  {
    name: 'repeats-newest-message-after-takeover',
    misdeed: 'The newer connection is sent the message that the older one was sent last.',
    breaks: ['connection.takeover.split'],
    apply: ({ wraps }) => {
      wraps.writer = repeatsAfterTakeover('message')
    },
  },
  {
    name: 'loses-message-after-takeover',
    misdeed: 'The first message after a takeover is sent to neither connection.',
    breaks: ['connection.takeover.split'],
    apply: ({ wraps }) => {
      const current = new Map<string, ConnectionWriter>()
      wraps.writer = (writer, clientId) => {
        let loses = false
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          const isLost = loses && isOfType(frame, 'message')
          if (isOfType(frame, 'welcome')) {
            loses = current.get(clientId)?.isOpen() === true
            current.set(clientId, writer)
          }
          if (isLost) loses = false
          else writer.write(frame, envelope)
        }
        return { ...writer, write }
      }
    },
  },
  {
    name: 'tolerates-empty-frames',
    misdeed: 'A client may send empty data frames.',
    breaks: ['connection.data.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideDataFrame
      rules.decideDataFrame = (bytes) => (bytes === 0 ? undefined : decide(bytes))
    },
  },
  {
    name: 'tolerates-largest-frames',
    misdeed: 'A client may send data frames of exactly 4096 bytes.',
    breaks: ['connection.data.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideDataFrame
      rules.decideDataFrame = (bytes) => (bytes === 4096 ? undefined : decide(bytes))
    },
  },
  {
    name: 'calls-client-data-unsupported',
    misdeed: 'A connection on which the client sends data is closed with 1003.',
    breaks: ['connection.data.refused'],
    apply: ({ rules }) => {
      rules.decideDataFrame = () => 'unsupported-data'
    },
  },
  {
    name: 'leaves-close-unanswered',
    misdeed: "A client's Close frame is answered by the end of the TCP connection alone.",
    breaks: ['connection.close.answered'],
    apply: ({ rules }) => {
      rules.decideCloseAnswer = () => false
    },
  },
  {
    name: 'answers-only-goodbye',
    misdeed: 'Of the Close frames of clients only those with 1000 are answered.',
    breaks: ['connection.close.answered'],
    apply: ({ rules }) => {
      rules.decideCloseAnswer = (code) => code === 1000
    },
  },
  {
    name: 'answers-every-close-alike',
    misdeed: "A client's Close frame is answered with 1000, whatever its code.",
    breaks: ['connection.close.answered'],
    apply: ({ rules }) => {
      rules.selectCloseCode = () => 1000
    },
  },
  {
    name: 'changes-epoch-silently',
    misdeed: 'After twenty messages another epoch begins, and the connection stays open.',
    breaks: ['connection.epoch.constant'],
    apply: ({ rules, ports }) => {
      const { broker } = ports
      rules.decideEpochChange = () => undefined
      ports.broker = {
        ...broker,
        accept: async (clientId, data) => {
          const counters = await broker.accept(clientId, data)
          return counters.seq > 20 ? { ...counters, epoch: counters.epoch + 1 } : counters
        },
      }
    },
  },
]
