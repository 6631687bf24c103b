/** A reconnect storm; it alone knows how everybody is dropped at once and what must be there when they are back. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readUsage } from '../processes.ts'
import type { Storm } from '../workloads.ts'
import { type CrowdTarget, connectCrowd, nameOf } from './crowd.ts'
import { makeTarget } from './measure.ts'
import { openPublisher } from './posts.ts'

/** Connections on which messages are posted side by side. */
const PUBLISHERS = 16

/** A receiver of webhooks, on a port of its own. */
export interface Receiver {
  url: string
  /** Webhooks that came so far. */
  count(): number
}

/** Starts a receiver that takes everything. */
export async function startReceiver(): Promise<Receiver> {
  let count = 0
  const server = createServer((request, response) => {
    count += 1
    request.resume()
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, count: () => count }
}

/** Connects so many, drops all of them at once, posts to one of ten meanwhile, and waits until everybody is back. */
export async function storm(
  target: CrowdTarget & { pid: number },
  receiver: Receiver,
  clients: number,
): Promise<Storm> {
  const crowd = await connectCrowd(target, clients)
  await untilStill(receiver)
  const before = receiver.count()
  const startMs = performance.now()
  const from = readUsage(target.pid)
  const ownFrom = process.cpuUsage()
  for (const socket of crowd.sockets) socket.destroy()
  const posted = await postToSome(target, clients / 10)
  let arrived = 0
  const back = await connectCrowd(target, clients, crowd.places, () => {
    arrived += 1
  })
  const seconds = (performance.now() - startMs) / 1000
  const serverShare = (readUsage(target.pid).cpuSeconds - from.cpuSeconds) / seconds
  const own = process.cpuUsage(ownFrom)
  const loadShare = (own.user + own.system) / 1e6 / seconds
  await untilStill(receiver)
  for (const socket of back.sockets) socket.destroy()
  const presenceEvents = receiver.count() - before
  const { resumed } = back
  return { clients, seconds, resumed, posted, arrived, presenceEvents, serverShare, loadShare }
}

/** Posts one message to every tenth client; answers how many it posted. */
async function postToSome(target: CrowdTarget, messages: number): Promise<number> {
  let posted = 0
  const post = async (): Promise<void> => {
    const publisher = await openPublisher(makeTarget(target))
    while (posted < messages) {
      const body = JSON.stringify({ client_id: nameOf(posted * 10), data: 'while you were away' })
      posted += 1
      await publisher.post({ path: '/v1/messages', body })
    }
    publisher.close()
  }
  await Promise.all(Array.from({ length: PUBLISHERS }, post))
  return posted
}

/** Resolves when no webhook came for a second and a half. */
async function untilStill(receiver: Receiver): Promise<void> {
  for (let count = -1; count !== receiver.count(); ) {
    count = receiver.count()
    await new Promise((resolve) => {
      setTimeout(resolve, 1500)
    })
  }
}
