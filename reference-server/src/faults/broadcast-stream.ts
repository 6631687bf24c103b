/** Faults of the order and counters of broadcasts. */
import type { BroadcastEnvelope } from '@channel-protocol/schemas/types'
import type { Broker, StreamCounters } from '../broker-port.ts'
import type { Fault, Parts } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'
import type { Rules } from '../rules/rule-book.ts'
import { isOfType, repeatsAfterTakeover, type Written } from './writes.ts'

type Counters = ReturnType<Rules['makeBroadcastWelcome']>

/** Long enough for several broadcasts, in milliseconds. */
const DELAY_MS = 80
const BY_WELCOME_SEQ = [
  'broadcast.welcome.counters',
  'broadcast.seq.contiguous',
  'broadcast.takeover.split',
  'resume.connect.unknown',
  'resume.welcome.seq',
]

/** A fault that says something else of broadcasts in the welcome. */
function misinforms(
  name: string,
  breaks: readonly string[],
  change: (counters: Counters) => Partial<Counters>,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const make = rules.makeBroadcastWelcome
      rules.makeBroadcastWelcome = (counters) => change(make(counters)) as Counters
    },
  }
}

/** Lets time pass before a welcome; `before` is called when the wait begins, `after` when it is over. */
function delaysWelcomes<T>(
  { ports }: Parts,
  before: (broker: Broker) => Promise<T>,
  after: (seen: T) => void,
): void {
  const { broker, clock } = ports
  const wait = async (): Promise<void> => {
    const seen = await before(broker)
    await new Promise<void>((resolve) => {
      clock.after(DELAY_MS, resolve)
    })
    after(seen)
  }
  ports.broker = {
    ...broker,
    arrive: async (arrival) => {
      await wait()
      return broker.arrive(arrival)
    },
  }
}

