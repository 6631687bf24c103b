/** Checks of the chapter resume about what is held: how the receipt says it, for whom, and for how long. */

import type { Check } from '../check.ts'
import { type Kind, startScene, textOfBytes, together } from '../drive/coming-back.ts'
import type { Drive } from '../drive/drive.ts'
import { all, each } from '../judges/finding.ts'
import { accepted, arrived } from '../judges/message.ts'
import {
  keptSoLong,
  refusedUnseen,
  resumed,
  stored,
  unseen,
  welcomedAnew,
} from '../judges/resume.ts'
import { latestSeconds } from '../timeline/latest.ts'
import { seconds } from '../timeline/timeline.ts'
import { inBoth, streamOf, UNDERSTATED } from './resume-cursors.ts'

/** A small bound, so that little reaches it. */
const SHORT = { resume_bytes: 600 }
/** A small rate, and posts at once that surely exceed it. */
const SLOW = { messages_per_second: 10 }
const FLOOD = 40
/** A time of which the window is at most this share is surely inside. */
const INSIDE = 0.7

/** Misses one that is too long to be held; comes back from ahead of it and from behind it. */
async function missTooLong(drive: Drive): Promise<void> {
  const { resume_bytes: bytes = 0 } = drive.advertised.limits
  const scene = startScene(drive, 'messages')
  const { connection, cursor } = await scene.read('client')
  connection.drop()
  const [behindIt = ''] = await scene.post('too long', textOfBytes(drive, bytes + 1))
  await scene.comeFor('ahead of it', cursor)
  await scene.comeFor('behind it', behindIt)
  await scene.postSome('missed', 2)
  await scene.comeFor('later behind it', behindIt)
}

const LET_TIME_PASS: Readonly<Record<Kind, Check['drive']>> = {
  messages: (drive) => letTimePass(drive, 'messages'),
  broadcasts: (drive) => letTimePass(drive, 'broadcasts'),
}

/** Broadcasts have the only window of their kind to themselves. */
const ENDURES: Readonly<Record<Kind, Pick<Check, 'endures'>>> = {
  messages: { endures: true },
  broadcasts: {},
}

/** Misses one, and another half a window later; comes back in time, and when the first is too old. */
async function letTimePass(drive: Drive, kind: Kind): Promise<void> {
  const window = seconds(drive.advertised, 'resume_window_seconds')
  const scene = startScene(drive, kind)
  const { connection, cursor } = await scene.read('client')
  connection.drop()
  const [first, second] = [drive.text(), drive.text()]
  await scene.post('first', first)
  await drive.pass(window * INSIDE)
  await scene.comeFor('inside', cursor, first)
  await scene.post('second', second)
  await drive.pass(
    window * (1 - INSIDE) + latestSeconds(drive.advertised, 'resume_window_seconds') - window,
  )
  const late = await scene.come('late', cursor)
  await scene.fence(late, 'later')
}

function waitForWindow(advertised: Parameters<NonNullable<Check['waitSeconds']>>[0]): number {
  return latestSeconds(advertised, 'resume_window_seconds')
}

