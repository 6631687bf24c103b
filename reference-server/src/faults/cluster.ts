/** Faults of several nodes: what the second of them does as if it were alone. */
import type { Service } from '../inbound/service.ts'
import type { Fault, Parts } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'
import { NOWHERE } from '../rules/resume.ts'
import { repeatsAfterTakeover } from './writes.ts'

/** A fault of the second node alone. */
function ofNode(
  name: string,
  breaks: readonly string[],
  misdeed: string,
  change: (service: Service, parts: Parts) => Partial<Service>,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: (parts) => {
      parts.wraps.node = (service) => ({ ...service, ...change(service, parts) })
    },
  }
}

/** The client ids that connected at a node, and its channels, which note them. */
function noteOwn({ channels }: Service): { own: Set<string>; channels: Service['channels'] } {
  const own = new Set<string>()
  const admit: typeof channels.admit = (claims, ...facts) => {
    own.add(claims.clientId)
    return channels.admit(claims, ...facts)
  }
  return { own, channels: { ...channels, admit } }
}

/** Under what the second node keeps a client id that it takes for its own. */
const ofItsOwn = (clientId: string): string => `${clientId}~2`

const BY_STATE = [
  'cluster.message.anywhere',
  'cluster.message.contiguous',
  'cluster.message.ordered',
  'cluster.takeover.close',
  'cluster.resume.anywhere',
  'cluster.disconnect.anywhere',
  'cluster.presence.single',
  'cluster.presence.read',
]

