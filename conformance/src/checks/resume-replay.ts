/** Checks of the chapter resume about what follows a welcome: what was missed, once, in order, ahead of what is new. */

import type { Check } from '../check.ts'
import { asking } from '../drive/asking.ts'
import { type Kind, type Scene, startScene, textOfBytes, together } from '../drive/coming-back.ts'
import type { Drive } from '../drive/drive.ts'
import type { Connection } from '../drive/socket.ts'
import { all, each } from '../judges/finding.ts'
import { accepted, arrived } from '../judges/message.ts'
import {
  placedAt,
  received,
  repeats,
  replayedFirst,
  resumed,
  START,
  sent,
  unseen,
} from '../judges/resume.ts'
import { DELICATE_DATA } from './message.ts'
import { FLOOR_BYTES } from './message-data.ts'
import { inBoth, streamOf } from './resume-cursors.ts'

/** How often a client comes back with one cursor. */
const RETURNS = ['first return', 'second return', 'third return'] as const
/** Posts that are made at once while a client comes back, and again when it is there. */
const DURING = 4
/** Clients that come back one after the other while posts go on. */
const NEWCOMERS = ['one', 'two', 'three', 'four'] as const

/** Misses some, comes back behind a cursor, waits for the last of them, and then for something later. */
async function comeBack(
  scene: Scene,
  as: string,
  cursor: string,
  last: string,
  later: string,
): Promise<void> {
  const back = await scene.comeFor(as, cursor, last)
  await scene.fence(back, later)
}

/** Comes back again and again while posts go on: some missed, some at the moment of coming, some when it is there. */
async function comeBackDuringPosts(drive: Drive, kind: Kind): Promise<void> {
  const scene = startScene(drive, kind)
  let { connection, cursor } = await scene.read('client')
  for (const as of NEWCOMERS) {
    connection.drop()
    const [missed, last] = [drive.text(), drive.text()]
    await scene.post(`${as} missed`, drive.text(), drive.text(), missed)
    const { token, connectUrl: url } = await drive.mint(as, scene.clientId)
    const query = asking({ [scene.parameter]: cursor })
    let coming: Promise<Connection> | undefined
    await scene.postTogether(`${as} during`, DURING, () => {
      coming = drive.open(as, { url, token, query })
      // Where it fails while posts are under way, it is waited for only after them.
      coming.catch(() => {})
    })
    connection = (await coming) ?? connection
    await connection.welcome()
    await scene.postTogether(`${as} there`, DURING)
    const [id = ''] = await scene.post(`${as} last`, last)
    await scene.arrival(connection, last)
    await scene.arrival(connection, missed)
    cursor = id
  }
}

/** One function for each kind, so that checks of the same posts share what it saw. */
const COME_BACK_DURING_POSTS: Readonly<Record<Kind, Check['drive']>> = {
  messages: (drive) => comeBackDuringPosts(drive, 'messages'),
  broadcasts: (drive) => comeBackDuringPosts(drive, 'broadcasts'),
}

/** The roles of everything that a newcomer is sent. */
function rolesOf(as: string): string[] {
  const during = [...together(`${as} during`, DURING), ...together(`${as} there`, DURING)]
  return [`${as} missed`, ...during, `${as} last`]
}

/** Faults that leave out, double, turn round or number anew what is replayed of a stream. */
function spoilsReplay(kind: Kind): [string, ...string[]] {
  const both = [
    'replays-without-the-newest',
    'replays-newest-first',
    'replays-ahead-of-welcome',
  ] as const
  return kind === 'messages'
    ? [...both, 'replays-no-messages', 'numbers-replay-anew']
    : [...both, 'replays-no-broadcasts']
}

