/** How sockets end in the checks: by their pages, by the service, and before the application has accepted them. */

import type { Drive } from '../drive/drive.ts'
import type { ConnectedSocket, PageSocket } from '../drive/page-sockets.ts'
import type { Reply } from '../drive/receiver.ts'
import { answering, say } from '../drive/socket-life.ts'
import { fill } from './socket-texts.ts'

/** How a page leaves, and what is told of it. */
export interface Leaving {
  readonly leave: (page: PageSocket) => void
  readonly code: number
  readonly reason: string
}

function goodbye(code: number, reason: string): Leaving {
  return { leave: (page) => page.close(code, reason), code, reason }
}

/** Pages that say goodbye with a code. */
const GOODBYES: Readonly<Record<string, Leaving>> = {
  done: goodbye(1000, 'bye'),
  'going away': goodbye(1001, ''),
  'own code': goodbye(3000, 'zum Beispiel: ü, 고객 & "=+%'),
  'longest reason': goodbye(4999, 'x'.repeat(123)),
}

/** All the ways in which a page leaves. */
export const LEAVING: typeof GOODBYES = {
  ...GOODBYES,
  'no code': { leave: (page) => page.close(), code: 1005, reason: '' },
  'no frame': { leave: (page) => page.drop(), code: 1006, reason: '' },
}

/** Ends of accepted sockets that the service makes; each ends with a Close frame of the service. */
export const SERVICE_ENDS: Readonly<
  Record<string, (drive: Drive, as: string) => Promise<ConnectedSocket>>
> = {
  'failing handler': (drive, as) =>
    say(drive, as, ['hello'], answering('message', { status: 500 })),
  'binary message': async (drive, as) => {
    const socket = await drive.sockets.connect(as)
    socket.page.send(Buffer.from('hello'))
    return socket
  },
  'too long message': async (drive, as) => {
    const socket = await drive.sockets.connect(as)
    socket.page.send(fill('x', (drive.advertised.limits.data_bytes ?? 0) + 1))
    return socket
  },
}

/** A socket whose handshake is held, and which its page leaves. */
export async function abandon(
  drive: Drive,
  as: string,
  reply: Reply,
  leave: (page: PageSocket) => void,
): Promise<ConnectedSocket> {
  const socket = await drive.sockets.connect(as, undefined, {
    replying: answering('handshake', reply),
  })
  leave(socket.page)
  return socket
}
