/** Checks of the chapter resume about cursors that name no place: each is welcomed as if there were none. */

import type { Check } from '../check.ts'
import { asking } from '../drive/asking.ts'
import { type Kind, type Scene, startScene } from '../drive/coming-back.ts'
import type { Drive } from '../drive/drive.ts'
import { all, each } from '../judges/finding.ts'
import { accepted, arrived } from '../judges/message.ts'
import { notAhead, resumed, unseen, welcomedAnew } from '../judges/resume.ts'
import { BROADCASTS } from '../judges/stream.ts'
import { inBoth, streamOf, UNDERSTATED } from './resume-cursors.ts'

/** Raw values of a parameter, made of a live cursor and the parameter's name, that no service gives out. */
const MALFORMED: Readonly<Record<string, (cursor: string, name: string) => string>> = {
  empty: () => '',
  garbage: () => 'nobody-was-given-this',
  number: () => '0',
  negative: () => '-1',
  'not a number': () => 'NaN',
  everything: () => '*',
  object: () => '%7B%22epoch%22%3A0%2C%22seq%22%3A0%7D',
  'not ASCII': () => 'm%C3%A9%F0%9F%91%8B',
  'not UTF-8': () => '%ff%fe',
  'broken encoding': (cursor) => `${cursor}%zz%`,
  'with NUL': (cursor) => `${cursor}%00`,
  'line break': (cursor) => `${cursor}%0D%0Ax%3A%20y`,
  'blank behind': (cursor) => `${cursor}%20`,
  'blank in front': (cursor) => `+${cursor}`,
  quoted: (cursor) => `%22${cursor}%22`,
  'two in one': (cursor) => `${cursor},${cursor}`,
  twice: (cursor, name) => `${cursor}&${name}=${cursor}`,
  'twice, second empty': (cursor, name) => `${cursor}&${name}=`,
  'twice, first empty': (cursor, name) => `&${name}=${cursor}`,
  'very long': (cursor) => cursor + 'x'.repeat(3000),
}

/** Ways to alter a cursor in the hope of a place that is ahead. */
const ALTERED: Readonly<Record<string, (cursor: string) => string>> = {
  'last one up': (cursor) => replaceAt(cursor, cursor.length - 1),
  'last but one up': (cursor) => replaceAt(cursor, cursor.length - 2),
  'third from last up': (cursor) => replaceAt(cursor, cursor.length - 3),
  'middle up': (cursor) => replaceAt(cursor, Math.floor(cursor.length / 2)),
  'first up': (cursor) => replaceAt(cursor, 0),
  longer: (cursor) => `${cursor}0`,
  'longer by more': (cursor) => `${cursor}123456789`,
  shorter: (cursor) => cursor.slice(0, -1),
}

/** The text with the next letter or digit at a place. */
function replaceAt(text: string, at: number): string {
  const next = { '9': '1', z: 'a', Z: 'A' }[text.charAt(at)]
  const char = next ?? String.fromCharCode(text.charCodeAt(at) + 1)
  return text.slice(0, at) + (/\w/.test(char) ? char : 'a') + text.slice(at + 1)
}

/** Misses two, comes back with a query, and waits until something later arrives. */
async function comeWith(
  drive: Drive,
  scene: Scene,
  as: string,
  makeQuery: (cursor: string) => string,
): Promise<void> {
  const [cursor = ''] = await scene.postSome(`before ${as}`, 1)
  await scene.postSome(`before ${as}`, 2)
  const query = `${scene.parameter}=${makeQuery(cursor)}`
  const back = await drive.connect(as, scene.clientId, { query })
  await scene.fence(back, `later ${as}`)
}

/** Does it for each role; broadcasts, which all are sent, one after the other. */
async function eachInTurn(
  drive: Drive,
  kind: Kind,
  roles: readonly string[],
  one: (scene: Scene, as: string) => Promise<void>,
): Promise<void> {
  if (kind === 'messages') await Promise.all(roles.map((as) => one(startScene(drive, kind), as)))
  else for (const as of roles) await one(startScene(drive, kind), as)
}

/** Reads a cursor, comes back with it, and leaves: the pair of what is refused. */
async function comeWell(scene: Scene): Promise<string> {
  const { connection, cursor } = await scene.read('client')
  connection.drop()
  const control = await scene.come('control', cursor)
  control.drop()
  return cursor
}

