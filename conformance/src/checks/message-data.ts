/** Checks of the chapter message about data and rate: what is taken, what is refused. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { flood } from '../drive/flood.ts'
import { SetUpFailed } from '../drive/set-up-failed.ts'
import { all, each } from '../judges/finding.ts'
import {
  accepted,
  arrived,
  contiguous,
  limitedRate,
  refusedAsTooLarge,
  refusedOrReplaced,
  withinRate,
} from '../judges/message.ts'
import { refused } from '../judges/problem.ts'

/** Bytes of data that every service takes. */
export const FLOOR_BYTES = 32_767

/** Data that every service takes, by what is special about it. */
export const LONG_DATA: Readonly<Record<string, string>> = {
  'one byte': 'x',
  'ASCII of the floor': 'x'.repeat(FLOOR_BYTES),
  'emoji of the floor': `xyz${'😀'.repeat((FLOOR_BYTES - 3) / 4)}`,
  'controls of the floor': '\u0001'.repeat(FLOOR_BYTES),
}

/** What is no data, by what it is. */
export const WRONG_DATA: Readonly<Record<string, unknown>> = {
  absent: undefined,
  empty: '',
  null: null,
  number: 7,
  boolean: false,
  list: ['x'],
  object: { move: 'e2e4' },
}

/** Numbers as no encoder writes them: some decoders make texts of those that they cannot hold. */
export const ODD_NUMBERS = [
  '123456789012345678901234567890',
  '-12345678901234567890',
  '1.50',
] as const

const NEIGHBOUR_POSTS = 10
/** Time in which the bucket of a client id is certainly full again. */
const REFILL_SECONDS = 1.2
/** Part of a rate that a busy machine's clocks leave no doubt about. */
const MOST_OF_RATE = 0.75
/** Posts with keys of their own at once, as a multiple of what a second allows. */
const KEYED_FLOOD = 4

function dataBytes(drive: Drive): number {
  return drive.advertised.limits.data_bytes ?? FLOOR_BYTES
}

/** Posts to one client id, which it answers, faster than the rate allows; `during` begins when it certainly is exceeded. */
async function floodOne(
  drive: Drive,
  during: (clientId: string) => Promise<void> = async () => {},
): Promise<string> {
  const clientId = drive.clientId()
  const rate = drive.advertised.limits.messages_per_second ?? 0
  if (!(await drive.post('control', clientId, 'x'))?.id)
    throw new SetUpFailed('a single post was not accepted')
  const body = JSON.stringify({ client_id: clientId, data: 'x' })
  const post = drive.callRequest('POST', '/v1/messages', {}, body)
  await flood(drive, post, rate, () => during(clientId))
  return clientId
}

