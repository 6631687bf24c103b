/** Checks of the chapter resume about cursors: where they are given, and which place each names. */

import type { Check } from '../check.ts'
import { asking } from '../drive/asking.ts'
import { type Kind, startScene } from '../drive/coming-back.ts'
import type { Drive } from '../drive/drive.ts'
import { all } from '../judges/finding.ts'
import { accepted, arrived } from '../judges/message.ts'
import {
  behind,
  namedByCursors,
  placeEach,
  resumed,
  resumedBehind,
  START,
  saidBy,
  tokenHas,
  welcomeHas,
} from '../judges/resume.ts'
import { BROADCASTS, MESSAGES } from '../judges/stream.ts'
import { readObject } from '../timeline/timeline.ts'

/** What a check of one of the two streams needs; a broadcast disturbs everybody. */
export function needsOf(kind: Kind): Pick<Check, 'profiles' | 'alone'> {
  return kind === 'messages' ? {} : { profiles: ['broadcast'], alone: ['broadcasts'] }
}

/** The same check in both streams. */
export function inBoth(make: (kind: Kind) => Check): Check[] {
  return (['messages', 'broadcasts'] as const).map((kind) => ({ ...make(kind), ...needsOf(kind) }))
}

/** The stream of a kind. */
export function streamOf(kind: Kind): typeof MESSAGES {
  return kind === 'messages' ? MESSAGES : BROADCASTS
}

/** The same check, which says nothing where ids of receipts cannot be told apart. */
export function withCursors(check: Check): Check {
  return { ...check, control: check.control ? all(placeEach, check.control) : placeEach }
}

/** Faults that understate, in every welcome, what was accepted last. */
export const UNDERSTATED = {
  messages: ['welcomes-with-older-seq', 'welcomes-with-seq-zero'],
  broadcasts: ['welcomes-with-older-broadcast-seq', 'welcomes-with-broadcast-seq-zero'],
} as const

/** Posts whose ids are taken for cursors. */
const POSTS = ['post 1', 'post 2', 'post 3', 'post 4', 'post 5'] as const

/** As long as any may be, with characters that no cursor has. */
function longClientId(drive: Drive): string {
  const start = drive.clientId(' é/&=+%:😀')
  const { client_id_bytes: most = 0 } = drive.advertised.limits
  return start + ','.repeat(Math.max(0, most - Buffer.byteLength(start)))
}

/** In the order of the chapter. */
export const RESUME_CURSOR_CHECKS: readonly Check[] = [
  {
    id: 'resume.first-token.placed',
    proves: 'resume.token.cursors',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const { token, connectUrl: url, body } = await drive.mint('client', clientId)
      const missed = drive.text()
      await drive.post('missed', clientId, missed)
      const query = asking({ after: String(body.cursor ?? '') })
      const back = await drive.open('back', { url, token, query })
      await back.message(missed)
      await drive.mint('long', longClientId(drive))
    },
    control: accepted('missed'),
    judge: all(
      tokenHas('client', 'cursor'),
      tokenHas('long', 'cursor'),
      resumedBehind('back', START),
    ),
    killedBy: ['mints-without-cursors', 'mints-cursors-one-ahead', 'mints-no-place-for-newcomers'],
  },
  ...inBoth((kind) => ({
    id: `resume.later-token-${kind}.placed`,
    proves: 'resume.token.cursors',
    drive: async (drive) => {
      const scene = startScene(drive, kind)
      await scene.postSome('before', 3)
      const { connection } = await scene.read('reader')
      connection.drop()
      const { token, connectUrl: url, body } = await drive.mint('client', scene.clientId)
      await scene.postSome('missed', 2)
      const query = asking({ [scene.parameter]: scene.cursorIn(body) })
      const back = await drive.open('back', { url, token, query })
      await back.welcome()
    },
    control: all(accepted('before'), accepted('read'), accepted('missed')),
    judge: all(
      tokenHas('client', kind === 'messages' ? 'cursor' : 'broadcast_cursor'),
      resumedBehind('back', behind('read'), streamOf(kind)),
    ),
    killedBy: [
      'mints-without-cursors',
      'mints-cursors-of-start',
      'mints-cursors-one-behind',
      'mints-cursors-one-ahead',
    ],
  })),
  ...inBoth((kind) => ({
    id: `resume.welcome-${kind}.placed`,
    proves: 'resume.welcome.cursors',
    drive: async (drive) => {
      const scene = startScene(drive, kind)
      await scene.postSome('before', 3)
      const client = await scene.come('client')
      const cursor = scene.cursorIn(await client.welcome())
      client.drop()
      await scene.postSome('missed', 2)
      await scene.come('back', cursor)
    },
    control: all(accepted('before'), accepted('missed')),
    judge: all(
      welcomeHas('client', kind === 'messages' ? 'cursor' : 'broadcast_cursor'),
      resumedBehind('back', saidBy('client', streamOf(kind)), streamOf(kind)),
    ),
    killedBy: ['welcomes-without-cursors', 'welcomes-with-cursors-of-start'],
  })),
  ...inBoth((kind) => ({
    id: `resume.resumed-welcome-${kind}.placed`,
    proves: 'resume.welcome.cursors',
    drive: async (drive) => {
      const scene = startScene(drive, kind)
      const { connection, cursor } = await scene.read('client')
      connection.drop()
      await scene.postSome('missed', 2)
      const back = await scene.come('back', cursor)
      const again = scene.cursorIn(await back.welcome())
      back.drop()
      await scene.come('last', again)
    },
    control: all(accepted('missed'), resumed('back', true)),
    judge: all(
      welcomeHas('back', kind === 'messages' ? 'cursor' : 'broadcast_cursor'),
      resumedBehind('last', saidBy('back', streamOf(kind)), streamOf(kind)),
    ),
    killedBy: [
      'welcomes-without-cursors',
      'welcomes-with-cursors-of-newest',
      'welcomes-with-cursors-of-start',
    ],
  })),
  {
    id: 'resume.welcome-unused.placed',
    proves: 'resume.welcome.cursors',
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      const client = await scene.come('client')
      const cursor = scene.cursorIn(await client.welcome())
      client.drop()
      await scene.postSome('missed', 2)
      await scene.come('back', cursor)
    },
    control: accepted('missed'),
    judge: all(welcomeHas('client', 'cursor'), resumedBehind('back', saidBy('client'))),
    killedBy: ['welcomes-without-cursors', 'welcomes-without-cursor-of-start'],
  },
  ...inBoth((kind) => ({
    id: `resume.ids-${kind}.placed`,
    proves: 'resume.id.cursor',
    drive: async (drive) => {
      const scene = startScene(drive, kind, longClientId(drive))
      const client = await scene.come('client')
      for (const post of POSTS) await scene.fence(client, post)
      await scene.fence(client, 'last')
      // Broadcasts of others may come in between.
      const wanted = kind === 'messages' ? 'message' : 'broadcast'
      const ids = client.frames.entries.flatMap(({ text }) => {
        const { id, type } = readObject(text) ?? {}
        return typeof id === 'string' && type === wanted ? [id] : []
      })
      for (const [at, post] of POSTS.entries()) {
        await scene.come(`behind ${post}`, ids[at] ?? '')
      }
    },
    control: arrived('client', 'last', streamOf(kind)),
    judge: all(
      namedByCursors(...POSTS),
      ...POSTS.map((post) => resumedBehind(`behind ${post}`, behind(post), streamOf(kind))),
    ),
    killedBy: [
      'knows-four-of-five-ids',
      kind === 'messages' ? 'names-messages-outside-grammar' : 'names-broadcasts-outside-grammar',
    ],
  })),
]
