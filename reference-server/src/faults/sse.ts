/** Faults of event streams: who gets one, who is refused how, and when there is no more room. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { Fault, Parts } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'
import { Refusal } from '../refusal.ts'

/** The close codes with which a stream is refused for its token, in the data of an event. */
const REFUSED_FOR_TOKEN = /"code":(4000|4003|4301)/

/** Tells the tokens that streams carry from those that upgrades offer. */
function watchStreamTokens({ rules }: Parts): (facts: object) => boolean {
  const read = rules.readStreamTokens
  const known = new WeakSet<object>()
  rules.readStreamTokens = (authorizations, query) => {
    const tokens = read(authorizations, query)
    known.add(tokens)
    return tokens
  }
  return (facts) => known.has(facts)
}

/** Tells at the moment of `decideCapacity` whether a stream asks for room. */
function watchAskers(parts: Parts): () => boolean {
  const isOfStream = watchStreamTokens(parts)
  const count = parts.rules.decideTokenCount
  let isStream = false
  parts.rules.decideTokenCount = (tokens) => {
    isStream = isOfStream(tokens)
    return count(tokens)
  }
  return () => isStream
}

/** The write sides of streams that were let in, oldest first. */
function watchStreams({ wraps }: Parts): () => ConnectionWriter[] {
  const streams: ConnectionWriter[] = []
  wraps.writer = (writer, _clientId, pulse) => {
    // Of a stream nothing is ever read.
    if (!pulse.isReading()) streams.push(writer)
    return writer
  }
  return () => streams.filter(({ isOpen }) => isOpen())
}

/** A fault of the headers of streams. */
function headerFault(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  headers: Readonly<Record<string, string>>,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const make = rules.makeStreamHeaders
      rules.makeStreamHeaders = () => ({ ...make(), ...headers })
    },
  }
}

/** A fault of which requests ask for a stream. */
function acceptFault(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  asks: (accept: string | undefined, decide: (accept: string | undefined) => boolean) => boolean,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const decide = rules.decideStreamAsked
      rules.decideStreamAsked = (accept) => asks(accept, decide)
    },
  }
}