/** In the order of the chapter. */
export const MESSAGE_DATA_CHECKS: readonly Check[] = [
  {
    id: 'message.data-legal.accepted',
    proves: 'message.data.accept',
    drive: async (drive) => {
      const clientId = drive.clientId()
      for (const [as, data] of Object.entries(LONG_DATA)) await drive.post(as, clientId, data)
      const escaped = '\\u0041'.repeat(FLOOR_BYTES)
      await drive.call('escapes of the floor', 'POST', '/v1/messages', {
        body: `{"client_id":${JSON.stringify(clientId)},"data":"${escaped}"}`,
      })
    },
    judge: each([...Object.keys(LONG_DATA), 'escapes of the floor'], accepted),
    killedBy: ['refuses-long-data', 'refuses-long-bodies', 'refuses-controls-in-long-data'],
  },
  {
    id: 'message.data-illegal.refused',
    proves: 'message.data.refuse',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.post('control', clientId, drive.text())
      for (const [as, data] of Object.entries(WRONG_DATA)) await drive.post(as, clientId, data)
    },
    control: accepted('control'),
    judge: each(Object.keys(WRONG_DATA), (as) => refused(as, 'invalid-data')),
    killedBy: ['accepts-empty-data', 'takes-absent-data-for-text', 'turns-data-into-text'],
  },
  {
    id: 'message.data-odd-number.refused',
    proves: 'message.data.refuse',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.post('control', clientId, drive.text())
      for (const number of ODD_NUMBERS) {
        const body = `{"client_id":${JSON.stringify(clientId)},"data":${number}}`
        await drive.call(number, 'POST', '/v1/messages', { body })
      }
    },
    control: accepted('control'),
    judge: each(ODD_NUMBERS, (as) => refused(as, 'invalid-data')),
    killedBy: ['takes-large-numbers-for-text', 'turns-data-into-text'],
  },
  {
    id: 'message.data-long.refused',
    proves: 'message.data.too-large',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const limit = dataBytes(drive)
      await drive.post('control', clientId, 'x'.repeat(limit))
      await drive.post('one byte more', clientId, 'x'.repeat(limit + 1))
      await drive.post('more in bytes only', clientId, 'é'.repeat(Math.floor(limit / 2) + 1))
      await drive.post('twice as much', clientId, 'x'.repeat(limit * 2))
    },
    control: accepted('control'),
    judge: each(['one byte more', 'more in bytes only', 'twice as much'], refusedAsTooLarge),
    killedBy: ['accepts-a-byte-too-much', 'counts-data-in-characters', 'hides-limit-of-data'],
  },
  {
    id: 'message.lone-surrogate.replaced',
    proves: 'message.data.surrogate',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const connection = await drive.connect('client', clientId)
      await drive.post('high', clientId, 'high \ud83d and more')
      await drive.post('low', clientId, 'low \ude00 and more')
      await drive.post('at the end', clientId, 'at the end \ud83d')
      const fence = drive.text()
      await drive.post('fence', clientId, fence)
      await connection.message(fence)
    },
    control: arrived('client', 'fence'),
    judge: each(['high', 'low', 'at the end'], (as) => refusedOrReplaced('client', as)),
    killedBy: ['delivers-lone-surrogates', 'drops-lone-surrogates'],
  },
  {
    id: 'message.rate.limited',
    proves: 'message.rate.refuse',
    limits: { messages_per_second: 20 },
    drive: async (drive) => {
      await floodOne(drive)
    },
    control: accepted('control'),
    judge: limitedRate('flood'),
    killedBy: ['never-limits-rate', 'limits-rate-without-retry-after'],
  },
  {
    id: 'message.rate-of-keyed.limited',
    proves: 'message.rate.refuse',
    profiles: ['idempotency'],
    // Elsewhere so many answers are kept that there is no room for those of others.
    needs: ['exec'],
    limits: { messages_per_second: 20 },
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.post('control', clientId, 'x')
      const many = Math.ceil((drive.advertised.limits.messages_per_second ?? 0) * KEYED_FLOOD)
      const body = JSON.stringify({ client_id: clientId, data: 'x' })
      const posts = Array.from({ length: many }, () =>
        drive.callRequest('POST', '/v1/messages', { 'Idempotency-Key': drive.text() }, body),
      )
      await drive.burst('flood', posts)
    },
    control: accepted('control'),
    judge: limitedRate('flood'),
    killedBy: [
      'counts-keyless-posts-alone',
      'never-limits-rate',
      'limits-rate-without-retry-after',
    ],
  },
  {
    id: 'message.rate.unnumbered',
    proves: 'message.seq.contiguous',
    profiles: ['robust'],
    limits: { messages_per_second: 20 },
    slow: true,
    drive: async (drive) => {
      const clientId = await floodOne(drive)
      await drive.pass(REFILL_SECONDS)
      await drive.post('afterwards', clientId, drive.text())
    },
    control: all(limitedRate('flood'), accepted('afterwards')),
    judge: contiguous(['control', 'flood', 'afterwards'], ['flood']),
    killedBy: ['numbers-posts-beyond-the-rate'],
  },
  {
    id: 'message.rate.refilled',
    proves: 'message.rate.accept',
    limits: { messages_per_second: 20 },
    slow: true,
    drive: async (drive) => {
      const clientId = await floodOne(drive)
      await drive.pass(REFILL_SECONDS)
      const most = Math.ceil((drive.advertised.limits.messages_per_second ?? 0) * MOST_OF_RATE)
      const body = JSON.stringify({ client_id: clientId, data: 'x' })
      const post = drive.callRequest('POST', '/v1/messages', {}, body)
      await drive.burst(
        'later',
        Array.from({ length: most }, () => post),
      )
    },
    control: limitedRate('flood'),
    judge: withinRate('later'),
    killedBy: ['refills-rates-slowly'],
  },
  {
    id: 'message.rate.separate',
    proves: 'message.rate.others',
    limits: { messages_per_second: 20 },
    drive: async (drive) => {
      await floodOne(drive, async (clientId) => {
        await Promise.all(
          Array.from({ length: NEIGHBOUR_POSTS }, async () => {
            await drive.post('neighbour', drive.clientId(), drive.text())
            await drive.post('sibling', `${clientId}/sibling`, drive.text())
          }),
        )
      })
    },
    control: all(accepted('control'), limitedRate('flood')),
    judge: all(accepted('neighbour'), accepted('sibling')),
    killedBy: ['limits-rate-of-siblings-together'],
  },
]
