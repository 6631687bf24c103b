/** The end of a round: it alone knows when two views of the world agree, and where they do not. */
import type { Calls } from './calls.ts'
import type { Receiver } from './receiver.ts'
import type { Sockets } from './sockets.ts'

/** How long the application may take to hear of everything, in milliseconds: more than any retry that a round can cause. */
const SETTLE_MS = 60_000
const LOOK_EVERY_MS = 100

/** Who is online and which sockets are open, in the service's view and in the application's. */
interface Views {
  service: ReadonlySet<string>
  application: ReadonlySet<string>
  pages: ReadonlySet<string>
  handshakes: ReadonlySet<string>
}

/** What was agreed upon in the end, or in words where it was not. */
export interface EndState {
  online: number
  sockets: number
  faults: string[]
}

/** Waits until the service and the application agree, and says where they still do not after a minute. */
export async function awaitAgreement(parts: {
  calls: Calls
  receiver: Receiver
  sockets: Sockets
}): Promise<EndState> {
  const untilMs = performance.now() + SETTLE_MS
  for (;;) {
    const views = await look(parts)
    const faults = compare(views)
    const unnamed = parts.sockets.unnamed()
    if (unnamed > 0) faults.push(`${unnamed} sockets are neither accepted nor refused`)
    const isLate = performance.now() > untilMs
    if (faults.length === 0 || isLate)
      return { online: views.service.size, sockets: views.pages.size, faults }
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_EVERY_MS)
    })
  }
}

async function look({ calls, receiver, sockets }: Parameters<typeof awaitAgreement>[0]) {
  return {
    service: await readPresence(calls),
    application: new Set(receiver.book.online()),
    pages: new Set(sockets.open()),
    handshakes: new Set(receiver.sockets.keys()),
  }
}

/** Everybody that the service lists as online. */
async function readPresence(calls: Calls): Promise<Set<string>> {
  const online = new Set<string>()
  let query = ''
  do {
    const answer = await calls.get(`/v1/presence${query}`)
    const { clients = [], next_cursor: cursor } = (answer?.body ?? {}) as {
      clients?: { client_id: string }[]
      next_cursor?: string
    }
    for (const { client_id } of clients) online.add(client_id)
    query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`
  } while (query !== '')
  return online
}

function compare({ service, application, pages, handshakes }: Views): string[] {
  return [
    ...name(without(service, application), 'is online, and the application does not know'),
    ...name(without(application, service), 'is offline, and the application does not know'),
    ...name(without(pages, handshakes), 'is an open socket, and the application does not know'),
    ...name(
      without(handshakes, pages),
      'is a socket that is over, and the application does not know',
    ),
  ]
}

function without(all: ReadonlySet<string>, these: ReadonlySet<string>): string[] {
  return [...all].filter((id) => !these.has(id))
}

function name(ids: readonly string[], what: string): string[] {
  return ids.map((id) => `${id} ${what}`)
}
