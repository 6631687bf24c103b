/** The list of all named faults. */
import type { Fault } from '../parts.ts'
import { broadcastFaults } from './broadcast.ts'
import { broadcastStreamFaults } from './broadcast-stream.ts'
import { connectionFaults } from './connection.ts'
import { connectionTakeoverFaults } from './connection-takeover.ts'
import { discoveryFaults } from './discovery.ts'
import { drainFaults } from './drain.ts'
import { frameFaults } from './frames.ts'
import { livenessFaults } from './liveness.ts'
import { messageFaults } from './message.ts'
import { messageDataFaults } from './message-data.ts'
import { presenceFaults } from './presence.ts'
import { presenceReadingFaults } from './presence-reading.ts'
import { problemFaults } from './problem.ts'
import { problemInputFaults } from './problem-input.ts'
import { securityFaults } from './security.ts'
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
  ...messageFaults,
  ...messageDataFaults,
  ...broadcastFaults,
  ...broadcastStreamFaults,
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
  ...discoveryFaults,
  ...problemFaults,
  ...problemInputFaults,
  ...securityFaults,
]
