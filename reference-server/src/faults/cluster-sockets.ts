/** Faults of sockets at several nodes: what the second of them does as if it were alone. */
import type { Service } from '../inbound/service.ts'
import type { Fault } from '../parts.ts'

/** The sockets that were opened at a node, and what notes them. */
function noteOwn({ sockets }: Service): { own: Set<string>; sockets: Service['sockets'] } {
  const own = new Set<string>()
  const admit: typeof sockets.admit = (...page) => {
    const socket = sockets.admit(...page)
    own.add(socket.facts.id)
    return socket
  }
  return { own, sockets: { ...sockets, admit } }
}

/** A fault of sends at the second node: texts for sockets that were opened there go to them, all others nowhere. */
function sendsToItsOwn(
  name: string,
  misdeed: string,
  isSaidTaken: (service: Service, id: string) => boolean,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['cluster.socket.send'],
    apply: ({ wraps }) => {
      wraps.node = (service) => {
        const { own, sockets } = noteOwn(service)
        const { socketReach: reach } = service
        const send: typeof reach.send = async (ids, body) => {
          const taken = await reach.send(
            ids.filter((id) => own.has(id)),
            body,
          )
          const results = taken.values()
          return ids.flatMap((socket) =>
            own.has(socket)
              ? (results.next().value ?? [])
              : { socket, delivered: isSaidTaken(service, socket) },
          )
        }
        return { ...service, sockets, socketReach: { ...reach, send } }
      }
    },
  }
}

/** Each breaks what the chapter on clusters promises of sockets. */
export const clusterSocketFaults: readonly Fault[] = [
  sendsToItsOwn(
    'node-sends-to-its-own-sockets',
    'The second node knows no socket that was opened at the first.',
    () => false,
  ),
  sendsToItsOwn(
    'node-forgets-texts-for-other-sockets',
    'The second node says that it took texts for sockets of the first, and sends them nowhere.',
    ({ sockets }, id) => sockets.has(id),
  ),
  {
    name: 'node-broadcasts-to-its-own-sockets',
    misdeed: 'A broadcast to sockets at the second node is sent to those that were opened there.',
    breaks: ['cluster.socket.broadcast'],
    apply: ({ wraps, rules }) => {
      let only: ReadonlySet<string> | undefined
      const select = rules.selectSocketReceivers
      rules.selectSocketReceivers = (open) => select(open).filter(({ id }) => !only || only.has(id))
      wraps.node = (service) => {
        const { own, sockets } = noteOwn(service)
        const { socketReach: reach } = service
        const broadcast = async (body: string): Promise<number> => {
          only = own
          return reach.broadcast(body).finally(() => {
            only = undefined
          })
        }
        return { ...service, sockets, socketReach: { ...reach, broadcast } }
      }
    },
  },
  {
    name: 'node-broadcasts-to-sockets-twice',
    misdeed: 'The second node sends a broadcast to sockets once for each node.',
    breaks: ['cluster.socket.broadcast'],
    apply: ({ wraps }) => {
      wraps.node = (service) => {
        const { socketReach: reach } = service
        const broadcast = async (body: string): Promise<number> => {
          await reach.broadcast(body)
          return reach.broadcast(body)
        }
        return { ...service, socketReach: { ...reach, broadcast } }
      }
    },
  },
]
