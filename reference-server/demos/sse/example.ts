/** The program: counts over an event stream that ends again and again, and shows that no number is missing. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import type { TokenAnswer } from '@channel-protocol/schemas/types'
import { type ReaderParts, readMessages } from './reader.ts'
import { type Relay, startRelay } from './relay.ts'

const wholeMs = 45_000
const count = 120
const betweenMs = 40
const cutAfter = 20
const clientId = `counter-${process.pid}`

/** Starts the program that `npm start` starts, with streams that live for a second; answers its base URL. */
async function startService(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the service has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const url = / at (http:\S+)$/.exec(line)?.[1]
    if (url === undefined) continue
    child.stdout.resume()
    return url
  }
  throw new Error('the service did not start')
}

function spawnService(): ChildProcess {
  const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
  const profiles = ['--profiles', 'core,robust,resume,sse']
  const times = ['--test-timings', '--sse-lifetime-seconds', '1', '--resume-window-seconds', '30']
  const flags = ['--port', '0', '--private-port', '0', '--resume-messages', '100']
  const all = [program, ...profiles, ...times, ...flags]
  return spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** One call of the application; answers its JSON. */
async function call(serviceUrl: string, path: string, body: object): Promise<unknown> {
  const answer = await fetch(serviceUrl + path, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${DEVELOPMENT.application_keys[0]}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`)
  return answer.json()
}

async function post(serviceUrl: string): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await call(serviceUrl, '/v1/messages', { client_id: clientId, data: String(number) })
    await wait(betweenMs)
  }
}

function makeReader(serviceUrl: string, relay: Relay): ReaderParts & { read: number[] } {
  const read: number[] = []
  return {
    read,
    mint: async () => {
      const minted = await call(serviceUrl, '/v1/tokens', { client_id: clientId })
      const { token, connect_url: connectUrl, cursor } = minted as TokenAnswer
      if (cursor === undefined) throw new Error('the service does not offer the profile resume')
      const url = new URL(connectUrl.replace(/^ws/, 'http'))
      url.host = relay.authority
      return { token, url: url.href, cursor }
    },
    onEnd: (why) => console.log(`  the stream ended after ${read.at(-1) ?? 0}: ${why}`),
  }
}

async function readAll(parts: ReaderParts & { read: number[] }, relay: Relay): Promise<void> {
  for await (const data of readMessages(parts)) {
    const number = Number(data)
    parts.read.push(number)
    if (number >= count) return
    if (number === cutAfter) relay.cut()
  }
}

async function play(serviceUrl: string): Promise<void> {
  if (!serviceUrl.startsWith('http:')) throw new Error('give the URL of a service on http')
  const relay = await startRelay(new URL(serviceUrl))
  try {
    console.log(`The service is at ${serviceUrl}.`)
    const reader = makeReader(serviceUrl, relay)
    await Promise.all([readAll(reader, relay), post(serviceUrl)])
    const isWhole = reader.read.every((number, index) => number === index + 1)
    if (!isWhole || reader.read.length !== count)
      throw new Error(`read ${reader.read.join(' ')} instead of 1 to ${count}`)
    console.log(`counted 1..${count}, nothing lost, nothing twice`)
  } finally {
    relay.stop()
  }
}

async function main(): Promise<void> {
  const late = setTimeout(() => {
    console.error(`example: not done within ${wholeMs / 1000} seconds`)
    process.exit(1)
  }, wholeMs)
  const given = process.argv[2]
  if (given !== undefined) await play(given)
  else {
    const child = spawnService()
    process.once('exit', () => child.kill('SIGKILL'))
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    await play(await startService(child))
    child.kill()
    await ended
  }
  clearTimeout(late)
}

await main().catch((error: unknown) => {
  console.error(`example: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
})
