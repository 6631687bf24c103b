/** One reader at a kilobyte a second among a hundred fast ones: it ends, and nobody else waits for it. */
import { setInterval } from 'node:timers/promises'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { afterEach, expect, test } from 'vitest'
import { type Application, makeApplication } from '../../application/application.ts'
import type { Webhook } from '../../application/webhook.ts'
import { type Receiver, startReceiver } from '../../soak/receiver.ts'
import { type ServerProcess, startServerProcess } from '../../soak/server-process.ts'
import { makeWatch } from '../../soak/watch.ts'
import { connectCrowd, dropCrowd, type Member, nameClients } from './crowd.ts'
import { startSlowReader } from './slow-reader.ts'

const FAST = 100
const PAIRS = 3
const EVERY_MS = 25
const TEXT = 'x'.repeat(16_000)
const FILLING = 150
/** What the timers of a busy machine make of any two runs. */
const GRAIN_MS = 10

let receiver: Receiver | undefined
let server: ServerProcess | undefined
let application: Application | undefined

afterEach(async () => {
  await application?.stop()
  await server?.end('SIGKILL')
  await receiver?.stop()
})

/** Broadcasts at a steady pace until `isDone`, and answers how long each took to reach each fast reader. */
async function measure(
  crowd: readonly Member[],
  isDone: (sent: number) => boolean,
): Promise<number[]> {
  const tookMs: number[] = []
  const watch = makeWatch()
  let due = 0
  const hear = (frame: unknown): void => {
    const { type, data = '' } = JSON.parse(String(frame)) as { type: string; data?: string }
    if (type !== 'broadcast') return
    tookMs.push(performance.now() - Number.parseFloat(data))
    watch.changed()
  }
  for (const { socket } of crowd) socket.on('message', hear)
  let sent = 0
  for await (const _tick of setInterval(EVERY_MS)) {
    if (isDone(sent)) break
    await application?.broadcastMessage(`${performance.now()} ${TEXT}`)
    sent += 1
    due += crowd.length
  }
  await watch.until(() => tookMs.length === due)
  for (const { socket } of crowd) socket.off('message', hear)
  return tookMs
}

function percentile99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

test('a reader at 1 kB/s ends as a slow consumer, and the 99th percentile of 100 others stays within twice that of runs without it', {
  timeout: 400_000,
}, async () => {
  const watch = makeWatch()
  const ends: string[] = []
  receiver = await startReceiver({
    onWebhook: (webhook: Webhook) => {
      if (webhook.event === 'disconnected') ends.push(`${webhook.clientId}: ${webhook.reason}`)
      watch.changed()
    },
  })
  server = await startServerProcess({
    flags: [
      ...['--port', '0', '--private-port', '0', '--log-level', 'silent', '--test-timings'],
      // Pings wait behind what is not read: they would end such a reader too, only later.
      ...['--heartbeat-seconds', '60', '--stall-timeout-seconds', '2'],
      ...['--presence-grace-seconds', '0'],
      ...['--broadcasts-per-second', '1000', ...receiver.flags],
    ],
  })
  const { baseUrl } = server
  application = makeApplication({ baseUrl, applicationKey: DEVELOPMENT.application_keys[0] })
  const crowd = await connectCrowd({ baseUrl, clientIds: nameClients(FAST, 'fast') })

  const p99 = { without: [] as number[], with: [] as number[] }
  await measure(crowd, (sent) => sent === 40)
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const slow = startSlowReader(baseUrl, (await application.createChannel('slow')).token)
    // What the machine's own buffers hold for a connection is full from the start.
    for (let filled = 0; filled < FILLING; filled += 1) await application.sendMessage('slow', TEXT)
    let broadcasts = 0
    const took = await measure(crowd, (sent) => {
      broadcasts = sent
      return ends.length > pair
    })
    p99.with.push(percentile99(took))
    slow.leave()
    await slow.ended
    p99.without.push(percentile99(await measure(crowd, (sent) => sent === broadcasts)))
  }

  expect(ends).toEqual(new Array(PAIRS).fill('slow: slow-consumer'))
  expect(median(p99.with)).toBeLessThanOrEqual(2 * median(p99.without) + GRAIN_MS)
  for (const { socket } of crowd) expect(socket.readyState).toBe(socket.OPEN)
  await dropCrowd(crowd)
})
