/** Checks of the chapter on event streams about the ids of replayed events: who is lost in a replay loses nothing. */

import type { Check } from '../check.ts'
import { type Broadcasting, startBroadcasting } from '../drive/broadcasting.ts'
import type { Drive } from '../drive/drive.ts'
import type { EventStream } from '../drive/event-stream.ts'
import { comeBackByWebSocket } from '../drive/resume-twin.ts'
import { idOf, postAndRead } from '../drive/stream-return.ts'
import { all, each, type Judge } from '../judges/finding.ts'
import { arrived, contiguous } from '../judges/message.ts'
import { streamedWelcome } from '../judges/sse.ts'
import { quickerThan } from '../judges/sse-ending.ts'
import { picksUp, twinResumes, twinResumesBoth } from '../judges/sse-resume.ts'
import { BROADCASTS, MESSAGES } from '../judges/stream.ts'

const REPLAYED = 'replayed'
/** Roles that come back with the ids of replayed messages, and of replayed broadcasts. */
const BEHIND_MESSAGES = ['behind message 1', 'behind message 2'] as const
const BEHIND_BROADCASTS = ['behind broadcast 1', 'behind broadcast 2'] as const
const BEHIND_BOTH = [...BEHIND_MESSAGES, ...BEHIND_BROADCASTS]

/** The stimulus was over before anything was held too long. */
const quick = quickerThan('resume_window_seconds')

/** Misses messages, and broadcasts where given, and comes back with the ids of some that are replayed. */
async function comeBackFromReplay(drive: Drive, broadcasting?: Broadcasting): Promise<void> {
  const clientId = drive.clientId()
  const first = await drive.streams.connect('first', clientId)
  await postAndRead(drive, 'post', clientId, first)
  const lastEventId = first.lastId() ?? ''
  first.drop()
  const texts: string[] = []
  const casts: string[] = []
  for (const _ of [...BEHIND_MESSAGES, 'last']) {
    texts.push(drive.text())
    await drive.post('post', clientId, texts.at(-1))
    if (!broadcasting) continue
    casts.push(drive.text())
    await broadcasting.post('cast', casts.at(-1) ?? '')
  }
  const fence = async (as: string, stream: EventStream): Promise<void> => {
    await postAndRead(drive, `fence ${as}`, clientId, stream)
    await broadcasting?.fence(`cast ${as}`, stream)
    stream.drop()
  }
  const replayed = await drive.streams.connect(REPLAYED, clientId, { lastEventId })
  await fence(REPLAYED, replayed)
  const behind = [
    ...BEHIND_MESSAGES.map((as, at) => [as, texts[at] ?? ''] as const),
    ...(broadcasting ? BEHIND_BROADCASTS.map((as, at) => [as, casts[at] ?? ''] as const) : []),
  ]
  for (const [as, text] of behind) {
    const id = idOf(replayed, text)
    await fence(as, await drive.streams.connect(as, clientId, { lastEventId: id }))
  }
  await comeBackByWebSocket(drive, broadcasting)
}

/** What was posted last to each of these roles arrived. */
function fenced(roles: readonly string[]): Judge {
  return each([REPLAYED, ...roles], (as) => arrived(as, `fence ${as}`))
}

/** In the order of the chapter. */
export const SSE_PLACE_CHECKS: readonly Check[] = [
  {
    id: 'sse.replayed-messages.placed',
    proves: 'sse.event.id',
    drive: (drive) => comeBackFromReplay(drive),
    control: all(
      twinResumes,
      quick,
      streamedWelcome(REPLAYED),
      contiguous(['post']),
      fenced(BEHIND_MESSAGES),
      picksUp(REPLAYED, `fence ${REPLAYED}`),
    ),
    judge: each(BEHIND_MESSAGES, (as) => picksUp(as, `fence ${as}`, MESSAGES, REPLAYED)),
    killedBy: [
      'gives-newest-messages-in-ids',
      'identifies-no-messages',
      'renames-replayed-messages',
    ],
  },
  {
    id: 'sse.replayed-events.placed',
    proves: 'sse.event.id',
    profiles: ['broadcast'],
    alone: ['broadcasts'],
    drive: (drive) => comeBackFromReplay(drive, startBroadcasting(drive)),
    control: all(
      twinResumesBoth,
      quick,
      streamedWelcome(REPLAYED),
      fenced(BEHIND_BOTH),
      each(BEHIND_BOTH, (as) => arrived(as, `cast ${as}`, BROADCASTS)),
      picksUp(REPLAYED, `fence ${REPLAYED}`),
      picksUp(REPLAYED, `cast ${REPLAYED}`, BROADCASTS),
    ),
    judge: each(BEHIND_BOTH, (as) =>
      all(
        picksUp(as, `fence ${as}`, MESSAGES, REPLAYED),
        picksUp(as, `cast ${as}`, BROADCASTS, REPLAYED),
      ),
    ),
    killedBy: [
      'gives-newest-messages-in-ids',
      'gives-newest-broadcasts-in-ids',
      'identifies-no-messages',
      'identifies-no-broadcasts',
      'forgets-broadcasts-in-event-ids',
      'forgets-messages-at-broadcasts',
      'names-broadcasts-outside-grammar',
      'renames-replayed-messages',
      'renames-replayed-broadcasts',
    ],
  },
]
