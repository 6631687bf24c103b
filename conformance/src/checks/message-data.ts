/** Checks of the chapter message about data and rate: what is taken, what is refused. */

import type { Check } from '../check.ts'
import { type Drive, SetUpFailed } from '../drive/drive.ts'
import { all, type Judge } from '../judges/finding.ts'
import {
  accepted,
  arrived,
  limitedRate,
  refusedAsTooLarge,
  refusedOrReplaced,
} from '../judges/message.ts'
import { refused } from '../judges/problem.ts'

/** Bytes of data that every service takes. */
const FLOOR_BYTES = 32_767

const LONG_DATA: Readonly<Record<string, string>> = {
  'one byte': 'x',
  'ASCII of the floor': 'x'.repeat(FLOOR_BYTES),
  'emoji of the floor': `xyz${'😀'.repeat((FLOOR_BYTES - 3) / 4)}`,
  'controls of the floor': '\u0001'.repeat(FLOOR_BYTES),
}

const WRONG_DATA: Readonly<Record<string, unknown>> = {
  absent: undefined,
  empty: '',
  null: null,
  number: 7,
  boolean: false,
  list: ['x'],
  object: { move: 'e2e4' },
}

const RATE_LOOPS = 16
const RATE_MS = 8000
const NEIGHBOUR_POSTS = 10

function each(roles: readonly string[], judge: (as: string) => Judge): Judge {
  return all(...roles.map(judge))
}

function dataBytes(drive: Drive): number {
  return drive.advertised.limits.data_bytes ?? FLOOR_BYTES
}

/**
 * Posts to one client id as fast as it can: until a post is not accepted and `during` has ended, until the rate is
 * certainly exceeded, or for a few seconds.
 */
async function flood(drive: Drive, during: () => Promise<void> = async () => {}): Promise<string> {
  const clientId = drive.clientId()
  const rate = drive.advertised.limits.messages_per_second ?? 0
  if (!(await drive.post('control', clientId, 'x'))?.id)
    throw new SetUpFailed('a single post was not accepted')
  const startedMs = Date.now()
  let posts = 0
  let isRefused = false
  let isOver = false
  const loop = async (): Promise<void> => {
    while (!isOver) {
      const elapsedMs = Date.now() - startedMs
      if (elapsedMs > RATE_MS || posts > rate * (1 + elapsedMs / 1000) * 1.5 + 50) return
      posts += 1
      const answer = await drive.call('flood', 'POST', '/v1/messages', {
        json: { client_id: clientId, data: 'x' },
      })
      if (answer?.status !== 200 && !isRefused) {
        isRefused = true
        await during()
        isOver = true
      }
    }
  }
  await Promise.all(Array.from({ length: RATE_LOOPS }, loop))
  return clientId
}
