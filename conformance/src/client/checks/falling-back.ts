/** Checks of a client whose WebSockets never open. */

import { fail, type Judge, PASS } from '../../judges/finding.ts'
import { eventsOf, type Timeline } from '../../timeline/timeline.ts'
import type { ClientCheck } from '../check.ts'
import type { Attempt } from '../drive/attempt.ts'
import type { ClientChannel, ClientDrive } from '../drive/drive.ts'
import { attemptsOf, LATE, type SeenAttempt, toldOf } from '../judges/reading.ts'
import { given } from '../judges/told.ts'

const BLOCKED = 'blocked'
/** The bounds of this many endings in a row are waited for. */
const BOUNDS = [2, 4, 8, 16]
const LEFT = 'closed-by-page'
const STOPPED = 'closed-by-service'
const DATA = 'over the stream'
const LAST = 'the last over the stream'
/** Of the ending after two in a row. */
const LAST_BOUND = 8

/** Ends every WebSocket before it is open; event streams are welcomed, and one is closed by its page, one by the service. */
async function blockWebSockets(drive: ClientDrive): Promise<void> {
  await Promise.all([
    (async () => {
      const channel = drive.open(BLOCKED, { isHeld: true })
      const stream = await awaitStream(channel)
      stream?.welcome()
      stream?.message(1, DATA)
      stream?.message(2, LAST)
      if (stream) await channel.told('message', 2)
    })(),
    (async () => {
      const channel = drive.open(LEFT, { isHeld: true })
      const stream = await awaitStream(channel)
      stream?.welcome()
      if (!stream || !(await channel.told('open'))) return
      channel.close()
      await stream.ended(2 + LATE)
    })(),
    (async () => {
      const channel = drive.open(STOPPED, { isHeld: true })
      const stream = await awaitStream(channel)
      stream?.welcome()
      stream?.close(4008, 'protocol-violation')
      if (stream) await channel.next(LAST_BOUND + LATE)
    })(),
  ])
}

/** The first attempt that asks for a stream. */
async function awaitStream(channel: ClientChannel): Promise<Attempt | undefined> {
  let attempt: Awaited<ReturnType<typeof channel.next>> = await channel.first()
  for (const bound of BOUNDS) {
    if (attempt?.transport === 'stream') break
    attempt?.drop()
    attempt = await channel.next(bound + LATE * 2)
  }
  return attempt?.transport === 'stream' ? attempt : undefined
}

function streamOf(timeline: Timeline, role: string): SeenAttempt | undefined {
  return attemptsOf(timeline, role).find(({ event }) => event.transport === 'stream')
}

/** No stream was asked for with a token in the URL. */
const noTokenInUrl: Judge = (timeline) => {
  const tokens = eventsOf(timeline, 'token-request', BLOCKED).flatMap(({ token }) => token ?? [])
  const leaking = attemptsOf(timeline, BLOCKED).find(({ event }) =>
    tokens.some((token) => decodeURIComponent(event.url).includes(token)),
  )
  return leaking ? fail('no token in a URL', 'one', leaking.event) : PASS
}

/** Judges only a client that did try a stream. */
const endsWhenClosed: Judge = (timeline) => {
  const stream = streamOf(timeline, LEFT)
  return !stream || stream.end || toldOf(timeline, LEFT, 'open').length === 0
    ? PASS
    : fail('the stream ended when the page closed', 'it stood', stream.event)
}

/** Judges only a client that did try a stream. */
const stopsAtCloseEvent: Judge = (timeline) => {
  const stream = streamOf(timeline, STOPPED)
  const next = attemptsOf(timeline, STOPPED).find(
    ({ event }) => event.n > (stream?.event.n ?? Infinity),
  )
  return next ? fail('no attempt after the close event with 4008', 'one', next.event) : PASS
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
    killedBy: ['knows-no-streams', 'stream-without-token', 'stops-when-refused'],
  },
  {
    id: 'client.stream.read',
    proves: 'client.sse.fallback',
    drive: blockWebSockets,
    judge: given(BLOCKED, [DATA, LAST]),
    killedBy: [
      'knows-no-streams',
      'stops-when-refused',
      'gives-nothing-of-streams',
      'knows-lines-by-lf-alone',
    ],
  },
  {
    id: 'client.stream-token.hidden',
    proves: 'client.token.hidden',
    drive: blockWebSockets,
    judge: noTokenInUrl,
    killedBy: ['token-in-stream-url', 'token-in-url'],
  },
  {
    id: 'client.stream.left',
    proves: 'client.close.reaches',
    drive: blockWebSockets,
    judge: endsWhenClosed,
    killedBy: ['leaves-streams-open', 'closes-nothing'],
  },
  {
    id: 'client.stream-end.final',
    proves: 'client.stop.final',
    drive: blockWebSockets,
    judge: stopsAtCloseEvent,
    killedBy: ['takes-stream-ends-for-losses', 'knows-lines-by-lf-alone'],
  },
]