/** Each breaks what the chapter on broadcasts promises about order and counters. */
export const broadcastStreamFaults: readonly Fault[] = [
  misinforms(
    'welcomes-without-broadcast-counters',
    ['broadcast.welcome.counters', 'connection.envelope.schema'],
    () => ({}),
    'The welcome does not speak of broadcasts.',
  ),
  misinforms(
    'welcomes-with-broadcast-seq-zero',
    BY_WELCOME_SEQ,
    (counters) => ({ ...counters, broadcast_seq: 0 }),
    'The welcome has the broadcast_seq 0, whatever was accepted.',
  ),
  misinforms(
    'welcomes-with-older-broadcast-seq',
    BY_WELCOME_SEQ,
    (counters) => ({ ...counters, broadcast_seq: Math.max(0, counters.broadcast_seq - 1) }),
    'The welcome has the seq of the broadcast before the newest.',
  ),
  misinforms(
    'welcomes-with-own-epoch-for-broadcasts',
    ['broadcast.welcome.counters', 'broadcast.epoch.constant'],
    (counters) => ({ ...counters, broadcast_epoch: counters.broadcast_epoch + 1 }),
    'The welcome has another broadcast_epoch than the receipts of broadcasts.',
  ),
  {
    name: 'skips-a-broadcast-number',
    misdeed: 'After four broadcasts a seq is left out.',
    breaks: ['broadcast.seq.contiguous'],
    apply: ({ rules }) => {
      rules.nextBroadcastSeq = (seq) => (seq % 5 === 4 ? seq + 2 : seq + 1)
    },
  },
  {
    name: 'numbers-refused-broadcasts',
    misdeed: 'A broadcast that is refused for the size of its data takes a seq.',
    breaks: ['broadcast.seq.contiguous'],
    apply: ({ rules, ports }) => {
      const decide = rules.decideDataSize
      rules.decideDataSize = (...facts) => {
        const refusal = decide(...facts)
        if (refusal) void ports.broker.acceptBroadcast('')
        return refusal
      }
    },
  },
  {
    name: 'numbers-broadcasts-beyond-the-rate',
    misdeed: 'A broadcast that is refused for its rate takes a seq.',
    breaks: ['broadcast.seq.contiguous'],
    apply: ({ rules, ports, limits }) => {
      const decide = rules.decideRate
      rules.decideRate = (bucket, nowMs, perSecond) => {
        const decision = decide(bucket, nowMs, perSecond)
        const isRefused = perSecond === limits.broadcasts_per_second && decision.waitSeconds > 0
        if (isRefused) void ports.broker.acceptBroadcast('')
        return decision
      }
    },
  },
  {
    name: 'broadcasts-before-welcome',
    misdeed: 'A connection is sent broadcasts before its welcome, which takes a while.',
    breaks: ['broadcast.seq.contiguous', 'broadcast.takeover.split'],
    apply: (parts) => {
      const { selectBroadcastReceivers: select, decideEpochChange } = parts.rules
      parts.rules.decideEpochChange = (welcomed, current) =>
        welcomed === 0 ? undefined : decideEpochChange(welcomed, current)
      parts.rules.selectBroadcastReceivers = (open) => {
        const all = [...open]
        const selected = select(all)
        return all.filter((one) => !one.welcomed || selected.includes(one))
      }
      delaysWelcomes(
        parts,
        async () => {},
        () => {},
      )
    },
  },
  {
    name: 'reads-broadcast-counters-early',
    misdeed: 'The welcome has the counters of broadcasts from when it was begun, a while before.',
    breaks: ['broadcast.seq.contiguous', 'broadcast.takeover.split'],
    apply: (parts) => {
      const make = parts.rules.makeBroadcastWelcome
      let early: StreamCounters | undefined
      parts.rules.makeBroadcastWelcome = (counters) => make(early ?? counters)
      delaysWelcomes(
        parts,
        (broker) => broker.openBroadcasts(),
        (seen) => {
          early = seen
        },
      )
    },
  },
  {
    name: 'numbers-messages-among-broadcasts',
    misdeed: 'Every message takes a seq of broadcasts.',
    breaks: ['broadcast.seq.separate', 'broadcast.seq.contiguous'],
    apply: ({ ports }) => {
      const { broker } = ports
      ports.broker = {
        ...broker,
        accept: async (clientId, data) => {
          await broker.acceptBroadcast(data)
          return broker.accept(clientId, data)
        },
      }
    },
  },
  {
    name: 'numbers-broadcasts-among-messages',
    misdeed: 'Every broadcast takes a seq of each client id that has had a message.',
    breaks: ['broadcast.seq.separate', 'message.seq.contiguous'],
    apply: ({ ports }) => {
      const { broker } = ports
      const known = new Set<string>()
      ports.broker = {
        ...broker,
        accept: (clientId, data) => {
          known.add(clientId)
          return broker.accept(clientId, data)
        },
        acceptBroadcast: async (data) => {
          for (const clientId of known) await broker.accept(clientId, data)
          return broker.acceptBroadcast(data)
        },
      }
    },
  },
  {
    name: 'names-broadcasts-alike',
    misdeed: 'All broadcasts have the same id.',
    breaks: ['broadcast.id.unique'],
    apply: ({ rules }) => {
      rules.makeBroadcastId = ({ epoch }) => `cast_${epoch}`
    },
  },
  {
    name: 'names-broadcasts-after-messages',
    misdeed: 'A broadcast has the id of the message before it.',
    breaks: ['broadcast.id.unique'],
    apply: ({ rules }) => {
      const { makeMessageId, makeBroadcastId } = rules
      let last: string | undefined
      rules.makeMessageId = (counters) => {
        last = makeMessageId(counters)
        return last
      }
      rules.makeBroadcastId = (counters) => last ?? makeBroadcastId(counters)
    },
  },
  {
    name: 'broadcasts-in-reverse-order',
    misdeed: 'Of thirty broadcasts two that are close change places on a connection.',
    breaks: ['broadcast.order.delivered', 'sse.event.delivered'],
    apply: ({ wraps, ports }) => {
      wraps.writer = (writer) => {
        let held: Written | undefined
        const release = (): void => {
          if (held !== undefined) writer.write(...held)
          held = undefined
        }
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          const isHeld =
            isOfType(frame, 'broadcast') && (JSON.parse(frame) as BroadcastEnvelope).seq % 30 === 28
          if (isHeld) {
            held = [frame, envelope]
            ports.clock.after(DELAY_MS, release)
            return
          }
          writer.write(frame, envelope)
          release()
        }
        return { ...writer, write }
      }
    },
  },
  {
    name: 'broadcasts-twice',
    misdeed: 'Of thirty broadcasts one is sent twice.',
    breaks: ['broadcast.order.delivered', 'sse.event.delivered'],
    apply: ({ rules }) => {
      rules.makeBroadcastDelivery = (frame, seq) => (seq % 30 === 27 ? [frame, frame] : [frame])
    },
  },
  {
    name: 'repeats-newest-broadcast-after-takeover',
    misdeed: 'The newer connection is sent the broadcast that the older one was sent last.',
    breaks: ['broadcast.takeover.split'],
    apply: ({ wraps }) => {
      wraps.writer = repeatsAfterTakeover('broadcast')
    },
  },
  {
    name: 'loses-broadcast-after-takeover',
    misdeed: 'The first broadcast after a takeover is sent to neither connection.',
    breaks: ['broadcast.takeover.split', 'broadcast.post.deliver'],
    apply: ({ rules }) => {
      const select = rules.selectBroadcastReceivers
      const last = new Map<string, { replaced: boolean }>()
      rules.selectBroadcastReceivers = (open) =>
        select(open).filter((one) => {
          const older = last.get(one.clientId)
          last.set(one.clientId, one)
          return older === undefined || older === one || !older.replaced
        })
    },
  },
  {
    name: 'changes-broadcast-epoch-silently',
    misdeed: 'After twenty broadcasts another epoch begins, and connections stay open.',
    breaks: ['broadcast.epoch.constant'],
    apply: ({ rules, ports }) => {
      const { broker } = ports
      rules.decideEpochChange = () => undefined
      ports.broker = {
        ...broker,
        acceptBroadcast: async (data) => {
          const counters = await broker.acceptBroadcast(data)
          return counters.seq > 20 ? { ...counters, epoch: counters.epoch + 1 } : counters
        },
      }
    },
  },
]
