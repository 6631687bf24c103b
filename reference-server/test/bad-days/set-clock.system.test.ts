/** A machine whose clock is set by a day, forth and back: what is measured in seconds goes on as if nothing were. */
import { afterEach, expect, test } from 'vitest'
import type { Webhook } from '../../application/webhook.ts'
import { type Receiver, startReceiver } from '../../soak/receiver.ts'
import type { ServerProcess } from '../../soak/server-process.ts'
import { makeWatch } from '../../soak/watch.ts'
import { connectCrowd, dropCrowd, hearPings, nameClients } from './crowd.ts'
import { disturb, startDisturbedServer } from './disturb.ts'

const DAY_MS = 86_400_000

let receiver: Receiver | undefined
let server: ServerProcess | undefined

afterEach(async () => {
  await server?.end('SIGKILL')
  await receiver?.stop()
})

test.each([
  ['forth and back', [DAY_MS, -DAY_MS]],
  ['back and forth', [-DAY_MS, DAY_MS]],
])(
  'a clock that is set %s ends nobody, loses nothing, still finds the dead and tells the application',
  { timeout: 300_000 },
  async (_name, steps) => {
    const watch = makeWatch()
    const gone: Webhook[] = []
    receiver = await startReceiver({
      onWebhook: (webhook) => {
        if (webhook.event === 'disconnected') gone.push(webhook)
        watch.changed()
      },
    })
    const { book } = receiver
    // Attempts whose time is a day off are refused, so there have to be some left when the clock is right again.
    const retries = ['--webhook-retry-seconds', new Array(60).fill('0.5').join(',')]
    server = await startDisturbedServer([
      ...['--port', '0', '--private-port', '0', '--log-level', 'silent', '--test-timings'],
      ...['--heartbeat-seconds', '0.3', '--pong-timeout-seconds', '2'],
      ...['--presence-grace-seconds', '0', ...retries],
      ...receiver.flags,
    ])
    const { baseUrl } = server
    const crowd = await connectCrowd({ baseUrl, clientIds: nameClients(20) })
    await watch.until(() => book.online().length === 20)

    for (const [at, setWallMs] of steps.entries()) {
      await disturb(server, { setWallMs })
      await hearPings(crowd, 3)
      const mute = await connectCrowd({ baseUrl, clientIds: [`mute ${at}`] })
      for (const { socket } of mute) socket.pong = () => {}
      const ends = await Promise.all(mute.map(({ ended }) => ended))
      expect(ends.map(({ code }) => code)).toEqual([4104])
    }
    // The clock is right again: what could not be told while it was a day off is told now.
    await watch.until(() => gone.length === steps.length)

    expect(book.online().length).toBe(20)
    await dropCrowd(crowd)
  },
)
