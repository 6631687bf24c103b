/** Checks of how long a client waits when its connections end again and again. */

import { all, each } from '../../judges/finding.ts'
import type { ClientCheck } from '../check.ts'
import type { ClientDrive } from '../drive/drive.ts'
import { LATE } from '../judges/reading.ts'
import { backsOff, oneWaitsLonger, waitsAtRandom } from '../judges/waits.ts'

/** The bounds of endings in a row, in seconds; more of them would take minutes. */
const BOUNDS = [2, 4, 8, 16]
/** Longer than any wait as long as the bounds do not double twice. */
const GROWN = 4

const many = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index + 1}`)

const REFUSED = many('refused', 6)
const SHORT_LIVED = many('short-lived', 6)
const MIXED = many('mixed', 8)
const RESTED = many('rested', 8)
const RESTLESS = many('restless', 8)
const RESTED_BOUNDS = [2, 4]
/** The specification's 30 s, and what a timer may be early. */
const REST_SECONDS = 30.5
/** Shorter than that by more than a client may need to hear of it. */
const SHORT_REST_SECONDS = 26
/** Endings of which some have another duty, in the order that they come; the third is the first to back off. */
const MIXED_CODES = [4200, 4201, 4100, 4100, 4200, 4300, 4101]
/** Longer than any wait with the shortest bound, as it is seen. */
const SHORTEST = 3

/** Ends attempt after attempt; the bounds grow with each. */
async function endInARow(drive: ClientDrive): Promise<void> {
  const end = async (role: string, isWelcomed: boolean): Promise<void> => {
    const channel = drive.open(role)
    let attempt: Awaited<ReturnType<typeof channel.next>> = await channel.first()
    for (const bound of BOUNDS) {
      if (isWelcomed) attempt?.welcome()
      attempt?.close(4100, 'over-capacity')
      attempt = await channel.next(bound + LATE * 2)
      if (!attempt) return
    }
  }
  await Promise.all([
    ...REFUSED.map((role) => end(role, false)),
    ...SHORT_LIVED.map((role) => end(role, true)),
    ...MIXED.map(async (role) => {
      const channel = drive.open(role)
      let attempt: Awaited<ReturnType<typeof channel.next>> = await channel.first()
      for (const code of MIXED_CODES) {
        attempt?.close(code, 'an-ending')
        attempt = await channel.next(8 + LATE * 2)
        if (!attempt) return
      }
    }),
  ])
}

/** Two endings in a row, then a connection that stands for long enough or not quite, and its end. */
async function endAfterRest(drive: ClientDrive): Promise<void> {
  await Promise.all(
    [...RESTED, ...RESTLESS].map(async (role) => {
      const seconds = RESTED.includes(role) ? REST_SECONDS : SHORT_REST_SECONDS
      const channel = drive.open(role)
      let attempt: Awaited<ReturnType<typeof channel.next>> = await channel.first()
      for (const bound of RESTED_BOUNDS) {
        attempt?.close(4101, 'internal-error')
        attempt = await channel.next(bound + LATE * 2)
        if (!attempt) return
      }
      // No heartbeat is due before the end.
      attempt.welcome({ heartbeat_seconds: REST_SECONDS * 2 })
      await drive.pass(seconds)
      attempt.close(4101, 'internal-error')
      await channel.next((RESTED.includes(role) ? 2 : 8) + LATE * 2)
    }),
  )
}

/** Checks of waits in a row. */
export const CLIENT_BACK_OFF_CHECKS: readonly ClientCheck[] = [
  {
    id: 'client.back-off.bounded',
    proves: 'client.back-off.wait',
    drive: endInARow,
    judge: all(
      each(REFUSED, (role) =>
        all(...BOUNDS.map((bound, index) => backsOff(role, bound, { place: index + 1 }))),
      ),
      each(MIXED, (role) => all(backsOff(role, 2, { place: 3 }), backsOff(role, 4, { place: 4 }))),
    ),
    killedBy: [
      'counts-reconnects-too',
      'waits-beyond-the-bound',
      'waits-below-a-second',
      'hurries-after-41xx',
      'stops-at-41xx',
    ],
  },
  {
    id: 'client.back-off.doubled',
    proves: 'client.back-off.wait',
    drive: endInARow,
    judge: oneWaitsLonger(REFUSED, GROWN, 3, 4),
    killedBy: ['never-doubles', 'hurries-after-41xx', 'stops-at-41xx'],
  },
  {
    id: 'client.back-off.random',
    proves: 'client.back-off.wait',
    drive: endInARow,
    judge: waitsAtRandom([...REFUSED, ...SHORT_LIVED], BOUNDS.slice(0, 3)),
    killedBy: ['waits-without-chance', 'stops-at-41xx'],
  },
  {
    id: 'client.back-off.kept',
    proves: 'client.back-off.kept',
    drive: endInARow,
    judge: all(
      oneWaitsLonger(SHORT_LIVED, GROWN, 3, 4),
      oneWaitsLonger(MIXED, SHORTEST, MIXED_CODES.length),
    ),
    killedBy: [
      'forgets-at-welcome',
      'forgets-at-other-endings',
      'never-doubles',
      'hurries-after-41xx',
      'stops-at-41xx',
      'stops-at-43xx',
    ],
  },
  {
    id: 'client.back-off.unrested',
    proves: 'client.back-off.kept',
    drive: endAfterRest,
    judge: oneWaitsLonger(RESTLESS, SHORTEST, 3),
    killedBy: [
      'rests-too-soon',
      'forgets-at-welcome',
      'never-doubles',
      'hurries-after-41xx',
      'stops-at-41xx',
    ],
  },
  {
    id: 'client.back-off.rested',
    proves: 'client.back-off.wait',
    drive: endAfterRest,
    judge: each(RESTED, (role) => backsOff(role, 2, { place: 3 })),
    killedBy: ['never-rests', 'hurries-after-41xx', 'stops-at-41xx'],
  },
]
