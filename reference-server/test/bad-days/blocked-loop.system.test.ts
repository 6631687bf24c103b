/** A server that does nothing for seconds: silence that it caused itself is nobody's death. */
import { afterEach, expect, test } from 'vitest'
import type { ServerProcess } from '../../soak/server-process.ts'
import { connectCrowd, dropCrowd, hearPings, type Member, nameClients } from './crowd.ts'
import { disturb, startDisturbedServer } from './disturb.ts'

let server: ServerProcess | undefined

afterEach(async () => {
  await server?.end('SIGKILL')
})

async function start(): Promise<ServerProcess> {
  server = await startDisturbedServer([
    ...['--port', '0', '--private-port', '0', '--log-level', 'silent', '--test-timings'],
    ...['--heartbeat-seconds', '0.3', '--pong-timeout-seconds', '2'],
  ])
  return server
}

/** Makes clients keep their Pongs to themselves; the answer sends those, and from then on each at once. */
function holdPongs(crowd: readonly Member[]): () => void {
  const releases = crowd.map(({ socket }) => {
    const pong = socket.pong.bind(socket)
    let isHeld = false
    // The library answers a Ping by this method.
    socket.pong = () => {
      isHeld = true
    }
    return () => {
      socket.pong = pong
      if (isHeld) pong()
    }
  })
  return () => {
    for (const release of releases) release()
  }
}

test.each([
  ['5 s', 5000],
  ['little more than the time for a Pong', 2100],
])(
  'an event loop that is blocked for %s ends no client whose Pong came meanwhile',
  { timeout: 300_000 },
  async (_name, blockMs) => {
    const { baseUrl } = await start()
    const crowd = await connectCrowd({ baseUrl, clientIds: nameClients(50) })
    if (!server) throw new Error('no server')
    const release = holdPongs(crowd)
    await hearPings(crowd, 1)
    // Every Ping is unanswered when the block begins, and every Pong lies unread when it ends.
    await disturb(server, { blockMs }, release)
    await hearPings(crowd, 4)
    await dropCrowd(crowd)
  },
)

test('a client that answers no Ping is ended also by a server that was blocked', async () => {
  const { baseUrl } = await start()
  const mutes = await connectCrowd({ baseUrl, clientIds: ['mute'] })
  holdPongs(mutes)
  if (server) await disturb(server, { blockMs: 1000 })
  const ends = await Promise.all(mutes.map(({ ended }) => ended))
  expect(ends).toMatchObject([{ code: 4104, reason: 'heartbeat-timeout' }])
})
