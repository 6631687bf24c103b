/**
 * A program that speaks the contract between the suite and what it starts: it hands each line on to the reference
 * server's, and alone knows the slow proxies before each of its services and before the application that they report to.
 */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ExecReady, ExecService, ExecStart } from '@channel-protocol/schemas/types'
import { type LatencyProxy, startLatencyProxy } from './latency-proxy.ts'

/** A line of the suite, with as much of it as is changed on its way. */
interface Command {
  readonly id: number
  readonly start?: ExecStart
  readonly advance?: ExecService
  readonly drain?: ExecService
  readonly stop?: ExecService
}

interface Reply {
  readonly id: number
  readonly ready?: ExecReady
}

/** The proxies before the nodes of a service that starts, the first of which stands for all. */
type Before = readonly [LatencyProxy, ...LatencyProxy[]]

const SERVER = fileURLToPath(new URL('../../../reference-server/src/exec.ts', import.meta.url))
const ABOUT_SERVICES = ['advance', 'drain', 'stop'] as const

let seed = Number(process.argv[2] ?? 1)
const server = spawn(process.execPath, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] })
/** By the id of the command that starts the service. */
const starting = new Map<number, Before>()
/** Where a service really is, and what is before it, by where it is for the suite. */
const places = new Map<string, { readonly url: string; readonly before: Before }>()
/** By the id of the command that ends it. */
const ending = new Map<number, Before>()
/** By the port of the application. */
const applications = new Map<string, Promise<LatencyProxy>>()

createInterface({ input: process.stdin })
  .on('line', (line) => {
    void lead(JSON.parse(line) as Command).then((command) => {
      server.stdin.write(`${JSON.stringify(command)}\n`)
    })
  })
  .on('close', () => server.stdin.end())
createInterface({ input: server.stdout }).on('line', (line) => {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line) as Reply))}\n`)
})
server.on('exit', (code) => process.exit(code ?? 1))

/** The command as the reference server is told it. */
async function lead(command: Command): Promise<Command> {
  const { start } = command
  if (start) return { ...command, start: await leadStart(command.id, start) }
  const verb = ABOUT_SERVICES.find((name) => command[name])
  const about = verb && command[verb]
  const place = about && places.get(about.url)
  if (!verb || !place) return command
  if (verb !== 'advance') ending.set(command.id, place.before)
  return { ...command, [verb]: { ...about, url: place.url } }
}

async function leadStart(id: number, start: ExecStart): Promise<ExecStart> {
  const first = await startNext()
  const others = Array.from({ length: (start.nodes ?? 1) - 1 }, startNext)
  starting.set(id, [first, ...(await Promise.all(others))])
  const urls = Object.entries(start.webhook_urls ?? {}).map(
    async ([event, url]) => [event, await slowed(url)] as const,
  )
  return {
    ...start,
    webhook_base: await slowed(start.webhook_base),
    ...(start.webhook_urls && { webhook_urls: Object.fromEntries(await Promise.all(urls)) }),
    // What leads clients to the service leads them to the proxy.
    base_url: start.base_url ?? `http://127.0.0.1:${first.port}`,
  }
}

function startNext(): Promise<LatencyProxy> {
  seed += 1
  return startLatencyProxy(seed)
}

/** The URL of the application, by a proxy before it. */
async function slowed(text: string): Promise<string> {
  const url = new URL(text)
  const { port } = url
  const known = applications.get(port) ?? startNext()
  applications.set(port, known)
  const proxy = await known
  proxy.lead(Number(port))
  url.port = `${proxy.port}`
  return text.endsWith('/') ? url.href : url.href.replace(/\/$/, '')
}

/** The reply as the suite is given it. */
function answer(reply: Reply): Reply {
  for (const proxy of ending.get(reply.id) ?? []) proxy.close()
  ending.delete(reply.id)
  const before = starting.get(reply.id)
  starting.delete(reply.id)
  const { ready } = reply
  if (!before) return reply
  if (!ready) {
    for (const proxy of before) proxy.close()
    return reply
  }
  const [url = '', ...nodes] = [ready.url, ...(ready.nodes ?? [])].map((real, at) => {
    const place = new URL(real)
    const proxy = before[at]
    proxy?.lead(Number(place.port))
    place.port = `${proxy?.port}`
    return place.href.replace(/\/$/, '')
  })
  places.set(url, { url: ready.url, before })
  return { ...reply, ready: { ...ready, url, ...(ready.nodes && { nodes }) } }
}
