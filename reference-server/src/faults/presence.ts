/** Faults of presence. */
import type { Fault, Parts } from '../parts.ts'
import type { Departure } from '../rules/connection.ts'

/** Each breaks what the chapter on presence promises. */
export const presenceFaults: readonly Fault[] = [
  {
    name: 'forgets-returning-client',
    misdeed: 'Only the first coming of a client id is reported.',
    breaks: ['presence.connected.reported'],
    apply: ({ wraps }) => {
      wraps.sink = (sink) => ({
        ...sink,
        report: (state) => {
          if (!state.online || state.version === 1) sink.report(state)
        },
      })
    },
  },
  {
    name: 'waits-after-goodbye',
    misdeed: 'The grace is waited although the client said goodbye.',
    breaks: ['presence.closed.reported'],
    apply: (parts) => changeEnding(parts, 'closed', { grace: true }),
  },
  {
    name: 'reports-goodbye-as-lost',
    misdeed: 'A client that said goodbye is reported as lost.',
    breaks: ['presence.closed.reported'],
    apply: (parts) => changeEnding(parts, 'closed', { reason: 'lost' }),
  },
  {
    name: 'forgets-going-of-newer',
    misdeed: 'The going of a client is not reported where its connection took over from another.',
    breaks: ['presence.closed.reported'],
    apply: ({ wraps }) => {
      const came = new Map<string, string>()
      wraps.sink = (sink) => ({
        ...sink,
        report: (state) => {
          if (state.online) came.set(state.clientId, state.connectionId)
          if (came.get(state.clientId) === state.connectionId) sink.report(state)
        },
      })
    },
  },
  {
    name: 'reports-loss-as-closed',
    misdeed: 'A client that was lost is reported as one that said goodbye.',
    breaks: ['presence.lost.reported'],
    apply: (parts) => changeEnding(parts, 'lost', { reason: 'closed' }),
  },
  {
    name: 'takes-own-codes-for-goodbye',
    misdeed: 'A client that closed with a code of its own is reported as one that said goodbye.',
    breaks: ['presence.lost.reported'],
    apply: ({ rules }) => {
      const decide = rules.decideEnding
      rules.decideEnding = (ending) =>
        decide(ending.by === 'client' && ending.code >= 3000 ? { ...ending, code: 1000 } : ending)
    },
  },
  {
    name: 'skips-grace',
    misdeed: 'A loss is reported at once.',
    breaks: [
      'presence.grace.waited',
      'presence.grace.returned',
      'presence.read.grace',
      'presence.list.complete',
      'sse.presence.lost',
      'sse.presence.lifetime',
    ],
    apply: ({ rules }) => {
      rules.decideGraceMs = () => 0
    },
  },
  {
    name: 'keeps-grace-of-first-loss',
    misdeed: 'The grace of a loss runs on when the client returns and is lost again.',
    breaks: ['presence.grace.waited'],
    apply: ({ ports, timings }) => {
      const { clock } = ports
      const graceMs = timings.presence_grace_seconds * 1000
      ports.clock = {
        ...clock,
        after: (ms, then) => {
          const cancel = clock.after(ms, then)
          return ms === graceMs ? () => {} : cancel
        },
      }
    },
  },
  {
    name: 'reports-takeover',
    misdeed: 'The end of a connection that was taken over is reported.',
    breaks: ['presence.takeover.silent', 'presence.closed.reported'],
    apply: ({ rules }) => {
      rules.decideDeparture = ({ welcomed }) => (welcomed ? 'went' : 'nothing')
    },
  },
  {
    name: 'reports-expiry-as-lost',
    misdeed: 'A client whose token expired is reported as lost.',
    breaks: ['presence.expiry.reported'],
    apply: (parts) => changeEnding(parts, 'token-expired', { reason: 'lost' }),
  },
  {
    name: 'waits-after-violation',
    misdeed: 'The grace is waited after the client broke the protocol.',
    breaks: ['presence.violation.reported'],
    apply: (parts) => changeEnding(parts, 'protocol-error', { grace: true }),
  },
  {
    name: 'reports-violation-as-lost',
    misdeed: 'A client that broke the protocol is reported as lost.',
    breaks: ['presence.violation.reported'],
    apply: (parts) => changeEnding(parts, 'protocol-error', { reason: 'lost' }),
  },
  {
    name: 'reports-silence-as-lost',
    misdeed: 'A client that answered no Ping is reported as lost.',
    breaks: ['presence.unresponsive.reported'],
    apply: (parts) => changeEnding(parts, 'heartbeat-timeout', { reason: 'lost' }),
  },
  {
    name: 'reports-slow-readers-as-lost',
    misdeed: 'A client that did not read what was sent is reported as lost.',
    breaks: ['presence.slow.reported'],
    apply: (parts) => changeEnding(parts, 'slow-consumer', { reason: 'lost' }),
  },
  {
    name: 'reports-refused-connection',
    misdeed: 'A connection with an expired token is reported before it is refused.',
    breaks: ['presence.refused.silent'],
    apply: ({ rules, ports, wraps }) => {
      const [verify, wrap] = [rules.verifyToken, wraps.sink]
      wraps.sink = (sink) => {
        const wrapped = wrap(sink)
        rules.verifyToken = (token, signingKey) => {
          const claims = verify(token, signingKey)
          const atMs = ports.clock.nowMs()
          if (claims && claims.expiresAtMs <= atMs) {
            const { clientId } = claims
            const connectionId = 'refused'
            const epoch = atMs * 1000
            wrapped.report({ clientId, epoch, version: 1, online: true, connectionId, atMs })
          }
          return claims
        }
        return wrapped
      }
    },
  },
  {
    name: 'reports-connection-with-two-tokens',
    misdeed: 'A connection that offers two live tokens is reported before it is refused.',
    breaks: ['presence.refused.silent'],
    apply: ({ rules, ports, wraps }) => {
      const { mintToken, decideTokenCount } = rules
      const clientIds = new Map<string, string>()
      rules.mintToken = (claims, ...facts) => {
        const token = mintToken(claims, ...facts)
        clientIds.set(token, claims.clientId)
        return token
      }
      wraps.sink = (sink) => {
        rules.decideTokenCount = (tokens) => {
          const [clientId, other] = tokens.map((token) => clientIds.get(token))
          const atMs = ports.clock.nowMs()
          const state = { epoch: atMs * 1000, version: 1, online: true, connectionId: 'two', atMs }
          if (clientId && other) sink.report({ clientId, ...state })
          return decideTokenCount(tokens)
        }
        return sink
      }
    },
  },
  {
    name: 'numbers-reports-one-too-high',
    misdeed: 'Reports carry the version after their own.',
    breaks: ['presence.version.parity', 'presence.read.offline', 'webhook.request.fields'],
    apply: (parts) => changeField(parts, 'version', (version) => String(Number(version) + 1)),
  },
  {
    name: 'begins-versions-anew',
    misdeed: 'Every coming is version 1 and every going version 2.',
    breaks: ['presence.version.grows'],
    apply: (parts) =>
      changeField(parts, 'version', (version) => (Number(version) % 2 === 1 ? '1' : '2')),
  },
  {
    name: 'ignores-parity',
    misdeed: 'A newer version is sent although the application knows its state.',
    breaks: ['presence.version.alternates', 'presence.version.cancelled'],
    apply: ({ rules }) => {
      const isOwed = rules.isWebhookOwed
      rules.isWebhookOwed = (all, sender) =>
        isOwed(all, sender) || all.isNewer(sender.current, sender.attempted)
    },
  },
  {
    name: 'retries-overtaken-version',
    misdeed: 'A version that failed is repeated although a newer one exists.',
    breaks: ['presence.version.newest'],
    apply: ({ rules }) => {
      rules.decideWebhookState = ({ current, attempted, acknowledged }) => {
        if (!rules.isNewer(attempted, acknowledged)) return current
        return { ...current, ...attempted, online: attempted.version % 2 === 1 }
      }
    },
  },
  {
    name: 'sends-versions-at-once',
    misdeed: 'New versions of a client are sent without a pause between them.',
    breaks: ['presence.version.paced'],
    apply: ({ rules }) => {
      rules.decideWebhookPace = () => Number.NEGATIVE_INFINITY
    },
  },
  {
    name: 'paces-the-third-version-alone',
    misdeed: 'Versions above 3 are sent without a pause before them.',
    breaks: ['presence.version.paced'],
    apply: ({ rules }) => {
      const decide = rules.decideWebhookPace
      rules.decideWebhookPace = (sender, version, seconds) =>
        version > 3 ? Number.NEGATIVE_INFINITY : decide(sender, version, seconds)
    },
  },
]

/** Changes how endings with one reason are reported. */
function changeEnding({ rules }: Parts, reason: string, change: Partial<Departure>): void {
  const decide = rules.decideEnding
  rules.decideEnding = (ending) => {
    const departure = decide(ending)
    return departure.reason === reason ? { ...departure, ...change } : departure
  }
}

/** Changes one field of presence events. */
function changeField({ rules }: Parts, name: string, change: (value: string) => string): void {
  const make = rules.makeWebhookFields
  rules.makeWebhookFields = (delivery) =>
    make(delivery).map(([field, value]) => [field, field === name ? change(value) : value])
}
