/** Judges of event streams that come back: where the new one goes on, and what it says of that. */

import {
  envelopesOf,
  eventsOf,
  type ReadEnvelope,
  readObject,
  type Timeline,
} from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { BROADCASTS, MESSAGES, type Stream } from './stream.ts'

/** The role of the stream whose ids are given back. */
const FIRST = 'first'

/** The welcome says whether what was missed follows. */
export function saysResumed(as: string, resumed: boolean): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, as, 'welcome')[0]
    if (!welcome) return fail('a welcome', outcomeOf(timeline, as))
    if (typeof welcome.envelope.resumed !== 'boolean')
      return inconclusive(`the welcome of ${as} has no resumed`)
    return welcome.envelope.resumed === resumed
      ? PASS
      : fail(`resumed ${resumed}`, show(welcome.envelope.resumed), welcome.event)
  }
}

/** The cursor of the welcome is the one that was asked for: its number is this. */
function saysPlace(as: string, place: number): Judge {
  return (timeline) => {
    const { seq, cursor } = envelopesOf(timeline, as, 'welcome')[0]?.envelope ?? {}
    const asked = eventsOf(timeline, 'request', as).at(-1)
    const isAsked = new URL(asked?.url ?? 'http://none').searchParams.get('after') === cursor
    return seq === place && isAsked ? PASS : fail(`the place ${place}`, show({ seq, cursor }))
  }
}

/** Resumed at the place of the event of role `first` whose id this role came back with: all later ones, each once. */
export function picksUp(as: string, fence: string, stream = MESSAGES, first = FIRST): Judge {
  return all(saysResumed(as, true), (timeline) => {
    const [place, ...others] = placesOfLastId(timeline, { first, as }, stream)
    if (place === undefined) return inconclusive(`${as} came back with no id of an event`)
    const other = others.find((one) => one !== place)
    if (other !== undefined) return fail('one place for each id', `both ${place} and ${other}`)
    return continuesAt(as, fence, place, stream)(timeline)
  })
}

/** After the welcome came exactly what is later than this place, up to the fence, each once, in order. */
export function continuesAt(
  as: string,
  fence: string,
  place: number,
  stream: Stream = MESSAGES,
): Judge {
  return (timeline) => {
    const end = eventsOf(timeline, 'answer', fence)
      .map(({ body }) => readObject(body)?.seq)
      .at(-1)
    if (typeof end !== 'number') return inconclusive(`the post of ${fence} was not accepted`)
    const came = envelopesOf(timeline, as, stream.type).filter(
      ({ envelope }) => Number(envelope.seq) <= end,
    )
    for (let seq = place + 1; seq <= end; seq += 1) {
      const next = came[seq - place - 1]
      const expected = `the ${stream.type} with seq ${seq} behind the place ${place}`
      if (next?.envelope.seq !== seq)
        return fail(expected, next ? `seq ${show(next.envelope.seq)}` : 'none', next?.event)
    }
    const extra = came[end - place]
    return extra ? fail(`nothing up to seq ${end} again`, show(extra.envelope), extra.event) : PASS
  }
}

/** As {@link continuesAt}, at the place of the welcome of another role. */
export function continuesWelcomeOf(
  first: string,
  as: string,
  fence: string,
  stream: Stream = MESSAGES,
): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, first, 'welcome')[0]
    const place = welcome?.envelope[stream.seq]
    return typeof place === 'number'
      ? continuesAt(as, fence, place, stream)(timeline)
      : inconclusive(`${first} got no welcome with a ${stream.seq}`)
  }
}

/** The streams of these roles, one after the other, carried every message from the first one on, each once. */
export function carriedOver(roles: readonly string[], fence: string): Judge {
  return (timeline) => {
    const used = roles.filter((as) => envelopesOf(timeline, as, 'welcome').length > 0)
    const first = envelopesOf(timeline, used[0] ?? '', 'message')[0]?.envelope.seq
    if (used.length < 2 || typeof first !== 'number')
      return inconclusive('fewer than two streams were welcomed, or nothing came on the first')
    const joined = timeline.events.map((event) =>
      event.kind === 'frame' && used.includes(event.as) ? { ...event, as: 'joined' } : event,
    )
    return continuesAt('joined', fence, first - 1)({ ...timeline, events: joined })
  }
}

/** A WebSocket comes back as it should: what goes wrong on a stream is the stream's. */
export const twinResumes: Judge = all(
  saysResumed('twin by token', true),
  saysPlace('twin by token', 0),
  continuesAt('twin by token', 'fence twin by token', 0),
  saysResumed('twin by welcome', true),
  continuesAt('twin by welcome', 'fence twin by welcome', 1),
  ...['twin by id', 'twin by id again'].flatMap((as) => [
    saysResumed(as, true),
    continuesAt(as, `fence ${as}`, 2),
  ]),
  saysResumed('twin by newest', true),
  continuesAt('twin by newest', 'fence twin by newest', 3),
  saysResumed('twin by other', false),
  saysResumed('twin by garbage', false),
  saysResumed('twin unasked', false),
)

/** As {@link twinResumes}, with broadcasts. */
export const twinResumesBoth: Judge = all(
  twinResumes,
  saysResumed('twin by both', true),
  continuesAt('twin by both', 'fence twin by both', 2),
  (timeline) => {
    const seq = readObject(eventsOf(timeline, 'answer', 'twin cast')[0]?.body ?? '')?.seq
    return continuesAt('twin by both', 'cast twin by both', Number(seq), BROADCASTS)(timeline)
  },
)

/** The place behind each event of the first stream that has the id that this role gave back. */
function placesOfLastId(
  timeline: Timeline,
  { first, as }: { readonly first: string; readonly as: string },
  stream: Stream,
): number[] {
  const id = eventsOf(timeline, 'request', as).at(-1)?.headers['last-event-id']
  if (!id) return []
  const places: number[] = []
  let place: number | undefined
  for (const read of envelopesOf(timeline, first)) {
    place = placeBehind(read, stream) ?? place
    if (read.event.event?.id === id && place !== undefined) places.push(place)
  }
  return places
}

function placeBehind({ envelope }: ReadEnvelope, { type, seq }: Stream): number | undefined {
  const place =
    envelope.type === 'welcome' ? envelope[seq] : envelope.type === type ? envelope.seq : undefined
  return typeof place === 'number' ? place : undefined
}
