/** Faults of replay: what follows the welcome of a client that came back. */

import type { HeldMessage } from '../broker-port.ts'
import type { Fault, Parts } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'
import { changesMissed } from './resume.ts'

type Written = Parameters<ConnectionWriter['write']>
type Held = readonly HeldMessage[]

/** Long enough for several posts, in milliseconds. */
const DELAY_MS = 300
const COMPLETE = ['resume.replay.complete', 'resume.replay.broadcasts']

/** A fault that replays something else of what is held. */
function replays(
  name: string,
  change: (held: Held, stream: string) => Held,
  misdeed: string,
  breaks: readonly string[] = COMPLETE,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const select = rules.selectReplay
      rules.selectReplay = (held, resumed, stream) =>
        change(select(held, resumed, stream) as Held, stream) as typeof held & Held
    },
  }
}

/** One connection that came back, as its writer sees it. */
interface Resumed {
  readonly clientId: string
  /** Whether everything that is written belongs to the replay. */
  isReplaying: boolean
  write(...written: Written): void
}

/** Stands between a connection that was resumed and its messages and broadcasts. */
function betweenResumed(
  { wraps }: Parts,
  pass: (connection: Resumed, ...written: Written) => void,
): void {
  wraps.writer = (writer, clientId) => {
    const connection: Resumed = { clientId, isReplaying: false, write: writer.write }
    let isResumed = false
    const write: ConnectionWriter['write'] = (...written) => {
      const [, envelope] = written
      const isData = envelope?.type === 'message' || envelope?.type === 'broadcast'
      if (isResumed && isData) return pass(connection, ...written)
      writer.write(...written)
      if (envelope?.type !== 'welcome' || !envelope.resumed) return
      isResumed = true
      connection.isReplaying = true
      // What is replayed is written with the welcome, before anything else can happen.
      queueMicrotask(() => {
        connection.isReplaying = false
      })
    }
    return { ...writer, write }
  }
}

