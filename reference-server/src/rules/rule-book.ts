/** The rule book: it alone gathers every decision into one flat record, so that one of them can be replaced. */
import { batchRules } from './batch.ts'
import { broadcastRules } from './broadcast.ts'
import { clientIdRules } from './client-id.ts'
import { connectionRules } from './connection.ts'
import { controlRules } from './control.ts'
import { discoveryRules } from './discovery.ts'
import { gaeRules } from './gae.ts'
import { idempotencyRules } from './idempotency.ts'
import { keyRules } from './key.ts'
import { livenessRules } from './liveness.ts'
import { messageRules } from './message.ts'
import { presenceRules } from './presence.ts'
import { makeSenderRules } from './presence-sender.ts'
import { problemRules } from './problem.ts'
import { rateRules } from './rate.ts'
import { resumeRules } from './resume.ts'
import { routeRules } from './route.ts'
import { socketRules } from './socket.ts'
import { sseRules } from './sse.ts'
import { tokenRules } from './token.ts'
import { upgradeRules } from './upgrade.ts'

/** A rule book of its own for one server, with every decision as the specification wants it. */
export function makeRules() {
  return {
    ...keyRules,
    ...clientIdRules,
    ...tokenRules,
    ...upgradeRules,
    ...connectionRules,
    ...livenessRules,
    ...messageRules,
    ...rateRules,
    ...broadcastRules,
    ...batchRules,
    ...presenceRules,
    ...discoveryRules,
    ...problemRules,
    ...routeRules,
    ...resumeRules,
    ...socketRules,
    ...sseRules,
    ...controlRules,
    ...idempotencyRules,
    ...gaeRules,
    ...makeSenderRules(),
  }
}

/** Every decision of the server by name; small pure functions without time, randomness or I/O of their own. */
export type Rules = ReturnType<typeof makeRules>
