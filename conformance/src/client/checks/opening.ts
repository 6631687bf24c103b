/** Checks of how a client connects: with which token, where, with which words, and when it says so. */

import { all, each, fail, type Judge, PASS, show } from '../../judges/finding.ts'
import { eventsOf } from '../../timeline/timeline.ts'
import type { ClientCheck } from '../check.ts'
import type { ClientDrive } from '../drive/drive.ts'
import { attemptOf, attemptsOf, LATE, toldOf, welcomeOn } from '../judges/reading.ts'
import { toldAtMost, toldOfEnd } from '../judges/told.ts'
import { comesBack, staysAway, wasOpen } from '../judges/waits.ts'

const MAIN = 'main'
const ATTEMPTS = 3

/** An upgrade that says nothing yet, then a welcome; and the same client comes back twice. */
async function connectThrice(drive: ClientDrive): Promise<void> {
  const channel = drive.open(MAIN)
  const first = await channel.first()
  first.accept()
  await first.ping()
  await drive.fence()
  first.welcome()
  await channel.told('open')
  first.close(4201, 'max-lifetime')
  const second = await channel.next(1 + LATE * 2)
  second?.welcome({ resumed: false })
  await second?.ping()
  second?.close(4200, 'draining')
  const third = await channel.next(1 + LATE * 2)
  third?.welcome()
  third?.message(1, 'the last')
  await channel.told('message')
}

/** Every attempt has the token and the URL of the newest answer, which no attempt before it had. */
const freshTokens: Judge = (timeline) => {
  const attempts = attemptsOf(timeline, MAIN)
  if (attempts.length < ATTEMPTS)
    return fail(`${ATTEMPTS} attempts`, `${attempts.length}`, attempts.at(-1)?.end)
  for (const [index, { event }] of attempts.entries()) {
    const answers = eventsOf(timeline, 'token-request', MAIN).filter(({ n }) => n < event.n)
    const { token } = answers.at(-1) ?? {}
    const offered = tokensOffered(event)
    if (answers.length <= index)
      return fail(
        `the callback asked for attempt ${index + 1}`,
        `${answers.length} questions`,
        event,
      )
    if (token === undefined || !offered.includes(token))
      return fail('the token of the newest answer', 'another one, or none', event)
    const answer = new URL(event.url, 'http://127.0.0.1').searchParams.get('answer')
    if (answer !== `${answers.length}`)
      return fail(`the connect URL of answer ${answers.length}`, event.url, event)
  }
  return PASS
}

function tokensOffered({ subprotocols }: { readonly subprotocols: readonly string[] }): string[] {
  const prefix = 'channel-token.'
  return subprotocols
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
}

const noTokenInUrl: Judge = (timeline) => {
  const tokens = eventsOf(timeline, 'token-request', MAIN).flatMap(({ token }) => token ?? [])
  const leaking = attemptsOf(timeline, MAIN).find(({ event }) =>
    tokens.some((token) => decodeURIComponent(event.url).includes(token)),
  )
  return leaking ? fail('no token in a URL', 'one', leaking.event) : PASS
}

const exactOffer: Judge = (timeline) => {
  for (const { event } of attemptsOf(timeline, MAIN)) {
    const { subprotocols } = event
    const isExact =
      subprotocols.length === 2 &&
      subprotocols.includes('channel-protocol.v1') &&
      tokensOffered(event).length === 1
    if (!isExact)
      return fail(
        'channel-protocol.v1 and channel-token.<token>, each once, and no other',
        show(subprotocols.map((name) => name.replace(/^(channel-token\.).+/, '$1...'))),
        event,
      )
  }
  return PASS
}

const openAtWelcome: Judge = (timeline) => {
  const [open] = toldOf(timeline, MAIN, 'open')
  const welcome = welcomeOn(timeline, `${MAIN}#1`)
  if (!open) return fail('the page is told that it is connected', 'it is not', welcome)
  return open.n > (welcome?.n ?? Infinity)
    ? PASS
    : fail('connected when the welcome arrives, not before', 'before', open)
}

const MUTE = 'mute'
const UNANSWERED = 'unanswered'
const UNASKED = 'callback-unanswered'
const ASKED = 'the callback is asked'
/** The specification's limit, and what a timer may be late. */
const OPENING_SECONDS = 30

