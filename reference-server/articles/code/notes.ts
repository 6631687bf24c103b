/** The client code of the notes chapter: a file that the chapter shows whole once, and then adds handlers to. */
import { AnchorMissingError, readLines, takeFragment } from './fragments.ts'

const FENCE = '```'
const HANDLER = /^ {4}socket\.(on[a-z]+) = /
const END_OF_HANDLER = '    };'

/**
 * The chapter's `client.js` as it is at its end: the listing that has both functions, with the handlers that later
 * listings put between its own. Throws an `AnchorMissingError` where the text is not that chapter.
 */
export function readNotesCode(text: string): string {
  const listings = readListings(text)
  const start = listings.findIndex((listing) =>
    ['  var setupChannel = ', '  var init = ', '  init();'].every((first) =>
      listing.some((line) => line.startsWith(first)),
    ),
  )
  const whole = listings[start]
  if (!whole) throw new AnchorMissingError('no listing has both setupChannel and init')
  const handlers = listings.slice(start).map(readHandlers).reduce(mergeHandlers)
  if (!['onopen', 'onmessage', 'onerror', 'onclose'].every((name) => handlers.has(name)))
    throw new AnchorMissingError('the listings do not have all four handlers')
  const first = whole.findIndex((line) => HANDLER.test(line))
  const last = whole.indexOf(
    END_OF_HANDLER,
    whole.findLastIndex((line) => HANDLER.test(line)),
  )
  return [
    ...whole.slice(0, first),
    ...[...handlers.values()].flatMap((handler, at) => (at === 0 ? handler : ['', ...handler])),
    ...whole.slice(last + 1),
  ].join('\n')
}

function readListings(text: string): string[][] {
  const listings: string[][] = []
  let open: string[] | undefined
  for (const line of readLines(text)) {
    if (line.startsWith(FENCE)) {
      if (open) listings.push(open)
      open = open ? undefined : []
    } else open?.push(line)
  }
  return listings
}

/** The handlers of a listing by their names, in its order. */
function readHandlers(listing: readonly string[]): Map<string, string[]> {
  const handlers = new Map<string, string[]>()
  for (const line of listing) {
    const name = HANDLER.exec(line)?.[1]
    if (name) handlers.set(name, takeFragment(listing, `    socket.${name} = `, END_OF_HANDLER))
  }
  return handlers
}

/** A handler that is new stands after the one it follows in the listing that brings it. */
function mergeHandlers(
  known: Map<string, string[]>,
  shown: Map<string, string[]>,
): Map<string, string[]> {
  const order = [...known.keys()]
  let before = -1
  for (const name of shown.keys()) {
    const place = order.indexOf(name)
    if (place === -1) order.splice(before + 1, 0, name)
    before = place === -1 ? before + 1 : place
  }
  return new Map(order.map((name) => [name, shown.get(name) ?? known.get(name) ?? []]))
}
