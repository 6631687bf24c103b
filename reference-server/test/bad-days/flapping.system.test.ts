/** An application that is away for a minute while a thousand clients come and go: it hears what became of each, once. */
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { Webhook } from '../../application/webhook.ts'
import { type Receiver, startReceiver } from '../../soak/receiver.ts'
import type { ScrapedMetrics } from '../../src/metrics.ts'
import { makeVirtualClock } from '../../src/virtual-clock.ts'
import { startService, type TestService } from '../start-service.ts'
import { connectCrowd, dropCrowd, nameClients } from './crowd.ts'

const CLIENTS = 1000
const FLAPS = 20
const AWAY_SECONDS = 60
const IDS = nameClients(CLIENTS)
/** Those that are not there when the application is back. */
const GONE = new Set(IDS.filter((_, at) => at % 2 === 1))

let receiver: Receiver | undefined
let service: TestService | undefined

afterEach(async () => {
  await service?.stop()
  await receiver?.stop()
})

/** Metrics that tell gauges to the test. */
function makeGauges(): ScrapedMetrics & { read(name: string): number } {
  const gauges = new Map<string, () => number>()
  return {
    mediaType: 'text/plain',
    scrape: async () => '',
    count: () => {},
    gauge: (name, read) => gauges.set(name, read),
    read: (name) => gauges.get(name)?.() ?? Number.NaN,
  }
}

test('of 1,000 clients that flap 20 times while the application is away for 60 s, it hears of each once, and of none a state that is over', {
  timeout: 600_000,
}, async () => {
  const clock = makeVirtualClock(Date.now())
  const metrics = makeGauges()
  const heard: Webhook[] = []
  // Webhooks carry the time of the service, which is ahead of this machine's.
  receiver = await startReceiver({ clock, onWebhook: (webhook) => heard.push(webhook) })
  const { book } = receiver
  service = await startService(receiver.flags, { clock, metrics })
  const { baseUrl } = service

  const settle = async (): Promise<void> => {
    do {
      await clock.advance(0)
      await setImmediate()
    } while (metrics.read('webhook_in_flight') > 0 && !isAway)
  }
  const pass = async (seconds: number): Promise<void> => {
    for (let left = seconds; left > 0.0005; ) {
      left -= await clock.advance(left)
      expect(metrics.read('webhook_pending')).toBeLessThanOrEqual(CLIENTS)
      expect(metrics.read('webhook_in_flight')).toBeLessThanOrEqual(16)
      await settle()
    }
  }
  let isAway = false
  const tokens = new Map<string, string>()
  for (const id of IDS) tokens.set(id, await service.mint(id))
  const connect = (clientIds: readonly string[]) =>
    connectCrowd({ baseUrl, clientIds, token: (id) => tokens.get(id) ?? '' })

  let crowd = await connect(IDS)
  await pass(2)
  expect(book.online().length).toBe(CLIENTS)

  await receiver.goAway('refusing')
  isAway = true
  for (let flap = 0; flap < FLAPS; flap += 1) {
    for (const { socket } of crowd) socket.close(1000)
    await Promise.all(crowd.map(({ ended }) => ended))
    const isLast = flap === FLAPS - 1
    crowd = await connect(isLast ? IDS.filter((id) => !GONE.has(id)) : IDS)
    await pass(AWAY_SECONDS / FLAPS)
  }
  const pending = metrics.read('webhook_pending')
  expect(pending).toBeGreaterThanOrEqual(GONE.size)

  heard.length = 0
  await receiver.comeBack()
  isAway = false
  while (metrics.read('webhook_pending') > 0) await pass(1)

  expect(book.online().sort()).toEqual(IDS.filter((id) => !GONE.has(id)).sort())
  const told = heard.map((webhook) => ('clientId' in webhook ? webhook.clientId : webhook.event))
  expect(told.length).toBe(new Set(told).size)
  expect(told.length).toBe(pending)
  const goodbyes = heard.filter(({ event }) => event === 'disconnected')
  expect(goodbyes.length).toBe(GONE.size)
  await dropCrowd(crowd)
})
