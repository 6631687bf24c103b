/** Judges of connections: how they opened, what arrived first, with which code they ended. */

import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import { closeOf, envelopesOf, eventsOf, isStream, type Timeline } from '../timeline/timeline.ts'
import { all, fail, type Judge, PASS, show } from './finding.ts'

/** The connection of this role got a welcome. */
export function welcomed(as: string): Judge {
  return (timeline) =>
    envelopesOf(timeline, as, 'welcome').length > 0
      ? PASS
      : fail('a welcome envelope', outcomeOf(timeline, as), closeOf(timeline, as))
}

/** The connection of this role ended with one of these close codes, after the upgrade. */
export function closed(as: string, ...slugs: readonly CloseSlug[]): Judge {
  const expected = slugs.map((slug) => `${CLOSE_CODES[slug].code} ${slug}`).join(' or ')
  return (timeline) => {
    const close = closeOf(timeline, as)
    return close && slugs.some((slug) => CLOSE_CODES[slug].code === close.code)
      ? PASS
      : fail(`a close with ${expected}`, outcomeOf(timeline, as), close)
  }
}

/** As {@link closed}, with the slug as reason, which the service gives wherever it writes the frame itself. */
export function closedSaying(as: string, slug: CloseSlug): Judge {
  return all(closed(as, slug), (timeline) => {
    const close = closeOf(timeline, as)
    return close?.reason === slug
      ? PASS
      : fail(`the reason ${slug}`, `the reason ${show(close?.reason)}`, close)
  })
}

/** The connection of this role was never welcomed. */
export function notWelcomed(as: string): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, as, 'welcome')[0]
    return welcome ? fail('no welcome', 'a welcome envelope', welcome.event) : PASS
  }
}

/** What became of a connection, in words. */
export function outcomeOf(timeline: Timeline, as: string): string {
  const close = closeOf(timeline, as)
  if (close)
    return close.code === 1006
      ? 'an end without a Close frame (1006)'
      : `close ${close.code} ${show(close.reason)}`
  const minted = eventsOf(timeline, 'request', as).findLast(({ method }) => method === 'POST')
  const answers = eventsOf(timeline, 'answer', as)
  // The first answer to a role that minted its token is that token's.
  const answer = answers.slice(minted ? 1 : 0).at(-1)
  const isOpen =
    answer?.status === 101 ||
    (answer !== undefined && isStream(answer)) ||
    eventsOf(timeline, 'open', as).length > 0
  if (answer && !isOpen) return `the upgrade refused with status ${answer.status}`
  const failure = eventsOf(timeline, 'failure', as)[0]
  if (failure) return failure.what
  if (!isOpen) return 'no connection'
  const frames = eventsOf(timeline, 'frame', as)
  return frames.length === 0
    ? 'an open connection on which nothing arrived'
    : 'a connection that stays open'
}
