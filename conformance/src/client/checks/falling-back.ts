/** Checks of a client whose WebSockets never open. */

import { fail, type Judge, PASS } from '../../judges/finding.ts'
import { eventsOf } from '../../timeline/timeline.ts'
import type { ClientCheck } from '../check.ts'
import type { ClientDrive } from '../drive/drive.ts'
import { attemptsOf, LATE } from '../judges/reading.ts'
import { given } from '../judges/told.ts'

const BLOCKED = 'blocked'
/** The bounds of this many endings in a row are waited for. */
const BOUNDS = [2, 4, 8, 16]
const DATA = 'over the stream'

/** Ends every WebSocket before it is open; an event stream is welcomed. */
async function blockWebSockets(drive: ClientDrive): Promise<void> {
  const channel = drive.open(BLOCKED, { isHeld: true })
  let attempt: Awaited<ReturnType<typeof channel.next>> = await channel.first()
  for (const bound of BOUNDS) {
    if (attempt?.transport === 'stream') break
    attempt?.drop()
    attempt = await channel.next(bound + LATE * 2)
  }
  if (attempt?.transport !== 'stream') return
  attempt.welcome()
  attempt.message(1, DATA)
  await channel.told('message')
}

const hasToken: Judge = (timeline) => {
  const stream = attemptsOf(timeline, BLOCKED).find(({ event }) => event.transport === 'stream')
  const expected = 'an event stream with a token of the callback in Authorization'
  if (!stream) return fail(expected, 'WebSockets only', attemptsOf(timeline, BLOCKED).at(-1)?.event)
  const answers = eventsOf(timeline, 'token-request', BLOCKED).filter(({ n }) => n < stream.event.n)
  return answers.some(({ token }) => stream.event.headers.authorization === `Bearer ${token}`)
    ? PASS
    : fail(expected, 'another one, or none', stream.event)
}

/** Checks of the event stream. */
export const CLIENT_STREAM_CHECKS: readonly ClientCheck[] = [
  {
    id: 'client.stream.tried',
    proves: 'client.sse.fallback',
    drive: blockWebSockets,
    judge: hasToken,
    killedBy: ['knows-no-streams', 'stream-without-token'],
  },
  {
    id: 'client.stream.read',
    proves: 'client.sse.fallback',
    drive: blockWebSockets,
    judge: given(BLOCKED, [DATA]),
    killedBy: ['knows-no-streams', 'gives-nothing-of-streams'],
  },
]
