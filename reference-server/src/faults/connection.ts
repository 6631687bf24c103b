/** Faults of opening a connection. */
import type { WelcomeEnvelope } from '@channel-protocol/schemas/types'
import type { Fault } from '../parts.ts'
import type { WelcomeFacts } from '../rules/connection.ts'

/** A fault that tells the welcome something else than what is so. */
function misinforms(
  name: string,
  breaks: readonly string[],
  change: (facts: WelcomeFacts) => Partial<WelcomeFacts>,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const make = rules.makeWelcome
      rules.makeWelcome = (facts) => make({ ...facts, ...change(facts) })
    },
  }
}

/** Requirements that a wrong `seq` of the welcome breaks. */
const BY_WELCOME_SEQ = [
  'connection.welcome.seq',
  'connection.takeover.split',
  'message.seq.contiguous',
  'resume.connect.unknown',
  'resume.welcome.seq',
  'resume.broadcasts.ignored',
]

/** Longer messages than most checks send. */
const LONG_CHARACTERS = 20_000

/** Each breaks what the chapter on connections promises about opening. */
export const connectionFaults: readonly Fault[] = [
  {
    name: 'answers-first-offer',
    misdeed: 'The answer to an upgrade names whatever was offered first.',
    breaks: ['connection.upgrade.subprotocol'],
    apply: ({ rules }) => {
      rules.decideSubprotocol = ([first = '']) => first
    },
  },
  {
    name: 'answers-with-offered-token',
    misdeed: 'The answer to an upgrade names the offered token.',
    breaks: ['connection.upgrade.subprotocol'],
    apply: ({ rules }) => {
      const decide = rules.decideSubprotocol
      rules.decideSubprotocol = (offers) =>
        offers.find((offer) => offer.startsWith('channel-token.')) ?? decide(offers)
    },
  },
  {
    name: 'refuses-empty-offers',
    misdeed: 'An empty element among the offered subprotocols breaks the upgrade.',
    breaks: ['connection.upgrade.subprotocol'],
    apply: ({ rules }) => {
      const read = rules.readOffers
      rules.readOffers = (header) => read(header?.replace(/,\s*(?=,|$)|^,/g, '@'))
    },
  },
  {
    name: 'answers-plain-request-to-connect-url',
    misdeed: 'A plain request to the connect URL is answered with the discovery document.',
    breaks: ['connection.upgrade.required'],
    apply: ({ rules }) => {
      const decide = rules.decideRoute
      rules.decideRoute = (path) => decide(path === '/v1/connect' ? '/v1' : path)
    },
  },
  {
    name: 'upgrades-without-subprotocol',
    misdeed: 'An upgrade is completed though the protocol is not offered.',
    breaks: ['connection.upgrade.required'],
    apply: ({ rules }) => {
      const decide = rules.decideUpgrade
      rules.decideUpgrade = (facts) => decide({ ...facts, offers: ['channel-protocol.v1'] })
    },
  },
  {
    name: 'ignores-case-of-subprotocol',
    misdeed: 'The protocol is recognised in any case.',
    breaks: ['connection.upgrade.required'],
    apply: ({ rules }) => {
      const decide = rules.decideUpgrade
      rules.decideUpgrade = (facts) =>
        decide({ ...facts, offers: facts.offers.map((offer) => offer.toLowerCase()) })
    },
  },
  {
    name: 'refuses-broken-websocket-key-without-problem',
    misdeed: 'A broken Sec-WebSocket-Key is left to the library, which knows no problem documents.',
    breaks: ['connection.upgrade.malformed'],
    apply: ({ rules }) => {
      const decide = rules.decideHandshake
      rules.decideHandshake = (facts) => decide({ ...facts, key: 'dGhlIHNhbXBsZSBub25jZQ==' })
    },
  },
  {
    name: 'accepts-old-websocket-version',
    misdeed: 'An upgrade of WebSocket version 8 is completed.',
    breaks: ['connection.upgrade.malformed'],
    apply: ({ rules }) => {
      const decide = rules.decideHandshake
      rules.decideHandshake = (facts) =>
        decide({ ...facts, version: facts.version === '8' ? '13' : facts.version })
    },
  },
  {
    name: 'takes-first-of-several-tokens',
    misdeed: 'Of several offered tokens the first one counts.',
    breaks: ['connection.token.count', 'sse.open.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideTokenCount
      rules.decideTokenCount = (tokens) => decide(tokens.slice(0, 1))
    },
  },
  {
    name: 'calls-absent-token-invalid',
    misdeed: 'A connection without a token is refused as one with an invalid token.',
    breaks: ['connection.token.count', 'sse.open.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideTokenCount
      rules.decideTokenCount = (tokens) => (tokens.length === 0 ? 'token-invalid' : decide(tokens))
    },
  },
  {
    name: 'counts-same-token-once',
    misdeed: 'The same token offered twice counts as one.',
    breaks: ['connection.token.count', 'sse.open.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideTokenCount
      rules.decideTokenCount = (tokens) => decide([...new Set(tokens)])
    },
  },
  {
    name: 'ignores-case-of-token-offers',
    misdeed: 'The word before an offered token is recognised in any case.',
    breaks: ['connection.token.count'],
    apply: ({ rules }) => {
      const read = rules.readOfferedTokens
      rules.readOfferedTokens = (offers) =>
        read(offers.map((offer) => offer.replace(/^channel-token\./i, 'channel-token.')))
    },
  },
  {
    name: 'refuses-own-origin',
    misdeed: 'The origin of the base is refused.',
    breaks: ['connection.origin.accept', 'sse.open.stream'],
    apply: ({ rules }) => {
      const decide = rules.decideOrigin
      rules.decideOrigin = (facts) => decide({ ...facts, baseOrigin: '' })
    },
  },
  {
    name: 'refuses-listed-origin',
    misdeed: 'A listed origin is refused.',
    breaks: ['connection.origin.accept', 'sse.open.stream'],
    apply: ({ rules }) => {
      const decide = rules.decideOrigin
      rules.decideOrigin = (facts) => decide({ ...facts, origins: [] })
    },
  },
  {
    name: 'accepts-null-origin',
    misdeed: 'The origin null passes though it is not listed.',
    breaks: ['connection.origin.refuse', 'sse.open.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideOrigin
      rules.decideOrigin = (facts) => (facts.origin === 'null' ? undefined : decide(facts))
    },
  },
  {
    name: 'compares-start-of-origin',
    misdeed: 'An origin passes that begins like a listed one.',
    breaks: ['connection.origin.refuse', 'sse.open.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideOrigin
      rules.decideOrigin = (facts) =>
        [facts.origins].flat().some((listed) => facts.origin?.startsWith(listed))
          ? undefined
          : decide(facts)
    },
  },
  {
    name: 'ignores-scheme-of-origin',
    misdeed: 'An origin passes that is listed with another scheme.',
    breaks: ['connection.origin.refuse'],
    apply: ({ rules }) => {
      const decide = rules.decideOrigin
      rules.decideOrigin = (facts) =>
        decide(facts) && decide({ ...facts, origin: facts.origin?.replace(/^http:/, 'https:') })
    },
  },
  {
    name: 'ignores-port-of-own-origin',
    misdeed: 'An origin passes that is that of the base with another port.',
    breaks: ['connection.origin.refuse'],
    apply: ({ rules }) => {
      const decide = rules.decideOrigin
      const portless = (origin = ''): string => origin.replace(/:\d+$/, '')
      rules.decideOrigin = (facts) =>
        portless(facts.origin) === portless(facts.baseOrigin) ? undefined : decide(facts)
    },
  },
  {
    name: 'welcomes-second',
    misdeed: 'Another envelope precedes the welcome.',
    breaks: ['connection.welcome.first', 'sse.open.stream'],
    apply: ({ rules }) => {
      rules.makeOpening = (welcome) => [rules.makeHeartbeat(), welcome]
    },
  },
  misinforms(
    'welcomes-another-client-id',
    ['connection.welcome.first'],
    ({ clientId }) => ({ clientId: clientId.normalize('NFC') }),
    'The welcome has the client id in composed form.',
  ),
  {
    name: 'welcomes-without-resumed',
    misdeed: 'The welcome has no member `resumed`.',
    breaks: ['connection.welcome.first', 'connection.envelope.schema'],
    apply: ({ rules }) => {
      const make = rules.makeWelcome
      rules.makeWelcome = (facts) => {
        const { resumed: _resumed, ...rest } = make(facts)
        return rest as WelcomeEnvelope
      }
    },
  },
  misinforms(
    'welcomes-with-later-expiry',
    ['connection.welcome.expiry'],
    ({ expiresAtMs }) => ({ expiresAtMs: expiresAtMs + 1000 }),
    'The welcome names an expires_at one second later than that of the token.',
  ),
  {
    name: 'welcomes-with-milliseconds-left',
    misdeed: 'The welcome gives the time that is left in milliseconds.',
    breaks: ['connection.welcome.expiry'],
    apply: ({ rules }) => {
      const make = rules.makeWelcome
      rules.makeWelcome = (facts) => {
        const welcome = make(facts)
        return { ...welcome, expires_in_seconds: welcome.expires_in_seconds * 1000 }
      }
    },
  },
  misinforms(
    'welcomes-with-older-seq',
    BY_WELCOME_SEQ,
    ({ seq }) => ({ seq: Math.max(0, seq - 1) }),
    'The welcome has the seq of the message before the newest.',
  ),
  misinforms(
    'welcomes-with-seq-zero',
    BY_WELCOME_SEQ,
    () => ({ seq: 0 }),
    'The welcome has the seq 0, whatever was accepted.',
  ),
  misinforms(
    'welcomes-with-another-epoch',
    ['connection.welcome.seq', 'connection.epoch.constant'],
    ({ epoch, seq }) => ({ epoch: seq > 0 ? epoch + 1 : epoch }),
    'The welcome has another epoch than the messages accepted before it.',
  ),
  {
    name: 'forgets-seq-of-the-gone',
    misdeed: 'The welcome of a client id that was offline has the seq 0.',
    breaks: ['connection.welcome.seq', 'message.seq.contiguous'],
    apply: ({ ports }) => {
      const { broker } = ports
      ports.broker = {
        ...broker,
        arrive: async (arrival) => {
          const arrived = await broker.arrive(arrival)
          return arrived.came && arrived.version > 1 ? { ...arrived, seq: 0 } : arrived
        },
      }
    },
  },
  {
    name: 'repeats-connection-ids',
    misdeed: 'All connections have the same connection_id.',
    breaks: ['connection.welcome.id'],
    apply: ({ rules }) => {
      const make = rules.makeConnectionId
      rules.makeConnectionId = () => make(new Uint8Array(12))
    },
  },
  {
    name: 'counts-connection-ids',
    misdeed: 'The ids of connections count from one, anew after every start.',
    breaks: ['connection.welcome.id'],
    apply: ({ rules }) => {
      let last = 0
      rules.makeConnectionId = () => {
        last += 1
        return `c-${last}`
      }
    },
  },
  {
    name: 'minds-case-of-upgrade',
    misdeed: 'An upgrade whose Upgrade header is not written in small letters is none.',
    breaks: ['connection.upgrade.subprotocol'],
    apply: ({ rules }) => {
      const decide = rules.decideUpgrade
      rules.decideUpgrade = (facts) =>
        decide(facts.upgrade === 'websocket' ? facts : { ...facts, upgrade: undefined })
    },
  },
  {
    name: 'sends-long-messages-as-binary',
    misdeed: 'Long messages are sent in binary frames.',
    breaks: ['connection.envelope.text', 'broadcast.post.deliver'],
    apply: ({ rules }) => {
      const encode = rules.encodeEnvelope
      rules.encodeEnvelope = (envelope) => {
        const frame = encode(envelope)
        return frame.length > LONG_CHARACTERS ? Buffer.from(frame) : frame
      }
    },
  },
  {
    name: 'sends-long-messages-in-a-list',
    misdeed: 'Long messages are sent as a JSON array of one envelope.',
    breaks: ['connection.envelope.text', 'broadcast.post.deliver', 'sse.event.form'],
    apply: ({ rules }) => {
      const encode = rules.encodeEnvelope
      rules.encodeEnvelope = (envelope) => {
        const frame = encode(envelope)
        return frame.length > LONG_CHARACTERS ? `[${frame}]` : frame
      }
    },
  },
]
