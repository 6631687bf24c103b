/** Faults of the life of a token. */
import type { Fault } from '../parts.ts'
import type { WelcomeFacts } from '../rules/connection.ts'
import type { TokenClaims } from '../rules/token.ts'

/** What a token says of itself, its signature unread. */
function readUnsigned(token: string): TokenClaims | undefined {
  try {
    const payload = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()
    const { c: clientId, e: expiresAtMs, g } = JSON.parse(payload) as Record<string, unknown>
    const isWhole = typeof clientId === 'string' && typeof expiresAtMs === 'number'
    return isWhole ? { clientId, expiresAtMs, generation: Number(g) } : undefined
  } catch {
    return undefined
  }
}

/** Each breaks what the chapter on tokens promises about their life. */
export const tokenLifeFaults: readonly Fault[] = [
  {
    name: 'wears-tokens-out',
    misdeed: 'A token opens five connections and no more.',
    breaks: ['token.live.accept'],
    apply: ({ rules }) => {
      const verify = rules.verifyToken
      const uses = new Map<string, number>()
      rules.verifyToken = (token, key) => {
        const claims = verify(token, key)
        const times = (uses.get(token) ?? 0) + 1
        if (claims) uses.set(token, times)
        return times > 5 ? undefined : claims
      }
    },
  },
  tellsTheWholeLife(
    'welcomes-with-the-whole-life',
    'The welcome says the whole life of the token instead of what is left of it.',
    () => true,
  ),
  tellsTheWholeLife(
    'welcomes-back-with-the-whole-life',
    'The welcome of a connection that was resumed says the whole life of the token instead of what is left of it.',
    ({ resumed }) => resumed,
  ),
  {
    name: 'forgets-older-tokens',
    misdeed: 'A token dies when another is minted for its client id.',
    breaks: ['token.live.accept'],
    apply: ({ rules }) => {
      const { mintToken, verifyToken } = rules
      const newest = new Map<string, string>()
      rules.mintToken = (claims, ...facts) => {
        const token = mintToken(claims, ...facts)
        newest.set(claims.clientId, token)
        return token
      }
      rules.verifyToken = (token, key) => {
        const claims = verifyToken(token, key)
        return claims && newest.get(claims.clientId) === token ? claims : undefined
      }
    },
  },
  {
    name: 'takes-token-once',
    misdeed: 'A token opens one connection only.',
    breaks: ['token.live.accept'],
    apply: ({ rules }) => {
      const verify = rules.verifyToken
      const used = new Set<string>()
      rules.verifyToken = (token, key) => {
        const claims = used.has(token) ? undefined : verify(token, key)
        used.add(token)
        return claims
      }
    },
  },
  {
    name: 'accepts-expired-token',
    misdeed: 'A token opens connections after its expiry.',
    breaks: ['token.expired.refused', 'sse.open.refused'],
    apply: ({ rules }) => {
      rules.decideTokenAge = () => 'live'
    },
  },
  {
    name: 'calls-expired-token-invalid',
    misdeed: 'An expired token is refused like one that cannot be verified.',
    breaks: ['token.expired.refused', 'sse.open.refused'],
    apply: ({ rules, ports }) => {
      const verify = rules.verifyToken
      rules.verifyToken = (token, key) => {
        const claims = verify(token, key)
        return claims && claims.expiresAtMs > ports.clock.nowMs() ? claims : undefined
      }
    },
  },
  {
    name: 'ignores-token-signature',
    misdeed: 'What a token says of itself is believed without its signature.',
    breaks: ['token.invalid.refused', 'sse.open.refused'],
    apply: ({ rules }) => {
      rules.verifyToken = readUnsigned
    },
  },
  {
    name: 'accepts-lengthened-token',
    misdeed: 'A character behind a token is ignored.',
    breaks: ['token.invalid.refused'],
    apply: ({ rules }) => {
      const verify = rules.verifyToken
      rules.verifyToken = (token, key) => verify(token, key) ?? verify(token.slice(0, -1), key)
    },
  },
  {
    name: 'ignores-end-of-token',
    misdeed: 'The last character of a token may be any.',
    breaks: ['token.invalid.refused'],
    apply: ({ rules }) => {
      const verify = rules.verifyToken
      rules.verifyToken = (token, key) => {
        const ends = [token.slice(-1), ...'AEIMQUYcgkosw048']
        return ends.map((end) => verify(token.slice(0, -1) + end, key)).find((claims) => claims)
      }
    },
  },
  {
    name: 'ignores-further-parts-of-tokens',
    misdeed: 'What stands behind another dot at the end of a token is ignored.',
    breaks: ['token.invalid.refused'],
    apply: ({ rules }) => {
      const verify = rules.verifyToken
      rules.verifyToken = (token, key) =>
        verify(token, key) ?? verify(token.split('.').slice(0, 2).join('.'), key)
    },
  },
  {
    name: 'believes-tokens-cut-before-their-signature',
    misdeed: 'A token whose signature is empty is believed.',
    breaks: ['token.invalid.refused'],
    apply: ({ rules }) => {
      const verify = rules.verifyToken
      rules.verifyToken = (token, key) =>
        verify(token, key) ?? (/^[^.]+\.$/.test(token) ? readUnsigned(token) : undefined)
    },
  },
  {
    name: 'believes-tokens-that-say-they-are-unsigned',
    misdeed: 'A token whose first part says that it has no signature is believed without one.',
    breaks: ['token.invalid.refused'],
    apply: ({ rules }) => {
      const verify = rules.verifyToken
      rules.verifyToken = (token, key) => {
        const [header = '', claims = ''] = token.split('.')
        const isUnsigned = Buffer.from(header, 'base64url').toString().includes('"alg":"none"')
        return verify(token, key) ?? (isUnsigned ? readUnsigned(claims) : undefined)
      }
    },
  },
  {
    name: 'calls-invalid-token-expired',
    misdeed:
      'A token that looks signed and cannot be verified is refused like one that has expired.',
    breaks: ['token.invalid.refused', 'sse.open.refused'],
    apply: ({ rules }) => {
      const verify = rules.verifyToken
      rules.verifyToken = (token, key) =>
        verify(token, key) ??
        (token.includes('.') ? { clientId: 'unknown', expiresAtMs: 0, generation: 0 } : undefined)
    },
  },
  {
    name: 'closes-before-expiry',
    misdeed: 'A connection is closed half a second before its token expires.',
    breaks: ['token.expiry.close', 'sse.close.expiry'],
    apply: ({ rules }) => {
      const decide = rules.decideExpiryDelay
      rules.decideExpiryDelay = (...facts) => Math.max(0, decide(...facts) - 500)
    },
  },
  {
    name: 'closes-late-after-expiry',
    misdeed: 'A connection is closed 2.7 seconds after its token expired.',
    breaks: ['token.expiry.close', 'sse.close.expiry'],
    apply: ({ rules }) => {
      const decide = rules.decideExpiryDelay
      rules.decideExpiryDelay = (...facts) => decide(...facts) + 2700
    },
  },
  {
    name: 'closes-expired-as-invalid',
    misdeed: 'A connection whose token expires is closed with 4301.',
    breaks: ['token.expiry.close', 'sse.close.expiry'],
    apply: ({ wraps }) => {
      wraps.writer = (writer) => ({
        ...writer,
        close: (slug) => writer.close(slug === 'token-expired' ? 'token-invalid' : slug),
      })
    },
  },
  {
    name: 'closes-at-first-expiry',
    misdeed: 'A connection that renewed another is closed at the expiry of the first token.',
    breaks: ['token.expiry.close'],
    apply: ({ rules }) => {
      const { makeWelcome, decideExpiryDelay } = rules
      const firsts = new Map<string, number>()
      let first = 0
      rules.makeWelcome = (facts) => {
        first = Math.min(firsts.get(facts.clientId) ?? facts.expiresAtMs, facts.expiresAtMs)
        firsts.set(facts.clientId, first)
        return makeWelcome(facts)
      }
      rules.decideExpiryDelay = (_expiresAtMs, nowMs) => decideExpiryDelay(first, nowMs)
    },
  },
  {
    name: 'delivers-after-expiry',
    misdeed:
      'Until its connection is closed, a client is sent messages posted after its token expired.',
    breaks: ['token.expiry.silent', 'broadcast.expiry.silent', 'sse.event.delivered'],
    apply: ({ rules }) => {
      const decide = rules.decideExpiryDelay
      rules.decideExpiryDelay = (...facts) => decide(...facts) + 1200
      rules.decideDelivery = () => true
    },
  },
]

/** A fault that says the whole life of a token in the welcomes that `isSpoilt` names. */
function tellsTheWholeLife(
  name: string,
  misdeed: string,
  isSpoilt: (facts: WelcomeFacts) => boolean,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['connection.welcome.expiry'],
    apply: ({ rules }) => {
      const { decideExpiry, makeWelcome } = rules
      const lives = new Map<number, number>()
      rules.decideExpiry = (nowMs, ttlSeconds) => {
        const expiresAtMs = decideExpiry(nowMs, ttlSeconds)
        lives.set(expiresAtMs, ttlSeconds)
        return expiresAtMs
      }
      rules.makeWelcome = (facts) => {
        const welcome = makeWelcome(facts)
        const whole = lives.get(facts.expiresAtMs)
        return whole === undefined || !isSpoilt(facts)
          ? welcome
          : { ...welcome, expires_in_seconds: whole }
      }
    },
  }
}
