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
    name: 'reports-loss-as-closed',
    misdeed: 'A client that was lost is reported as one that said goodbye.',
    breaks: ['presence.lost.reported'],
    apply: (parts) => changeEnding(parts, 'lost', { reason: 'closed' }),
  },
  {
    name: 'skips-grace',
    misdeed: 'A loss is reported at once.',
    breaks: [
      'presence.grace.waited',
      'presence.grace.returned',
      'presence.read.grace',
      'presence.list.complete',
    ],
    apply: ({ rules }) => {
      rules.decideGraceMs = () => 0
    },
  },
  {
    name: 'reports-takeover',
    misdeed: 'The end of a connection that was taken over is reported.',
    breaks: ['presence.takeover.silent'],
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
    name: 'numbers-reports-one-too-high',
    misdeed: 'Reports carry the version after their own.',
    breaks: ['presence.version.parity'],
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
    name: 'reads-without-since',
    misdeed: 'The read of a client that is online does not say since when.',
    breaks: ['presence.read.online'],
    apply: ({ rules }) => {
      const make = rules.makePresenceAnswer
      rules.makePresenceAnswer = (facts) => make({ ...facts, sinceMs: undefined })
    },
  },
  {
    name: 'reads-offline-as-online',
    misdeed: 'The read of a client that is offline says that it is online.',
    breaks: ['presence.read.offline'],
    apply: ({ rules }) => {
      const make = rules.makePresenceAnswer
      rules.makePresenceAnswer = (facts) => make({ ...facts, online: true })
    },
  },
  {
    name: 'reads-grace-as-offline',
    misdeed: 'The read of a client in its grace says that it is offline.',
    breaks: ['presence.read.grace'],
    apply: ({ rules }) => {
      const make = rules.makePresenceAnswer
      rules.makePresenceAnswer = (facts) =>
        make({ ...facts, online: facts.connectionId !== undefined })
    },
  },
  {
    name: 'lists-only-newcomers',
    misdeed: 'Clients that came a second time are not in the list.',
    breaks: ['presence.list.complete'],
    apply: ({ rules }) => {
      rules.decideListed = ({ version }) => version === 1
    },
  },
  {
    name: 'lists-only-connections',
    misdeed: 'Clients in their grace are not in the list.',
    breaks: ['presence.list.complete'],
    apply: ({ rules }) => {
      rules.decideListed = ({ connectionId }) => connectionId !== undefined
    },
  },
  {
    name: 'overfills-page',
    misdeed: 'A page holds one client more than advertised.',
    breaks: ['presence.list.page'],
    apply: ({ rules }) => {
      rules.decidePageSize = (presencePage) => presencePage + 1
    },
  },
  {
    name: 'accepts-forged-cursor',
    misdeed: 'A cursor that the service did not issue begins the list anew.',
    breaks: ['presence.list.cursor'],
    apply: ({ rules }) => {
      rules.readCursor = (cursor) => Number.parseInt(cursor, 36) || 0
    },
  },
  {
    name: 'accepts-client-and-cursor',
    misdeed: 'A read with both a client id and a cursor is answered.',
    breaks: ['presence.list.cursor'],
    apply: ({ rules }) => {
      rules.decideReadQuery = () => undefined
    },
  },
  {
    name: 'never-says-started',
    misdeed: 'A start without the state of the last run is not reported.',
    breaks: ['presence.started.reported'],
    apply: ({ wraps }) => {
      wraps.sink = (sink) => ({ ...sink, started: () => {} })
    },
  },
  {
    name: 'starts-with-floor-too-high',
    misdeed: 'The floor in started is above the epochs that follow.',
    breaks: ['presence.started.floor'],
    apply: ({ wraps }) => {
      const hourUs = 3_600_000_000
      wraps.sink = (sink) => ({ ...sink, started: (floor) => sink.started(floor + hourUs) })
    },
  },
  {
    name: 'retries-unwanted-started',
    misdeed: 'A started that the application has no handler for is repeated.',
    breaks: ['presence.started.optional'],
    apply: ({ rules }) => {
      rules.isStartedDeclined = () => false
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
