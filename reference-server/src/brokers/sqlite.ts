/** Broker in one file: it alone knows which changes of the state are one step of it. */
import type {
  Accepted,
  Act,
  Broker,
  Counters,
  HeldMessage,
  StreamCounters,
} from '../broker-port.ts'
import { Refusal } from '../refusal.ts'
import { BrokerError } from './broker-error.ts'
import { type BrokerParts, SWEEP_MS, SWEEP_ON_MS } from './parts.ts'
import { type ClientRow, countersOf, describe, makeSqliteClients } from './sqlite-clients.ts'
import { openSqliteFile } from './sqlite-file.ts'
import { makeSqliteGenerations } from './sqlite-generations.ts'
import { makeSqlitePosts } from './sqlite-posts.ts'
import { beginRun, makeSqliteService, readBoot } from './sqlite-service.ts'
import { makeSqliteWindow } from './sqlite-window.ts'

/**
 * A broker whose state outlives the process, also one that is killed. It forgets what a broker in memory forgets.
 * What it does is done when its call returns, so the calls of one process never meet; its promise says that it is
 * written.
 * @param open opens the file, for tests that have it fail
 * @throws BrokerError where the file cannot be used
 * @spec message.epoch.grows
 */
export function openSqliteBroker(path: string, parts: BrokerParts, open = openSqliteFile): Broker {
  const { clock, rules, log } = parts
  const counting: { begin?(): void; undo(): void }[] = []
  const file = open(path, {
    clock,
    log,
    onBegin: () => {
      for (const each of counting) each.begin?.()
    },
    onUndone: () => {
      for (const { undo } of counting) undo()
    },
    onWritten: (steps) => {
      if (steps > 1) parts.gather()
    },
  })
  const { db, write, read, look } = file
  try {
    file.writeAlone(() => beginRun(db, parts, readBoot()))
  } catch (cause) {
    file.stop()
    if (!(cause instanceof Refusal)) throw cause
    throw new BrokerError(`--broker sqlite:${path}: cannot be written; is the disk full?`)
  }
  const clients = makeSqliteClients(db, parts)
  const window = makeSqliteWindow(db, parts)
  const generations = makeSqliteGenerations(db, parts)
  const posts = makeSqlitePosts(db, parts)
  const service = makeSqliteService(db)
  counting.push(window, posts, { undo: generations.undo })

  function acceptInto<Count>(
    use: () => ClientRow,
    nextSeq: (seq: number) => number,
    data: string,
    act: Act | undefined,
    count: (row: ClientRow) => Count,
  ): Promise<Accepted<Count>> {
    return write(() => {
      const row = use()
      const known = act && posts.findAct(act)
      if (known) {
        const { epoch, seq, stored } = known
        return { ...count({ ...row, epoch, seq }), stored, again: true as const }
      }
      row.seq = nextSeq(row.seq)
      const stored = parts.holds ? window.hold(row, row.seq, data) : undefined
      clients.noteAccepted(row)
      if (act) posts.noteAct(act, { epoch: row.epoch, seq: row.seq, stored })
      return { ...count(row), stored }
    })
  }

  function replay(use: () => ClientRow, after: StreamCounters): Promise<HeldMessage[] | undefined> {
    return write(() => {
      window.sweepOf(use().id)
      const row = use()
      clients.noteUsed(row)
      return parts.holds && rules.decideSameEpoch(after.epoch, row.epoch)
        ? window.replay(row, after.seq, row.seq)
        : undefined
    })
  }

  /** Forgets some of what is over, and answers whether there is more. */
  function forgetSome(): boolean {
    const { ids, isMore } = clients.selectForgettable()
    for (const id of ids) {
      window.forget(id)
      clients.forget(id)
    }
    return [window.sweep(), posts.sweep(), isMore].includes(true)
  }

  function sweep(): void {
    const swept = write(forgetSome).catch((cause: unknown) => {
      // The next round forgets what this one could not.
      if (!(cause instanceof Refusal)) throw cause
      return false
    })
    void swept.then((isMore) => {
      if (db.isOpen) cancelSweep = clock.after(isMore ? SWEEP_ON_MS : SWEEP_MS, sweep)
    })
  }
  let cancelSweep = clock.after(SWEEP_MS, sweep)

  return {
    isReady: file.isReady,
    open: (clientId) =>
      write(() => {
        const row = clients.use(clientId)
        clients.noteUsed(row)
        return countersOf(row)
      }),
    read: async (clientId) => {
      const known = await read(() => {
        const row = clients.find(clientId)
        return row && describe(row)
      })
      if (known) return known
      const nobody = { online: false, connectionId: undefined, sinceMs: undefined }
      // Written, for the next run to begin above what was told in this one.
      const epoch = await write(() => clients.beginEpoch())
      return { epoch, seq: 0, version: 0, ...nobody }
    },
    accept: (clientId, data, act) =>
      acceptInto<Counters>(
        () => clients.use(clientId),
        (seq) => rules.nextSeq(seq),
        data,
        act,
        countersOf,
      ),
    replay: (clientId, after) => replay(() => clients.use(clientId), after),
    arrive: (arrival) =>
      write(() => {
        const row = clients.use(arrival.clientId)
        const facts = { online: row.online === 1, takeover: row.connection_id !== null }
        const came = rules.decideArrival(facts) === 'came'
        if (came) row.version = rules.nextVersion(row.version, true)
        clients.noteArrival(row, arrival, came)
        return { ...countersOf(row), came }
      }),
    leave: (clientId, connectionId, reason) =>
      write(() => clients.noteLeft(clientId, connectionId, reason)),
    depart: (going) =>
      write(() => {
        const row = clients.find(going.clientId)
        if (row?.online !== 1) return undefined
        const isLast = row.connection_id === null || row.connection_id === going.connectionId
        if (rules.decideDeparture({ welcomed: true, current: isLast }) === 'nothing')
          return undefined
        row.version = rules.nextVersion(row.version, false)
        clients.noteDeparture(row, going)
        return countersOf(row)
      }),
    list: (afterArrival, most) => read(() => clients.list(afterArrival, most)),
    openBroadcasts: () => write(() => streamOf(clients.useBroadcasts())),
    acceptBroadcast: (data, act) =>
      acceptInto<StreamCounters>(
        () => clients.useBroadcasts(),
        (seq) => rules.nextBroadcastSeq(seq),
        data,
        act,
        streamOf,
      ),
    replayBroadcasts: (after) => replay(() => clients.useBroadcasts(), after),
    generation: (clientId) => read(() => generations.of(clientId)),
    revoke: (clientId) => write(() => generations.begin(clientId)),
    noteAttempted: (clientId, mark) => write(() => clients.noteAttempted(clientId, mark)),
    noteAcknowledged: (clientId, mark) => write(() => clients.noteAcknowledged(clientId, mark)),
    owed: () => read(() => clients.owed()),
    began: () => read(() => service.began()),
    noteStarted: () => write(() => service.noteStarted()),
    claim: async (post) => {
      if (look(() => posts.isOverdue())) await write(() => posts.sweep(post.scope))
      return look(() => posts.claim(post))
    },
    keepAnswer: (post, answer, results) => {
      posts.end(post.scope)
      return write(() => posts.keepAnswer(post, answer, results))
    },
    release: async ({ scope }) => {
      posts.end(scope)
      if (look(() => posts.isUnfinished(scope))) await write(() => posts.forgetUnfinished(scope))
    },
    noteSocket: (socket) => write(() => service.noteSocket(socket)),
    noteSocketEnd: (id, end) => write(() => service.noteSocketEnd(id, end)),
    forgetSocket: (id) => write(() => service.forgetSocket(id)),
    owedSockets: () => read(() => service.owedSockets()),
    keepSecret: (name, fresh) => write(() => service.keepSecret(name, fresh)),
    stop: async () => {
      cancelSweep()
      file.stop()
    },
  }
}

function streamOf({ epoch, seq }: ClientRow): StreamCounters {
  return { epoch, seq }
}
