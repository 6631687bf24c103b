/** Checks of a client whose connection falls silent. */

import { all, each, fail, type Judge, PASS } from '../../judges/finding.ts'
import type { ClientCheck } from '../check.ts'
import type { Attempt } from '../drive/attempt.ts'
import type { ClientDrive } from '../drive/drive.ts'
import { attemptsOf, EARLY, LATE } from '../judges/reading.ts'
import { backsOff, wasOpen } from '../judges/waits.ts'

const [SILENT, UNWATCHED, LIVELY, TALKING] = ['silent', 'unwatched', 'lively', 'talking'] as const
const HEARTBEAT_SECONDS = 1
/** From the last envelope on. */
const PATIENCE_SECONDS = HEARTBEAT_SECONDS + 10
const LEEWAY_SECONDS = 5
const LAST_SECONDS = PATIENCE_SECONDS + LEEWAY_SECONDS + LATE
const BEAT_SECONDS = 4

async function fallSilent(drive: ClientDrive): Promise<void> {
  const watch = async (
    role: string,
    heartbeat_seconds: number,
    beat?: (attempt: Attempt, beats: number) => void,
  ): Promise<void> => {
    const channel = drive.open(role)
    const attempt = await channel.connected({ heartbeat_seconds })
    await channel.told('open')
    for (let passed = 0; beat && passed < LAST_SECONDS; passed += BEAT_SECONDS) {
      beat(attempt, 1 + passed / BEAT_SECONDS)
      await drive.pass(BEAT_SECONDS)
    }
    if (!beat) await attempt.ended(LAST_SECONDS)
    await channel.next(role === SILENT ? 2 + LATE * 2 : 0)
  }
  await Promise.all([
    watch(SILENT, HEARTBEAT_SECONDS),
    watch(UNWATCHED, 0),
    watch(LIVELY, HEARTBEAT_SECONDS, (attempt) => attempt.envelope({ type: 'heartbeat' })),
    watch(TALKING, HEARTBEAT_SECONDS, (attempt, beats) =>
      attempt.message(beats, `message ${beats}`),
    ),
  ])
}

const givesUp: Judge = (timeline) => {
  const [first, second] = attemptsOf(timeline, SILENT)
  const expected = `${SILENT}: the connection given up ${PATIENCE_SECONDS} s to ${PATIENCE_SECONDS + LEEWAY_SECONDS} s after it fell silent`
  const sign = first?.end ?? second?.event
  if (!first || !sign) return fail(expected, 'it was not', first?.event)
  const seconds = (sign.atMs - first.event.atMs) / 1000
  return seconds >= PATIENCE_SECONDS - EARLY && seconds <= PATIENCE_SECONDS + LEEWAY_SECONDS + LATE
    ? PASS
    : fail(expected, `given up after ${seconds.toFixed(1)} s`, sign)
}

/** One attempt, whose connection stands at the end. */
function isKept(role: string): Judge {
  return (timeline) => {
    const [first, second] = attemptsOf(timeline, role)
    const sign = first?.end ?? second?.event
    return sign ? fail(`${role}: the connection kept`, 'it was given up', sign) : PASS
  }
}

/** Checks of silence. */
export const CLIENT_SILENCE_CHECKS: readonly ClientCheck[] = [
  {
    id: 'client.silence.given-up',
    proves: 'client.silence.given-up',
    drive: fallSilent,
    control: wasOpen(SILENT),
    judge: all(givesUp, backsOff(SILENT)),
    killedBy: ['never-gives-up', 'gives-up-at-the-first-heartbeat', 'hurries-after-silence'],
  },
  {
    id: 'client.silence.kept',
    proves: 'client.silence.kept',
    drive: fallSilent,
    control: wasOpen(UNWATCHED, LIVELY, TALKING),
    judge: each([UNWATCHED, LIVELY, TALKING], isKept),
    killedBy: [
      'watches-without-heartbeats',
      'hears-only-messages',
      'hears-only-heartbeats',
      'gives-up-at-the-first-heartbeat',
    ],
  },
]