/** In the order of the chapter. */
export const RESUME_REPLAY_CHECKS: readonly Check[] = [
  ...inBoth((kind) => ({
    id: `resume.missed-${kind}.replayed`,
    proves: kind === 'messages' ? 'resume.replay.complete' : 'resume.replay.broadcasts',
    drive: async (drive) => {
      const scene = startScene(drive, kind)
      const { connection, cursor } = await scene.read('client')
      connection.drop()
      const last = drive.text()
      await scene.postSome('missed', 3)
      // What is refused is no message.
      await scene.post('missed', '')
      await scene.post('missed', drive.text(), last)
      await comeBack(scene, 'back', cursor, last, 'later')
    },
    control: all(resumed('back', true), arrived('back', 'later', streamOf(kind))),
    judge: received('back', ['missed', 'later'], streamOf(kind)),
    killedBy: ['replays-from-the-cursor-on', 'replays-twice', ...spoilsReplay(kind)],
  })),
  ...inBoth((kind) => ({
    id: `resume.delicate-${kind}.replayed`,
    proves: kind === 'messages' ? 'resume.replay.complete' : 'resume.replay.broadcasts',
    drive: async (drive) => {
      const scene = startScene(drive, kind)
      const { connection, cursor } = await scene.read('client')
      const last = drive.text()
      await scene.post('post', ...DELICATE_DATA, 'x'.repeat(FLOOR_BYTES), 'same', 'same', last)
      await scene.arrival(connection, last)
      connection.drop()
      await comeBack(scene, 'back', cursor, last, 'later')
    },
    control: all(
      resumed('back', true),
      arrived('client', 'post', streamOf(kind)),
      arrived('back', 'later', streamOf(kind)),
    ),
    judge: repeats('back', 'client', streamOf(kind)),
    killedBy:
      kind === 'messages'
        ? ['trims-replayed-data', 'renames-replayed-messages', 'numbers-replay-anew']
        : ['trims-replayed-data', 'renames-replayed-broadcasts'],
  })),
  ...inBoth((kind) => ({
    id: `resume.full-window-${kind}.replayed`,
    proves: kind === 'messages' ? 'resume.replay.complete' : 'resume.replay.broadcasts',
    waitSeconds: ({ limits }) =>
      (limits.resume_messages ?? 0) / (limits.broadcasts_per_second ?? 1),
    drive: async (drive) => {
      const { resume_messages: most = 1, resume_bytes: bytes = 1 } = drive.advertised.limits
      const { data_bytes: longest = 1 } = drive.advertised.limits
      const scene = startScene(drive, kind)
      const { connection, cursor } = await scene.read('client')
      connection.drop()
      const size = Math.min(Math.floor(bytes / most), longest)
      const texts = Array.from({ length: most }, () => textOfBytes(drive, size))
      await scene.post('missed', ...texts)
      await scene.comeFor('back', cursor, texts.at(-1))
    },
    control: all(accepted('missed'), resumed('back', true)),
    judge: received('back', ['missed'], streamOf(kind)),
    killedBy: ['replays-ten-at-most', ...spoilsReplay(kind)],
  })),
  {
    id: 'resume.before-first-connection.replayed',
    proves: 'resume.replay.complete',
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      const { token, connectUrl: url, body } = await drive.mint('client', scene.clientId)
      const last = drive.text()
      await scene.postSome('missed', 2)
      await scene.post('missed', last)
      const query = asking({ after: scene.cursorIn(body) })
      const client = await drive.open('client', { url, token, query })
      await client.message(last)
      await scene.fence(client, 'later')
    },
    control: all(resumed('client', true), placedAt('client', START), arrived('client', 'later')),
    judge: received('client', ['missed', 'later']),
    killedBy: [
      'replays-without-the-newest',
      'replays-newest-first',
      'replays-ahead-of-welcome',
      'replays-twice',
      'replays-no-messages',
    ],
  },
  ...inBoth((kind) => ({
    id: `resume.repeated-${kind}.replayed`,
    proves: kind === 'messages' ? 'resume.replay.complete' : 'resume.replay.broadcasts',
    drive: async (drive) => {
      const scene = startScene(drive, kind)
      const { connection, cursor } = await scene.read('client')
      connection.drop()
      const last = drive.text()
      await scene.postSome('missed', 3)
      await scene.post('missed', last)
      for (const as of RETURNS) {
        const back = await scene.come(as, cursor)
        await scene.arrival(back, last)
        back.drop()
      }
    },
    control: each(RETURNS, (as) => resumed(as, true)),
    judge: each(RETURNS, (as) => received(as, ['missed'], streamOf(kind))),
    killedBy: ['replays-once-only', 'replays-from-the-cursor-on', ...spoilsReplay(kind)],
  })),
  {
    id: 'resume.many-returns.replayed',
    proves: 'resume.replay.complete',
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      let { connection, cursor } = await scene.read('client')
      for (const as of RETURNS) {
        connection.drop()
        const [missed, later] = [drive.text(), drive.text()]
        await scene.post(`to ${as}`, drive.text(), missed)
        connection = await scene.come(as, cursor)
        await scene.arrival(connection, missed)
        const [id = ''] = await scene.post(`to ${as}`, later)
        await scene.arrival(connection, later)
        cursor = id
      }
    },
    control: each(RETURNS, (as) => resumed(as, true)),
    judge: each(RETURNS, (as) => received(as, [`to ${as}`])),
    killedBy: [
      'replays-from-the-cursor-on',
      'loses-what-comes-during-replay',
      'replays-twice',
      ...spoilsReplay('messages'),
    ],
  },
  ...inBoth((kind) => ({
    id: `resume.live-${kind}.behind`,
    proves: 'resume.replay.first',
    ...(kind === 'broadcasts' && { slow: true }),
    drive: COME_BACK_DURING_POSTS[kind],
    control: each(NEWCOMERS, (as) =>
      all(resumed(as, true), arrived(as, `${as} last`, streamOf(kind))),
    ),
    judge: each(NEWCOMERS, (as) =>
      replayedFirst(as, `${as} missed`, together(`${as} there`, DURING), streamOf(kind)),
    ),
    killedBy: ['sends-replay-late'],
  })),
  ...inBoth((kind) => ({
    id: `resume.live-${kind}.complete`,
    proves: kind === 'messages' ? 'resume.replay.complete' : 'resume.replay.broadcasts',
    drive: COME_BACK_DURING_POSTS[kind],
    control: each(NEWCOMERS, (as) =>
      all(resumed(as, true), arrived(as, `${as} last`, streamOf(kind))),
    ),
    judge: each(NEWCOMERS, (as) => received(as, rolesOf(as), streamOf(kind))),
    killedBy: [
      'sends-replay-late',
      'loses-what-comes-during-replay',
      'repeats-replay-behind-live',
      'replays-from-the-cursor-on',
      'replays-twice',
      ...spoilsReplay(kind),
    ],
  })),
  ...inBoth((kind) => ({
    id: `resume.unasked-${kind}.unreplayed`,
    proves: 'resume.replay.asked',
    drive: async (drive) => {
      const scene = startScene(drive, kind)
      const { connection, cursor } = await scene.read('client')
      connection.drop()
      await scene.postSome('missed', 3)
      const control = await scene.come('control', cursor)
      await control.welcome()
      const back = await scene.come('back')
      await scene.fence(back, 'later')
    },
    control: all(resumed('control', true), arrived('back', 'later', streamOf(kind))),
    judge: unseen('back', ['read', 'missed'], streamOf(kind)),
    killedBy: ['replays-to-everybody'],
  })),
  ...(['messages', 'broadcasts'] as const).map(
    (kind): Check => ({
      id: `resume.other-than-${kind}.unreplayed`,
      proves: 'resume.replay.asked',
      profiles: ['broadcast'],
      alone: ['broadcasts'],
      drive: async (drive) => {
        const asked = startScene(drive, kind)
        const other = startScene(
          drive,
          kind === 'messages' ? 'broadcasts' : 'messages',
          asked.clientId,
        )
        const { connection, cursor } = await asked.read('client')
        connection.drop()
        await other.postSome('unasked', 3)
        const last = drive.text()
        await asked.post('missed', last)
        const back = await asked.come('back', cursor)
        await asked.arrival(back, last)
        await other.fence(back, 'later')
      },
      control: all(
        resumed('back', true),
        arrived('back', 'missed', streamOf(kind)),
        arrived('back', 'later', streamOf(kind === 'messages' ? 'broadcasts' : 'messages')),
      ),
      judge: unseen('back', ['unasked'], streamOf(kind === 'messages' ? 'broadcasts' : 'messages')),
      killedBy: ['replays-both-for-one'],
    }),
  ),
  {
    id: 'resume.older-cursor.unreplayed',
    proves: 'resume.replay.asked',
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      const { connection, cursor } = await scene.read('client')
      const [text, last] = [drive.text(), drive.text()]
      await scene.post('seen', text)
      const [id = cursor] = await scene.post('seen', drive.text())
      connection.drop()
      await scene.post('missed', drive.text(), last)
      await comeBack(scene, 'back', id, last, 'later')
    },
    control: all(resumed('back', true), arrived('back', 'later')),
    judge: unseen('back', ['read', 'seen']),
    killedBy: ['replays-from-the-cursor-on'],
  },
  {
    id: 'resume.takeover.split',
    proves: 'resume.takeover.split',
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      const { connection: old, cursor } = await scene.read('old')
      await scene.postSome('before', 3)
      const coming = scene.come('new', cursor)
      coming.catch(() => {})
      await scene.postTogether('during', DURING)
      const current = await coming
      await scene.postSome('after', 3)
      await scene.fence(current, 'fence')
      await old.ended()
    },
    control: all(
      resumed('new', true),
      arrived('old', 'read'),
      arrived('new', 'fence'),
      accepted('after'),
    ),
    judge: all(unseen('old', ['after', 'fence']), sent('new', 'after')),
    killedBy: ['loses-what-comes-during-replay'],
  },
]
