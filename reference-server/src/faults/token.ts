/** Faults of tokens. */
import type { Fault } from '../parts.ts'
import { needsNoKey } from './without-key.ts'

/** Each breaks what the chapter on tokens promises about calls and minting. */
export const tokenFaults: readonly Fault[] = [
  needsNoKey('mints-without-key', '/v1/tokens', 'A token is minted without an application key.'),
  needsNoKey('posts-without-key', '/v1/messages', 'A message is taken without an application key.'),
  needsNoKey(
    'broadcasts-without-key',
    '/v1/broadcasts',
    'A broadcast is taken without an application key.',
  ),
  needsNoKey(
    'reads-presence-without-key',
    '/v1/presence',
    'Presence is read without an application key.',
  ),
  {
    name: 'ignores-end-of-key',
    misdeed: 'Whatever follows a live application key is ignored.',
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      rules.decideKey = (offered, live) =>
        live.some((key) => offered?.startsWith(key)) ? 'live' : 'unknown'
    },
  },
  {
    name: 'accepts-start-of-key',
    misdeed: 'The beginning of a live application key opens the calls.',
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      rules.decideKey = (offered, live) =>
        offered !== undefined && live.some((key) => key.startsWith(offered)) ? 'live' : 'unknown'
    },
  },
  {
    name: 'ignores-case-of-key',
    misdeed: 'Application keys are compared without their case.',
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      rules.decideKey = (offered, live) =>
        live.some((key) => key.toLowerCase() === offered?.toLowerCase()) ? 'live' : 'unknown'
    },
  },
  {
    name: 'accepts-key-in-query',
    misdeed: 'An application key in the query opens the calls.',
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      const decide = rules.decideKey
      rules.decideKey = (offered, live, call) =>
        [...new URLSearchParams(call.query).values()].some((value) => live.includes(value))
          ? 'live'
          : decide(offered, live, call)
    },
  },
  {
    name: 'accepts-key-without-bearer',
    misdeed: 'An application key that is the whole Authorization header opens the calls.',
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      const decide = rules.decideKey
      rules.decideKey = (offered, live, call) => decide(offered ?? call.authorization, live, call)
    },
  },
  {
    name: 'accepts-key-in-any-scheme',
    misdeed: 'An application key opens the calls behind any word instead of Bearer.',
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      const read = rules.readBearer
      rules.readBearer = (authorization) => read(authorization?.replace(/^\w+ /, 'Bearer '))
    },
  },
  {
    name: 'takes-first-of-several-keys',
    misdeed: 'Of several Authorization headers the first one counts.',
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      rules.selectAuthorization = ([first]) => first
    },
  },
  {
    name: 'takes-last-of-several-keys',
    misdeed: 'Of several Authorization headers the last one counts.',
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      rules.selectAuthorization = (offered) => offered.at(-1)
    },
  },
  {
    name: 'judges-media-type-before-key',
    misdeed: 'A call without a key is refused for the media type of its body.',
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      const decide = rules.decideKey
      rules.decideKey = (offered, live, call) => {
        const refusal = call.contentType && rules.decideMediaType(call.contentType)
        if (refusal) throw refusal
        return decide(offered, live, call)
      }
    },
  },
  {
    name: 'refuses-without-challenge',
    misdeed: 'A 401 has no WWW-Authenticate header.',
    breaks: ['token.key.challenge'],
    apply: ({ rules }) => {
      rules.makeChallenge = () => ({})
    },
  },
  {
    name: 'rejects-second-key',
    misdeed: 'Of the configured application keys only the first is accepted.',
    breaks: ['token.key.rotation'],
    apply: ({ rules }) => {
      rules.selectLiveKeys = (configured) => configured.slice(0, 1)
    },
  },
  {
    name: 'mints-token-outside-grammar',
    misdeed: 'Tokens end in an exclamation mark.',
    breaks: ['token.mint.answer', 'problem.answer.schema'],
    apply: ({ rules }) => {
      const { mintToken, verifyToken } = rules
      rules.mintToken = (...facts) => `${mintToken(...facts)}!`
      rules.verifyToken = (token, key) =>
        token.endsWith('!') ? verifyToken(token.slice(0, -1), key) : undefined
    },
  },
  {
    name: 'writes-expiry-with-offset',
    misdeed: 'The expires_at of a token is written with an offset instead of Z.',
    breaks: ['token.mint.answer', 'problem.answer.schema'],
    apply: ({ rules }) => {
      const make = rules.makeTokenAnswer
      rules.makeTokenAnswer = (...facts) => {
        const answer = make(...facts)
        return { ...answer, expires_at: answer.expires_at.replace('Z', '+00:00') }
      }
    },
  },
  {
    name: 'lets-tokens-be-cached',
    misdeed: 'The answer with a token comes without Cache-Control.',
    breaks: ['token.mint.no-store'],
    apply: ({ rules }) => {
      rules.makeTokenHeaders = () => ({})
    },
  },
  {
    name: 'caps-ttl',
    misdeed: 'No token lives longer than 10,000 seconds.',
    breaks: ['token.ttl.honour'],
    apply: ({ rules }) => {
      const decide = rules.decideExpiry
      rules.decideExpiry = (nowMs, ttlSeconds) => decide(nowMs, Math.min(ttlSeconds, 10_000))
    },
  },
  {
    name: 'rounds-ttl-up',
    misdeed: 'A life is rounded up to whole seconds.',
    breaks: ['token.ttl.honour'],
    apply: ({ rules }) => {
      const decide = rules.decideExpiry
      rules.decideExpiry = (nowMs, ttlSeconds) => decide(nowMs, Math.ceil(ttlSeconds))
    },
  },
  {
    name: 'halves-default-ttl',
    misdeed: 'A token whose request names no life lives half as long as advertised.',
    breaks: ['token.ttl.honour'],
    apply: ({ rules }) => {
      const read = rules.readTtl
      rules.readTtl = (value, defaultSeconds) => read(value, defaultSeconds / 2)
    },
  },
  {
    name: 'adds-seconds-to-ttl',
    misdeed: 'A life of more than a minute lasts five seconds longer.',
    breaks: ['token.ttl.honour'],
    apply: ({ rules }) => {
      const decide = rules.decideExpiry
      rules.decideExpiry = (nowMs, ttlSeconds) =>
        decide(nowMs, ttlSeconds > 60 ? ttlSeconds + 5 : ttlSeconds)
    },
  },
  {
    name: 'accepts-ttl-of-zero',
    misdeed: 'A life of zero seconds is taken for one second.',
    breaks: ['token.ttl.refuse'],
    apply: ({ rules }) => {
      const read = rules.readTtl
      rules.readTtl = (value, defaultSeconds) => read(value === 0 ? 1 : value, defaultSeconds)
    },
  },
  {
    name: 'accepts-ttl-above-the-most',
    misdeed: 'A life above a day is taken for a day.',
    breaks: ['token.ttl.refuse'],
    apply: ({ rules }) => {
      const read = rules.readTtl
      rules.readTtl = (value, defaultSeconds) =>
        read(typeof value === 'number' ? Math.min(value, 86_400) : value, defaultSeconds)
    },
  },
  {
    name: 'accepts-ttl-as-text',
    misdeed: 'A life is taken from a string.',
    breaks: ['token.ttl.refuse'],
    apply: ({ rules }) => {
      const read = rules.readTtl
      rules.readTtl = (value, defaultSeconds) =>
        read(typeof value === 'string' ? Number(value) : value, defaultSeconds)
    },
  },
  {
    name: 'takes-null-ttl-for-none',
    misdeed: 'A life of null is taken for none named.',
    breaks: ['token.ttl.refuse'],
    apply: ({ rules }) => {
      const read = rules.readTtl
      rules.readTtl = (value, defaultSeconds) => read(value ?? undefined, defaultSeconds)
    },
  },
  {
    name: 'puts-token-into-connect-url',
    misdeed: 'The connect_url carries the token in its query.',
    breaks: ['token.url.absent'],
    apply: ({ rules }) => {
      const make = rules.makeTokenAnswer
      rules.makeTokenAnswer = (token, claims, connectUrl) =>
        make(token, claims, `${connectUrl}?token=${token}`)
    },
  },
  {
    name: 'builds-connect-url-from-host',
    misdeed: 'The connect_url names the Host of the request.',
    breaks: ['token.connect-url.configured', 'gae.script.connect'],
    apply: ({ rules }) => {
      const make = rules.makeConnectUrl
      rules.makeConnectUrl = (facts) =>
        make({ ...facts, baseUrl: facts.host ? `http://${facts.host}` : facts.baseUrl })
    },
  },
]
