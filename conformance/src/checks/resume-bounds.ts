/** Checks of the chapter resume about the bounds of count and bytes: what lies inside each, and what beyond. */

import type { Check } from '../check.ts'
import { type Kind, startScene, textOfBytes } from '../drive/coming-back.ts'
import type { Drive } from '../drive/drive.ts'
import { SetUpFailed } from '../drive/set-up-failed.ts'
import type { Connection } from '../drive/socket.ts'
import { all } from '../judges/finding.ts'
import { accepted, arrived } from '../judges/message.ts'
import { atMost, behind, resumed, unseen, welcomedAnew } from '../judges/resume.ts'
import { quickerThan } from '../judges/sse-ending.ts'
import { inBoth, needsOf, streamOf, UNDERSTATED } from './resume-cursors.ts'

/** Small bounds, so that little reaches them. */
const FEW = { resume_messages: 6 }
const SHORT = { resume_bytes: 600 }
const SINGLE = { resume_bytes: 60, resume_messages: 100 }
/** The others are bounds of each client id: all together hold more than one may. */
const LITTLE = { resume_total_bytes: 1000, resume_bytes: 600, resume_messages: 2 }

/** The stimulus was over before anything was held too long. */
const QUICK = quickerThan('resume_window_seconds')

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
  const drives: Readonly<Record<Kind, Check['drive']>> = {
    messages: (drive) => passBound(drive, 'messages', filling),
    broadcasts: (drive) => passBound(drive, 'broadcasts', filling),
  }
  const shared = (kind: Kind): Pick<Check, 'limits' | 'drive' | 'waitSeconds' | 'alone'> => ({
    limits,
    drive: drives[kind],
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
              'counts-forty-bytes-more-of-each',
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
          : ['holds-one-byte-too-many', 'counts-held-characters', 'counts-short-data-for-nothing'],
    })),
    ...inBoth((kind) => ({
      ...shared(kind),
      id: `resume.beyond-${name}-${kind}.unresumed`,
      proves: 'resume.connect.unknown',
      control: all(resumed('exactly', true), arrived('beyond', 'later', streamOf(kind))),
      judge: welcomedAnew('beyond', ['first', 'missed', 'one more'], streamOf(kind)),
      killedBy: [
        'resumes-over-a-gap',
        ...(name === 'count'
          ? ['holds-one-message-too-many']
          : ['holds-one-byte-too-many', 'counts-held-characters', 'counts-short-data-for-nothing']),
        ...UNDERSTATED[kind],
      ],
    })),
  ]
}

/** Misses single bytes until the bound of bytes is reached exactly, and one more. */
async function missSingleBytes(drive: Drive): Promise<void> {
  const { resume_bytes: bytes = 1 } = drive.advertised.limits
  const scene = startScene(drive, 'messages')
  const { connection, cursor } = await scene.read('client')
  connection.drop()
  await scene.post('missed', ...'1'.repeat(bytes - 1), '2')
  await scene.comeFor('exactly', cursor, '2')
  await scene.post('one more', '3')
  const beyond = await scene.come('beyond', cursor)
  await scene.fence(beyond, 'later')
}

/** Posts that are under way at once while what is held in all is filled. */
const FILLERS = 8

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
  const {
    resume_total_bytes: total = 0,
    resume_bytes: most = 0,
    data_bytes: longest = 0,
  } = drive.advertised.limits
  const size = Math.min(Math.floor(total / scenes.length), most, longest)
  for (const [at, scene] of scenes.entries())
    await scene.post(`missed ${at + 1}`, textOfBytes(drive, size))
  await fillUp(drive, total - size * scenes.length, size)
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

/** Has this many bytes held, of client ids of their own, at most `longest` of each. */
async function fillUp(drive: Drive, bytes: number, longest: number): Promise<void> {
  let rest = bytes
  const post = async (): Promise<void> => {
    while (rest > 0) {
      const size = Math.min(rest, longest)
      rest -= size
      await drive.post('filling', drive.clientId(), 'x'.repeat(size))
    }
  }
  await Promise.all(Array.from({ length: FILLERS }, post))
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
    needs: ['small-total'],
    alone: true,
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
      control: all(QUICK, ...places.map((at) => accepted(`missed ${at}`)), accepted('one more')),
      judge: all(
        ...places.map((at) => resumed(`exactly ${at}`, true)),
        ...places.slice(1).map((at) => resumed(`beyond ${at}`, true)),
      ),
      killedBy: [
        'holds-one-byte-too-few-in-all',
        'drops-everything-beyond-total',
        'counts-held-bytes-of-json',
        'counts-forty-bytes-more-of-each',
        'counts-short-data-as-sixteen-bytes',
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
      killedBy: [
        'holds-one-byte-too-many-in-all',
        'counts-held-characters',
        'counts-short-data-for-nothing',
      ],
    },
  ]
}

/** In the order of the chapter. */
export const RESUME_BOUND_CHECKS: readonly Check[] = [
  ...boundChecks(COUNT),
  ...boundChecks(BYTES),
  {
    id: 'resume.single-bytes.kept',
    proves: 'resume.window.kept',
    needs: ['exec'],
    limits: SINGLE,
    drive: missSingleBytes,
    control: all(QUICK, accepted('missed')),
    judge: resumed('exactly', true),
    killedBy: [
      'counts-short-data-as-sixteen-bytes',
      'counts-forty-bytes-more-of-each',
      'holds-one-byte-too-few',
      'counts-held-bytes-of-json',
      'resumes-five-at-most',
      'forgets-place-with-its-message',
    ],
  },
  {
    id: 'resume.single-bytes.bounded',
    proves: 'resume.window.bytes',
    needs: ['exec'],
    limits: SINGLE,
    drive: missSingleBytes,
    control: all(resumed('exactly', true), accepted('one more'), arrived('beyond', 'later')),
    judge: unseen('beyond', ['missed']),
    killedBy: ['holds-one-byte-too-many', 'counts-short-data-for-nothing'],
  },
  ...Object.entries(AMONG).flatMap(([name, kinds]) => totalChecks(name, kinds)),
]