/** In the order of the chapter. */
export const RESUME_UNKNOWN_CHECKS: readonly Check[] = [
  ...inBoth((kind) => {
    const roles = Object.keys(MALFORMED)
    return {
      id: `resume.malformed-${kind}.unresumed`,
      proves: 'resume.connect.unknown',
      ...(kind === 'broadcasts' && { slow: true }),
      drive: async (drive) => {
        await comeWell(startScene(drive, kind))
        await eachInTurn(drive, kind, roles, (scene, as) =>
          comeWith(drive, scene, as, (cursor) => MALFORMED[as]?.(cursor, scene.parameter) ?? ''),
        )
      },
      control: all(
        resumed('control', true),
        each(roles, (as) => accepted(`before ${as}`)),
      ),
      judge: each(roles, (as) => welcomedAnew(as, [`before ${as}`], streamOf(kind))),
      killedBy: [
        'takes-unknown-cursor-for-start',
        'takes-first-of-several-cursors',
        'trims-cursors',
        'takes-empty-cursor-for-none',
        ...UNDERSTATED[kind],
      ],
    }
  }),
  ...inBoth((kind) => {
    const roles = Object.keys(ALTERED)
    return {
      id: `resume.altered-${kind}.unresumed`,
      proves: 'resume.connect.unknown',
      drive: async (drive) => {
        const scene = startScene(drive, kind)
        await scene.postSome('newest', 2)
        const cursor = await comeWell(scene)
        const alter = async (as: string): Promise<void> => {
          const clientId = scene.clientId
          const query = asking({ [scene.parameter]: ALTERED[as]?.(cursor) ?? '' })
          await drive.connect(as, clientId, { query })
        }
        for (const as of roles) await alter(as)
      },
      control: all(accepted('newest'), resumed('control', true)),
      judge: each(roles, (as) => notAhead(as, 'read', streamOf(kind))),
      killedBy: ['continues-from-ahead'],
    }
  }),
  {
    id: 'resume.foreign-cursor.unresumed',
    proves: 'resume.connect.unknown',
    drive: async (drive) => {
      const owner = startScene(drive, 'messages')
      const { body } = await drive.mint('owner', owner.clientId)
      const theirs = await comeWell(owner)
      await owner.postSome('foreign', 3)
      const cursors = { 'id of another': theirs, 'token of another': owner.cursorIn(body) }
      for (const [as, cursor] of Object.entries(cursors)) {
        const scene = startScene(drive, 'messages')
        await comeWith(drive, scene, as, () => cursor)
      }
    },
    control: all(resumed('control', true), accepted('foreign')),
    judge: each(['id of another', 'token of another'], (as) =>
      all(welcomedAnew(as, [`before ${as}`]), unseen(as, ['foreign', 'read'])),
    ),
    killedBy: [
      'reads-only-numbers-of-cursors',
      'ignores-epoch-of-cursors',
      'replays-owner-of-cursor',
      ...UNDERSTATED.messages,
    ],
  },
  ...inBoth((kind) => ({
    id: `resume.other-stream-${kind}.unresumed`,
    proves: 'resume.connect.unknown',
    // Both streams are needed, whichever is asked for.
    drive: async (drive) => {
      const scene = startScene(drive, kind)
      const other = startScene(
        drive,
        kind === 'messages' ? 'broadcasts' : 'messages',
        scene.clientId,
      )
      await comeWell(scene)
      const [cursor = ''] = await other.postSome('other', 1)
      await comeWith(drive, scene, 'back', () => cursor)
    },
    control: all(resumed('control', true), accepted('other'), accepted('before back')),
    judge: welcomedAnew('back', ['before back'], streamOf(kind)),
    killedBy: [
      'reads-only-numbers-of-cursors',
      'takes-unknown-cursor-for-start',
      ...UNDERSTATED[kind],
    ],
  })).map((check) => ({ ...check, profiles: ['broadcast'], alone: ['broadcasts'] as const })),
  {
    id: 'resume.forgotten-epoch.unresumed',
    proves: 'resume.connect.unknown',
    needs: ['exec'],
    drive: async (drive) => {
      const kinds: readonly Kind[] = drive.advertised.profiles.includes('broadcast')
        ? ['messages', 'broadcasts']
        : ['messages']
      const earlier = await drive.launch('earlier')
      const scenes = kinds.map((kind) => startScene(earlier.drive, kind))
      const cursors: string[] = []
      for (const scene of scenes) cursors.push(await comeWell(scene))
      await earlier.stop()
      const later = await drive.launch('later')
      for (const [at, { clientId }] of scenes.entries()) {
        const kind = kinds[at] ?? 'messages'
        const scene = startScene(later.drive, kind, clientId)
        await comeWith(later.drive, scene, kind, () => cursors[at] ?? '')
      }
    },
    control: all(resumed('control', true), accepted('before messages'), (timeline) =>
      timeline.advertised.profiles.includes('broadcast')
        ? arrived('broadcasts', 'later broadcasts', BROADCASTS)(timeline)
        : arrived('messages', 'later messages')(timeline),
    ),
    judge: (timeline) =>
      all(
        welcomedAnew('messages', ['before messages']),
        timeline.advertised.profiles.includes('broadcast')
          ? welcomedAnew('broadcasts', ['before broadcasts'], BROADCASTS)
          : resumed('messages', false),
      )(timeline),
    killedBy: [
      'reads-only-numbers-of-cursors',
      'ignores-epoch-of-cursors',
      ...UNDERSTATED.messages,
      ...UNDERSTATED.broadcasts,
    ],
  },
]