/** Each breaks what the chapter on event streams promises about opening. */
export const sseFaults: readonly Fault[] = [
  acceptFault(
    'streams-for-plain-accept-alone',
    'A stream is opened only where Accept is exactly text/event-stream.',
    ['sse.open.stream'],
    (accept) => accept === 'text/event-stream',
  ),
  acceptFault(
    'streams-for-lower-case-accept-alone',
    'A stream is opened only where Accept is in lower case.',
    ['sse.open.stream'],
    (accept, decide) => accept === accept?.toLowerCase() && decide(accept),
  ),
  headerFault(
    'calls-streams-plain-text',
    'A stream is answered as text/plain.',
    ['sse.open.stream'],
    { 'content-type': 'text/plain' },
  ),
  {
    name: 'welcomes-streams-second',
    misdeed: 'A heartbeat comes before the welcome of a stream.',
    breaks: ['sse.open.stream'],
    apply: ({ rules, wraps }) => {
      wraps.writer = (writer, _clientId, pulse) => {
        if (!pulse.isReading()) writer.write(rules.encodeEnvelope(rules.makeHeartbeat()))
        return writer
      }
    },
  },
  {
    name: 'keeps-small-events-back',
    misdeed: 'The welcome of a stream stays in a buffer that it does not fill.',
    breaks: ['sse.open.stream'],
    apply: ({ rules }) => {
      const make = rules.makeEvent
      rules.makeEvent = (event) => (event.type === 'welcome' ? '' : make(event))
    },
  },
  {
    name: 'leaves-out-blank-lines',
    misdeed: 'No blank line ends an event.',
    breaks: ['sse.open.stream'],
    apply: ({ rules }) => {
      const make = rules.makeEvent
      rules.makeEvent = (event) => make(event).replace(/\n$/, '')
    },
  },
  headerFault('lets-caches-keep-streams', 'Caches may keep a stream.', ['sse.open.uncached'], {
    'cache-control': 'no-transform',
  }),
  headerFault(
    'lets-proxies-change-streams',
    'Proxies may change a stream.',
    ['sse.open.uncached'],
    {
      'cache-control': 'no-store',
    },
  ),
  headerFault('lets-proxies-hold-streams', 'Proxies may hold events back.', ['sse.open.uncached'], {
    'x-accel-buffering': 'yes',
  }),
  acceptFault(
    'streams-for-any-accept',
    'A request that takes anything gets a stream.',
    ['sse.open.unasked'],
    (accept, decide) => decide(accept) || accept?.includes('*/*') === true,
  ),
  acceptFault(
    'streams-for-any-text',
    'A request that takes any text gets a stream.',
    ['sse.open.unasked'],
    (accept, decide) => decide(accept) || accept?.includes('text/*') === true,
  ),
  acceptFault(
    'streams-without-accept',
    'A request without Accept gets a stream.',
    ['sse.open.unasked', 'connection.upgrade.required'],
    (accept, decide) => accept === undefined || decide(accept),
  ),
  acceptFault(
    'looks-for-type-anywhere-in-accept',
    'A request gets a stream where text/event-stream stands anywhere in its Accept.',
    ['sse.open.unasked'],
    (accept, decide) => decide(accept) || accept?.includes('text/event-stream') === true,
  ),
  {
    name: 'refuses-streams-with-401',
    misdeed: 'A stream is refused for its token or origin with status 401.',
    breaks: ['sse.open.refused'],
    apply: ({ rules }) => {
      const passing: readonly (CloseSlug | undefined)[] = [undefined, 'over-capacity']
      rules.decideStreamStatus = (refusal) => (passing.includes(refusal) ? 200 : 401)
    },
  },
  {
    name: 'takes-first-of-several-authorizations',
    misdeed: 'Of several tokens of a stream the first counts.',
    breaks: ['sse.open.refused'],
    apply: ({ rules }) => {
      const read = rules.readStreamTokens
      rules.readStreamTokens = (authorizations, query) => read(authorizations, query).slice(0, 1)
    },
  },
  {
    name: 'takes-any-scheme-for-a-token',
    misdeed: 'Whatever the scheme of Authorization, what follows it is the token of a stream.',
    breaks: ['sse.open.refused'],
    apply: ({ rules }) => {
      rules.readStreamTokens = (authorizations) =>
        authorizations.map((value) => value.split(' ').at(-1) ?? '')
    },
  },
  {
    name: 'calls-absent-stream-token-invalid',
    misdeed: 'A request for a stream without a token is refused as one with a forged token.',
    breaks: ['sse.open.refused'],
    apply: ({ rules }) => {
      const read = rules.readStreamTokens
      rules.readStreamTokens = (authorizations, query) =>
        authorizations.length === 0 ? [''] : read(authorizations, query)
    },
  },
  {
    name: 'takes-stream-tokens-from-the-query',
    misdeed: 'A token in the query of the URL opens a stream.',
    breaks: ['sse.open.refused'],
    apply: ({ rules }) => {
      const read = rules.readStreamTokens
      rules.readStreamTokens = (authorizations, query) => [
        ...read(authorizations, query),
        ...new URLSearchParams(query).getAll('token'),
      ]
    },
  },
  {
    name: 'refuses-upgrades-that-accept-streams',
    misdeed: 'An upgrade with text/event-stream in its Accept is refused.',
    breaks: ['connection.upgrade.subprotocol'],
    apply: ({ rules }) => {
      const decide = rules.decideUpgrade
      rules.decideUpgrade = (facts) =>
        rules.decideStreamAsked(facts.accept)
          ? new Refusal('upgrade-required', 'open a stream without an upgrade')
          : decide(facts)
    },
  },
  {
    name: 'refuses-streams-in-silence',
    misdeed: 'A stream that is refused for its token or origin ends without an event.',
    breaks: ['sse.open.refused', 'sse.close.event'],
    apply: ({ rules }) => {
      const make = rules.makeEvent
      rules.makeEvent = (event) =>
        event.type === 'close' && REFUSED_FOR_TOKEN.test(event.data) ? '' : make(event)
    },
  },
  {
    name: 'welcomes-before-it-refuses',
    misdeed: 'A stream that is refused for its token or origin begins with a heartbeat.',
    breaks: ['sse.open.refused'],
    apply: ({ rules }) => {
      const make = rules.makeEvent
      const data = rules.encodeEnvelope(rules.makeHeartbeat())
      const first = make({ type: 'heartbeat', id: undefined, data: String(data) })
      rules.makeEvent = (event) =>
        event.type === 'close' && REFUSED_FOR_TOKEN.test(event.data)
          ? first + make(event)
          : make(event)
    },
  },
  {
    name: 'streams-to-any-origin',
    misdeed: 'A page of any origin gets a stream.',
    breaks: ['sse.open.refused'],
    apply: ({ rules }) => {
      const { readStreamTokens: read, decideStopped: stop, decideOrigin: decide } = rules
      let isStream = false
      rules.readStreamTokens = (...given) => {
        isStream = true
        return read(...given)
      }
      rules.decideStopped = (...facts) => {
        isStream = false
        return stop(...facts)
      }
      rules.decideOrigin = (facts) => {
        const passes = isStream
        isStream = false
        return passes ? undefined : decide(facts)
      }
    },
  },
  {
    name: 'takes-streams-beyond-the-limit',
    misdeed: 'Streams beyond the advertised limit are welcomed.',
    breaks: ['sse.capacity.counted'],
    apply: (parts) => {
      const isStream = watchAskers(parts)
      const decide = parts.rules.decideCapacity
      parts.rules.decideCapacity = (open, limit) => (isStream() ? undefined : decide(open, limit))
    },
  },
  {
    name: 'counts-no-streams',
    misdeed: 'Streams are no connections for the advertised limit.',
    breaks: ['sse.capacity.counted', 'connection.capacity.refuse'],
    apply: (parts) => {
      const streams = watchStreams(parts)
      const decide = parts.rules.decideCapacity
      parts.rules.decideCapacity = (open, limit) => decide(open - streams().length, limit)
    },
  },
  {
    name: 'ends-the-oldest-for-a-stream',
    misdeed: 'A full service ends its oldest stream when another one is refused.',
    breaks: ['sse.capacity.counted', 'connection.capacity.refuse'],
    apply: (parts) => {
      const isStream = watchAskers(parts)
      const streams = watchStreams(parts)
      const decide = parts.rules.decideCapacity
      parts.rules.decideCapacity = (open, limit) => {
        const refusal = decide(open, limit)
        if (refusal && isStream()) streams()[0]?.close(refusal)
        return refusal
      }
    },
  },
]
