/** Checks of the chapter broadcast about data and rate; each disturbs everybody who is connected. */

import type { Check } from '../check.ts'
import { startBroadcasting } from '../drive/broadcasting.ts'
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
} from '../judges/message.ts'
import { refused } from '../judges/problem.ts'
import { BROADCASTS } from '../judges/stream.ts'
import { FLOOR_BYTES, LONG_DATA, WRONG_DATA } from './message-data.ts'

const NEIGHBOUR_POSTS = 10
/** Seconds in which the bucket of broadcasts is full again, whatever it holds. */
const REFILL = 1
const LIMIT = 'broadcasts_per_second'
/** The fewest that a service may allow, so that a short flood exceeds them. */
const FEW_BROADCASTS = { [LIMIT]: 5 }

/** Posts broadcasts faster than the rate allows, then lets the bucket fill again. */
async function floodAll(drive: Drive, during: () => Promise<void> = async () => {}): Promise<void> {
  const receipt = await startBroadcasting(drive).post('control', drive.text())
  if (!receipt?.id) throw new SetUpFailed('a single broadcast was not accepted')
  const post = drive.callRequest('POST', '/v1/broadcasts', {}, JSON.stringify({ data: 'x' }))
  await flood(drive, post, drive.advertised.limits[LIMIT] ?? 0, during)
  await drive.pass(REFILL)
}

/** In the order of the chapter. */
export const BROADCAST_DATA_CHECKS: readonly Check[] = [
  {
    id: 'broadcast.data-legal.accepted',
    proves: 'broadcast.data.accept',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      for (const [as, data] of Object.entries(LONG_DATA)) await broadcasting.post(as, data)
      const body = `{"data":"${'\\u0041'.repeat(FLOOR_BYTES)}"}`
      await drive.call('escapes of the floor', 'POST', '/v1/broadcasts', { body })
    },
    judge: each([...Object.keys(LONG_DATA), 'escapes of the floor'], accepted),
    killedBy: ['refuses-long-data', 'refuses-long-bodies', 'refuses-controls-in-long-data'],
  },
  {
    id: 'broadcast.data-illegal.refused',
    proves: 'broadcast.data.refuse',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      await broadcasting.post('control', drive.text())
      for (const [as, data] of Object.entries(WRONG_DATA)) await broadcasting.post(as, data)
    },
    control: accepted('control'),
    judge: each(Object.keys(WRONG_DATA), (as) => refused(as, 'invalid-data')),
    killedBy: ['accepts-empty-data', 'takes-absent-data-for-text', 'turns-data-into-text'],
  },
  {
    id: 'broadcast.data-long.refused',
    proves: 'broadcast.data.too-large',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const limit = drive.advertised.limits.data_bytes ?? FLOOR_BYTES
      await broadcasting.post('control', 'x'.repeat(limit))
      await broadcasting.post('one byte more', 'x'.repeat(limit + 1))
      await broadcasting.post('more in bytes only', 'é'.repeat(Math.floor(limit / 2) + 1))
      await broadcasting.post('twice as much', 'x'.repeat(limit * 2))
    },
    control: accepted('control'),
    judge: each(['one byte more', 'more in bytes only', 'twice as much'], refusedAsTooLarge),
    killedBy: ['accepts-a-byte-too-much', 'counts-data-in-characters', 'hides-limit-of-data'],
  },
  {
    id: 'broadcast.lone-surrogate.replaced',
    proves: 'broadcast.data.surrogate',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const connection = await drive.connect('client', drive.clientId())
      await broadcasting.post('high', 'high \ud83d and more')
      await broadcasting.post('low', 'low \ude00 and more')
      await broadcasting.post('at the end', 'at the end \ud83d')
      await broadcasting.fence('fence', connection)
    },
    control: arrived('client', 'fence', BROADCASTS),
    judge: each(['high', 'low', 'at the end'], (as) => refusedOrReplaced('client', as, BROADCASTS)),
    killedBy: ['delivers-lone-surrogates', 'drops-lone-surrogates'],
  },
  {
    id: 'broadcast.rate.limited',
    proves: 'broadcast.rate.refuse',
    alone: ['broadcasts'],
    limits: FEW_BROADCASTS,
    slow: true,
    drive: (drive) => floodAll(drive),
    control: accepted('control'),
    judge: limitedRate('flood', LIMIT),
    killedBy: ['never-limits-rate', 'never-limits-broadcasts', 'limits-rate-without-retry-after'],
  },
  {
    id: 'broadcast.rate.unnumbered',
    proves: 'broadcast.seq.contiguous',
    alone: ['broadcasts'],
    limits: FEW_BROADCASTS,
    slow: true,
    drive: async (drive) => {
      await floodAll(drive)
      await startBroadcasting(drive).post('afterwards', drive.text())
    },
    control: all(limitedRate('flood', LIMIT), accepted('afterwards')),
    judge: contiguous(['control', 'flood', 'afterwards'], ['flood']),
    killedBy: ['skips-a-broadcast-number', 'numbers-broadcasts-beyond-the-rate'],
  },
  {
    id: 'broadcast.rate.separate',
    proves: 'broadcast.rate.others',
    alone: ['broadcasts'],
    limits: FEW_BROADCASTS,
    slow: true,
    drive: (drive) =>
      floodAll(drive, async () => {
        for (let posts = 0; posts < NEIGHBOUR_POSTS; posts += 1)
          await drive.post('message', drive.clientId(), drive.text())
      }),
    control: all(accepted('control'), limitedRate('flood', LIMIT)),
    judge: accepted('message'),
    killedBy: ['limits-messages-with-broadcasts'],
  },
]
