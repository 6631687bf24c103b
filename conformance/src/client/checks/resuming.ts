/** Checks of the places that a client gives when it comes back, and of what it tells its page then. */

import { all, each, fail, type Judge, PASS, show } from '../../judges/finding.ts'
import type { ClientCheck } from '../check.ts'
import type { ClientDrive } from '../drive/drive.ts'
import { attemptOf, attemptsOf, LATE, toldOf } from '../judges/reading.ts'
import { wasOpen } from '../judges/waits.ts'
import { broadcastCursorOf, cursorOf, EPOCH } from '../places.ts'

const [RECEIVED, NOTHING] = ['received', 'received-nothing'] as const

const TOKEN_PLACES = { cursor: 'm-of-token', broadcast_cursor: 'b-of-token' }
const LATER_TOKEN_PLACES = { cursor: 'm-of-later-token', broadcast_cursor: 'b-of-later-token' }
const WELCOME_PLACES = {
  broadcast_epoch: EPOCH,
  broadcast_seq: 0,
  cursor: 'm-of-welcome',
  broadcast_cursor: 'b-of-welcome',
}

/** A client that received something of both streams, twice, and one that received nothing. */
async function comeBackToPlaces(drive: ClientDrive): Promise<void> {
  await Promise.all([
    (async () => {
      const channel = drive.open(RECEIVED, { answer: TOKEN_PLACES })
      const first = await channel.connected(WELCOME_PLACES)
      first.message(1, 'message 1')
      first.broadcast(1, 'broadcast 1')
      first.message(2, 'message 2')
      await channel.told('message', 2)
      await channel.told('broadcast')
      channel.answerWith(LATER_TOKEN_PLACES)
      first.close(4201, 'max-lifetime')
      const second = await channel.next(1 + LATE * 2)
      second?.welcome({
        ...WELCOME_PLACES,
        resumed: true,
        seq: 2,
        cursor: cursorOf(2),
        broadcast_seq: 1,
        broadcast_cursor: broadcastCursorOf(1),
      })
      second?.message(3, 'message 3')
      await channel.told('message', 3)
      second?.drop()
      const third = await channel.next(2 + LATE * 2)
      third?.welcome()
    })(),
    (async () => {
      const channel = drive.open(NOTHING, { answer: TOKEN_PLACES })
      const first = await channel.connected(WELCOME_PLACES)
      await channel.told('open')
      channel.answerWith(LATER_TOKEN_PLACES)
      first.close(4201, 'max-lifetime')
      await channel.next(1 + LATE * 2)
    })(),
  ])
}

/** The attempt of this number gives these places, in the query or as `Last-Event-ID`. */
function givesPlaces(role: string, place: number, message: string, broadcast: string): Judge {
  return (timeline) => {
    const attempt = attemptOf(timeline, role, place)
    const expected = `${role}: attempt ${place} with the places ${message} and ${broadcast}`
    if (!attempt) return fail(expected, 'no such attempt', attemptsOf(timeline, role).at(-1)?.end)
    const { url, headers } = attempt.event
    const query = new URL(url, 'http://127.0.0.1').searchParams
    const got = {
      after: query.getAll('after'),
      after_broadcast: query.getAll('after_broadcast'),
    }
    const isGiven =
      headers['last-event-id'] !== undefined ||
      (show(got.after) === show([message]) && show(got.after_broadcast) === show([broadcast]))
    return isGiven ? PASS : fail(expected, show(got), attempt.event)
  }
}

interface Return {
  readonly role: string
  readonly before: object
  readonly after: object
  readonly isComplete: boolean
}

