/** Checks of the chapter on event streams about coming back with cursors, with unknown ids, and after being told to stop. */

import type { Check } from '../check.ts'
import { startBroadcasting } from '../drive/broadcasting.ts'
import type { Drive } from '../drive/drive.ts'
import { comeBackByWebSocket } from '../drive/resume-twin.ts'
import { SetUpFailed } from '../drive/set-up-failed.ts'
import { comeBack, idOf, postAndRead } from '../drive/stream-return.ts'
import type { StreamOptions } from '../drive/streams.ts'
import { closed, welcomed } from '../judges/connection.ts'
import { all, each, type Judge } from '../judges/finding.ts'
import { accepted, arrived } from '../judges/message.ts'
import { answered } from '../judges/problem.ts'
import { quickerThan } from '../judges/sse-ending.ts'
import {
  continuesAt,
  continuesWelcomeOf,
  saysResumed,
  twinResumes,
  twinResumesBoth,
} from '../judges/sse-resume.ts'
import { BROADCASTS } from '../judges/stream.ts'

/** Texts that no service gave as the id of an event, from one that a service did. */
const UNKNOWN_IDS: Readonly<Record<string, (own: string) => string>> = {
  garbage: () => 'garbage',
  'a number': () => '7',
  'a lengthened id': (own) => `${own}x`,
  'an id cut in half': (own) => own.slice(0, Math.ceil(own.length / 2)),
  'an id twice': (own) => `${own}, ${own}`,
  'a long id': () => 'm-'.repeat(2000),
  'not ASCII': () => 'Ünï-漢字',
  'an expired token': () => 'closed-4300',
  'a drain': () => 'closed-4200',
  'a code above': () => 'closed-4100',
  'a code below': () => 'closed-3999',
  'a longer code': () => 'closed-40090',
  'no code': () => 'closed-',
  'a stop in capitals': () => 'CLOSED-4009',
  'a stop at the end': () => 'm-1-closed-4009',
}

/** Ids that tell a client to stay away: codes of the table, the borders, one that nobody has defined. */
const STOPS = ['closed-4000', 'closed-4003', 'closed-4009', 'closed-4010', 'closed-4099'] as const
const STOP = 'closed-4009'
const FOREIGN = 'https://elsewhere.example'

const FORGED = 'bm9ib2R5IGhhcyBtaW50ZWQgdGhpcw.MTc5MA.vI1pUwm3Zc0'
const BY_QUERY = ['by the token', 'by the welcome', 'by an empty header'] as const

/** From the id of a welcome and its cursor. */
type How = (own: string, cursor: string) => Partial<StreamOptions>

const UNKNOWN: Readonly<Record<string, How>> = Object.fromEntries(
  Object.entries(UNKNOWN_IDS).map(([as, spoil]) => [
    as,
    (own: string) => ({ lastEventId: spoil(own) }),
  ]),
)

/** The last id in two headers, of which a careless reader takes one. */
const TWICE: Readonly<Record<string, How>> = {
  'its id in two headers': (own) => twice(own, own),
  'its id and another': (own) => twice(own, 'garbage'),
  'another and its id': (own) => twice('garbage', own),
}

function twice(one: string, other: string): Partial<StreamOptions> {
  return { lastEventId: one, headers: { 'Last-Event-ID': other } }
}

const STOPPED: Readonly<Record<string, How>> = {
  ...Object.fromEntries(STOPS.map((id) => [id, () => ({ lastEventId: id })])),
  'without a token': () => ({ lastEventId: STOP, authorizations: [] }),
  'with a forged token': () => ({ lastEventId: STOP, authorizations: [`Bearer ${FORGED}`] }),
  'from a foreign page': () => ({ lastEventId: STOP, origin: FOREIGN }),
  'from a foreign page without a token': () => ({
    lastEventId: STOP,
    origin: FOREIGN,
    authorizations: [],
  }),
  'with a cursor': (own) => ({ lastEventId: STOP, query: { after: own } }),
}

