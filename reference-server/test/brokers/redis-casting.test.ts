import { beforeEach, expect, test } from 'vitest'
import type { HeldMessage, NodeEvents } from '../../src/broker-port.ts'
import { type Casting, makeCasting } from '../../src/brokers/redis/casting.ts'

let passed: unknown[]
let gaps: number
let hasLease: boolean
let held: readonly HeldMessage[] | undefined
let casting: Casting

beforeEach(() => {
  passed = []
  gaps = 0
  hasLease = true
  held = []
  const events = { broadcast: (one: unknown) => passed.push(one) } as unknown as NodeEvents
  casting = makeCasting({
    hasLease: () => hasLease,
    readMissed: async ({ seq }) => held?.filter((one) => one.seq > seq),
    onGap: () => {
      gaps += 1
    },
    events: () => events,
  })
})

const cast = (seq: number, data = String(seq)): object => ({ epoch: 7, seq, data })
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('broadcasts are passed on from the place on, once and whatever their text', () => {
  casting.begin({ epoch: 7, seq: 1 })
  for (const text of ['1 x', '2 a b  c', '2 a b  c', '3 ']) casting.hear(`b 7 ${text}`)
  expect(passed).toEqual([cast(2, 'a b  c'), cast(3, '')])
})

test('what was heard before the place was known is read', async () => {
  casting.hear('b 7 3 3')
  held = [2, 3].map((seq) => ({ seq, data: String(seq) }))
  casting.begin({ epoch: 7, seq: 1 })
  await settled()
  expect(passed).toEqual([cast(2), cast(3)])
})

test('a gap is filled in order, and what is heard meanwhile comes once', async () => {
  casting.begin({ epoch: 7, seq: 1 })
  held = [2, 3, 4].map((seq) => ({ seq, data: String(seq) }))
  casting.hear('b 7 3 3')
  casting.hear('b 7 4 4')
  await settled()
  casting.hear('b 7 5 5')
  expect(passed).toEqual([cast(2), cast(3), cast(4), cast(5)])
})

test('a gap that cannot be filled ends the place until there is another', async () => {
  casting.begin({ epoch: 7, seq: 1 })
  held = undefined
  casting.hear('b 7 3 3')
  await settled()
  expect([gaps, casting.isBegun(), passed]).toEqual([1, false, []])
  casting.begin({ epoch: 7, seq: 3 })
  casting.hear('b 7 4 4')
  expect(passed).toEqual([cast(4)])
})

test('without the lease nothing is passed on, and with it again what was missed is', async () => {
  casting.begin({ epoch: 7, seq: 1 })
  hasLease = false
  casting.hear('b 7 2 2')
  hasLease = true
  held = [{ seq: 2, data: '2' }]
  await casting.catchUp()
  expect(passed).toEqual([cast(2)])
})
