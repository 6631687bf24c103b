/** The list of all named faults. */
import type { Fault } from '../parts.ts'
import { batchFaults } from './batch.ts'
import { batchItemFaults } from './batch-items.ts'
import { batchSizeFaults } from './batch-size.ts'
import { broadcastFaults } from './broadcast.ts'
import { broadcastStreamFaults } from './broadcast-stream.ts'
import { clusterFaults } from './cluster.ts'
import { clusterPresenceFaults } from './cluster-presence.ts'
import { clusterSocketFaults } from './cluster-sockets.ts'
import { connectionFaults } from './connection.ts'
import { connectionTakeoverFaults } from './connection-takeover.ts'
import { controlFaults } from './control.ts'
import { controlRevocationFaults } from './control-revocation.ts'
import { discoveryFaults } from './discovery.ts'
import { drainFaults } from './drain.ts'
import { frameFaults } from './frames.ts'
import { gaeFaults } from './gae.ts'
import { gaeEndingFaults } from './gae-endings.ts'
import { gaeSocketFaults } from './gae-sockets.ts'
import { gaeTokenFaults } from './gae-tokens.ts'
import { gaeWaitFaults } from './gae-waits.ts'
import { idempotencyFaults } from './idempotency.ts'
import { idempotencyKeepingFaults } from './idempotency-keeping.ts'
import { idempotencyKeyFaults } from './idempotency-keys.ts'
import { idempotencyTwinFaults } from './idempotency-twins.ts'
import { livenessFaults } from './liveness.ts'
import { lossFaults } from './loss.ts'
import { messageFaults } from './message.ts'
import { messageDataFaults } from './message-data.ts'
import { momentFaults } from './moments.ts'
import { presenceFaults } from './presence.ts'
import { presenceReadingFaults } from './presence-reading.ts'
import { problemFaults } from './problem.ts'
import { problemInputFaults } from './problem-input.ts'
import { problemSpellingFaults } from './problem-spelling.ts'
import { rateFaults } from './rates.ts'
import { resumeFaults } from './resume.ts'
import { resumeCursorFaults } from './resume-cursors.ts'
import { resumeHeldFaults } from './resume-held.ts'
import { resumeReplayFaults } from './resume-replay.ts'
import { securityFaults } from './security.ts'
import { silenceMomentFaults } from './silence-moments.ts'
import { socketClosedFaults } from './socket-closed.ts'
import { socketEndFaults } from './socket-ends.ts'
import { socketHandshakeFaults } from './socket-handshake.ts'
import { socketLifeFaults } from './socket-life.ts'
import { socketMessageFaults } from './socket-messages.ts'
import { socketOpeningFaults } from './socket-opening.ts'
import { socketPathFaults } from './socket-path.ts'
import { socketPlaceFaults } from './socket-places.ts'
import { socketSendingFaults } from './socket-sending.ts'
import { socketTextFaults } from './socket-texts.ts'
import { socketUrlFaults } from './socket-url.ts'
import { socketWebhookFaults } from './socket-webhooks.ts'
import { sseFaults } from './sse.ts'
import { sseEndingFaults } from './sse-ending.ts'
import { sseEventFaults } from './sse-events.ts'
import { sseLifetimeFaults } from './sse-lifetime.ts'
import { ssePageFaults } from './sse-pages.ts'
import { ssePlaceFaults } from './sse-places.ts'
import { sseReturnFaults } from './sse-return.ts'
import { tokenFaults } from './token.ts'
import { clientIdFaults } from './token-client-id.ts'
import { tokenLifeFaults } from './token-life.ts'
import { webhookFaults } from './webhook.ts'
import { webhookRequestFaults } from './webhook-requests.ts'

/** Every fault, in the order of the chapters. */
export const FAULTS: readonly Fault[] = [
  ...tokenFaults,
  ...clientIdFaults,
  ...tokenLifeFaults,
  ...connectionFaults,
  ...connectionTakeoverFaults,
  ...frameFaults,
  ...livenessFaults,
  ...drainFaults,
  ...lossFaults,
  ...messageFaults,
  ...messageDataFaults,
  ...broadcastFaults,
  ...broadcastStreamFaults,
  ...batchFaults,
  ...batchItemFaults,
  ...batchSizeFaults,
  ...resumeCursorFaults,
  ...resumeFaults,
  ...resumeReplayFaults,
  ...resumeHeldFaults,
  ...presenceFaults,
  ...presenceReadingFaults,
  ...webhookRequestFaults,
  ...webhookFaults,
  ...socketUrlFaults,
  ...socketOpeningFaults,
  ...socketPathFaults,
  ...socketHandshakeFaults,
  ...socketLifeFaults,
  ...socketMessageFaults,
  ...socketSendingFaults,
  ...socketClosedFaults,
  ...socketEndFaults,
  ...socketPlaceFaults,
  ...socketTextFaults,
  ...socketWebhookFaults,
  ...idempotencyKeyFaults,
  ...idempotencyFaults,
  ...idempotencyTwinFaults,
  ...idempotencyKeepingFaults,
  ...clusterFaults,
  ...clusterPresenceFaults,
  ...clusterSocketFaults,
  ...controlFaults,
  ...controlRevocationFaults,
  ...sseFaults,
  ...ssePageFaults,
  ...sseEventFaults,
  ...ssePlaceFaults,
  ...sseReturnFaults,
  ...sseEndingFaults,
  ...sseLifetimeFaults,
  ...gaeFaults,
  ...gaeSocketFaults,
  ...gaeEndingFaults,
  ...gaeTokenFaults,
  ...gaeWaitFaults,
  ...discoveryFaults,
  ...problemFaults,
  ...problemInputFaults,
  ...problemSpellingFaults,
  ...rateFaults,
  ...securityFaults,
  ...momentFaults,
  ...silenceMomentFaults,
]
