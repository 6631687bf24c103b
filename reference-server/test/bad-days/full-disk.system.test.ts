/** A disk without room for the file of the state: calls are refused, clients stay, and all goes on when there is room. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { findFreePort } from '../../demos/free-port.ts'
import type { Receiver } from '../../soak/receiver.ts'
import { type ServerProcess, startServerProcess } from '../../soak/server-process.ts'
import { makeCalls, type TestCalls } from '../start-service.ts'
import { startApplication } from './application.ts'
import { connectCrowd, connectMember, dropCrowd, nameClients } from './crowd.ts'

const CLIENTS = 100
const LARGE = 'x'.repeat(30_000)
/** Far more than what is refused could take, were it kept. */
const REFUSED = 3000

let receiver: Receiver | undefined
let server: ServerProcess | undefined
let folder: string | undefined

afterEach(async () => {
  await server?.end('SIGKILL')
  await receiver?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** Lets no file of a process grow beyond its first page, as a full disk would, or any grow as it likes. */
function setRoom({ pid }: ServerProcess['process'], room: 'none' | 'enough'): void {
  const limit = room === 'none' ? 4096 : 'unlimited'
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}:unlimited`])
}

async function post(calls: TestCalls): Promise<Response> {
  const answer = await calls.call('POST', '/v1/messages', { client_id: 'a', data: LARGE })
  // Nobody waits for the rest of it.
  await answer.clone().arrayBuffer()
  return answer
}

async function readMetric(operators: string, name: string): Promise<number> {
  const text = await (await fetch(`${operators}/metrics`)).text()
  return Number(new RegExp(`^\\S*${name}\\S* (\\S+)$`, 'm').exec(text)?.[1])
}

test('a full disk refuses calls with 503 and keeps every client, and with room again the same process takes calls and tells of who left', {
  timeout: 400_000,
}, async () => {
  const application = await startApplication()
  const { watch, webhooks } = application
  receiver = application.receiver
  const { book } = receiver
  folder = await mkdtemp(join(tmpdir(), 'channel-full-'))
  const privatePort = await findFreePort('127.0.0.1')
  const operators = `http://127.0.0.1:${privatePort}`
  server = await startServerProcess({
    flags: [
      ...['--port', '0', '--private-port', String(privatePort), '--log-level', 'silent'],
      ...['--test-timings', '--presence-grace-seconds', '0', '--resume-window-seconds', '600'],
      ...['--messages-per-second', '100000', '--calls-per-second', '100000'],
      ...['--request-timeout-seconds', '10'],
      ...['--broker', `sqlite:${join(folder, 'state.db')}`, ...receiver.flags],
    ],
  })
  const { baseUrl, process } = server
  const calls = makeCalls(baseUrl)
  const crowd = await connectCrowd({ baseUrl, clientIds: nameClients(CLIENTS), atOnce: 10 })
  const late = await calls.mint('late', 600)
  await watch.until(() => book.online().length === CLIENTS)

  expect((await post(calls)).status).toBe(200)

  setRoom(process, 'none')
  const refusal = await post(calls)
  expect(refusal.status).toBe(503)
  expect((await fetch(`${operators}/readyz`)).status).toBe(503)
  expect(refusal.headers.get('retry-after')).toBe('1')
  expect(await refusal.json()).toMatchObject({ code: 'unavailable', retryable: true })
  await expect(connectMember(baseUrl, 'late', late)).rejects.toThrow('4101 internal-error')

  webhooks.length = 0
  const [goers, stayers] = [crowd.slice(0, CLIENTS / 2), crowd.slice(CLIENTS / 2)]
  await dropCrowd(goers)
  const before = await readMetric(operators, 'process_resident_memory_bytes')
  for (let posts = 0; posts < REFUSED; posts += 50)
    await Promise.all(
      Array.from({ length: 50 }, async () => expect((await post(calls)).status).toBe(503)),
    )
  const after = await readMetric(operators, 'process_resident_memory_bytes')
  expect(after - before).toBeLessThan(REFUSED * LARGE.length)
  for (const { socket } of stayers) expect(socket.readyState).toBe(socket.OPEN)

  setRoom(process, 'enough')
  expect((await post(calls)).status).toBe(200)
  expect((await fetch(`${operators}/readyz`)).status).toBe(200)
  await watch.until(() => book.online().length === stayers.length)
  expect(webhooks.map(({ event }) => event)).toEqual(new Array(goers.length).fill('disconnected'))
  const [stayer] = stayers
  const heard = new Promise<void>((resolve) => {
    stayer?.socket.on('message', (frame) => {
      if (String(frame).includes('there is room')) resolve()
    })
  })
  await calls.post('/v1/messages', { client_id: stayer?.clientId, data: 'there is room' })
  await heard
  expect(process.exitCode).toBe(null)
  await dropCrowd(stayers)
})