/** Each breaks what the chapter on resuming promises about replay. */
export const resumeReplayFaults: readonly Fault[] = [
  {
    name: 'replays-from-the-cursor-on',
    misdeed: 'The message that a cursor is behind is replayed as well, where it is still held.',
    breaks: [...COMPLETE, 'resume.replay.asked'],
    apply: ({ ports }) => {
      const { broker } = ports
      ports.broker = {
        ...broker,
        replay: async (clientId, after) => {
          const missed = await broker.replay(clientId, after)
          const more = { epoch: after.epoch, seq: Math.max(0, after.seq - 1) }
          return missed && ((await broker.replay(clientId, more)) ?? missed)
        },
        replayBroadcasts: async (after) => {
          const missed = await broker.replayBroadcasts(after)
          const more = { epoch: after.epoch, seq: Math.max(0, after.seq - 1) }
          return missed && ((await broker.replayBroadcasts(more)) ?? missed)
        },
      }
    },
  },
  replays(
    'replays-ten-at-most',
    (held) => held.slice(0, 10),
    'Of what was missed only ten are replayed.',
  ),
  replays(
    'replays-without-the-newest',
    (held) => held.slice(0, -1),
    'The newest message is not replayed.',
  ),
  replays('replays-newest-first', (held) => held.toReversed(), 'The newest is replayed first.'),
  replays('replays-twice', (held) => [...held, ...held], 'Everything is replayed twice.'),
  replays(
    'replays-no-messages',
    (held, stream) => (stream === 'messages' ? [] : held),
    'No message is replayed, though the welcome says so.',
    ['resume.replay.complete'],
  ),
  replays(
    'replays-no-broadcasts',
    (held, stream) => (stream === 'broadcasts' ? [] : held),
    'No broadcast is replayed, though the welcome says so.',
    ['resume.replay.broadcasts'],
  ),
  replays(
    'numbers-replay-anew',
    (held, stream) =>
      stream === 'messages' ? held.map(({ data }, at) => ({ seq: at + 1, data })) : held,
    'Replayed messages are numbered from 1.',
    ['resume.replay.complete'],
  ),
  replays(
    'trims-replayed-data',
    (held) => held.map(({ seq, data }) => ({ seq, data: data.trim() })),
    'Blanks at the ends of replayed data are dropped.',
  ),
  {
    name: 'renames-replayed-messages',
    misdeed: 'A replayed message has another id than it was accepted with.',
    breaks: ['resume.replay.complete', 'sse.event.id'],
    apply: ({ rules }) => {
      const { makeMessageId } = rules
      rules.makeMessageId = (counters) =>
        'version' in counters ? makeMessageId(counters) : `${makeMessageId(counters)}r`
    },
  },
  {
    name: 'renames-replayed-broadcasts',
    misdeed: 'A replayed broadcast has another id than it was accepted with.',
    breaks: ['resume.replay.broadcasts', 'sse.event.id'],
    apply: (parts) =>
      betweenResumed(parts, ({ isReplaying, write }, frame, envelope) => {
        if (!isReplaying || envelope?.type !== 'broadcast') return write(frame, envelope)
        const renamed = { ...envelope, id: `${envelope.id}r` }
        write(JSON.stringify(renamed), renamed)
      }),
  },
  {
    name: 'replays-once-only',
    misdeed: 'What was replayed once is not replayed again.',
    breaks: COMPLETE,
    apply: (parts) => {
      const replayed = new Set<string>()
      changesMissed(parts, (missed) => {
        const key = JSON.stringify(missed)
        if (missed && replayed.has(key)) return []
        replayed.add(key)
        return missed
      })
    },
  },
  {
    name: 'replays-ahead-of-welcome',
    misdeed: 'What was missed is sent ahead of the welcome.',
    breaks: COMPLETE,
    apply: ({ wraps }) => {
      wraps.writer = (writer) => ({
        ...writer,
        write: (frame, envelope) => {
          if (envelope?.type === 'welcome' && envelope.resumed)
            queueMicrotask(() => writer.write(frame, envelope))
          else writer.write(frame, envelope)
        },
      })
    },
  },
  {
    name: 'sends-replay-late',
    misdeed: 'What is accepted after the welcome overtakes what is replayed.',
    breaks: [...COMPLETE, 'resume.replay.first'],
    apply: (parts) => {
      const { clock } = parts.ports
      betweenResumed(parts, ({ isReplaying, write }, ...written) => {
        if (isReplaying) clock.after(DELAY_MS, () => write(...written))
        else write(...written)
      })
    },
  },
  {
    name: 'loses-what-comes-during-replay',
    misdeed: 'The first message that is accepted after a replay is not sent.',
    breaks: [...COMPLETE, 'resume.takeover.split'],
    apply: (parts) => {
      const losing = new WeakSet<Resumed>()
      betweenResumed(parts, (connection, ...written) => {
        const isLost = !connection.isReplaying && losing.delete(connection)
        if (connection.isReplaying) losing.add(connection)
        if (!isLost) connection.write(...written)
      })
    },
  },
  {
    name: 'repeats-replay-behind-live',
    misdeed: 'The last message that was replayed is sent again behind the first that is new.',
    breaks: COMPLETE,
    apply: (parts) => {
      const last = new WeakMap<Resumed, Written>()
      betweenResumed(parts, (connection, ...written) => {
        connection.write(...written)
        if (connection.isReplaying) return void last.set(connection, written)
        const again = last.get(connection)
        last.delete(connection)
        if (again) connection.write(...again)
      })
    },
  },
  {
    name: 'replays-to-everybody',
    misdeed: 'A client that came back once is sent the same again when it asks for nothing.',
    breaks: ['resume.replay.asked'],
    apply: (parts) => {
      const { rules, wraps } = parts
      const replayed = new Map<string, Written[]>()
      betweenResumed(parts, ({ clientId, isReplaying, write }, ...written) => {
        if (isReplaying) replayed.set(clientId, [...(replayed.get(clientId) ?? []), written])
        write(...written)
      })
      const wrap = wraps.writer
      let opening = { asks: false }
      const read = rules.readAskedPlace
      rules.readAskedPlace = (values, readCursor) => {
        if (values.length > 0) opening.asks = true
        return read(values, readCursor)
      }
      wraps.writer = (raw, clientId, pulse) => {
        const writer = wrap(raw, clientId, pulse)
        // The cursors of a connection are read right after its writer was made.
        const own = { asks: false }
        opening = own
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          writer.write(frame, envelope)
          if (envelope?.type !== 'welcome' || own.asks) return
          for (const written of replayed.get(clientId) ?? []) writer.write(...written)
        }
        return { ...writer, write }
      }
    },
  },
  {
    name: 'replays-both-for-one',
    misdeed: 'A client that asks for one stream is sent what it missed of the other as well.',
    breaks: ['resume.replay.asked'],
    apply: ({ rules, ports, wraps }) => {
      const { broker } = ports
      const texts = new Map<string, Written[0][]>()
      const note = (whose: string, frame: Written[0]): void => {
        texts.set(whose, [...(texts.get(whose) ?? []), frame])
      }
      ports.broker = {
        ...broker,
        accept: async (clientId, data) => {
          const counters = await broker.accept(clientId, data)
          const envelope = rules.makeMessage(rules.makeMessageId(counters), counters.seq, data)
          note(`of ${clientId}`, rules.encodeEnvelope(envelope))
          return counters
        },
        acceptBroadcast: async (data) => {
          const counters = await broker.acceptBroadcast(data)
          const id = rules.makeBroadcastId(counters)
          note('broadcasts', rules.encodeEnvelope(rules.makeBroadcast(id, counters.seq, data)))
          return counters
        },
      }
      let opening: boolean[] = []
      const read = rules.readAskedPlace
      rules.readAskedPlace = (values, readCursor) => {
        opening.push(values.length > 0)
        return read(values, readCursor)
      }
      wraps.writer = (writer, clientId) => {
        // The cursors of a connection, of messages and then of broadcasts, are read right after its writer was made.
        const asks: boolean[] = []
        opening = asks
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          writer.write(frame, envelope)
          if (envelope?.type !== 'welcome' || !envelope.resumed || (asks[0] && asks[1])) return
          const others = texts.get(asks[0] ? 'broadcasts' : `of ${clientId}`) ?? []
          for (const other of others) writer.write(other)
        }
        return { ...writer, write }
      }
    },
  },
  {
    name: 'replays-posts-beyond-rate',
    misdeed: 'A post that is refused for its rate is held for replay all the same.',
    breaks: ['resume.replay.refused'],
    apply: ({ rules, ports }) => {
      const { readData, selectRateKey, decideRate } = rules
      const refused = new Map<string, string[]>()
      let [read, key] = ['', '']
      rules.readData = (value) => {
        read = readData(value)
        return read
      }
      rules.selectRateKey = (of) => {
        key = of
        return selectRateKey(of)
      }
      // One turn reads a post and takes it from its rate, so the data is that of this key.
      rules.decideRate = (...facts) => {
        const decision = decideRate(...facts)
        if (decision.waitSeconds > 0) refused.set(key, [...(refused.get(key) ?? []), read])
        return decision
      }
      const { broker } = ports
      const replay: typeof broker.replay = async (clientId, after) => {
        const missed = await broker.replay(clientId, after)
        const more = (refused.get(clientId) ?? []).map((data) => ({ seq: after.seq + 1, data }))
        return missed && [...missed, ...more]
      }
      ports.broker = { ...broker, replay }
    },
  },
  {
    name: 'counts-replay-as-connection',
    misdeed: 'The receipt of a message counts one connection more where messages were replayed.',
    breaks: ['message.post.connections'],
    apply: ({ rules, ports }) => {
      const { broker } = ports
      const replayed = new Set<number>()
      ports.broker = {
        ...broker,
        replay: async (clientId, after) => {
          const missed = await broker.replay(clientId, after)
          if (missed && missed.length > 0) replayed.add(after.epoch)
          return missed
        },
      }
      const make = rules.makeReceipt
      rules.makeReceipt = (id, counters, connections) =>
        make(id, counters, connections + (replayed.has(counters.epoch) ? 1 : 0))
    },
  },
]
