/** One measurement; it alone knows how posts are kept flowing and what their deliveries cost the server. */
import { APPLICATION_KEY } from '../contestants.ts'
import { readUsage } from '../processes.ts'
import { BATCH_MESSAGES, type Measured, type Posting, type Workload } from '../workloads.ts'
import { type Crowd, type CrowdTarget, connectCrowd, nameOf } from './crowd.ts'
import { openPublisher, type Post, type Publisher } from './posts.ts'

/** What is to be measured. */
export interface Job extends CrowdTarget {
  /** Process id of the server. */
  pid: number
  workload: Workload
  warmSeconds: number
  seconds: number
}

const MESSAGE_BYTES = 128

/** Posts, and what came of them. */
interface Flow {
  posted: number
  delivered: number
  latenciesMs: number[]
}

/** Connects the clients, posts for so many seconds and answers what it cost. */
export async function measure(job: Job): Promise<Measured> {
  const { workload, pid } = job
  const before = readUsage(pid)
  const startMs = performance.now()
  const crowd = await connectCrowd(job, workload.clients)
  const handshakeSeconds = (performance.now() - startMs) / 1000
  const connected = readUsage(pid)
  await pause(500)
  const idle = readUsage(pid)
  const flow = watch(crowd)
  const publishers = await Promise.all(
    Array.from({ length: workload.publishers }, () => openPublisher(makeTarget(job))),
  )
  await postFor(job.warmSeconds, job, flow, publishers)
  Object.assign(flow, { posted: 0, delivered: 0, latenciesMs: [] })
  const from = readUsage(pid)
  const ownFrom = process.cpuUsage()
  const fromMs = performance.now()
  await postFor(job.seconds, job, flow, publishers)
  const seconds = (performance.now() - fromMs) / 1000
  const cpuSeconds = readUsage(pid).cpuSeconds - from.cpuSeconds
  const own = process.cpuUsage(ownFrom)
  for (const publisher of publishers) publisher.close()
  const expected = flow.posted * deliveriesOf(workload)
  if (flow.delivered !== expected || crowd.closed > 0)
    throw new Error(`${flow.delivered} of ${expected} arrived, ${crowd.closed} connections ended`)
  flow.latenciesMs.sort((a, b) => a - b)
  return {
    delivered: flow.delivered,
    perSecond: flow.delivered / seconds,
    cpuMicros: (cpuSeconds / flow.delivered) * 1e6,
    serverShare: cpuSeconds / seconds,
    loadShare: (own.user + own.system) / 1e6 / seconds,
    p50Ms: quantile(flow.latenciesMs, 0.5),
    p99Ms: quantile(flow.latenciesMs, 0.99),
    kibPerClient: (idle.rssKib - before.rssKib) / workload.clients,
    handshakesPerSecond: workload.clients / handshakeSeconds,
    handshakeMicros: ((connected.cpuSeconds - before.cpuSeconds) / workload.clients) * 1e6,
  }
}

/** How a server is asked to post. */
export function makeTarget({ port, generation }: CrowdTarget): {
  port: number
  headers: readonly string[]
} {
  const headers = generation === undefined ? [] : [`Authorization: Bearer ${APPLICATION_KEY}`]
  return { port, headers }
}

function watch(crowd: Crowd): Flow {
  const flow: Flow = { posted: 0, delivered: 0, latenciesMs: [] }
  crowd.onText = (payload) => {
    flow.delivered += 1
    const at = payload.indexOf('at:')
    if (at < 0) return
    const sentMs = Number(payload.toString('latin1', at + 3, at + 19))
    flow.latenciesMs.push(performance.now() - sentMs)
  }
  return flow
}

/** Deliveries of one post. */
function deliveriesOf({ posting, clients }: Workload): number {
  return { broadcast: clients, message: 1, batch: BATCH_MESSAGES }[posting]
}

async function postFor(
  seconds: number,
  { workload, generation }: Job,
  flow: Flow,
  publishers: readonly Publisher[],
): Promise<void> {
  const untilMs = performance.now() + seconds * 1000
  const each = deliveriesOf(workload)
  const isRoom = (): boolean => flow.delivered >= (flow.posted - workload.inFlight + 1) * each
  const startMs = performance.now()
  const run = async (publisher: Publisher): Promise<void> => {
    while (performance.now() < untilMs) {
      const { perSecond } = workload
      if (perSecond !== undefined) {
        const dueMs = startMs + (flow.posted / perSecond) * 1000
        if (performance.now() < dueMs) {
          await pause(1)
          continue
        }
      } else if (!isRoom()) {
        await nextTurn()
        continue
      }
      flow.posted += 1
      const post = makePost(workload, generation !== undefined)
      await publisher.post(post)
    }
  }
  await Promise.all(publishers.map(run))
  for (let round = 0; round < 2000 && flow.delivered < flow.posted * each; round += 1)
    await pause(1)
}

function makePost({ posting, clients, perSecond }: Workload, isService: boolean): Post {
  const clientId = nameOf(Math.floor(Math.random() * clients))
  const data = makeData(perSecond !== undefined)
  if (posting === 'batch') return makeBatch(clients, data)
  if (!isService) return makeNaivePost(posting, clientId, data)
  if (posting === 'broadcast') return { path: '/v1/broadcasts', body: JSON.stringify({ data }) }
  return { path: '/v1/messages', body: JSON.stringify({ client_id: clientId, data }) }
}

/** The same for every contestant. */
function makeBatch(clients: number, data: string): Post {
  const messages = Array.from({ length: BATCH_MESSAGES }, () => ({
    client_id: nameOf(Math.floor(Math.random() * clients)),
    data,
  }))
  return { path: '/v1/batches', body: JSON.stringify({ messages }) }
}

function makeNaivePost(posting: Exclude<Posting, 'batch'>, clientId: string, data: string): Post {
  const path = posting === 'broadcast' ? '/broadcast' : `/send?id=${clientId}`
  return { path, body: data }
}

function makeData(withTime: boolean): string {
  const head = withTime ? `at:${performance.now().toFixed(6).padStart(16, '0')}` : ''
  return head.padEnd(MESSAGE_BYTES, 'x')
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
