/** A drain under a thousand clients: nobody is dropped without a word, and nobody is told of who is back in time. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { afterEach, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { makeApplication } from '../../application/application.ts'
import type { Webhook } from '../../application/webhook.ts'
import { findFreePort } from '../../demos/free-port.ts'
import type { Receiver } from '../../soak/receiver.ts'
import { type ServerProcess, startServerProcess } from '../../soak/server-process.ts'
import { startApplication } from './application.ts'
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

function hears(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    socket.on('message', (frame) => {
      if ((JSON.parse(String(frame)) as { data?: string }).data === text) resolve()
    })
  })
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
  const atMs = ends.map((end) => end.atMs)
  expect(Math.max(...countByTenth(atMs))).toBeLessThan(CLIENTS / 2)
  expect(Math.max(...atMs) - Math.min(...atMs)).toBeGreaterThan(DRAIN_SECONDS * 600)
}

test('SIGTERM under 1,000 clients sends each away with `reconnect` and 4200, spread over the drain, and the next start says `started` in place of a thousand goodbyes', {
  timeout: 400_000,
}, async () => {
  const application = await startApplication()
  receiver = application.receiver
  const { watch, webhooks } = application
  const { book } = receiver
  const eventsOf = (name: Webhook['event']): Webhook[] =>
    webhooks.filter(({ event }) => event === name)
  server = await start(await findFreePort('127.0.0.1'))
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

/** Where a client was, as its welcome said: nothing came since. */
function placeOf(crowd: readonly Member[]): (clientId: string) => string {
  const welcomes = new Map(crowd.map(({ clientId, heard }) => [clientId, heard[0]]))
  return (clientId) => {
    const { cursor = '', broadcast_cursor = '' } = welcomes.get(clientId) ?? {}
    return `?${new URLSearchParams({ after: cursor, after_broadcast: broadcast_cursor })}`
  }
}

test('where state outlives the process, 1,000 clients that are back within the grace hear what they missed, and the application hears of none of them', {
  timeout: 400_000,
}, async () => {
  const application = await startApplication()
  receiver = application.receiver
  const { watch, webhooks } = application
  const { book } = receiver
  const folder = await mkdtemp(join(tmpdir(), 'channel-drain-'))
  const broker = ['--broker', `sqlite:${join(folder, 'state.db')}`]
  try {
    server = await start(await findFreePort('127.0.0.1'), broker)
    const { port, baseUrl } = server
    const crowd = await connectCrowd({ baseUrl, clientIds: IDS })
    await watch.until(() => book.online().length === CLIENTS)
    await drainUnder(crowd, server)
    webhooks.length = 0

    server = await start(port, broker)
    const application = makeApplication({
      baseUrl,
      applicationKey: DEVELOPMENT.application_keys[0],
    })
    await application.broadcastMessage('meanwhile')
    const tokens = new Map(crowd.map(({ clientId, token }) => [clientId, token]))
    const back = await connectCrowd({
      baseUrl,
      clientIds: IDS,
      token: (clientId) => tokens.get(clientId) ?? '',
      query: placeOf(crowd),
    })
    // What is sent last comes last: whatever was missed has come by then.
    const last = Promise.all(back.map(({ socket }) => hears(socket, 'last')))
    await application.broadcastMessage('last')
    await last
    await application.stop()

    expect(back.filter(({ heard }) => heard[0]?.resumed !== true)).toEqual([])
    expect(back.filter(({ heard }) => !heard.some(({ data }) => data === 'meanwhile'))).toEqual([])
    // Whoever comes now is told of after whatever else there was to tell.
    const [newcomer] = await connectCrowd({ baseUrl, clientIds: ['a newcomer'] })
    await watch.until(() => book.isOnline('a newcomer'))
    expect(webhooks.map(({ event }) => event)).toEqual(['connected'])
    await dropCrowd([...back, ...(newcomer ? [newcomer] : [])])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
