/** What the article's handlers say: echo, broadcast, and who left; it alone knows which path means which. */
import type { ClosedWebhook, MessageWebhook } from '@channel-protocol/reference-server/application'

/** Where the handlers' texts go. */
export interface Hall {
  tell(socket: string, text: string): Promise<unknown>
  tellAll(text: string): Promise<unknown>
}

/** The user that a path is for: its last segment. */
export function readUser(path: string): string {
  return path.split('/').at(-1) ?? ''
}

/** Answers one page on the path `echo/<user>`, and tells everybody what is said elsewhere. */
export async function onMessage(hall: Hall, { path, socket, body }: MessageWebhook): Promise<void> {
  if (path.startsWith('echo/')) await hall.tell(socket, `Received: "${body}"`)
  else await hall.tellAll(body)
}

/** Tells everybody whose socket is over. */
export async function onClosed(hall: Hall, { path }: ClosedWebhook): Promise<void> {
  await hall.tellAll(`${readUser(path)} has left the building`)
}