const WITH_PLACE = { cursor: cursorOf(0) }
/** A message with seq 1 is given between the two welcomes. */
const RETURNS: readonly Return[] = [
  {
    role: 'resumed',
    before: WITH_PLACE,
    after: { seq: 1, cursor: cursorOf(1), resumed: true },
    isComplete: true,
  },
  {
    role: 'not-resumed',
    before: WITH_PLACE,
    after: { seq: 4, cursor: cursorOf(4), resumed: false },
    isComplete: false,
  },
  { role: 'nothing-since', before: {}, after: { seq: 1 }, isComplete: true },
  { role: 'something-since', before: {}, after: { seq: 2 }, isComplete: false },
  {
    role: 'another-epoch',
    before: {},
    after: { seq: 1, epoch: EPOCH + 1_000_000 },
    isComplete: false,
  },
]

async function comeBackToWelcomes(drive: ClientDrive): Promise<void> {
  await Promise.all(
    RETURNS.map(async ({ role, before, after }) => {
      const channel = drive.open(role)
      const first = await channel.connected({ ...before })
      first.message(1, 'message 1')
      await channel.told('message')
      first.close(4201, 'max-lifetime')
      const second = await channel.next(1 + LATE * 2)
      second?.welcome({ ...after })
      await channel.told('resumed')
    }),
  )
}

function tellsCompleteness({ role, isComplete }: Return): Judge {
  return (timeline) => {
    const [told] = toldOf(timeline, role, 'resumed')
    const expected = `${role}: the page is told that it ${isComplete ? 'missed nothing' : 'may have missed something'}`
    if (!told) return fail(expected, 'it was told nothing', attemptOf(timeline, role, 2)?.event)
    return told.members.resumed === isComplete ? PASS : fail(expected, show(told.members), told)
  }
}

const find = (role: string): Return => RETURNS.find((row) => row.role === role) as Return

/** Checks of resuming. */
export const CLIENT_RESUME_CHECKS: readonly ClientCheck[] = [
  {
    id: 'client.place.newest',
    proves: 'client.resume.place',
    drive: comeBackToPlaces,
    control: wasOpen(RECEIVED),
    judge: all(
      givesPlaces(RECEIVED, 2, cursorOf(2), broadcastCursorOf(1)),
      givesPlaces(RECEIVED, 3, cursorOf(3), broadcastCursorOf(1)),
    ),
    killedBy: [
      'gives-no-place',
      'gives-the-first-place',
      'forgets-the-broadcast-place',
      'gives-the-place-of-the-token',
    ],
  },
  {
    id: 'client.place.of-welcome',
    proves: 'client.resume.place',
    drive: comeBackToPlaces,
    control: wasOpen(NOTHING),
    judge: givesPlaces(NOTHING, 2, WELCOME_PLACES.cursor, WELCOME_PLACES.broadcast_cursor),
    killedBy: ['gives-no-place', 'gives-the-place-of-the-token', 'forgets-the-broadcast-place'],
  },
  {
    id: 'client.place.of-token',
    proves: 'client.resume.begin',
    drive: comeBackToPlaces,
    judge: each([RECEIVED, NOTHING], (role) =>
      givesPlaces(role, 1, TOKEN_PLACES.cursor, TOKEN_PLACES.broadcast_cursor),
    ),
    killedBy: ['begins-without-a-place', 'gives-no-place'],
  },
  {
    id: 'client.return.told',
    proves: 'client.resume.told',
    drive: comeBackToWelcomes,
    control: wasOpen('resumed', 'not-resumed'),
    judge: all(tellsCompleteness(find('resumed')), tellsCompleteness(find('not-resumed'))),
    killedBy: ['says-always-complete', 'says-never-complete', 'tells-nothing-when-back'],
  },
  {
    id: 'client.return.compared',
    proves: 'client.resume.told',
    drive: comeBackToWelcomes,
    control: wasOpen('nothing-since', 'something-since', 'another-epoch'),
    judge: all(
      tellsCompleteness(find('nothing-since')),
      tellsCompleteness(find('something-since')),
      tellsCompleteness(find('another-epoch')),
    ),
    killedBy: [
      'says-always-complete',
      'says-never-complete',
      'tells-nothing-when-back',
      'compares-nothing',
    ],
  },
]
