/** Faults of presence as it is read, and of started. */
import type { Fault } from '../parts.ts'

/** Each breaks what the chapter on presence promises about the profile presence-sync. */
export const presenceReadingFaults: readonly Fault[] = [
  {
    name: 'reads-without-since',
    misdeed: 'The read of a client that is online does not say since when.',
    breaks: ['presence.read.online', 'problem.answer.schema'],
    apply: ({ rules }) => {
      const make = rules.makePresenceAnswer
      rules.makePresenceAnswer = (facts) => make({ ...facts, sinceMs: undefined })
    },
  },
  {
    name: 'reads-since-of-connection',
    misdeed:
      'The read of a client says when its connection was first read instead of when it came.',
    breaks: ['presence.read.online'],
    apply: ({ rules, ports }) => {
      const make = rules.makePresenceAnswer
      const since = new Map<string, number>()
      rules.makePresenceAnswer = (facts) => {
        if (facts.connectionId === undefined) return make(facts)
        const sinceMs = since.get(facts.connectionId) ?? ports.clock.nowMs()
        since.set(facts.connectionId, sinceMs)
        return make({ ...facts, sinceMs })
      }
    },
  },
  {
    name: 'reads-since-of-return',
    misdeed: 'The read of a client that was back within the grace says when it came back.',
    breaks: ['presence.read.online'],
    apply: ({ rules, ports }) => {
      const { broker } = ports
      const make = rules.makePresenceAnswer
      const away = new Set<string>()
      const returned = new Map<string, number>()
      ports.broker = {
        ...broker,
        arrive: async (arrival) => {
          const arrived = await broker.arrive(arrival)
          const { clientId, atMs } = arrival
          if (arrived.came) returned.delete(clientId)
          else if (away.has(clientId)) returned.set(clientId, atMs)
          away.delete(clientId)
          return arrived
        },
        leave: (clientId, ...rest) => {
          away.add(clientId)
          return broker.leave(clientId, ...rest)
        },
      }
      rules.makePresenceAnswer = (facts) =>
        make({
          ...facts,
          sinceMs: facts.sinceMs && (returned.get(facts.clientId) ?? facts.sinceMs),
        })
    },
  },
  {
    name: 'reads-under-another-name',
    misdeed: 'The read of a client decodes the name of the client once more.',
    breaks: ['presence.read.online'],
    apply: ({ rules }) => {
      const make = rules.makePresenceAnswer
      rules.makePresenceAnswer = (facts) =>
        make({ ...facts, clientId: facts.clientId.replaceAll('%2F', '/') })
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
    name: 'reads-version-zero-offline',
    misdeed: 'The read of a client that is offline has the version 0, whatever was before.',
    breaks: ['presence.read.offline'],
    apply: ({ rules }) => {
      const make = rules.makePresenceAnswer
      rules.makePresenceAnswer = (facts) =>
        make({ ...facts, version: facts.online ? facts.version : 0 })
    },
  },
  {
    name: 'reads-versions-that-were-told',
    misdeed: 'The read of a client has the newest version that the application was told of.',
    breaks: ['presence.read.newer'],
    apply: ({ rules, wraps }) => {
      const make = rules.makePresenceAnswer
      const told = new Map<string, number>()
      wraps.attempt = (attempt) => (delivery) => {
        if (delivery.event !== 'started') told.set(delivery.state.clientId, delivery.state.version)
        return attempt(delivery)
      }
      rules.makePresenceAnswer = (facts) => {
        const version = told.get(facts.clientId) ?? 0
        const isSame = version > 0 && version % 2 === facts.version % 2
        return make({ ...facts, version: isSame ? version : facts.version })
      }
    },
  },
  {
    name: 'reads-first-version-of-online',
    misdeed: 'The read of a client that is online has the version 1, however often it came.',
    breaks: ['presence.read.newer'],
    apply: ({ rules }) => {
      const make = rules.makePresenceAnswer
      rules.makePresenceAnswer = (facts) =>
        make({ ...facts, version: facts.online ? 1 : facts.version })
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
    name: 'reads-grace-with-since',
    misdeed: 'The read of a client in its grace says since when it is online.',
    breaks: ['presence.read.grace'],
    apply: ({ rules, ports }) => {
      const make = rules.makePresenceAnswer
      rules.makePresenceAnswer = (facts) =>
        make(facts.online ? { ...facts, sinceMs: facts.sinceMs ?? ports.clock.nowMs() } : facts)
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
    name: 'loses-first-of-second-page',
    misdeed: 'The sixth client that ever came is on no page where a page ends before it.',
    breaks: ['presence.list.complete'],
    apply: ({ rules }) => {
      const mint = rules.mintCursor
      rules.mintCursor = (arrival, key) => mint(arrival === 5 ? 6 : arrival, key)
    },
  },
  {
    name: 'pages-by-offset',
    misdeed: 'A page begins as many clients behind the first as were listed before.',
    breaks: ['presence.list.complete'],
    apply: ({ ports }) => {
      const { broker } = ports
      ports.broker = {
        ...broker,
        list: async (after, most) => {
          const whole = await broker.list(0, Number.MAX_SAFE_INTEGER)
          return whole
            .map((client, place) => ({ ...client, arrival: place + 1 }))
            .slice(after, after + most)
        },
      }
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
    name: 'takes-empty-cursor-for-the-first-page',
    misdeed: 'An empty cursor begins the list anew.',
    breaks: ['presence.list.cursor'],
    apply: ({ rules }) => {
      const read = rules.readCursor
      rules.readCursor = (cursor, key) => (cursor === '' ? 0 : read(cursor, key))
    },
  },
  {
    name: 'ignores-further-parts-of-cursors',
    misdeed: 'What stands behind another dot at the end of a cursor is ignored.',
    breaks: ['presence.list.cursor'],
    apply: ({ rules }) => {
      const read = rules.readCursor
      rules.readCursor = (cursor, key) => read(cursor.split('.').slice(0, 2).join('.'), key)
    },
  },
  {
    name: 'ignores-end-of-cursors',
    misdeed: 'The last quarter of a cursor is ignored.',
    breaks: ['presence.list.cursor'],
    apply: ({ rules }) => {
      const { mintCursor, readCursor } = rules
      rules.readCursor = (cursor, key) => {
        const place = Number.parseInt(cursor, 36)
        const ours = Number.isNaN(place) ? '' : mintCursor(place, key)
        const kept = ours.slice(0, Math.ceil((ours.length * 3) / 4))
        return kept !== '' && cursor.startsWith(kept) ? place : readCursor(cursor, key)
      }
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
    breaks: ['presence.started.reported', 'socket.started.reported'],
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
