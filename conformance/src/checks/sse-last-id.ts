/** Checks of the chapter on event streams about coming back with the id of an event. */

import { type Check, waitFor } from '../check.ts'
import { broadcastOn, startBroadcasting } from '../drive/broadcasting.ts'
import type { Drive } from '../drive/drive.ts'
import type { EventStream } from '../drive/event-stream.ts'
import { comeBackByWebSocket } from '../drive/resume-twin.ts'
import { comeBack, follow, idOf, postAndRead } from '../drive/stream-return.ts'
import { idsApart } from '../judges/broadcast.ts'
import { welcomed } from '../judges/connection.ts'
import { saysNewest } from '../judges/connection-opening.ts'
import { all, each, type Judge } from '../judges/finding.ts'
import { arrived, contiguous, continuesWelcome, delivered, uniqueIds } from '../judges/message.ts'
import { quickerThan } from '../judges/sse-ending.ts'
import {
  carriedOver,
  picksUp,
  saysResumed,
  twinResumes,
  twinResumesBoth,
} from '../judges/sse-resume.ts'
import { BROADCASTS } from '../judges/stream.ts'

/** Roles that come back to the places of one stream, in their order. */
const PLACES = ['behind the welcome', 'behind one', 'behind two'] as const
const MIXED_PLACES = [...PLACES, 'behind three', 'behind four'] as const
const LIVES = ['life 1', 'life 2', 'life 3'] as const
/** Between posts that go on while streams end and begin; slow enough for every rate. */
const PACE_SECONDS = 0.03
const LONG_PACE_SECONDS = 0.4

/** Queries that a `Last-Event-ID` outranks, from an older cursor. */
const OUTRANKED: Readonly<Record<string, (older: string) => Readonly<Record<string, string>>>> = {
  'an older query': (older) => ({ after: older }),
  'a malformed query': () => ({ after: 'garbage' }),
  'malformed broadcasts': () => ({ after_broadcast: 'garbage' }),
  'both malformed': () => ({ after: 'garbage', after_broadcast: 'garbage' }),
}

/** The stimulus was over before anything was held too long. */
const quick = quickerThan('resume_window_seconds')

/** What each of these roles posted last arrived on its own stream. */
function fenced(roles: readonly string[]): Judge {
  return each(roles, (as) => arrived(as, `fence ${as}`))
}

const CARRIED = all(
  saysResumed('life 2', true),
  saysResumed('life 3', true),
  carriedOver(LIVES, 'fence'),
)

/** Follows both streams, misses one of each, and comes back at each place of both. */
async function comeBackToPlaces(drive: Drive): Promise<void> {
  const broadcasting = startBroadcasting(drive)
  const clientId = drive.clientId()
  const first = await drive.streams.connect('first', clientId)
  const cast = async (): Promise<string> => {
    const data = drive.text()
    await broadcasting.post('cast', data)
    await broadcastOn(first, data)
    return data
  }
  const post = (): Promise<string> => postAndRead(drive, 'post', clientId, first)
  const texts = [await post(), await cast(), await post(), await cast()]
  first.drop()
  await drive.post('missed', clientId, drive.text())
  await broadcasting.post('missed cast', drive.text())
  const ids = [idOf(first), ...texts.map((text) => idOf(first, text))]
  for (const [at, as] of MIXED_PLACES.entries()) {
    const stream = await drive.streams.connect(as, clientId, { lastEventId: ids[at] ?? '' })
    await postAndRead(drive, `fence ${as}`, clientId, stream)
    await broadcasting.fence(`cast ${as}`, stream)
    stream.drop()
  }
  await comeBackByWebSocket(drive, broadcasting)
}

/** Comes back to every kind of place in both streams: what the ids stand for, and what is made of them. */
function placesCheck(id: string, proves: string): Check {
  return {
    id,
    proves,
    profiles: ['broadcast'],
    alone: ['broadcasts'],
    drive: comeBackToPlaces,
    control: all(
      twinResumesBoth,
      quick,
      fenced(MIXED_PLACES),
      each(MIXED_PLACES, (as) => arrived(as, `cast ${as}`, BROADCASTS)),
      continuesWelcome('first'),
      continuesWelcome('first', BROADCASTS),
      delivered('first', 'post'),
      delivered('first', 'cast', BROADCASTS),
      uniqueIds('cast'),
      idsApart('cast', 'post'),
    ),
    judge: each(MIXED_PLACES, (as) =>
      all(picksUp(as, `fence ${as}`), picksUp(as, `cast ${as}`, BROADCASTS)),
    ),
    killedBy: [
      'ignores-last-event-id',
      'gives-places-before-events',
      'takes-last-event-id-as-inclusive',
      'identifies-no-welcome',
      'identifies-no-messages',
      'identifies-no-broadcasts',
      'forgets-broadcasts-in-event-ids',
      'forgets-messages-at-broadcasts',
      'asks-for-messages-alone',
      'names-messages-outside-grammar',
      'names-broadcasts-outside-grammar',
    ],
  }
}

