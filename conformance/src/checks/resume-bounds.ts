/** Checks of the chapter resume about the bounds of count and bytes: what lies inside each, and what beyond. */

import type { Check } from '../check.ts'
import { type Kind, startScene, textOfBytes } from '../drive/coming-back.ts'
import type { Drive } from '../drive/drive.ts'
import { SetUpFailed } from '../drive/set-up-failed.ts'
import type { Connection } from '../drive/socket.ts'
import { all } from '../judges/finding.ts'
import { accepted, arrived } from '../judges/message.ts'
import { atMost, behind, resumed, unseen, welcomedAnew } from '../judges/resume.ts'
import { inBoth, needsOf, streamOf } from './resume-cursors.ts'

/** Small bounds, so that little reaches them. */
const FEW = { resume_messages: 6 }
const SHORT = { resume_bytes: 600 }
/** The others are bounds of each client id: all together hold more than one may. */
const LITTLE = { resume_total_bytes: 1000, resume_bytes: 600, resume_messages: 2 }

/** Texts of so many bytes together, none longer than data may be. */
function textsOf(drive: Drive, bytes: number): string[] {
  const { data_bytes: longest = 1, resume_messages: most = 1 } = drive.advertised.limits
  const count = Math.max(3, Math.ceil(bytes / longest))
  if (count > most) throw new SetUpFailed(`${most} messages never have ${bytes} bytes`)
  const size = Math.floor(bytes / count)
  return Array.from({ length: count }, (_, at) =>
    textOfBytes(drive, at === 0 ? bytes - size * (count - 1) : size),
  )
}

/** A bound that is reached by posting: `fill` reaches it exactly, and `over` lies beyond it with them. */
interface Filling {
  readonly name: 'count' | 'bytes'
  readonly limits: Readonly<Record<string, number>>
  readonly fill: (drive: Drive) => string[]
  readonly measure: (data: string) => number
  readonly most: (limits: Readonly<Record<string, number>>) => number
  readonly waitSeconds?: Check['waitSeconds']
}

const COUNT: Filling = {
  name: 'count',
  limits: FEW,
  fill: (drive) =>
    Array.from({ length: drive.advertised.limits.resume_messages ?? 0 }, () => drive.text()),
  measure: () => 1,
  most: (limits) => limits.resume_messages ?? 0,
  waitSeconds: ({ limits }) => (limits.resume_messages ?? 0) / (limits.messages_per_second ?? 1),
}

const BYTES: Filling = {
  name: 'bytes',
  limits: SHORT,
  fill: (drive) => textsOf(drive, drive.advertised.limits.resume_bytes ?? 0),
  measure: (data) => Buffer.byteLength(data),
  most: (limits) => limits.resume_bytes ?? 0,
}

/** Reads, misses what fills the bound, comes back; then with one more, and behind the first that was missed. */
async function passBound(drive: Drive, kind: Kind, { fill }: Filling): Promise<void> {
  const scene = startScene(drive, kind)
  const { connection, cursor } = await scene.read('client')
  connection.drop()
  const [oldest = '', ...others] = fill(drive)
  const [first = ''] = await scene.post('first', oldest)
  await scene.post('missed', ...others)
  await scene.comeFor('exactly', cursor, others.at(-1))
  // The smallest that is posted: one byte is enough to be beyond.
  await scene.post('one more', '1')
  await scene.comeFor('behind the first', first, '1')
  const beyond = await scene.come('beyond', cursor)
  await scene.fence(beyond, 'later')
}

/** The three checks of one bound: what is inside is kept, what is beyond is not replayed, and nothing has holes. */
function boundChecks(filling: Filling): Check[] {
  const { name, limits, measure, most } = filling
  const shared = (kind: Kind): Pick<Check, 'limits' | 'drive' | 'waitSeconds' | 'alone'> => ({
    limits,
    drive: (drive) => passBound(drive, kind, filling),
    ...(filling.waitSeconds && { waitSeconds: filling.waitSeconds }),
    ...needsOf(kind),
  })
  return [
    ...inBoth((kind) => ({
      ...shared(kind),
      id: `resume.${name}-${kind}.kept`,
      proves: 'resume.window.kept',
      control: all(accepted('first'), accepted('missed'), accepted('one more')),
      judge: all(resumed('exactly', true), resumed('behind the first', true)),
      killedBy:
        name === 'count'
          ? ['holds-one-message-too-few', 'resumes-five-at-most', 'forgets-place-with-its-message']
          : [
              'holds-one-byte-too-few',
              'counts-held-bytes-of-json',
              'forgets-place-with-its-message',
            ],
    })),
    ...inBoth((kind) => ({
      ...shared(kind),
      id: `resume.${name}-${kind}.bounded`,
      proves: name === 'count' ? 'resume.window.count' : 'resume.window.bytes',
      control: all(resumed('exactly', true), arrived('beyond', 'later', streamOf(kind))),
      judge: atMost(
        'beyond',
        {
          until: behind('one more'),
          most: ({ advertised }) => most(advertised.limits),
          measure,
          unit: name === 'count' ? streamOf(kind).type : 'bytes',
        },
        streamOf(kind),
      ),
      killedBy:
        name === 'count'
          ? ['holds-one-message-too-many']
          : ['holds-one-byte-too-many', 'counts-held-characters'],
    })),
    ...inBoth((kind) => ({
      ...shared(kind),
      id: `resume.beyond-${name}-${kind}.unresumed`,
      proves: 'resume.connect.unknown',
      control: all(resumed('exactly', true), arrived('beyond', 'later', streamOf(kind))),
      judge: welcomedAnew('beyond', ['first', 'missed', 'one more'], streamOf(kind)),
      killedBy:
        name === 'count'
          ? ['resumes-over-a-gap', 'holds-one-message-too-many']
          : ['resumes-over-a-gap', 'holds-one-byte-too-many', 'counts-held-characters'],
    })),
  ]
}

