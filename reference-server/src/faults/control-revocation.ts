/** Faults of revocation: of which tokens a disconnect kills, and when. */
import type { Fault, Parts } from '../parts.ts'

const DEAD = ['control.revoke.dead']
/** Milliseconds that a slow store takes for a revocation. */
const SLOW_MS = 60
/** Milliseconds for which a careless service remembers a revocation. */
const REMEMBERED_MS = 3000

/** A fault that keeps generations under another name than the client id. */
function renames(
  name: string,
  breaks: string,
  misdeed: string,
  rename: (clientId: string) => string,
): Fault {
  return {
    name,
    misdeed,
    breaks: [breaks],
    apply: ({ ports }) => {
      const { broker } = ports
      ports.broker = {
        ...broker,
        generation: (clientId) => broker.generation(rename(clientId)),
        revoke: (clientId) => broker.revoke(rename(clientId)),
      }
    },
  }
}

/** Counts tokens and revocations in whole seconds; what was minted in the same second is dead `ahead` seconds on. */
function countsInSeconds({ rules, ports }: Parts, ahead: number): void {
  const { broker, clock } = ports
  const { mintToken } = rules
  const revokedAt = new Map<string, number>()
  const now = (): number => Math.floor(clock.nowMs() / 1000)
  rules.mintToken = (claims, ...facts) => mintToken({ ...claims, generation: now() }, ...facts)
  ports.broker = {
    ...broker,
    generation: async (clientId) => revokedAt.get(clientId) ?? 0,
    revoke: async (clientId) => {
      revokedAt.set(clientId, now() + ahead)
      return now()
    },
  }
}