/** In the order of the chapter. */
export const SSE_LAST_ID_CHECKS: readonly Check[] = [
  {
    id: 'sse.last-id.continued',
    proves: 'sse.resume.header',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.post('earlier', clientId, drive.text())
      const first = await drive.streams.connect('first', clientId)
      const one = await postAndRead(drive, 'post', clientId, first)
      const two = await postAndRead(drive, 'post', clientId, first)
      first.drop()
      await drive.post('missed', clientId, drive.text())
      const ids = [idOf(first), idOf(first, one), idOf(first, two)]
      for (const [at, as] of PLACES.entries())
        await comeBack(drive, as, clientId, { lastEventId: ids[at] ?? '' })
      await comeBackByWebSocket(drive)
    },
    control: all(
      twinResumes,
      quick,
      saysNewest('first', 'earlier'),
      contiguous(['earlier', 'post']),
      delivered('first', 'post'),
      fenced(PLACES),
    ),
    judge: each(PLACES, (as) => picksUp(as, `fence ${as}`)),
    killedBy: [
      'names-messages-outside-grammar',
      'ignores-last-event-id',
      'gives-places-before-events',
      'takes-last-event-id-as-inclusive',
      'identifies-no-welcome',
      'identifies-no-messages',
    ],
  },
  {
    id: 'sse.last-id.outranks',
    proves: 'sse.resume.header',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const first = await drive.streams.connect('first', clientId)
      const welcome = await first.welcome()
      const one = await postAndRead(drive, 'post', clientId, first)
      await postAndRead(drive, 'post', clientId, first)
      first.drop()
      const lastEventId = idOf(first, one)
      for (const [as, query] of Object.entries(OUTRANKED))
        await comeBack(drive, as, clientId, { lastEventId, query: query(String(welcome?.cursor)) })
      await comeBackByWebSocket(drive)
    },
    control: all(
      twinResumes,
      quick,
      contiguous(['post']),
      delivered('first', 'post'),
      fenced(Object.keys(OUTRANKED)),
    ),
    judge: each(Object.keys(OUTRANKED), (as) => picksUp(as, `fence ${as}`)),
    killedBy: [
      'names-messages-outside-grammar',
      'ignores-last-event-id',
      'lets-query-outrank-last-event-id',
      'gives-places-before-events',
      'takes-last-event-id-as-inclusive',
      'identifies-no-messages',
    ],
  },
  placesCheck('sse.event-ids.placed', 'sse.event.id'),
  placesCheck('sse.last-id.both', 'sse.resume.header'),
  {
    id: 'sse.drop.continued',
    proves: 'sse.resume.header',
    drive: async (drive) => {
      const until = (stream: EventStream): Promise<unknown> =>
        stream.envelope(({ type }) => type === 'message')
      await follow(drive, drive.clientId(), LIVES, until, PACE_SECONDS)
      await comeBackByWebSocket(drive)
    },
    control: all(twinResumes, quick, contiguous(['post']), each(LIVES, welcomed)),
    judge: CARRIED,
    killedBy: [
      'names-another-message',
      'names-messages-outside-grammar',
      'ignores-last-event-id',
      'gives-places-before-events',
      'takes-last-event-id-as-inclusive',
      'identifies-no-messages',
    ],
  },
  {
    id: 'sse.lifetime.continued',
    proves: 'sse.resume.header',
    waitSeconds: waitFor('sse_lifetime_seconds', 'sse_lifetime_seconds', 4),
    endures: true,
    drive: async (drive) => {
      const lifeMs = waitFor('sse_lifetime_seconds', 2)(drive.advertised) * 1000
      const until = (stream: EventStream): Promise<unknown> => stream.ended(lifeMs)
      await follow(drive, drive.clientId(), LIVES, until, LONG_PACE_SECONDS)
      await comeBackByWebSocket(drive)
    },
    control: all(twinResumes, each(LIVES, welcomed)),
    judge: CARRIED,
    killedBy: [
      'names-messages-outside-grammar',
      'ignores-last-event-id',
      'gives-places-before-events',
      'takes-last-event-id-as-inclusive',
      'gives-every-close-an-id',
    ],
  },
]