/** The stimulus was over before anything was held too long. */
const quick = quickerThan('resume_window_seconds')

/** What this role posted last arrived on its own stream. */
const fenced = (as: string): Judge => arrived(as, `fence ${as}`)

/** Opens a stream as `first`, and then one of the same client id in each of these ways. */
async function comeBackAs(drive: Drive, ways: Readonly<Record<string, How>>): Promise<void> {
  const { connectUrl: url, token } = await drive.mint('token', drive.clientId())
  const first = await drive.streams.open('first', { url, token })
  const welcome = await first.welcome()
  if (!welcome) throw new SetUpFailed('no stream was welcomed')
  const own = idOf(first)
  first.drop()
  for (const [as, how] of Object.entries(ways)) {
    const stream = await drive.streams.open(as, { url, token, ...how(own, String(welcome.cursor)) })
    await Promise.race([stream.welcome(), stream.ended()])
    stream.drop()
  }
}

/** Comes back in ways that name no place, beside one that does. */
function unresumedCheck(
  id: string,
  ways: Readonly<Record<string, How>>,
  killedBy: Check['killedBy'],
): Check {
  return {
    id,
    proves: 'sse.resume.unknown',
    drive: async (drive) => {
      await comeBackAs(drive, { ...ways, control: (own) => ({ lastEventId: own }) })
      await comeBackByWebSocket(drive)
    },
    control: all(twinResumes, welcomed('first'), saysResumed('control', true)),
    judge: each(Object.keys(ways), (as) => saysResumed(as, false)),
    killedBy,
  }
}

