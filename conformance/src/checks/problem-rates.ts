/** Checks of the rate of calls with one application key: what exceeds it is refused, and nobody else's calls count. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { flood } from '../drive/flood.ts'
import { SetUpFailed } from '../drive/set-up-failed.ts'
import { all } from '../judges/finding.ts'
import { accepted, limitedRate } from '../judges/message.ts'
import { refused } from '../judges/problem.ts'
import type { Advertised } from '../timeline/timeline.ts'

const LIMIT = 'calls_per_second'
const FEW = { [LIMIT]: 20 }
/** Calls that can be made in a second of waiting, to hold a budget against the advertised limit. */
const CALLED_PER_SECOND = 200
const NEIGHBOUR_POSTS = 10
/** Time in which a bucket is full again. */
const REFILL_SECONDS = 1

const waitSeconds = ({ limits }: Advertised): number =>
  (limits[LIMIT] ?? Number.POSITIVE_INFINITY) / CALLED_PER_SECOND

/** Makes calls beyond the rate of a key; `during` begins when it certainly is exceeded. */
async function floodCalls(
  drive: Drive,
  headers: Readonly<Record<string, string>>,
  during: () => Promise<void> = async () => {},
): Promise<void> {
  if (!(await drive.post('control', drive.clientId(), 'x'))?.id)
    throw new SetUpFailed('a single post was not accepted')
  const body = JSON.stringify({ client_id: drive.clientId(), data: 'x' })
  const post = drive.callRequest('POST', '/v1/messages', headers, body)
  await flood(drive, post, drive.advertised.limits[LIMIT] ?? 0, during)
  await drive.pass(REFILL_SECONDS)
}

async function postAsNeighbour(drive: Drive, key: 'first' | 'second'): Promise<void> {
  for (let count = 0; count < NEIGHBOUR_POSTS; count += 1) {
    const json = { client_id: drive.clientId(), data: drive.text() }
    await drive.call('neighbour', 'POST', '/v1/messages', { json, key })
  }
}

/** In the order of the chapter. */
export const PROBLEM_RATE_CHECKS: readonly Check[] = [
  {
    id: 'problem.calls-many.refused',
    proves: 'problem.rate.refuse',
    alone: true,
    limits: FEW,
    waitSeconds,
    drive: (drive) => floodCalls(drive, {}),
    control: accepted('control'),
    judge: limitedRate('flood', LIMIT),
    killedBy: ['never-limits-calls', 'limits-rate-without-retry-after'],
  },
  {
    id: 'problem.calls-of-other-key.answered',
    proves: 'problem.rate.others',
    needs: ['second-key'],
    alone: true,
    limits: FEW,
    waitSeconds,
    drive: (drive) => floodCalls(drive, {}, () => postAsNeighbour(drive, 'second')),
    control: all(accepted('control'), limitedRate('flood', LIMIT)),
    judge: accepted('neighbour'),
    killedBy: ['limits-calls-of-keys-together'],
  },
  {
    id: 'problem.calls-of-strangers.uncounted',
    proves: 'problem.rate.strangers',
    alone: true,
    limits: FEW,
    waitSeconds,
    drive: (drive) =>
      floodCalls(drive, { authorization: `Bearer ${drive.text()}` }, () =>
        postAsNeighbour(drive, 'first'),
      ),
    control: all(accepted('control'), refused('flood', 'invalid-application-key')),
    judge: accepted('neighbour'),
    killedBy: ['counts-calls-of-strangers'],
  },
]
