/** Faults of several nodes that count, report or read presence as if each were alone. */
import type { Service } from '../inbound/service.ts'
import type { Fault, Wraps } from '../parts.ts'
import type { PresenceSink } from '../ports.ts'

/** Calls `then` with every connection that the second node lets in. */
function watchNode(
  wraps: Wraps,
  then: (connection: { id: string; clientId: string }) => void,
): void {
  wraps.node = (service) => {
    const { channels } = service
    const admit: typeof channels.admit = (...facts) => {
      const connection = channels.admit(...facts)
      then(connection)
      return connection
    }
    return { ...service, channels: { ...channels, admit } }
  }
}

/** Each breaks what the chapter on clusters promises of presence. */
export const clusterPresenceFaults: readonly Fault[] = [
  {
    name: 'node-reports-for-itself',
    misdeed: 'A client that moves to the second node is reported as gone from the first.',
    breaks: ['cluster.presence.single'],
    apply: ({ wraps, ports }) => {
      let sink: PresenceSink | undefined
      wraps.sink = (made) => {
        sink = made
        return made
      }
      watchNode(wraps, async ({ id, clientId }) => {
        const { epoch, version } = await ports.broker.read(clientId)
        if (version % 2 === 0) return
        const gone = { online: false, connectionId: id, reason: 'lost', atMs: ports.clock.wallMs() }
        sink?.report({ clientId, epoch, version: version + 1, ...gone })
      })
    },
  },
  {
    name: 'node-versions-for-itself',
    misdeed: 'The second node counts the versions of its clients anew.',
    breaks: ['cluster.presence.versions'],
    apply: ({ wraps }) => {
      const own = new Set<string>()
      watchNode(wraps, ({ id }) => own.add(id))
      wraps.attempt = (attempt) => (delivery) => {
        if (delivery.event === 'started' || !own.has(delivery.state.connectionId))
          return attempt(delivery)
        const { state } = delivery
        return attempt({ ...delivery, state: { ...state, version: state.online ? 1 : 2 } })
      }
    },
  },
  {
    name: 'node-reads-its-own-clients',
    misdeed: 'The second node knows only of clients that connected there.',
    breaks: ['cluster.presence.read'],
    apply: ({ wraps }) => {
      wraps.node = (service) => ({ ...service, channels: knowingOwn(service) })
    },
  },
  {
    name: 'node-lists-its-own-clients',
    misdeed: 'The second node lists only clients that connected there.',
    breaks: ['cluster.presence.listed'],
    apply: ({ wraps, ports }) => {
      const own = new Set<string>()
      watchNode(wraps, ({ clientId }) => own.add(clientId))
      const { node } = wraps
      const list: typeof ports.broker.list = async (...facts) =>
        (await ports.broker.list(...facts)).filter(({ clientId }) => own.has(clientId))
      wraps.node = (service) => ({
        ...node(service),
        ports: { ...ports, broker: { ...ports.broker, list } },
      })
    },
  },
  {
    name: 'node-signs-cursors-with-a-key-of-its-own',
    misdeed: 'Pages of the list are continued where they were begun.',
    breaks: ['cluster.presence.listed'],
    apply: ({ wraps }) => {
      wraps.node = (service) => ({ ...service, cursorKey: `${service.cursorKey}2` })
    },
  },
]

function knowingOwn({ channels }: Service): Service['channels'] {
  const own = new Set<string>()
  return {
    ...channels,
    admit: (claims, ...facts) => {
      own.add(claims.clientId)
      return channels.admit(claims, ...facts)
    },
    read: (clientId) => channels.read(own.has(clientId) ? clientId : `${clientId}~2`),
  }
}