/** In the order of the chapter. */
export const SSE_RETURN_CHECKS: readonly Check[] = [
  {
    id: 'sse.query.continued',
    proves: 'sse.resume.query',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const { body } = await drive.mint('token', clientId)
      await drive.post('post', clientId, drive.text())
      const after = String(body.cursor)
      await comeBack(drive, 'by the token', clientId, { query: { after } })
      const again = await drive.streams.connect('again', clientId, { query: { after } })
      const welcome = await again.welcome()
      again.drop()
      const query = { after: String(welcome?.cursor) }
      await comeBack(drive, 'by the welcome', clientId, { query })
      await comeBack(drive, 'by an empty header', clientId, { query, lastEventId: '' })
      await comeBack(drive, 'unasked', clientId, {})
      await comeBack(drive, 'unasked and empty', clientId, { lastEventId: '' })
      await comeBackByWebSocket(drive)
    },
    control: all(twinResumes, quick, accepted('post'), welcomed('again'), each(BY_QUERY, fenced)),
    judge: all(
      each(BY_QUERY, (as) => all(saysResumed(as, true), continuesAt(as, `fence ${as}`, 0))),
      saysResumed('unasked', false),
      saysResumed('unasked and empty', false),
    ),
    killedBy: ['ignores-query-of-streams', 'takes-empty-last-event-id-for-an-id'],
  },
  {
    id: 'sse.broadcast-query.continued',
    proves: 'sse.resume.query',
    profiles: ['broadcast'],
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const clientId = drive.clientId()
      const first = await drive.streams.connect('first', clientId)
      const welcome = await first.welcome()
      first.drop()
      await broadcasting.post('cast', drive.text())
      const query = { after_broadcast: String(welcome?.broadcast_cursor) }
      const stream = await drive.streams.connect('back', clientId, { query })
      await broadcasting.fence('fence back', stream)
      await comeBackByWebSocket(drive, broadcasting)
    },
    control: all(
      twinResumesBoth,
      quick,
      welcomed('first'),
      accepted('cast'),
      arrived('back', 'fence back', BROADCASTS),
    ),
    judge: all(
      saysResumed('back', true),
      continuesWelcomeOf('first', 'back', 'fence back', BROADCASTS),
    ),
    killedBy: ['ignores-query-of-streams'],
  },
  unresumedCheck('sse.unknown-id.unresumed', UNKNOWN, [
    'resumes-at-any-id',
    'refuses-unknown-ids',
    'stops-at-every-closing-id',
    'looks-for-stops-anywhere-in-ids',
    'reads-starts-of-event-ids',
    'takes-first-of-several-last-ids',
    'asks-for-messages-alone',
  ]),
  unresumedCheck('sse.two-ids.unresumed', TWICE, [
    'takes-first-of-several-last-ids',
    'resumes-at-any-id',
    'refuses-unknown-ids',
    'reads-starts-of-event-ids',
  ]),
  {
    id: 'sse.unknown-id-with-cursor.unresumed',
    proves: 'sse.resume.unknown',
    drive: async (drive) => {
      const outranking = Object.entries(UNKNOWN).map(([as, how]): [string, How] => [
        as,
        (own, after) => ({ ...how(own, after), query: { after } }),
      ])
      const control: How = (_own, after) => ({ query: { after } })
      await comeBackAs(drive, { ...Object.fromEntries(outranking), control })
      await comeBackByWebSocket(drive)
    },
    control: all(twinResumes, welcomed('first'), saysResumed('control', true)),
    judge: each(Object.keys(UNKNOWN), (as) => saysResumed(as, false)),
    killedBy: [
      'falls-back-to-the-query',
      'lets-query-outrank-last-event-id',
      'resumes-at-any-id',
      'refuses-unknown-ids',
      'stops-at-every-closing-id',
      'looks-for-stops-anywhere-in-ids',
      'reads-starts-of-event-ids',
      'takes-first-of-several-last-ids',
      'asks-for-messages-alone',
    ],
  },
  {
    id: 'sse.foreign-id.unresumed',
    proves: 'sse.resume.unknown',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const other = drive.clientId()
      const first = await drive.streams.connect('first', clientId)
      const neighbour = await drive.streams.connect('neighbour', other)
      await postAndRead(drive, 'post', clientId, first)
      const data = await postAndRead(drive, 'other post', other, neighbour)
      first.drop()
      neighbour.drop()
      await comeBack(drive, 'by own id', clientId, { lastEventId: idOf(first) })
      await comeBack(drive, 'by foreign id', clientId, { lastEventId: idOf(neighbour, data) })
      await comeBack(drive, 'by foreign welcome', clientId, { lastEventId: idOf(neighbour) })
      await comeBackByWebSocket(drive)
    },
    control: all(twinResumes, quick, accepted('post'), saysResumed('by own id', true)),
    judge: each(['by foreign id', 'by foreign welcome'], (as) => saysResumed(as, false)),
    killedBy: ['resumes-at-any-id'],
  },
  {
    id: 'sse.told-to-stop.stopped',
    proves: 'sse.resume.stopped',
    drive: (drive) => comeBackAs(drive, { control: () => ({}), ...STOPPED }),
    control: welcomed('control'),
    judge: each(Object.keys(STOPPED), (as) => answered(as, 204)),
    killedBy: [
      'welcomes-whoever-was-told-to-stop',
      'stops-at-known-codes-alone',
      'stops-with-tokens-alone',
      'stops-known-origins-alone',
    ],
  },
  {
    id: 'sse.replaced-stream.stopped',
    proves: 'sse.resume.stopped',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const { connectUrl: url, token } = await drive.mint('token', clientId)
      const old = await drive.streams.open('old', { url, token })
      await old.welcome()
      await drive.connect('new', clientId)
      await old.ended()
      const back = await drive.streams.open('back', { url, token, lastEventId: old.lastId() ?? '' })
      await Promise.race([back.welcome(), back.ended()])
    },
    control: all(welcomed('new'), closed('old', 'replaced')),
    judge: answered('back', 204),
    killedBy: ['welcomes-whoever-was-told-to-stop', 'gives-closes-no-id', 'names-stops-otherwise'],
  },
]
