/** Checks of the chapter connection about two tokens of one client id: which takes over from which, and which does not. */

import { type Check, waitFor } from '../check.ts'
import { revoke, tryToken } from '../drive/disconnecting.ts'
import type { Drive, Minted } from '../drive/drive.ts'
import type { Connection } from '../drive/socket.ts'
import { closedSaying, notWelcomed, welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { arrived } from '../judges/message.ts'

/** Seconds: the shortest life of a token, a longer one, and what passes before the shortest is over for every clock. */
const SHORTEST = 1
const LONGER = 600
const PAST = 1.1

/** Tries a token that is dead by now, and then posts to the connection that is there; waits until it has that, or ends. */
async function tryBeside(
  drive: Drive,
  { clientId, current }: { readonly clientId: string; readonly current: Connection },
  as: string,
  dead: Minted,
): Promise<void> {
  await tryToken(drive, as, dead)
  const text = drive.text()
  await drive.post('post', clientId, text)
  await Promise.race([current.message(text), current.ended()])
}

/** In the order of the chapter. */
export const CONNECTION_TOKEN_CHECKS: readonly Check[] = [
  {
    id: 'connection.longer-token.replaced',
    proves: 'connection.takeover.close',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const old = await drive.connect('old', clientId, { ttlSeconds: LONGER })
      await drive.connect('new', clientId, { ttlSeconds: LONGER / 10 })
      await old.ended()
    },
    control: all(welcomed('old'), welcomed('new')),
    judge: closedSaying('old', 'replaced'),
    killedBy: [
      'keeps-connection-with-the-longer-token',
      'keeps-old-connection-on-takeover',
      'calls-takeover-draining',
      'closes-without-reason',
    ],
  },
  {
    id: 'connection.expired-attempt.harmless',
    proves: 'connection.takeover.refused',
    waitSeconds: waitFor(PAST),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const expired = await drive.mint('expired', clientId, { ttl_seconds: SHORTEST })
      const current = await drive.connect('current', clientId)
      await drive.pass(PAST)
      await tryBeside(drive, { clientId, current }, 'expired', expired)
    },
    control: all(welcomed('current'), notWelcomed('expired')),
    judge: arrived('current', 'post'),
    killedBy: ['replaces-by-refused-attempts'],
  },
  {
    id: 'connection.revoked-attempt.harmless',
    proves: 'connection.takeover.refused',
    profiles: ['control'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const revoked = await drive.mint('revoked', clientId)
      await revoke(drive, 'revocation', clientId)
      const current = await drive.connect('current', clientId)
      await tryBeside(drive, { clientId, current }, 'revoked', revoked)
    },
    control: all(welcomed('current'), notWelcomed('revoked')),
    judge: arrived('current', 'post'),
    killedBy: ['replaces-by-refused-attempts'],
  },
]