/** Texts that are held until the bound of the whole base drops the oldest. */
async function fillTotal(drive: Drive, kinds: readonly Kind[]): Promise<void> {
  const scenes = kinds.map((kind) => startScene(drive, kind))
  const cursors: string[] = []
  const connections: Connection[] = []
  // Each reads and leaves; what they read is the oldest, and goes first.
  for (const scene of scenes) {
    const { connection, cursor } = await scene.read('client')
    connection.drop()
    cursors.push(cursor)
  }
  const { resume_total_bytes: total = 0 } = drive.advertised.limits
  const size = Math.floor(total / scenes.length)
  for (const [at, scene] of scenes.entries()) {
    const bytes = at === 0 ? total - size * (scenes.length - 1) : size
    await scene.post(`missed ${at + 1}`, textOfBytes(drive, bytes))
  }
  for (const [at, scene] of scenes.entries())
    await scene.comeFor(`exactly ${at + 1}`, cursors[at] ?? '')
  await drive.post('one more', drive.clientId(), '1')
  for (const [at, scene] of scenes.entries()) {
    const back = await scene.come(`beyond ${at + 1}`, cursors[at] ?? '')
    connections.push(back)
  }
  for (const [at, scene] of scenes.entries()) {
    const back = connections[at]
    if (back) await scene.fence(back, `later ${at + 1}`)
  }
}

/** The streams among which the oldest is looked for. */
const AMONG: Readonly<Record<string, readonly Kind[]>> = {
  clients: ['messages', 'messages', 'messages'],
  'clients-and-broadcasts': ['broadcasts', 'messages', 'messages'],
  'broadcasts-among-clients': ['messages', 'broadcasts', 'messages'],
}

function totalChecks(name: string, kinds: readonly Kind[]): Check[] {
  const hasBroadcasts = kinds.includes('broadcasts')
  const shared = {
    needs: ['exec'],
    limits: LITTLE,
    ...(hasBroadcasts && { profiles: ['broadcast'] }),
    drive: (drive: Drive) => fillTotal(drive, kinds),
  } as const
  const places = kinds.map((_kind, at) => at + 1)
  const streamAt = (at: number): ReturnType<typeof streamOf> =>
    streamOf(kinds[at - 1] ?? 'messages')
  return [
    {
      ...shared,
      id: `resume.total-${name}.kept`,
      proves: 'resume.window.kept',
      control: all(...places.map((at) => accepted(`missed ${at}`)), accepted('one more')),
      judge: all(
        ...places.map((at) => resumed(`exactly ${at}`, true)),
        ...places.slice(1).map((at) => resumed(`beyond ${at}`, true)),
      ),
      killedBy: [
        'holds-one-byte-too-few-in-all',
        'drops-everything-beyond-total',
        'counts-held-bytes-of-json',
        'forgets-place-with-its-message',
      ],
    },
    {
      ...shared,
      id: `resume.total-${name}.bounded`,
      proves: 'resume.window.total',
      control: all(
        ...places.map((at) => resumed(`exactly ${at}`, true)),
        accepted('one more'),
        arrived('beyond 1', 'later 1', streamAt(1)),
      ),
      judge: unseen('beyond 1', ['missed 1'], streamAt(1)),
      killedBy: ['holds-one-byte-too-many-in-all', 'counts-held-characters'],
    },
  ]
}

/** In the order of the chapter. */
export const RESUME_BOUND_CHECKS: readonly Check[] = [
  ...boundChecks(COUNT),
  ...boundChecks(BYTES),
  ...Object.entries(AMONG).flatMap(([name, kinds]) => totalChecks(name, kinds)),
]
