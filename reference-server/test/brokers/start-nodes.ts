/** Several nodes on one store for one test, each a process of its own, and the clients that a test connects to them. */
import { onTestFinished } from 'vitest'
import { type ServiceProcess, startProcess } from '../start-process.ts'
import { type Arrived, type Receiver, startReceiver } from '../start-receiver.ts'
import type { TestClient } from '../start-service.ts'
import { type RedisStore, startRedisStore } from './redis-store.ts'

export const LEASE_SECONDS = 1

/** Nodes, their store and their application. */
export interface Nodes {
  nodes: readonly [ServiceProcess, ServiceProcess, ...ServiceProcess[]]
  store: RedisStore
  receiver: Receiver
  /** Starts one more. */
  add(): Promise<ServiceProcess>
}

/** Starts nodes on a store of their own; all of it ends with the test. */
export async function startNodes(
  count = 2,
  options: { flags?: readonly string[]; redis?: readonly string[] } = {},
): Promise<Nodes> {
  const store = await startRedisStore(options.redis)
  onTestFinished(() => store.stop())
  const receiver = await startReceiver()
  onTestFinished(() => receiver.stop())
  const flags = ['--broker', store.url, '--node-lease-seconds', String(LEASE_SECONDS)]
  const add = async (): Promise<ServiceProcess> => {
    const node = await startProcess([
      ...['--test-timings', '--log-level', 'error', ...flags, ...receiver.flags],
      ...(options.flags ?? []),
    ])
    onTestFinished(() => node.kill())
    return node
  }
  const first = await add()
  const others = await Promise.all(Array.from({ length: count - 1 }, add))
  return { nodes: [first, ...others] as unknown as Nodes['nodes'], store, receiver, add }
}

/** Connects a client id to a node, and resolves with its welcome; rejects where that is refused. */
export async function connect(
  node: ServiceProcess,
  clientId: string,
  query = '',
): Promise<TestClient & { welcome: Record<string, unknown> }> {
  const { token } = await demand(node, '/v1/tokens', { client_id: clientId })
  const client = node.connect(String(token), { query })
  const refused = client.closed.then(([code, reason]) => {
    throw new Error(`${code} ${reason}`)
  })
  refused.catch(() => {})
  return { ...client, welcome: await Promise.race([client.next(), refused]) }
}

/** Posts a message through a node; rejects where it is refused. */
export function post(
  node: ServiceProcess,
  clientId: string,
  data: string,
): Promise<Record<string, unknown>> {
  return demand(node, '/v1/messages', { client_id: clientId, data })
}

async function demand(
  node: ServiceProcess,
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const answer = await node.post(path, body)
  if (answer.status !== undefined) throw new Error(`${answer.status} ${String(answer.code)}`)
  return answer
}

/** Takes webhooks until this event comes; those before it have to be repeats. */
export async function takePastRepeats(
  receiver: Receiver,
  event: string,
  before: ReadonlySet<string>,
): Promise<Arrived> {
  for (;;) {
    const webhook = await receiver.next()
    webhook.answer()
    if (webhook.form.event === event) return webhook
    if (!before.has(webhook.id)) throw new Error(`${webhook.form.event} came before ${event}`)
  }
}

/** What a node says of a client id. */
export async function readPresence(
  node: ServiceProcess,
  clientId: string,
): Promise<Record<string, unknown>> {
  const answer = await node.call('GET', `/v1/presence?client_id=${clientId}`)
  return (await answer.json()) as Record<string, unknown>
}