/** Each breaks what the chapter on clusters promises of calls and connections. */
export const clusterFaults: readonly Fault[] = [
  ofNode(
    'node-announces-less',
    ['cluster.discovery.alike'],
    'The second node announces another limit.',
    ({ facts }) => ({ facts: { ...facts, limits: { ...facts.limits, queue_bytes: 262_145 } } }),
  ),
  ofNode(
    'node-signs-with-a-key-of-its-own',
    ['cluster.token.anywhere', 'cluster.socket.open'],
    'Tokens live at the node that minted them.',
    ({ signingKey }) => ({ signingKey: `${signingKey}2` }),
  ),
  ofNode(
    'node-keeps-state-of-its-own',
    BY_STATE,
    'The second node knows nothing of what happened to a client id at the first.',
    ({ channels }) => ({
      channels: {
        ...channels,
        admit: (claims, ...facts) =>
          channels.admit({ ...claims, clientId: ofItsOwn(claims.clientId) }, ...facts),
        post: (clientId, data) => channels.post(ofItsOwn(clientId), data),
        read: (clientId) => channels.read(ofItsOwn(clientId)),
        disconnect: (clientId, revokes) => channels.disconnect(ofItsOwn(clientId), revokes),
      },
    }),
  ),
  ofNode(
    'delivers-to-own-node-alone',
    ['cluster.message.anywhere', 'cluster.message.ordered'],
    'The second node accepts messages for clients of the first, and sends them nowhere.',
    (service, { rules, ports }) => {
      const { own, channels } = noteOwn(service)
      const post: typeof channels.post = async (clientId, data) => {
        if (own.has(clientId)) return channels.post(clientId, data)
        const counters = await ports.broker.accept(clientId, data)
        return rules.makeReceipt(rules.makeMessageId(counters), counters, 0)
      }
      return { channels: { ...channels, post } }
    },
  ),
  ofNode(
    'node-counts-for-itself',
    ['cluster.message.contiguous'],
    'The second node gives messages numbers of its own.',
    ({ channels }) => {
      const seqs = new Map<string, number>()
      const post: typeof channels.post = async (clientId, data) => {
        const seq = (seqs.get(clientId) ?? 0) + 1
        seqs.set(clientId, seq)
        return { ...(await channels.post(clientId, data)), seq }
      }
      return { channels: { ...channels, post } }
    },
  ),
  {
    name: 'node-delivers-late',
    misdeed: 'What the second node accepts is sent when it suits it.',
    breaks: ['cluster.message.ordered'],
    apply: ({ wraps, rules, ports }) => {
      const writers = new Map<string, ConnectionWriter>()
      wraps.writer = (writer, clientId) => {
        writers.set(clientId, writer)
        return writer
      }
      const post: Service['channels']['post'] = async (clientId, data) => {
        const counters = await ports.broker.accept(clientId, data)
        const id = rules.makeMessageId(counters)
        const envelope = rules.makeMessage(id, counters.seq, data)
        ports.clock.after(LATE_MS, () =>
          writers.get(clientId)?.write(rules.encodeEnvelope(envelope), envelope),
        )
        return rules.makeReceipt(id, counters, 1)
      }
      wraps.node = (service) => ({ ...service, channels: { ...service.channels, post } })
    },
  },
  {
    name: 'node-takes-over-from-nobody',
    misdeed: 'A connection stays open when a newer one is welcomed at the second node.',
    breaks: ['cluster.takeover.close'],
    apply: ({ wraps }) => {
      const moved = new Set<string>()
      wraps.node = (service) => {
        const { channels } = service
        const admit: typeof channels.admit = (claims, ...facts) => {
          moved.add(claims.clientId)
          return channels.admit(claims, ...facts)
        }
        return { ...service, channels: { ...channels, admit } }
      }
      wraps.writer = (writer, clientId) => ({
        ...writer,
        close: (slug) => {
          if (slug !== 'replaced' || !moved.has(clientId)) writer.close(slug)
        },
      })
    },
  },
  {
    name: 'node-repeats-after-takeover',
    misdeed: 'The second node sends a client that moved to it what the first sent it last.',
    breaks: ['cluster.takeover.split'],
    apply: ({ wraps }) => {
      wraps.writer = repeatsAfterTakeover('message')
    },
  },
  {
    name: 'broadcasts-on-own-node-alone',
    misdeed: 'A broadcast at the second node is sent to its own clients.',
    breaks: ['cluster.broadcast.everywhere'],
    apply: ({ wraps, rules }) => {
      let only: ReadonlySet<string> | undefined
      const select = rules.selectBroadcastReceivers
      rules.selectBroadcastReceivers = (open) =>
        select(open).filter(({ clientId }) => !only || only.has(clientId))
      wraps.node = (service) => {
        const { own, channels } = noteOwn(service)
        const post = async (data: string) => {
          only = own
          return service.broadcasts.post(data).finally(() => {
            only = undefined
          })
        }
        return { ...service, channels, broadcasts: { ...service.broadcasts, post } }
      }
    },
  },
  ofNode(
    'node-counts-broadcasts-for-itself',
    ['cluster.broadcast.contiguous'],
    'The second node gives broadcasts numbers of its own.',
    ({ broadcasts }) => {
      let seq = 0
      const post: typeof broadcasts.post = async (data) => {
        seq += 1
        return { ...(await broadcasts.post(data)), seq }
      }
      return { broadcasts: { ...broadcasts, post } }
    },
  ),
  ofNode(
    'node-forgets-what-is-held',
    ['cluster.resume.anywhere'],
    'The second node continues no cursor.',
    ({ channels }) => {
      const admit: typeof channels.admit = (claims, writer, asked) =>
        channels.admit(claims, writer, {
          messages: asked?.messages && NOWHERE,
          broadcasts: asked?.broadcasts && NOWHERE,
        })
      return { channels: { ...channels, admit } }
    },
  ),
  ofNode(
    'node-forgets-keys-of-others',
    ['cluster.idempotency.anywhere'],
    'The second node carries out every post.',
    ({ keptAnswers }) => ({
      keptAnswers: { ...keptAnswers, answer: (_post, { carryOut }) => carryOut() },
    }),
  ),
  ofNode(
    'node-disconnects-nobody',
    ['cluster.disconnect.anywhere'],
    'The second node finds nobody to disconnect.',
    ({ channels }) => ({ channels: { ...channels, disconnect: async () => 0 } }),
  ),
  ofNode(
    'node-forgets-revocations',
    ['cluster.revoke.anywhere'],
    'The second node kills no tokens.',
    ({ channels }) => ({
      channels: {
        ...channels,
        disconnect: (clientId) => channels.disconnect(clientId, false),
      },
    }),
  ),
]

/** Later than what is posted meanwhile. */
const LATE_MS = 50