/** In the order of the chapter. */
export const RESUME_HELD_CHECKS: readonly Check[] = [
  ...inBoth((kind) => ({
    id: `resume.${kind}.stored`,
    proves: 'resume.receipt.stored',
    drive: async (drive) => {
      const scene = startScene(drive, kind)
      await scene.postSome('nobody there', 2)
      const { connection } = await scene.read('client')
      await scene.postSome('somebody there', 2)
      connection.drop()
      await scene.postSome('away', 2)
    },
    judge: each(['nobody there', 'read', 'somebody there', 'away'], (as) => stored(as, true)),
    killedBy: [
      'answers-without-stored',
      'says-stored-for-the-absent-alone',
      'says-stored-for-the-present-alone',
    ],
  })),
  ...inBoth((kind) => ({
    id: `resume.too-long-${kind}.unstored`,
    proves: 'resume.receipt.stored',
    needs: ['exec'],
    limits: SHORT,
    drive: async (drive) => {
      const { resume_bytes: bytes = 0 } = drive.advertised.limits
      const scene = startScene(drive, kind)
      await scene.post('longest', textOfBytes(drive, bytes))
      await scene.post('too long', textOfBytes(drive, bytes + 1))
      await scene.post('short', drive.text())
    },
    judge: all(stored('longest', true), stored('too long', false), stored('short', true)),
    killedBy: [
      'answers-without-stored',
      'claims-everything-stored',
      'says-stored-for-the-present-alone',
      'counts-held-characters',
      'counts-held-bytes-of-json',
      'counts-forty-bytes-more-of-each',
      'holds-one-byte-too-few',
      'holds-one-byte-too-many',
    ],
  })),
  {
    id: 'resume.too-long-for-all.unstored',
    proves: 'resume.receipt.stored',
    needs: ['exec'],
    limits: { resume_total_bytes: 300 },
    drive: async (drive) => {
      const { resume_total_bytes: bytes = 0 } = drive.advertised.limits
      await drive.post('longest', drive.clientId(), textOfBytes(drive, bytes))
      await drive.post('too long', drive.clientId(), textOfBytes(drive, bytes + 1))
    },
    judge: all(stored('longest', true), stored('too long', false)),
    killedBy: [
      'answers-without-stored',
      'claims-everything-stored',
      'says-stored-for-the-present-alone',
      'counts-held-characters',
      'counts-held-bytes-of-json',
      'counts-forty-bytes-more-of-each',
      'holds-one-byte-too-few-in-all',
      'holds-one-byte-too-many-in-all',
    ],
  },
  {
    id: 'resume.behind-too-long.resumed',
    proves: 'resume.connect.resumed',
    needs: ['exec'],
    limits: SHORT,
    drive: missTooLong,
    control: all(stored('too long', false), accepted('missed')),
    judge: each(['behind it', 'later behind it'], (as) => resumed(as, true)),
    killedBy: ['forgets-place-with-its-message', 'resumes-only-with-something-missed'],
  },
  {
    id: 'resume.ahead-of-too-long.unresumed',
    proves: 'resume.connect.unknown',
    needs: ['exec'],
    limits: SHORT,
    drive: missTooLong,
    control: all(stored('too long', false), resumed('later behind it', true)),
    judge: welcomedAnew('ahead of it', ['too long']),
    killedBy: ['resumes-over-a-gap', ...UNDERSTATED.messages],
  },
  {
    id: 'resume.stranger.kept',
    proves: 'resume.window.kept',
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      // Nobody has used this client id: no token, no welcome.
      const [cursor = ''] = await scene.postSome('first', 1)
      const missed = [drive.text(), drive.text()]
      await scene.post('missed', ...missed)
      await scene.comeFor('back', cursor, missed.at(-1))
    },
    control: all(accepted('first'), accepted('missed')),
    judge: resumed('back', true),
    killedBy: ['holds-nothing-for-strangers'],
  },
  {
    id: 'resume.beyond-rate.unreplayed',
    proves: 'resume.replay.refused',
    profiles: ['robust'],
    needs: ['exec'],
    limits: SLOW,
    waitSeconds: () => 1,
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      const { connection, cursor } = await scene.read('client')
      connection.drop()
      await scene.postTogether('flood', FLOOD)
      // The rate has room again for a later post.
      await drive.pass(1)
      const back = await scene.come('back', cursor)
      await scene.fence(back, 'later')
    },
    control: all(resumed('back', true), arrived('back', 'later')),
    judge: refusedUnseen('back', together('flood', FLOOD)),
    killedBy: ['replays-posts-beyond-rate'],
  },
  ...inBoth((kind) => ({
    id: `resume.time-${kind}.kept`,
    proves: 'resume.window.kept',
    waitSeconds: waitForWindow,
    ...ENDURES[kind],
    drive: LET_TIME_PASS[kind],
    control: all(accepted('first'), accepted('second')),
    judge: keptSoLong('inside', 'first'),
    killedBy: ['holds-for-half-the-window'],
  })),
  ...inBoth((kind) => ({
    id: `resume.time-${kind}.bounded`,
    proves: 'resume.window.time',
    waitSeconds: waitForWindow,
    ...ENDURES[kind],
    drive: LET_TIME_PASS[kind],
    control: all(resumed('inside', true), arrived('late', 'later', streamOf(kind))),
    judge: unseen('late', ['first'], streamOf(kind)),
    killedBy: ['holds-for-ever', 'holds-longer-with-each-message'],
  })),
  ...inBoth((kind) => ({
    id: `resume.beyond-time-${kind}.unresumed`,
    proves: 'resume.connect.unknown',
    waitSeconds: waitForWindow,
    ...ENDURES[kind],
    drive: LET_TIME_PASS[kind],
    control: all(resumed('inside', true), arrived('late', 'later', streamOf(kind))),
    judge: welcomedAnew('late', ['first', 'second'], streamOf(kind)),
    killedBy: [
      'resumes-over-a-gap',
      'holds-for-ever',
      'holds-longer-with-each-message',
      ...UNDERSTATED[kind],
    ],
  })),
]
