/** Checks of a page that closes its channel. */

import { all, each, fail, type Judge, PASS } from '../../judges/finding.ts'
import { eventsOf } from '../../timeline/timeline.ts'
import type { ClientCheck } from '../check.ts'
import type { ClientDrive } from '../drive/drive.ts'
import { attemptsOf, LATE, toldOf } from '../judges/reading.ts'
import { wasOpen } from '../judges/waits.ts'

const [WELCOMED, OPENING, WAITING, ASKING] = ['welcomed', 'opening', 'waiting', 'asking'] as const
const [UNOPENED, RENEWING] = ['unopened', 'renewing'] as const
const LIFETIME_SECONDS = 4

/** How the drive marks that the page closes. */
const CLOSING = 'the page closes'

async function closeEverywhere(drive: ClientDrive): Promise<void> {
  const close = (channel: { readonly role: string; close(): void }): void => {
    drive.note(channel.role, CLOSING)
    channel.close()
  }
  await Promise.all([
    (async () => {
      const channel = drive.open(WELCOMED)
      const attempt = await channel.connected()
      await channel.told('open')
      close(channel)
      await attempt.ended(2 + LATE)
    })(),
    (async () => {
      const channel = drive.open(OPENING)
      const attempt = await channel.first()
      attempt.accept()
      await attempt.ping()
      close(channel)
      await attempt.ended(2 + LATE)
    })(),
    (async () => {
      const channel = drive.open(UNOPENED, { isHeld: true })
      const attempt = await channel.first()
      close(channel)
      // The client has heard of it by then.
      await drive.fence()
      attempt.accept()
      await attempt.ended(2 + LATE)
    })(),
    (async () => {
      const channel = drive.open(RENEWING)
      const attempt = await channel.connected({ expires_in_seconds: LIFETIME_SECONDS })
      const newer = await channel.next(LIFETIME_SECONDS)
      await newer?.ping()
      close(channel)
      await Promise.all([attempt.ended(2 + LATE), newer?.ended(2 + LATE)])
    })(),
    (async () => {
      const channel = drive.open(WAITING)
      const attempt = await channel.connected()
      await channel.told('open')
      attempt.drop()
      await attempt.ended(LATE)
      // Less than any back-off, and enough for the client to see the end.
      await drive.pass(0.5)
      close(channel)
    })(),
    (async () => {
      const channel = drive.open(ASKING)
      const held = channel.holdToken()
      await held.asked
      close(channel)
      await drive.pass(0.5)
      held.release()
    })(),
  ])
  // Longer than the first back-off.
  await drive.pass(2 + LATE)
  await drive.fence()
}

/** The connections of all attempts end by a Close frame of 1000 from the client. */
function saysGoodbye(role: string): Judge {
  return (timeline) => {
    const attempts = attemptsOf(timeline, role)
    const expected = `${role}: a Close frame of 1000`
    for (const { event, end } of attempts) {
      if (end?.kind !== 'close') return fail(expected, 'the connection stood', event)
      if (end.code !== 1000)
        return fail(expected, end.code === 1006 ? 'no Close frame' : `${end.code}`, end)
    }
    return attempts.length > 0 ? PASS : fail(expected, 'no attempt')
  }
}

/** After the page closed, no attempt comes, and nothing is told but the end, at most once. */
function isOver(role: string): Judge {
  return (timeline) => {
    const closing = eventsOf(timeline, 'note', role).find(({ what }) => what === CLOSING)
    const after = closing?.n ?? Infinity
    const attempt = attemptsOf(timeline, role).find(({ event }) => event.n > after)
    if (attempt) return fail(`${role}: no attempt after the page closed`, 'one', attempt.event)
    const told = toldOf(timeline, role).filter(({ n }) => n > after)
    const other = told.find(({ what }) => what !== 'close')
    if (other) return fail(`${role}: nothing but the end after the page closed`, other.what, other)
    return told[1] ? fail(`${role}: the end once`, 'twice', told[1]) : PASS
  }
}

/** Something came of each channel, so that there was something to close. */
const wasThere: Judge = (timeline) =>
  [WAITING, WELCOMED, OPENING].every((role) => attemptsOf(timeline, role).length > 0)
    ? PASS
    : fail('an attempt on each channel', 'none')

/** Checks of closing. */
export const CLIENT_CLOSING_CHECKS: readonly ClientCheck[] = [
  {
    id: 'client.close.reaches',
    proves: 'client.close.reaches',
    drive: closeEverywhere,
    control: wasOpen(WELCOMED),
    judge: each([WELCOMED, OPENING, UNOPENED, RENEWING], saysGoodbye),
    killedBy: [
      'closes-nothing',
      'closes-without-code',
      'closes-only-what-is-welcomed',
      'aborts-opening-connections',
      'leaves-its-renewal-open',
    ],
  },
  {
    id: 'client.close.final',
    proves: 'client.close.final',
    drive: closeEverywhere,
    control: all(wasOpen(WELCOMED, WAITING), wasThere),
    judge: each([WELCOMED, OPENING, UNOPENED, WAITING, ASKING], isOver),
    killedBy: [
      'comes-back-after-close',
      'connects-after-close',
      'tells-two-ends-after-close',
      'tells-an-error-after-close',
    ],
  },
]
