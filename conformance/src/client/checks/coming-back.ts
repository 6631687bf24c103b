/** Checks of endings that ask for a prompt return, and of callbacks that fail. */

import { all, each, fail, type Judge, PASS } from '../../judges/finding.ts'
import { eventsOf } from '../../timeline/timeline.ts'
import type { ClientCheck } from '../check.ts'
import type { ClientDrive } from '../drive/drive.ts'
import { EARLY, LATE } from '../judges/reading.ts'
import { backsOff, comesBackAtOnce, comesBackNotBefore, wasOpen } from '../judges/waits.ts'

const LATER = ['later-1', 'later-2', 'later-3', 'later-4', 'later-5', 'later-6']
const AFTER_SECONDS = 2
const LOST = 'later-lost'
/** Longer than the first back-off. */
const LOST_AFTER_SECONDS = 3

/** Announces the end with a time to wait; the next ending comes without one. */
async function announceEnd(drive: ClientDrive): Promise<void> {
  await Promise.all([
    ...LATER.map(async (role) => {
      const channel = drive.open(role)
      const old = await channel.connected()
      await channel.told('open')
      old.envelope({ type: 'reconnect', after_seconds: AFTER_SECONDS })
      await old.ping()
      old.close(4200, 'draining')
      const next = await channel.next(AFTER_SECONDS + 1 + LATE * 2)
      next?.welcome()
      await next?.ping()
      next?.close(4201, 'max-lifetime')
      await channel.next(AFTER_SECONDS + 1 + LATE * 2)
    }),
    (async () => {
      const channel = drive.open(LOST)
      const old = await channel.connected()
      await channel.told('open')
      old.envelope({ type: 'reconnect', after_seconds: LOST_AFTER_SECONDS })
      await old.ping()
      old.drop()
      await channel.next(LOST_AFTER_SECONDS + 2 + LATE * 2)
    })(),
  ])
}

const AGAIN = ['again-1', 'again-2', 'again-3', 'again-4', 'again-5', 'again-6']

/** 43xx at the start, three times in a row, and once more after a welcome. */
async function refuseTokens(drive: ClientDrive): Promise<void> {
  await Promise.all(
    AGAIN.map(async (role) => {
      const channel = drive.open(role)
      let attempt: Awaited<ReturnType<typeof channel.next>> = await channel.first()
      for (const code of [4301, 4300, 4342]) {
        attempt?.close(code, 'token-invalid')
        attempt = await channel.next(4 + LATE * 2)
        if (!attempt) return
      }
      attempt.welcome()
      await attempt.ping()
      attempt.close(4300, 'token-expired')
      await channel.next(2 + LATE * 2)
    }),
  )
}

/** For the first question, whose turn to be opened may be the last of all. */
const OPENING_SECONDS = 25

const FAILING = { start: 'fails-at-first', later: 'fails-later', refresh: 'fails-at-refresh' }

/** Callbacks that fail: twice before anything else, and once when the client comes back. */
async function failCallbacks(drive: ClientDrive): Promise<void> {
  const failLater = async (role: string, code: number): Promise<void> => {
    const channel = drive.open(role)
    const attempt = await channel.connected()
    await channel.told('open')
    channel.failTokens(1, 503)
    attempt.close(code, 'an-ending')
    if (await channel.asked(3, 4 + LATE * 2)) await channel.next(LATE * 2)
  }
  await Promise.all([
    (async () => {
      const channel = drive.open(FAILING.start)
      channel.failTokens(2, 500)
      await channel.asked(1, OPENING_SECONDS)
      if (await channel.asked(3, 2 + 4 + LATE * 3)) await channel.next(LATE * 2)
    })(),
    failLater(FAILING.later, 4201),
    failLater(FAILING.refresh, 4300),
  ])
}

/** After each question that failed, the next comes between 1 s and the bound, and at last an attempt. */
function asksAgain(role: string, bounds: readonly number[]): Judge {
  return (timeline) => {
    const questions = eventsOf(timeline, 'token-request', role)
    const failed = questions.filter(({ status }) => status !== 200)
    for (const [index, bound] of bounds.entries()) {
      const at = failed[index]
      const next = at && questions[questions.indexOf(at) + 1]
      const expected = `${role}: the callback asked again 1 s to ${bound} s after it failed ${index === 0 ? 'once' : `${index + 1} times`}`
      if (!next) return fail(expected, 'not asked', at)
      const wait = (next.atMs - at.atMs) / 1000
      if (wait < 1 - EARLY || wait > bound + LATE)
        return fail(expected, `asked after ${wait.toFixed(2)} s`, next)
    }
    const last = questions.at(-1)
    const attempt = eventsOf(timeline, 'attempt').find(
      ({ as, n }) => as.startsWith(`${role}#`) && n > (last?.n ?? 0),
    )
    return attempt ? PASS : fail(`${role}: an attempt with the token at last`, 'none', last)
  }
}

/** Checks of coming back. */
export const CLIENT_RETURN_CHECKS: readonly ClientCheck[] = [
  {
    id: 'client.announced-end.awaited',
    proves: 'client.reconnect.spread',
    drive: announceEnd,
    control: wasOpen(...LATER, LOST),
    judge: each([...LATER, LOST], (role) =>
      comesBackNotBefore(role, role === LOST ? LOST_AFTER_SECONDS : AFTER_SECONDS),
    ),
    killedBy: ['ignores-after-seconds', 'awaits-only-42xx'],
  },
  {
    id: 'client.announced-end.prompt',
    proves: 'client.reconnect.prompt',
    drive: announceEnd,
    control: wasOpen(...LATER),
    judge: comesBackAtOnce(LATER, AFTER_SECONDS + 1),
    killedBy: ['late-after-the-announced-time'],
  },
  {
    id: 'client.unannounced-end.prompt',
    proves: 'client.reconnect.prompt',
    drive: announceEnd,
    control: wasOpen(...LATER),
    judge: comesBackAtOnce(LATER, 1, { place: 2 }),
    killedBy: ['keeps-after-seconds', 'reconnects-late'],
  },
  {
    id: 'client.first-refresh.prompt',
    proves: 'client.refresh.fresh',
    drive: refuseTokens,
    judge: all(comesBackAtOnce(AGAIN), comesBackAtOnce(AGAIN, 1, { place: 4 })),
    killedBy: ['refreshes-once-for-all', 'refreshes-late', 'stops-at-43xx', 'stops-at-unknown'],
  },
  {
    id: 'client.second-refresh.waits',
    proves: 'client.refresh.again',
    drive: refuseTokens,
    judge: each(AGAIN, (role) =>
      all(backsOff(role, 2, { place: 2 }), backsOff(role, 4, { place: 3 })),
    ),
    killedBy: [
      'refreshes-without-end',
      'stops-at-43xx',
      'stops-at-unknown',
      'waits-beyond-the-bound',
      'waits-below-a-second',
    ],
  },
  {
    id: 'client.callback.waits',
    proves: 'client.callback.failed',
    drive: failCallbacks,
    judge: all(
      asksAgain(FAILING.start, [2, 4]),
      asksAgain(FAILING.later, [4]),
      asksAgain(FAILING.refresh, [4]),
    ),
    killedBy: [
      'stops-when-callback-fails',
      'hurries-when-callback-fails',
      'stops-at-43xx',
      'waits-beyond-the-bound',
      'waits-below-a-second',
    ],
  },
]
