/** Faults of how bad input is met. */
import type { Fault } from '../parts.ts'
import { Refusal } from '../refusal.ts'

/** Each breaks what the chapter on problems promises about bad input. */
export const problemInputFaults: readonly Fault[] = [
  {
    name: 'answers-404-to-other-methods',
    misdeed: 'A method that a path does not take is refused as if there were no such path.',
    breaks: ['problem.method.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideMethod
      rules.decideMethod = (...asked) => decide(...asked) && new Refusal('not-found')
    },
  },
  {
    name: 'hides-allowed-methods',
    misdeed: 'A refused method is answered without an Allow header.',
    breaks: ['problem.method.refused'],
    apply: ({ rules }) => {
      const make = rules.makeProblemHeaders
      rules.makeProblemHeaders = (refusal) => {
        const { allow: _allow, ...rest } = make(refusal)
        return rest
      }
    },
  },
  {
    name: 'asks-key-for-other-methods',
    misdeed: 'A method that a path does not take is refused for its application key.',
    breaks: ['problem.method.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideMethod
      rules.decideMethod = (method, route, offered) =>
        decide(method, route, offered) && route.keyed
          ? new Refusal('invalid-application-key')
          : decide(method, route, offered)
    },
  },
  {
    name: 'reads-any-media-type',
    misdeed: 'A body of any media type is read as JSON.',
    breaks: ['problem.media-type.refused'],
    apply: ({ rules }) => {
      rules.decideMediaType = () => undefined
    },
  },
  {
    name: 'takes-look-alikes-of-json',
    misdeed: 'A body is read as JSON where its media type has the letters json in it.',
    breaks: ['problem.media-type.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideMediaType
      rules.decideMediaType = (type) => (type?.includes('json') ? undefined : decide(type))
    },
  },
  {
    name: 'refuses-json-with-parameters',
    misdeed: 'A body of JSON is refused where its media type has parameters.',
    breaks: ['problem.media-type.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideMediaType
      rules.decideMediaType = (type) => decide(type?.replace(';', '+'))
    },
  },
  {
    name: 'mends-bad-utf8',
    misdeed: 'Bytes of a body that are not UTF-8 are replaced by U+FFFD.',
    breaks: ['problem.body.utf8'],
    apply: ({ rules }) => {
      rules.decodeBody = (bytes) => Buffer.from(bytes).toString('utf8')
    },
  },
  {
    name: 'takes-large-numbers-for-text',
    misdeed: 'A number of twenty digits or more in a body is read as the text of its digits.',
    breaks: ['message.data.refuse', 'token.client-id.refuse'],
    apply: ({ rules }) => {
      const parse = rules.parseBody
      rules.parseBody = (text) => parse(text.replace(/(:\s*)(-?\d{20,})/g, '$1"$2"'))
    },
  },
  {
    name: 'takes-deep-bodies-for-large-ones',
    misdeed: 'A deeply nested body is refused for its size.',
    breaks: ['problem.body.nested'],
    apply: ({ rules }) => {
      const parse = rules.parseBody
      rules.parseBody = (text) => {
        if (text.includes('['.repeat(1000))) throw new Refusal('payload-too-large')
        return parse(text)
      }
    },
  },
  {
    name: 'reads-huge-bodies',
    misdeed: 'A body is read up to four times the size that may be.',
    breaks: ['problem.body.too-large'],
    apply: ({ rules }) => {
      const decide = rules.decideMaxBodyBytes
      rules.decideMaxBodyBytes = (dataBytes) => 4 * decide(dataBytes)
    },
  },
  {
    name: 'waits-long-for-bodies',
    misdeed: 'A body may take 30 seconds longer than advertised.',
    breaks: ['problem.body.slow'],
    apply: ({ rules }) => {
      const decide = rules.decideRequestTimeoutSeconds
      rules.decideRequestTimeoutSeconds = (seconds, part) =>
        decide(seconds, part) + (part === 'body' ? 30 : 0)
    },
  },
  {
    name: 'reads-huge-headers',
    misdeed: 'A header section is read up to eight times the size that is advertised.',
    breaks: ['problem.headers.too-large'],
    apply: ({ rules }) => {
      const decide = rules.decideMaxHeaderBytes
      rules.decideMaxHeaderBytes = (bytes) => 8 * decide(bytes)
    },
  },
  {
    name: 'calls-large-headers-malformed',
    misdeed: 'A header section that is too large is refused as malformed.',
    breaks: ['problem.headers.too-large'],
    apply: ({ rules }) => {
      const make = rules.makeProblem
      rules.makeProblem = (refusal) =>
        make(refusal.slug === 'headers-too-large' ? new Refusal('malformed-request') : refusal)
    },
  },
  {
    name: 'ignores-idempotency-key',
    misdeed: 'A post that must not be repeated is taken as if it could be.',
    breaks: ['problem.idempotency.refused'],
    apply: ({ rules }) => {
      rules.decideIdempotency = () => undefined
    },
  },
  {
    name: 'ignores-idempotency-key-of-tokens',
    misdeed: 'A request for a token that must not be repeated is taken as if it could be.',
    breaks: ['problem.idempotency.refused'],
    apply: ({ rules }) => {
      const { decideKey, decideIdempotency } = rules
      let path = ''
      rules.decideKey = (offered, live, call) => {
        path = call.path
        return decideKey(offered, live, call)
      }
      rules.decideIdempotency = (keys, offered) =>
        path === '/v1/tokens' ? undefined : decideIdempotency(keys, offered)
    },
  },
  {
    name: 'opens-calls-to-every-page',
    misdeed: 'Every answer may be read by the pages of every origin.',
    breaks: ['problem.cors.none'],
    apply: ({ rules }) => {
      rules.makeCrossOriginHeaders = () => ({ 'access-control-allow-origin': '*' })
    },
  },
  {
    name: 'opens-refusals-to-every-page',
    misdeed: 'Refusals may be read by the pages of every origin.',
    breaks: ['problem.cors.none'],
    apply: ({ rules }) => {
      const make = rules.makeProblemHeaders
      rules.makeProblemHeaders = (refusal) => ({
        ...make(refusal),
        'access-control-allow-origin': '*',
      })
    },
  },
  {
    name: 'quotes-the-key-it-refuses',
    misdeed: 'The detail of 401 repeats the key that was offered.',
    breaks: ['problem.detail.safe'],
    apply: ({ rules }) => {
      const read = rules.readBearer
      const make = rules.makeProblem
      let offered: string | undefined
      rules.readBearer = (authorization) => {
        offered = read(authorization)
        return offered
      }
      rules.makeProblem = (refusal) =>
        refusal.slug === 'invalid-application-key'
          ? { ...make(refusal), detail: `the key ${offered} is not live` }
          : make(refusal)
    },
  },
  {
    name: 'quotes-the-body-it-refuses',
    misdeed: 'The detail of a refused body repeats the body.',
    breaks: ['problem.detail.safe'],
    apply: ({ rules }) => {
      const parse = rules.parseBody
      rules.parseBody = (text) => {
        try {
          return parse(text)
        } catch {
          throw new Refusal('malformed-request', `cannot read ${text.slice(0, 200)}`)
        }
      }
    },
  },
  {
    name: 'quotes-the-token-it-refuses',
    misdeed: 'The detail of a refused upgrade repeats the offered subprotocols.',
    breaks: ['problem.detail.safe'],
    apply: ({ rules }) => {
      const decide = rules.decideUpgrade
      rules.decideUpgrade = (facts) =>
        decide(facts) && new Refusal('upgrade-required', `not ${facts.offers.join(', ')}`)
    },
  },
  {
    name: 'loses-a-message-after-deep-nesting',
    misdeed: 'After a body with very deep nesting the next message of anybody is lost.',
    breaks: ['problem.neighbours.undisturbed'],
    apply: ({ rules }) => {
      const parse = rules.parseBody
      const deliver = rules.makeDelivery
      let isHurt = false
      rules.parseBody = (text) => {
        isHurt ||= text.includes('['.repeat(50_000))
        return parse(text)
      }
      rules.makeDelivery = (frame, seq) => {
        const frames = isHurt ? [] : deliver(frame, seq)
        isHurt = false
        return frames
      }
    },
  },
  {
    name: 'ends-everyone-after-an-odd-path',
    misdeed: 'A path that cannot be decoded ends every open connection.',
    breaks: ['problem.neighbours.undisturbed'],
    apply: ({ rules }) => {
      const route = rules.decideRoute
      const decide = rules.decideBacklog
      let isHurt = false
      let hurtMs: number | undefined
      rules.decideRoute = (path) => {
        isHurt ||= path.includes('%ff')
        return route(path)
      }
      rules.decideBacklog = (vitals, ...bounds) => {
        if (isHurt) hurtMs = vitals.nowMs
        isHurt = false
        return vitals.nowMs === hurtMs ? 'slow-consumer' : decide(vitals, ...bounds)
      }
    },
  },
]
