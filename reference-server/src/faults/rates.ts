/** Faults of the rates of calls and handshakes. */
import type { Fault, Parts } from '../parts.ts'

/** Each breaks what the chapters promise about the rates of an application key, of an address and of all. */
export const rateFaults: readonly Fault[] = [
  {
    name: 'never-limits-calls',
    misdeed: 'Calls with one application key are taken at any rate.',
    breaks: ['problem.rate.refuse'],
    apply: (parts) => takeAll(parts, 'decideCallRate'),
  },
  {
    name: 'limits-calls-of-keys-together',
    misdeed: 'The calls of all application keys share one rate.',
    breaks: ['problem.rate.others'],
    apply: ({ rules }) => {
      rules.selectCallKey = () => 'all'
    },
  },
  {
    name: 'counts-calls-of-strangers',
    misdeed: 'Calls with a wrong application key count in the rate of the live ones.',
    breaks: ['problem.rate.strangers'],
    apply: ({ rules, ports }) => {
      const decideKey = rules.decideKey
      const decideRate = rules.decideCallRate
      let strangers: number[] = []
      rules.decideKey = (...facts) => {
        const verdict = decideKey(...facts)
        if (verdict === 'unknown') strangers.push(ports.clock.nowMs())
        return verdict
      }
      rules.decideCallRate = (bucket, nowMs, perSecond) => {
        strangers = strangers.filter((atMs) => atMs > nowMs - 1000)
        const decision = decideRate(bucket, nowMs, perSecond)
        return strangers.length < perSecond ? decision : { ...decision, waitSeconds: 1 }
      }
    },
  },
  {
    name: 'never-limits-handshakes',
    misdeed: 'Handshakes are taken at any rate, as long as they come from several addresses.',
    breaks: [
      'connection.rate.refuse',
      'connection.rate.counted',
      'sse.rate.counted',
      'socket.rate.counted',
    ],
    apply: (parts) => takeAll(parts, 'decideHandshakeRate'),
  },
  {
    name: 'never-limits-addresses',
    misdeed: 'Handshakes of one address are taken at any rate.',
    breaks: ['connection.rate.address', 'connection.rate.proxies'],
    apply: (parts) => takeAll(parts, 'decideAddressRate'),
  },
  {
    name: 'counts-good-handshakes-only',
    misdeed: 'A handshake whose token is refused is not counted.',
    breaks: ['connection.rate.counted'],
    apply: ({ rules }) => {
      const verify = rules.verifyToken
      const decide = rules.decideHandshakeRate
      let refunds = 0
      rules.verifyToken = (token, signingKey) => {
        const claims = verify(token, signingKey)
        if (!claims) refunds += 1
        return claims
      }
      rules.decideHandshakeRate = (bucket, nowMs, perSecond) => {
        const refunded = bucket && { ...bucket, tokens: bucket.tokens + refunds }
        refunds = 0
        return decide(refunded, nowMs, perSecond)
      }
    },
  },
  {
    name: 'believes-forwarded-addresses',
    misdeed: 'The address of a client is what X-Forwarded-For says, whoever wrote it.',
    breaks: ['connection.rate.proxies'],
    apply: ({ rules }) => {
      rules.selectAddress = ({ peer, readHops }) => readHops()[0] ?? peer
    },
  },
  {
    name: 'counts-no-streams-as-handshakes',
    misdeed: 'Requests for event streams count in no rate.',
    breaks: ['sse.rate.counted'],
    apply: (parts) => leaveOut(parts, 'stream'),
  },
  {
    name: 'counts-no-sockets-as-handshakes',
    misdeed: 'Openings of sockets count in no rate.',
    breaks: ['socket.rate.counted'],
    apply: (parts) => leaveOut(parts, 'socket'),
  },
]

type Rate = 'decideCallRate' | 'decideHandshakeRate' | 'decideAddressRate'

function takeAll({ rules }: Parts, rate: Rate): void {
  const decide = rules[rate]
  rules[rate] = (...facts) => ({ ...decide(...facts), waitSeconds: 0 })
}

function leaveOut({ rules }: Parts, left: 'stream' | 'socket'): void {
  const decide = rules.decideCounted
  rules.decideCounted = (kind) => kind !== left && decide(kind)
}
