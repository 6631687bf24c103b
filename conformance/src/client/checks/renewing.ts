/** Checks of a client that connects anew before its token dies. */

import { all, each, fail, type Judge, PASS } from '../../judges/finding.ts'
import type { ClientCheck } from '../check.ts'
import type { Attempt } from '../drive/attempt.ts'
import type { ClientChannel, ClientDrive } from '../drive/drive.ts'
import { attemptsOf, LATE, toldOf, welcomeOn } from '../judges/reading.ts'
import { given, toldAtMost } from '../judges/told.ts'
import { staysAway, wasOpen } from '../judges/waits.ts'

const [ORDER, ENDED, OVERDUE] = ['order', 'ended', 'overdue'] as const
const ENDED_EARLY = 'ended-early'
const LIFETIME_SECONDS = 4
/** How long a client waits for what the older connection has not delivered. */
const HOLD_SECONDS = 2
/** How long the older connection takes, within that. */
const SLOW_SECONDS = 1

/** A first message, a renewal whose welcome has seq 3, and message 4 on the newer connection. */
async function renew(
  channel: ClientChannel,
  then: (old: Attempt, fresh: Attempt) => Promise<void>,
): Promise<void> {
  const old = await channel.connected({ expires_in_seconds: LIFETIME_SECONDS })
  old.message(1, 'message 1')
  await channel.told('message')
  const fresh = await channel.next(LIFETIME_SECONDS)
  if (!fresh) {
    old.close(4300, 'token-expired')
    const late = await channel.next(1 + LATE * 2)
    late?.welcome({ seq: 1 })
    return
  }
  fresh.welcome({ seq: 3 })
  fresh.message(4, 'message 4')
  await fresh.ping()
  await then(old, fresh)
}

async function renewThree(drive: ClientDrive): Promise<void> {
  await Promise.all([
    (async () => {
      const channel = drive.open(ORDER)
      await renew(channel, async (old, fresh) => {
        await drive.pass(SLOW_SECONDS)
        old.message(2, 'message 2')
        old.message(3, 'message 3')
        await channel.told('message', 4)
        old.close(4009, 'replaced')
        await old.ended(LATE * 2)
        fresh.message(5, 'message 5')
        await channel.told('message', 5)
      })
    })(),
    (async () => {
      const channel = drive.open(ENDED)
      await renew(channel, async (old) => {
        old.message(2, 'message 2')
        old.close(4009, 'replaced')
        await channel.told('message', 3)
      })
    })(),
    (async () => {
      const channel = drive.open(ENDED_EARLY)
      const old = await channel.connected({ expires_in_seconds: LIFETIME_SECONDS })
      await channel.told('open')
      const fresh = await channel.next(LIFETIME_SECONDS)
      old.close(fresh ? 4009 : 4300, fresh ? 'replaced' : 'token-expired')
      await old.ended(LATE * 2)
      const next = fresh ?? (await channel.next(1 + LATE * 2))
      next?.welcome()
      next?.message(1, 'message 1')
      await channel.told('message')
    })(),
    (async () => {
      const channel = drive.open(OVERDUE)
      await renew(channel, async (old, fresh) => {
        await channel.told('message', 2, HOLD_SECONDS + LATE * 2)
        old.close(4009, 'replaced')
        await old.ended(LATE * 2)
        fresh.message(5, 'message 5')
        await channel.told('message', 3)
      })
    })(),
  ])
  // Longer than the first back-off: whoever takes the end of the older connection for its own is back by then.
  await drive.pass(2 + LATE)
  await drive.fence()
}

/** Whether the second attempt came while the first connection stood; a client need not do that. */
function hasRenewed(role: string): (timeline: Parameters<Judge>[0]) => boolean {
  return (timeline) => {
    const [old, fresh] = attemptsOf(timeline, role)
    return fresh !== undefined && fresh.event.n < (old?.end?.n ?? Infinity)
  }
}

/** Judges only a client that did connect anew. */
function ifRenewed(role: string, judge: Judge): Judge {
  return (timeline) => (hasRenewed(role)(timeline) ? judge(timeline) : PASS)
}

