/** A drain under a thousand clients: nobody is dropped without a word, and nobody is told of who is back in time. */
import { afterEach, expect, test } from 'vitest'
import type { Webhook } from '../../application/webhook.ts'
import { type Receiver, startReceiver } from '../../soak/receiver.ts'
import { type ServerProcess, startServerProcess } from '../../soak/server-process.ts'
import { makeWatch } from '../../soak/watch.ts'
import { connectCrowd, dropCrowd, type Member, nameClients } from './crowd.ts'

const CLIENTS = 1000
const DRAIN_SECONDS = 5
const IDS = nameClients(CLIENTS)

let receiver: Receiver | undefined
let server: ServerProcess | undefined

afterEach(async () => {
  await server?.end('SIGKILL')
  await receiver?.stop()
})

function start(port: number, more: readonly string[] = []): Promise<ServerProcess> {
  return startServerProcess({
    flags: [
      ...['--port', String(port), '--private-port', '0', '--log-level', 'silent'],
      ...['--drain-seconds', String(DRAIN_SECONDS), '--presence-grace-seconds', '60'],
      ...(receiver?.flags ?? []),
      ...more,
    ],
  })
}

function countByTenth(atMs: readonly number[]): number[] {
  const first = Math.min(...atMs)
  const tenths = new Array<number>(10).fill(0)
  for (const ms of atMs) {
    const tenth = Math.min(9, Math.floor((ms - first) / (DRAIN_SECONDS * 100)))
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  return tenths
}

async function drainUnder(crowd: readonly Member[], draining: ServerProcess): Promise<void> {
  const ended = draining.end('SIGTERM')
  const ends = await Promise.all(crowd.map((member) => member.ended))
  expect(await ended).toEqual([0, null])

  const codes = new Set(ends.map(({ code, reason }) => `${code} ${reason}`))
  expect([...codes]).toEqual(['4200 draining'])
  const announced = crowd.filter(({ heard }) =>
    heard.some((envelope) => envelope.type === 'reconnect' && (envelope.after_seconds ?? -1) >= 0),
  )
  expect(announced.length).toBe(CLIENTS)
  // An even spread has 100 in each tenth of the drain; a crowd that is sent away at once has all in one.
  expect(Math.max(...countByTenth(ends.map(({ atMs }) => atMs)))).toBeLessThan(CLIENTS / 2)
}

test('SIGTERM under 1,000 clients sends each away with `reconnect` and 4200, spread over the drain, and the next start says `started` in place of a thousand goodbyes', {
  timeout: 120_000,
}, async () => {
  const watch = makeWatch()
  const webhooks: Webhook[] = []
  receiver = await startReceiver({
    onWebhook: (webhook) => {
      webhooks.push(webhook)
      watch.changed()
    },
  })
  const { book } = receiver
  const eventsOf = (name: Webhook['event']): Webhook[] =>
    webhooks.filter(({ event }) => event === name)
  server = await start(0)
  const { port, baseUrl } = server
  const crowd = await connectCrowd({ baseUrl, clientIds: IDS })
  await watch.until(() => book.online().length === CLIENTS)
  const largestEpoch = Math.max(...eventsOf('connected').map(({ epoch }) => epoch))

  await drainUnder(crowd, server)
  expect(eventsOf('disconnected')).toEqual([])

  server = await start(port)
  await watch.until(() => eventsOf('started').length === 2)
  expect(eventsOf('started').at(-1)?.epoch).toBeGreaterThan(largestEpoch)
  expect(book.online()).toEqual([])

  const back = await connectCrowd({ baseUrl, clientIds: IDS })
  await watch.until(() => book.online().length === CLIENTS)
  expect(eventsOf('disconnected')).toEqual([])
  await dropCrowd(back)
})
