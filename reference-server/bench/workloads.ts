/** Workloads; it alone knows what is asked of each contestant, and what the goal is. */

/** What is posted: a broadcast, a message to a random client, or a batch of 100 of these. */
export type Posting = 'broadcast' | 'message' | 'batch'

/** One workload. */
export interface Workload {
  name: string
  title: string
  clients: number
  posting: Posting
  publishers: number
  /** Posts that are on their way at once: not answered yet, or not delivered to everyone. */
  inFlight: number
  /** Posts per second where latency is measured; as fast as possible without it. */
  perSecond?: number
}

/** Messages in one batch. */
export const BATCH_MESSAGES = 100

const FAN_OUT = { posting: 'broadcast', publishers: 8, inFlight: 16 } as const

/** Every client of these is connected before the first post. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: 'A1',
    title: 'one publisher to 1,000',
    clients: 1000,
    posting: 'broadcast',
    publishers: 1,
    inFlight: 2,
  },
  { name: 'A8', title: 'eight publishers to 1,000', clients: 1000, ...FAN_OUT },
  {
    name: 'D',
    title: 'four publishers to 10,000',
    clients: 10_000,
    posting: 'broadcast',
    publishers: 4,
    inFlight: 4,
  },
  {
    name: 'B16',
    title: 'single posts to random clients',
    clients: 1000,
    posting: 'message',
    publishers: 16,
    inFlight: 16,
  },
  {
    name: 'B64',
    title: 'the same from 64 publishers',
    clients: 1000,
    posting: 'message',
    publishers: 64,
    inFlight: 64,
  },
  {
    name: 'batches',
    title: 'batches of 100 to random clients',
    clients: 1000,
    posting: 'batch',
    publishers: 16,
    inFlight: 16,
  },
  {
    name: 'latency',
    title: '500 posts a second to random clients',
    clients: 1000,
    posting: 'message',
    publishers: 16,
    inFlight: 16,
    perSecond: 500,
  },
]

/** Growth: the same as A8, with so many clients. */
export function makeGrowth(clients: number): Workload {
  return { name: `growth-${clients}`, title: `eight publishers to ${clients}`, clients, ...FAN_OUT }
}

/** What was measured of one contestant in one workload. */
export interface Measured {
  /** Deliveries counted at the clients. */
  delivered: number
  perSecond: number
  /** Microseconds of the server's CPU for one delivery. */
  cpuMicros: number
  /** Part of one core that the server, and the generator, used. */
  serverShare: number
  loadShare: number
  /** Milliseconds from post to delivery. */
  p50Ms: number
  p99Ms: number
  /** KiB of memory for each open connection. */
  kibPerClient: number
  handshakesPerSecond: number
  handshakeMicros: number
}

/** What became of ten thousand clients that were dropped at once. */
export interface Storm {
  clients: number
  /** Seconds until the last was welcomed. */
  seconds: number
  resumed: number
  /** Messages posted while everybody was away, and how many of them arrived. */
  posted: number
  arrived: number
  /** Webhooks that spoke of a client after the drop. */
  presenceEvents: number
  /** Part of one core that the server, and the generator, used until all were back: who is at 1 is what all waited for. */
  serverShare: number
  loadShare: number
}
