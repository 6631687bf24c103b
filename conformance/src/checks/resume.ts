/** Checks of the chapter resume about coming back: which cursors can be continued, and what the welcome says. */

import type { Check } from '../check.ts'
import { asking } from '../drive/asking.ts'
import { type Scene, startScene } from '../drive/coming-back.ts'
import type { Drive } from '../drive/drive.ts'
import { all, each } from '../judges/finding.ts'
import { accepted, arrived } from '../judges/message.ts'
import { before, behind, placedAt, resumed, unseen, welcomedAnew } from '../judges/resume.ts'
import { BROADCASTS } from '../judges/stream.ts'
import { latestSeconds } from '../timeline/latest.ts'
import { inBoth, streamOf, UNDERSTATED } from './resume-cursors.ts'

/** How a client may go before it comes back. */
const ENDINGS = ['dropped', 'closed', 'left', 'taken over'] as const

/** Queries that say the same: ask for the messages behind a cursor. */
const FORMS: Readonly<Record<string, (cursor: string) => string>> = {
  plain: (cursor) => `after=${cursor}`,
  encoded: (cursor) => `after=${encodeEach(cursor)}`,
  'encoded name': (cursor) => `${encodeEach('after')}=${cursor}`,
  'behind others': (cursor) => `v=1&before=0&After=x&after=${cursor}`,
  'ahead of others': (cursor) => `after=${cursor}&since=&x`,
}

/** Queries where broadcasts are not offered, made of a cursor of messages. */
const BESIDE_UNOFFERED: Readonly<Record<string, (after: string) => string>> = {
  asked: (after) => asking({ after }),
  'cursor beside': (after) => asking({ after, after_broadcast: after }),
  'garbage beside': (after) => asking({ after, after_broadcast: 'garbage' }),
  'nothing beside': (after) => asking({ after, after_broadcast: '' }),
  unasked: () => '',
  'cursor alone': (after) => asking({ after_broadcast: after }),
  'garbage alone': () => asking({ after_broadcast: 'garbage' }),
}

/** Queries that ask for nothing. */
const UNASKED: Readonly<Record<string, (cursor: string) => string>> = {
  nothing: () => '',
  'unknown parameters': (cursor) => `cursor=${cursor}&since=${cursor}&last_event_id=${cursor}`,
  'longer name': (cursor) => `after_message=${cursor}&after%5B%5D=${cursor}`,
}

/** What is wrong with one of two cursors. */
const BAD = ['unknown', 'empty', 'other stream'] as const

function encodeEach(text: string): string {
  return Buffer.from(text).toString('hex').replace(/../g, '%$&')
}

/** Reads, leaves, misses some, comes back, and waits until something later arrives. */
async function comeBack(scene: Scene, missed: number): Promise<void> {
  const { connection, cursor } = await scene.read('client')
  connection.drop()
  await scene.postSome('missed', missed)
  const back = await scene.come('back', cursor)
  await scene.fence(back, 'later')
}

/** Reads in both streams; the cursor of each. */
async function readBoth(drive: Drive): Promise<{
  readonly messages: Scene
  readonly broadcasts: Scene
  readonly after: string
  readonly after_broadcast: string
}> {
  const messages = startScene(drive, 'messages')
  const broadcasts = startScene(drive, 'broadcasts', messages.clientId)
  const [message, broadcast] = [drive.text(), drive.text()]
  const connection = await messages.come('client')
  const [after = ''] = await messages.post('read', message)
  await messages.arrival(connection, message)
  const [after_broadcast = ''] = await broadcasts.post('read broadcast', broadcast)
  await broadcasts.arrival(connection, broadcast)
  connection.drop()
  return { messages, broadcasts, after, after_broadcast }
}