/** Each breaks what the chapter on control promises about tokens. */
export const controlRevocationFaults: readonly Fault[] = [
  renames(
    'revokes-ids-that-begin-alike',
    'control.disconnect.others',
    'Client ids that share their first 24 bytes share their revocations.',
    (clientId) => clientId.slice(0, 24),
  ),
  renames(
    'revokes-whatever-the-case',
    'control.disconnect.others',
    'Client ids that differ in case alone share their revocations.',
    (clientId) => clientId.toLowerCase(),
  ),
  renames(
    'revokes-trimmed-ids',
    'control.disconnect.others',
    'Client ids that differ in spaces at their ends alone share their revocations.',
    (clientId) => clientId.trim(),
  ),
  {
    name: 'keeps-revoked-tokens',
    misdeed: 'A revoked token opens connections.',
    breaks: [...DEAD, 'control.revoke.opening'],
    apply: ({ rules }) => {
      rules.decideRevoked = () => undefined
    },
  },
  {
    name: 'calls-revoked-token-expired',
    misdeed: 'A revoked token is refused as one that is too old.',
    breaks: DEAD,
    apply: ({ rules }) => {
      const decide = rules.decideRevoked
      rules.decideRevoked = (...facts) => decide(...facts) && 'token-expired'
    },
  },
  {
    name: 'revokes-newest-token-alone',
    misdeed: 'Of the tokens of a client id a revocation kills the newest.',
    breaks: DEAD,
    apply: ({ rules, ports }) => {
      const { mintToken } = rules
      const [newest, dead] = [new Map<string, number>(), new Map<string, number>()]
      rules.mintToken = (claims, ...facts) => {
        const generation = (newest.get(claims.clientId) ?? 0) + 1
        newest.set(claims.clientId, generation)
        return mintToken({ ...claims, generation }, ...facts)
      }
      rules.decideRevoked = (minted, killed) => (minted === killed ? 'token-invalid' : undefined)
      const { broker } = ports
      ports.broker = {
        ...broker,
        generation: async (clientId) => dead.get(clientId) ?? 0,
        revoke: async (clientId) => {
          dead.set(clientId, newest.get(clientId) ?? 0)
          return 0
        },
      }
    },
  },
  {
    name: 'revokes-once',
    misdeed: 'Of the revocations of a client id only the first kills tokens.',
    breaks: DEAD,
    apply: ({ ports }) => {
      const { broker } = ports
      const revoked = new Set<string>()
      ports.broker = {
        ...broker,
        revoke: async (clientId) => {
          const isFirst = !revoked.has(clientId)
          revoked.add(clientId)
          return isFirst ? broker.revoke(clientId) : broker.generation(clientId)
        },
      }
    },
  },
  {
    name: 'revokes-those-who-came-alone',
    misdeed: 'A revocation kills the tokens of client ids that have been connected, and no others.',
    breaks: DEAD,
    apply: ({ ports, wraps }) => {
      const { broker } = ports
      const came = new Set<string>()
      wraps.writer = (writer, clientId) => {
        came.add(clientId)
        return writer
      }
      ports.broker = {
        ...broker,
        revoke: async (clientId) =>
          came.has(clientId) ? broker.revoke(clientId) : broker.generation(clientId),
      }
    },
  },
  {
    name: 'lets-revoked-tokens-resume',
    misdeed: 'A revoked token opens a connection that asks for what it missed.',
    breaks: DEAD,
    apply: ({ rules }) => {
      const { readAskedPlace, verifyToken } = rules
      let newest: ReturnType<typeof verifyToken>
      rules.verifyToken = (...facts) => {
        newest = verifyToken(...facts)
        return newest
      }
      rules.readAskedPlace = (...facts) => {
        const place = readAskedPlace(...facts)
        if (place && newest) newest.generation = Number.MAX_VALUE
        return place
      }
    },
  },
  {
    name: 'forgets-revocations-within-seconds',
    misdeed: 'A revocation is forgotten when another follows some seconds later.',
    breaks: DEAD,
    apply: ({ ports }) => {
      const { broker, clock } = ports
      const revokedAtMs = new Map<string, number>()
      const forgotten = new Set<string>()
      ports.broker = {
        ...broker,
        generation: async (clientId) => (forgotten.has(clientId) ? 0 : broker.generation(clientId)),
        revoke: (clientId) => {
          const nowMs = clock.nowMs()
          for (const [other, atMs] of revokedAtMs)
            if (nowMs - atMs > REMEMBERED_MS) forgotten.add(other)
          forgotten.delete(clientId)
          revokedAtMs.set(clientId, nowMs)
          return broker.revoke(clientId)
        },
      }
    },
  },
  {
    name: 'revives-revoked-tokens-at-expiry',
    misdeed:
      'A revocation is forgotten with the life of the token, whose age nobody looks at then.',
    breaks: DEAD,
    apply: ({ rules, ports }) => {
      const { verifyToken } = rules
      const { broker, clock } = ports
      const revoked = new Set<string>()
      ports.broker = {
        ...broker,
        revoke: (clientId) => {
          revoked.add(clientId)
          return broker.revoke(clientId)
        },
      }
      rules.verifyToken = (token, key) => {
        const claims = verifyToken(token, key)
        if (!claims || !revoked.has(claims.clientId) || claims.expiresAtMs > clock.nowMs())
          return claims
        return { ...claims, expiresAtMs: clock.nowMs() + 60_000, generation: Number.MAX_VALUE }
      }
    },
  },
  {
    name: 'keeps-tokens-of-the-same-second',
    misdeed: 'A revocation kills what was minted in an earlier second.',
    breaks: [...DEAD, 'control.revoke.opening'],
    apply: (parts) => countsInSeconds(parts, 0),
  },
  {
    name: 'kills-tokens-of-the-same-second',
    misdeed: 'A revocation also kills what is minted after it in the same second.',
    breaks: ['control.revoke.later'],
    apply: (parts) => countsInSeconds(parts, 1),
  },
  {
    name: 'judges-revocation-at-upgrade',
    misdeed: 'A connection that was let in while a revocation was being stored stays open.',
    breaks: ['control.revoke.opening'],
    apply: ({ rules, ports }) => {
      const { verifyToken } = rules
      const { broker, clock } = ports
      const revoked = new Map<string, number>()
      ports.broker = {
        ...broker,
        revoke: async (clientId) => {
          await new Promise<void>((resolve) => clock.after(SLOW_MS, resolve))
          const generation = await broker.revoke(clientId)
          revoked.set(clientId, generation)
          return generation
        },
      }
      rules.verifyToken = (token, key) => {
        const claims = verifyToken(token, key)
        const isDead = claims && claims.generation < (revoked.get(claims.clientId) ?? 0)
        return claims && !isDead ? { ...claims, generation: Number.MAX_VALUE } : claims
      }
    },
  },
]