/** Attempts without a welcome, and a callback without an answer; one client then hears twice that it was replaced. */
async function keepWaiting(drive: ClientDrive): Promise<void> {
  await Promise.all([
    (async () => {
      const channel = drive.open(UNANSWERED, { isHeld: true })
      const attempt = await channel.first()
      await attempt.ended(OPENING_SECONDS + LATE * 2)
      await channel.next(2 + LATE * 4)
    })(),
    (async () => {
      const channel = drive.open(UNASKED)
      const held = channel.holdToken()
      if (!(await held.asked)) return
      drive.note(UNASKED, ASKED)
      await channel.asked(2, OPENING_SECONDS + 2 + LATE * 2)
      await channel.next(LATE)
      held.release()
    })(),
    (async () => {
      const channel = drive.open(MUTE)
      const attempt = await channel.first()
      attempt.accept()
      await attempt.ended(OPENING_SECONDS + LATE * 2)
      const second = await channel.next(2 + LATE * 4)
      second?.welcome()
      if (!second || !(await channel.told('open'))) return
      second.close(4009, 'replaced')
      const third = await channel.next(4 + LATE * 2)
      third?.welcome()
      await third?.ping()
      third?.close(4009, 'replaced')
      if (third) await channel.told('close')
      await channel.next(4 + LATE)
      await drive.fence()
    })(),
  ])
}

/** The attempt ends by the client within the limit, although nothing came. */
function isAbandoned(role: string): Judge {
  return (timeline) => {
    const attempt = attemptOf(timeline, role, 1)
    const seconds = attempt?.end && (attempt.end.atMs - attempt.event.atMs) / 1000
    return seconds !== undefined && seconds <= OPENING_SECONDS + LATE
      ? PASS
      : fail(
          `${role}: an attempt without a welcome abandoned after ${OPENING_SECONDS} s`,
          seconds === undefined ? 'it was not' : `abandoned after ${seconds.toFixed(1)} s`,
          attempt?.event,
        )
  }
}

/** The callback is asked again once its 30 s are over and what a back-off adds; how long the first question took, nobody sees. */
const asksAgain: Judge = (timeline) => {
  const asked = eventsOf(timeline, 'note', UNASKED)[0]
  const again = eventsOf(timeline, 'token-request', UNASKED)[0]
  const [least, most] = [OPENING_SECONDS, OPENING_SECONDS + 2]
  const expected = `${UNASKED}: a callback without an answer asked again after ${least} s to ${most} s`
  if (!asked || !again) return fail(expected, 'it was not', asked)
  const seconds = (again.atMs - asked.atMs) / 1000
  return seconds >= least - LATE && seconds <= most + LATE
    ? PASS
    : fail(expected, `asked after ${seconds.toFixed(1)} s, or not`, again)
}

/** Checks of connecting. */
export const CLIENT_OPENING_CHECKS: readonly ClientCheck[] = [
  {
    id: 'client.callback.asked',
    proves: 'client.token.callback',
    drive: connectThrice,
    judge: freshTokens,
    killedBy: ['keeps-token', 'keeps-connect-url', 'drops-the-query'],
  },
  {
    id: 'client.token.hidden',
    proves: 'client.token.hidden',
    drive: connectThrice,
    judge: noTokenInUrl,
    killedBy: ['token-in-url'],
  },
  {
    id: 'client.offer.exact',
    proves: 'client.offer.protocols',
    drive: connectThrice,
    judge: exactOffer,
    killedBy: ['offers-another-protocol', 'offers-two-tokens'],
  },
  {
    id: 'client.welcome.awaited',
    proves: 'client.open.welcome',
    drive: connectThrice,
    judge: openAtWelcome,
    killedBy: ['open-at-upgrade', 'open-untold'],
  },
  {
    id: 'client.welcome.first',
    proves: 'client.open.welcome',
    drive: connectThrice,
    control: wasOpen(MAIN),
    judge: toldAtMost(MAIN, 1, 'open'),
    killedBy: ['opens-again-when-back'],
  },
  {
    id: 'client.opening.abandoned',
    proves: 'client.opening.abandoned',
    drive: keepWaiting,
    // Leaving a handshake that nobody answers takes some clients a while; the bound itself is judged elsewhere.
    judge: each([MUTE, UNANSWERED], (role) =>
      all(isAbandoned(role), comesBack(role, 1, 2 + LATE * 3)),
    ),
    killedBy: ['waits-for-ever-to-open', 'hurries-after-abandoning'],
  },
  {
    id: 'client.callback.overdue',
    proves: 'client.callback.failed',
    drive: keepWaiting,
    judge: asksAgain,
    killedBy: ['waits-for-ever-for-its-callback', 'stops-when-callback-fails'],
  },
  {
    id: 'client.own-replacement.waits',
    proves: 'client.replaced.once',
    drive: keepWaiting,
    control: wasOpen(MUTE),
    judge: comesBack(MUTE, 1, 4, { place: 2 }),
    killedBy: ['stops-when-it-replaced-itself', 'waits-beyond-the-bound', 'waits-below-a-second'],
  },
  {
    id: 'client.second-replacement.final',
    proves: 'client.replaced.once',
    drive: keepWaiting,
    control: wasOpen(MUTE),
    judge: all(staysAway(MUTE, 3), toldOfEnd(MUTE, 4009)),
    killedBy: [
      'never-stops-when-replaced',
      'stops-silently',
      'tells-end-twice',
      'error-after-end',
      'end-without-code',
    ],
  },
]
