/** Lives of sockets that several checks need: what a page says, how the application answers, a life in between. */

import type { Drive } from './drive.ts'
import { type Holding, holdBack } from './holding.ts'
import type { ConnectedSocket } from './page-sockets.ts'
import type { Reply } from './receiver.ts'
import type { Replying } from './webhooks.ts'

/** Answers the attempts of one event with these, each in its turn, and everything else with 204. */
export function answering(event: string, ...replies: readonly Reply[]): Replying {
  let attempts = 0
  return ({ fields }) => {
    if (fields.event !== event) return { status: 204 }
    attempts += 1
    return replies[attempts - 1] ?? { status: 204 }
  }
}

/** A socket of its own whose page says these texts; they are awaited at the application. */
export async function say(
  drive: Drive,
  as: string,
  texts: readonly string[],
  replying?: Replying,
): Promise<ConnectedSocket> {
  const socket = await drive.sockets.connect(as, undefined, { ...(replying && { replying }) })
  for (const text of texts) socket.page.send(text)
  await socket.webhooks.first(1 + texts.length)
  return socket
}

/** A socket of its own whose first answer to that event waits; its page says these texts meanwhile. */
export async function sayWhileHeld(
  drive: Drive,
  as: string,
  event: 'handshake' | 'message',
  texts: readonly string[],
): Promise<ConnectedSocket & { readonly holding: Holding }> {
  const holding = holdBack(drive)
  const replying = answering(event, holding.reply)
  const socket = await drive.sockets.connect(as, undefined, { replying })
  for (const text of texts) socket.page.send(text)
  return { ...socket, holding }
}

/** A whole short life of another socket: time in which a hasty service would have gone on. */
export async function liveOnce(drive: Drive, as: string): Promise<void> {
  const { page, webhooks } = await say(drive, as, ['hello'])
  page.close(1000)
  await webhooks.event('closed')
}