/** In the order of the chapter. */
export const RESUME_CHECKS: readonly Check[] = [
  ...inBoth((kind) => ({
    id: `resume.nothing-missed-${kind}.resumed`,
    proves: 'resume.connect.resumed',
    drive: (drive) => comeBack(startScene(drive, kind), 0),
    control: all(accepted('read'), arrived('back', 'later', streamOf(kind))),
    judge: resumed('back', true),
    killedBy: ['resumes-only-with-something-missed'],
  })),
  ...inBoth((kind) => ({
    id: `resume.missed-${kind}.resumed`,
    proves: 'resume.connect.resumed',
    drive: (drive) => comeBack(startScene(drive, kind), 6),
    control: all(accepted('missed'), arrived('back', 'later', streamOf(kind))),
    judge: resumed('back', true),
    killedBy: ['resumes-five-at-most'],
  })),
  {
    id: 'resume.ways.resumed',
    proves: 'resume.connect.resumed',
    drive: async (drive) => {
      for (const as of ENDINGS) {
        const scene = startScene(drive, 'messages')
        const { connection, cursor } = await scene.read(`${as} client`)
        if (as === 'dropped') connection.drop()
        else if (as === 'taken over') await scene.come('newer')
        else connection.close(as === 'closed' ? 1000 : 1001)
        if (as !== 'dropped') await connection.ended()
        await scene.postSome('missed', 2)
        await scene.comeFor(as, cursor)
      }
      const scene = startScene(drive, 'messages')
      const { cursor } = await scene.read('client')
      await scene.postSome('missed', 2)
      for (const [as, form] of Object.entries(FORMS))
        await drive.connect(as, scene.clientId, { query: form(cursor) })
    },
    control: accepted('missed'),
    judge: each([...ENDINGS, ...Object.keys(FORMS)], (as) => resumed(as, true)),
    killedBy: ['forgets-window-after-goodbye'],
  },
  {
    id: 'resume.both-streams.resumed',
    proves: 'resume.connect.resumed',
    profiles: ['broadcast'],
    alone: ['broadcasts'],
    drive: async (drive) => {
      const { messages, broadcasts, after, after_broadcast } = await readBoth(drive)
      await messages.postSome('missed', 2)
      await broadcasts.postSome('missed broadcast', 2)
      const queries = {
        'messages first': asking({ after, after_broadcast }),
        'broadcasts first': asking({ after_broadcast, after }),
      }
      for (const [as, query] of Object.entries(queries)) {
        await drive.connect(as, messages.clientId, { query })
      }
    },
    control: all(accepted('missed'), accepted('missed broadcast')),
    judge: each(['messages first', 'broadcasts first'], (as) => resumed(as, true)),
    killedBy: ['resumes-only-one-stream'],
  },
  {
    id: 'resume.newest-place.resumed',
    proves: 'resume.connect.resumed',
    waitSeconds: ({ timings }) => Number(timings.resume_window_seconds) + 2,
    endures: true,
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      // Who stays connected keeps the epoch; only what was read is dropped.
      const { cursor } = await scene.read('client')
      await drive.pass(latestSeconds(drive.advertised, 'resume_window_seconds'))
      const back = await scene.come('back', cursor)
      await scene.fence(back, 'later')
    },
    control: all(accepted('read'), arrived('back', 'later')),
    judge: resumed('back', true),
    killedBy: ['forgets-place-with-its-message', 'resumes-only-with-something-missed'],
  },
  ...inBoth((kind) => ({
    id: `resume.unasked-${kind}.unresumed`,
    proves: 'resume.connect.unasked',
    drive: async (drive) => {
      const scene = startScene(drive, kind)
      const { connection, cursor } = await scene.read('client')
      connection.drop()
      await scene.postSome('missed', 2)
      await scene.come('control', cursor)
      for (const [as, form] of Object.entries(UNASKED)) {
        await drive.connect(as, scene.clientId, { query: form(cursor) })
      }
    },
    control: all(accepted('missed'), resumed('control', true)),
    judge: each(Object.keys(UNASKED), (as) => resumed(as, false)),
    killedBy: ['resumes-unasked'],
  })),
  ...(['after', 'after_broadcast'] as const).map(
    (good): Check => ({
      id: `resume.one-bad-${good === 'after' ? 'broadcast' : 'message'}-cursor.unreplayed`,
      proves: 'resume.connect.together',
      profiles: ['broadcast'],
      alone: ['broadcasts'],
      drive: async (drive) => {
        const { messages, broadcasts, ...cursors } = await readBoth(drive)
        await messages.postSome('missed', 2)
        await broadcasts.postSome('missed broadcast', 2)
        await drive.connect('control', messages.clientId, {
          query: asking(cursors),
        })
        const other = good === 'after' ? 'after_broadcast' : 'after'
        const texts = { unknown: 'nobody-was-given-this', empty: '', 'other stream': cursors[good] }
        for (const as of BAD) {
          const query = asking({ ...cursors, [other]: texts[as] })
          const back = await drive.connect(as, messages.clientId, { query })
          await messages.fence(back, `later ${as}`)
          await broadcasts.fence(back, `later broadcast ${as}`)
        }
      },
      control: all(
        resumed('control', true),
        each(BAD, (as) => arrived(as, `later ${as}`)),
        each(BAD, (as) => arrived(as, `later broadcast ${as}`, BROADCASTS)),
      ),
      judge: each(BAD, (as) =>
        all(unseen(as, ['missed']), unseen(as, ['missed broadcast'], BROADCASTS)),
      ),
      killedBy: [
        'replays-what-can-be-continued',
        'takes-empty-cursor-for-none',
        'takes-unknown-cursor-for-start',
        'reads-only-numbers-of-cursors',
      ],
    }),
  ),
  {
    id: 'resume.messages-asked.placed',
    proves: 'resume.welcome.seq',
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      const { connection, cursor } = await scene.read('client')
      connection.drop()
      await scene.postSome('missed', 3)
      await scene.come('back', cursor)
    },
    control: all(accepted('missed'), resumed('back', true)),
    judge: all(placedAt('back', behind('read')), placedAt('back', before('missed'))),
    killedBy: ['welcomes-back-at-newest', 'welcomes-back-at-start', ...UNDERSTATED.messages],
  },
  ...(['messages', 'broadcasts'] as const).map(
    (kind): Check => ({
      id: `resume.only-${kind}-asked.placed`,
      proves: 'resume.welcome.seq',
      profiles: ['broadcast'],
      alone: ['broadcasts'],
      drive: async (drive) => {
        const { messages, broadcasts, after, after_broadcast } = await readBoth(drive)
        await messages.postSome('missed', 2)
        await broadcasts.postSome('missed broadcast', 3)
        const query = asking(kind === 'messages' ? { after } : { after_broadcast })
        await drive.connect('back', messages.clientId, { query })
      },
      control: all(accepted('missed'), accepted('missed broadcast'), resumed('back', true)),
      judge:
        kind === 'messages'
          ? all(
              placedAt('back', behind('read')),
              placedAt('back', behind('missed broadcast'), BROADCASTS),
            )
          : all(
              placedAt('back', behind('missed')),
              placedAt('back', behind('read broadcast'), BROADCASTS),
            ),
      killedBy: [
        'welcomes-back-at-newest',
        'welcomes-back-at-start',
        'welcomes-unasked-stream-at-start',
        ...UNDERSTATED.messages,
        ...UNDERSTATED.broadcasts,
      ],
    }),
  ),
  {
    id: 'resume.switched-off.unresumed',
    proves: 'resume.absent.unresumed',
    needs: ['no-resume'],
    drive: async (drive) => {
      const isOffered = drive.advertised.profiles.includes('resume')
      const profiles = ['core', 'robust']
      const bare = isOffered
        ? (await drive.launch('without resume', undefined, { profiles })).drive
        : drive
      const scene = startScene(bare, 'messages')
      const { connection, cursor } = await scene.read('client')
      connection.drop()
      await scene.postSome('missed', 2)
      const query = asking({ after: cursor, after_broadcast: cursor })
      for (const as of ['messages', 'both']) {
        const back = await bare.connect(as, scene.clientId, {
          query: as === 'both' ? query : asking({ after: cursor }),
        })
        await scene.fence(back, 'later')
      }
    },
    control: all(accepted('read'), accepted('missed')),
    judge: each(['messages', 'both'], (as) => resumed(as, false)),
    killedBy: ['resumes-without-offering-it', 'resumes-unasked'],
  },
  {
    id: 'resume.broadcasts-unoffered.ignored',
    proves: 'resume.broadcasts.ignored',
    needs: ['no-broadcast'],
    drive: async (drive) => {
      const offered = drive.advertised.profiles
      const profiles = offered.filter((name) => ['core', 'robust', 'resume'].includes(name))
      const bare = offered.includes('broadcast')
        ? (await drive.launch('without broadcast', undefined, { profiles })).drive
        : drive
      const scene = startScene(bare, 'messages')
      const { connection, cursor: after } = await scene.read('client')
      connection.drop()
      await scene.postSome('missed', 2)
      for (const [as, makeQuery] of Object.entries(BESIDE_UNOFFERED)) {
        await scene.postSome(`before ${as}`, 1)
        const back = await bare.connect(as, scene.clientId, { query: makeQuery(after) })
        await scene.fence(back, `later ${as}`)
      }
    },
    control: all(accepted('missed'), resumed('asked', true), resumed('unasked', false)),
    judge: all(
      each(['cursor beside', 'garbage beside', 'nothing beside'], (as) =>
        all(resumed(as, true), placedAt(as, behind('read')), arrived(as, `later ${as}`)),
      ),
      each(['cursor alone', 'garbage alone'], (as) => welcomedAnew(as, [`before ${as}`])),
    ),
    killedBy: [
      'takes-unoffered-broadcasts-for-unknown',
      'resumes-unoffered-broadcasts',
      ...UNDERSTATED.messages,
    ],
  },
]
