import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { TIMINGS } from '@channel-protocol/schemas/registry'
import { expect, test } from 'vitest'
import { makeMetrics, type ScrapedMetrics } from '../../src/metrics.ts'
import { makeFakeClock } from '../fake-clock.ts'
import { startService } from '../start-service.ts'

const ROUNDS = 6
const PER_ROUND = 7

function readLoop(): string {
  const guide = readFileSync(new URL('../../demos/sse/README.md', import.meta.url), 'utf8')
  const code = /^```bash\n(.*?)^```$/ms.exec(guide)?.[1]
  if (code === undefined) throw new Error('the guide has no loop in bash')
  return code
}

/** Metrics that tell how many connections were welcomed. */
function watchWelcomes(): { metrics: ScrapedMetrics; reach(count: number): Promise<void> } {
  const real = makeMetrics(false)
  let welcomes = 0
  let onWelcome = (): void => {}
  const count: ScrapedMetrics['count'] = (name, label) => {
    real.count(name, label)
    if (name !== 'connections_welcomed') return
    welcomes += 1
    onWelcome()
  }
  const reach = (wanted: number): Promise<void> =>
    new Promise((resolve) => {
      onWelcome = () => {
        if (welcomes >= wanted) resolve()
      }
      onWelcome()
    })
  return { metrics: { ...real, count }, reach }
}

test('the curl loop of the guide reads all numbers once and in order, however often its stream ends', async () => {
  const clock = makeFakeClock()
  const { metrics, reach } = watchWelcomes()
  const service = await startService(['--test-timings'], { clock, metrics })
  const loop = spawn('bash', ['-c', readLoop(), 'listen.sh', service.baseUrl])
  const ended = once(loop, 'close')
  let why = ''
  loop.stderr.on('data', (piece) => {
    why += piece
  })
  const lines = createInterface({ input: loop.stdout })[Symbol.asyncIterator]()
  const read: number[] = []
  const readOne = async (): Promise<void> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the loop ended: ${why}`)
    read.push(Number((JSON.parse(value) as { data: string }).data))
  }

  await reach(1)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let count = 1; count <= PER_ROUND; count += 1) {
      const data = String(round * PER_ROUND + count)
      await service.post('/v1/messages', { client_id: 'ada', data })
    }
    for (let count = 1; count <= PER_ROUND; count += 1) await readOne()
    await clock.advance(TIMINGS.sse_lifetime_seconds.test * 1000)
  }
  await reach(ROUNDS + 1)
  await service.post('/v1/disconnects', { client_id: 'ada' })
  expect(await ended).toEqual([0, null])
  expect(why.match(/"code":[0-9]+/g)).toEqual([
    ...Array.from({ length: ROUNDS }, () => '"code":4201'),
    '"code":4010',
  ])
  expect(read).toEqual(Array.from({ length: ROUNDS * PER_ROUND }, (_, index) => index + 1))
  await service.stop()
})