/** Message 4 comes in time, although the older connection says nothing more. */
const releasedInTime: Judge = (timeline) => {
  const [, fresh] = attemptsOf(timeline, OVERDUE)
  const welcome = fresh && welcomeOn(timeline, fresh.event.as)
  const told = toldOf(timeline, OVERDUE, 'message').find(
    ({ members }) => members.data === 'message 4',
  )
  const expected = `${OVERDUE}: message 4 at most ${HOLD_SECONDS} s after the newer welcome`
  if (!told || !welcome) return fail(expected, 'it was not given', fresh?.event)
  const seconds = (told.atMs - welcome.atMs) / 1000
  return seconds <= HOLD_SECONDS + LATE
    ? PASS
    : fail(expected, `given after ${seconds.toFixed(2)} s`, told)
}

/** The share of a token's life after which a client renews. */
const [EARLIEST, LATEST] = [0.75, 0.95]
const TOLERANCE_SECONDS = 0.5

/** The newer attempt comes at 75 to 95 % of the time that the welcome gives. */
function timely(role: string): Judge {
  return (timeline) => {
    const [old, fresh] = attemptsOf(timeline, role)
    const welcome = old && welcomeOn(timeline, old.event.as)
    const expected = `${role}: a new connection ${EARLIEST * LIFETIME_SECONDS} s to ${LATEST * LIFETIME_SECONDS} s after the welcome`
    if (!hasRenewed(role)(timeline) || !welcome || !fresh)
      return fail(expected, 'none while the first one stood', old?.end)
    const seconds = (fresh.event.atMs - welcome.atMs) / 1000
    return seconds >= EARLIEST * LIFETIME_SECONDS - TOLERANCE_SECONDS &&
      seconds <= LATEST * LIFETIME_SECONDS + TOLERANCE_SECONDS
      ? PASS
      : fail(expected, `after ${seconds.toFixed(2)} s`, fresh.event)
  }
}

const ROLES = [ORDER, ENDED, OVERDUE]

/** Checks of renewal. */
export const CLIENT_RENEWAL_CHECKS: readonly ClientCheck[] = [
  {
    id: 'client.renewal.ordered',
    proves: 'client.renewal.order',
    drive: renewThree,
    control: wasOpen(ORDER, ENDED),
    judge: all(
      ifRenewed(
        ORDER,
        given(
          ORDER,
          [1, 2, 3, 4, 5].map((seq) => `message ${seq}`),
        ),
      ),
      ifRenewed(
        ENDED,
        given(
          ENDED,
          [1, 2, 4].map((seq) => `message ${seq}`),
        ),
      ),
    ),
    killedBy: ['mixes-two-connections', 'holds-half-a-second', 'drops-the-older-connection'],
  },
  {
    id: 'client.renewal.released',
    proves: 'client.renewal.order',
    drive: renewThree,
    control: wasOpen(OVERDUE),
    judge: ifRenewed(OVERDUE, releasedInTime),
    killedBy: ['holds-for-ever'],
  },
  {
    id: 'client.renewal.silent',
    proves: 'client.renewal.silent',
    drive: renewThree,
    control: wasOpen(...ROLES),
    judge: all(
      each(ROLES, (role) =>
        ifRenewed(role, all(toldAtMost(role, 1, 'open'), toldAtMost(role, 0, 'close', 'error'))),
      ),
      ifRenewed(ENDED_EARLY, toldAtMost(ENDED_EARLY, 0, 'close', 'error')),
      given(ENDED_EARLY, ['message 1']),
    ),
    killedBy: ['tells-replaced-end', 'opens-again-at-renewal', 'stops-at-its-own-replacement'],
  },
  {
    id: 'client.replaced-by-itself.final',
    proves: 'client.stop.final',
    drive: renewThree,
    control: wasOpen(...ROLES),
    judge: each(ROLES, (role) => ifRenewed(role, staysAway(role, 2))),
    killedBy: ['comes-back-for-the-replaced'],
  },
]

/** Of a SHOULD that stands in the chapter about tokens. */
export const CLIENT_RENEWAL_TIME_CHECKS: readonly ClientCheck[] = [
  {
    id: 'token.renewal.timely',
    proves: 'token.renewal.timely',
    drive: renewThree,
    control: wasOpen(...ROLES),
    judge: each(ROLES, timely),
    killedBy: ['never-renews', 'renews-early'],
  },
]
