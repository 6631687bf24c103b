/** Delivery that survives: many messages to one client whose connection is destroyed again and again. */
import { randomInt } from 'node:crypto'
import { afterEach, expect, onTestFailed, test } from 'vitest'
import { overWebSocket, startResumingClient, type Transport } from './resuming-client.ts'
import { makeEventStreamTransport } from './resuming-stream.ts'
import { startService, type TestService } from './start-service.ts'

const MESSAGES = 10_000
const BROADCASTS = 200
const DROPS = 20
const POSTERS = 16

const TRANSPORTS: [string, () => Transport][] = [
  ['a WebSocket', () => overWebSocket],
  ['an event stream', makeEventStreamTransport],
]

// Set it to the seed of a failure to have the same drops again.
const SEED = Number(process.env.RESUME_SEED ?? randomInt(2 ** 31))

let service: TestService | undefined

afterEach(async () => {
  await service?.stop()
  service = undefined
})

/** Numbers in [0, 1) that the seed decides (mulberry32). */
function makeRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Counts at which a connection is destroyed: half of them by what was accepted, half by what had come. */
function planDrops(random: () => number): { byAccepted: Set<number>; byArrived: Set<number> } {
  const byAccepted = new Set<number>()
  const byArrived = new Set<number>()
  const moment = (): number => 1 + Math.floor(random() * (MESSAGES - 1))
  while (byAccepted.size < DROPS / 2) byAccepted.add(moment())
  while (byArrived.size < DROPS / 2) byArrived.add(moment())
  return { byAccepted, byArrived }
}

/** Posts everything, many posts at a time; answers the data of each message by its `seq`. */
async function postAll(
  { post }: TestService,
  onAccepted: (count: number) => void,
): Promise<Map<number, string>> {
  const accepted = new Map<number, string>()
  let next = 0
  const keepPosting = async (): Promise<void> => {
    while (next < MESSAGES) {
      const data = `message ${next}`
      const hasBroadcast = next % (MESSAGES / BROADCASTS) === 0
      next += 1
      const receipt = await post('/v1/messages', { client_id: 'ann', data })
      accepted.set(Number(receipt.seq), data)
      // Before anything else is awaited, so that no count is passed over.
      onAccepted(accepted.size)
      if (hasBroadcast) await post('/v1/broadcasts', { data: `with ${data}` })
    }
  }
  await Promise.all(Array.from({ length: POSTERS }, keepPosting))
  return accepted
}

test.each(TRANSPORTS)(
  'of 10,000 messages across 20 forced drops none is lost, none doubled and the order kept on %s',
  { timeout: 300_000 },
  async (_name, makeTransport) => {
    onTestFailed(() => console.error(`the drops were those of RESUME_SEED=${SEED}`))
    service = await startService([
      ...['--messages-per-second', '100000', '--broadcasts-per-second', '10000'],
      ...['--resume-messages', '5000', '--resume-bytes', '1048576', '--queue-bytes', '4194304'],
    ])
    const { byAccepted, byArrived } = planDrops(makeRandom(SEED))
    const token = await service.post('/v1/tokens', { client_id: 'ann' })
    const client = startResumingClient(makeTransport(), {
      connectUrl: String(token.connect_url),
      token: String(token.token),
      after: String(token.cursor),
      afterBroadcast: String(token.broadcast_cursor),
    })
    const all = client.until(({ messages, broadcasts }) => {
      if (byArrived.delete(messages.length)) client.drop()
      // The newest of each stream comes last: whatever is missing then is lost.
      return messages.at(-1)?.seq === MESSAGES && broadcasts.at(-1)?.seq === BROADCASTS
    })
    const accepted = await postAll(service, (count) => {
      if (byAccepted.delete(count)) client.drop()
    })
    await all
    client.stop()

    const { messages, broadcasts, resumed } = client
    const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)
    expect(client.drops()).toBe(DROPS)
    expect(messages.map(({ seq }) => seq)).toEqual(numbers(MESSAGES))
    expect(messages.filter(({ seq, data }) => accepted.get(seq ?? 0) !== data)).toEqual([])
    expect(new Set(messages.map(({ id }) => id)).size).toBe(MESSAGES)
    expect(broadcasts.map(({ seq }) => seq)).toEqual(numbers(BROADCASTS))
    expect(resumed.length).toBeGreaterThan(1)
  },
)
