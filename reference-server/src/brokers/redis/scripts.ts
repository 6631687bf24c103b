/** All scripts of the shared store: it alone knows what the store is taught when a connection to it is made. */
import { ANSWER_SCRIPTS } from './answers.ts'
import { ACCEPT_BROADCAST, ACCEPT_MESSAGES, OPEN, REPLAY, SWEEP } from './counting.ts'
import { ADOPT, BEGAN, ENTER, QUIT, RENEW, RETURN, TOLD } from './nodes.ts'
import {
  ARRIVE,
  CATCH_UP,
  DEPART,
  DISCONNECT,
  GENERATION,
  LEAVE,
  LIST,
  READ,
  REVOKE,
} from './presence.ts'
import { RELAY_SCRIPTS } from './relay.ts'
import type { Script } from './script.ts'
import { ACKNOWLEDGED, ATTEMPTED, LIST_OWED, ROUTE } from './senders.ts'
import { SOCKET_SCRIPTS } from './sockets.ts'

/** Every script that a node runs. */
export const SCRIPTS: readonly Script[] = [
  ...[ACCEPT_BROADCAST, ACCEPT_MESSAGES, OPEN, REPLAY, SWEEP, CATCH_UP],
  ...[ARRIVE, DEPART, DISCONNECT, GENERATION, LEAVE, LIST, READ, REVOKE],
  ...[ADOPT, BEGAN, ENTER, QUIT, RENEW, RETURN, TOLD],
  ...[ACKNOWLEDGED, ATTEMPTED, LIST_OWED, ROUTE],
  ...[...ANSWER_SCRIPTS, ...RELAY_SCRIPTS, ...SOCKET_SCRIPTS],
]
