/** Every check of the suite, in the order of the specification's chapters. */

import type { Check } from '../check.ts'
import { INVARIANTS } from '../invariants/index.ts'
import { APPLICATION_CHECKS } from './application.ts'
import { APPLICATION_POST_CHECKS } from './application-post.ts'
import { APPLICATION_PROOF_CHECKS } from './application-proof.ts'
import { APPLICATION_REPORT_CHECKS } from './application-reports.ts'
import { APPLICATION_USERS_CHECKS } from './application-users.ts'
import { APPLICATION_VERSION_CHECKS } from './application-versions.ts'
import { BATCH_CHECKS } from './batch.ts'
import { BATCH_ITEM_CHECKS } from './batch-items.ts'
import { BATCH_SIZE_CHECKS } from './batch-size.ts'
import { BROADCAST_CHECKS } from './broadcast.ts'
import { BROADCAST_DATA_CHECKS } from './broadcast-data.ts'
import { BROADCAST_STREAM_CHECKS } from './broadcast-stream.ts'
import { CLUSTER_CHECKS } from './cluster.ts'
import { CLUSTER_PRESENCE_CHECKS } from './cluster-presence.ts'
import { CLUSTER_SOCKET_CHECKS } from './cluster-sockets.ts'
import { CONNECTION_DRAIN_CHECKS } from './connection-drain.ts'
import { CONNECTION_ENDING_CHECKS } from './connection-ending.ts'
import { CONNECTION_FRAME_CHECKS } from './connection-frames.ts'
import { CONNECTION_HEARTBEAT_CHECKS } from './connection-heartbeat.ts'
import { CONNECTION_LOSS_CHECKS } from './connection-loss.ts'
import { CONNECTION_OPENING_CHECKS } from './connection-opening.ts'
import { CONNECTION_RATE_CHECKS, SOCKET_RATE_CHECKS, SSE_RATE_CHECKS } from './connection-rates.ts'
import { CONNECTION_SLOW_CHECKS } from './connection-slow.ts'
import { CONNECTION_TAKEOVER_CHECKS } from './connection-takeover.ts'
import { CONNECTION_TOKEN_CHECKS } from './connection-tokens.ts'
import { CONNECTION_WELCOME_CHECKS } from './connection-welcome.ts'
import { CONTROL_CHECKS } from './control.ts'
import { CONTROL_HELD_CHECKS } from './control-held.ts'
import { CONTROL_PRESENCE_CHECKS } from './control-presence.ts'
import { CONTROL_REVOCATION_CHECKS } from './control-revocation.ts'
import { DISCOVERY_CHECKS } from './discovery.ts'
import { EXACT_LIFE_CHECKS } from './exact-lives.ts'
import { EXACT_SCHEDULE_CHECKS } from './exact-schedules.ts'
import { EXACT_SILENCE_CHECKS } from './exact-silence.ts'
import { EXACT_WINDOW_CHECKS } from './exact-windows.ts'
import { GAE_CHECKS } from './gae.ts'
import { GAE_CLOSING_CHECKS } from './gae-closing.ts'
import { GAE_CONNECTING_CHECKS } from './gae-connecting.ts'
import { GAE_ENDING_CHECKS } from './gae-endings.ts'
import { GAE_MESSAGE_CHECKS } from './gae-messages.ts'
import { GAE_OPENING_CHECKS } from './gae-opening.ts'
import { GAE_RETURN_CHECKS } from './gae-returns.ts'
import { GAE_TOKEN_CHECKS } from './gae-tokens.ts'
import { IDEMPOTENCY_CHECKS } from './idempotency.ts'
import { IDEMPOTENCY_KEEPING_CHECKS } from './idempotency-keeping.ts'
import { IDEMPOTENCY_KEY_CHECKS } from './idempotency-keys.ts'
import { IDEMPOTENCY_RESULTS_CHECKS } from './idempotency-results.ts'
import { IDEMPOTENCY_TWIN_CHECKS } from './idempotency-twins.ts'
import { MESSAGE_CHECKS } from './message.ts'
import { MESSAGE_DATA_CHECKS } from './message-data.ts'
import { PRESENCE_EVENT_CHECKS } from './presence-events.ts'
import { PRESENCE_GRACE_CHECKS } from './presence-grace.ts'
import { PRESENCE_READING_CHECKS } from './presence-reading.ts'
import { PRESENCE_READS_CHECKS } from './presence-reads.ts'
import { PRESENCE_SLOW_CHECKS } from './presence-slow.ts'
import { PRESENCE_VERSION_CHECKS } from './presence-versions.ts'
import { PROBLEM_CHECKS } from './problem.ts'
import { PROBLEM_DISCLOSURE_CHECKS } from './problem-disclosure.ts'
import { PROBLEM_INPUT_CHECKS } from './problem-input.ts'
import { PROBLEM_NEIGHBOUR_CHECKS } from './problem-neighbours.ts'
import { PROBLEM_RATE_CHECKS } from './problem-rates.ts'
import { PROBLEM_SPELLING_CHECKS } from './problem-spelling.ts'
import { RESTART_CHECKS } from './restarts.ts'
import { RESUME_CHECKS } from './resume.ts'
import { RESUME_BESIDE_CHECKS } from './resume-beside.ts'
import { RESUME_BOUND_CHECKS } from './resume-bounds.ts'
import { RESUME_CURSOR_CHECKS, withCursors } from './resume-cursors.ts'
import { RESUME_HELD_CHECKS } from './resume-held.ts'
import { RESUME_REPLAY_CHECKS } from './resume-replay.ts'
import { RESUME_UNKNOWN_CHECKS } from './resume-unknown.ts'
import { SECURITY_CHECKS } from './security.ts'
import { SOCKET_BROADCAST_CHECKS } from './socket-broadcast.ts'
import { SOCKET_CLOSED_CHECKS } from './socket-closed.ts'
import { SOCKET_END_CHECKS } from './socket-end-told.ts'
import { SOCKET_FRAME_CHECKS } from './socket-frames.ts'
import { SOCKET_HANDSHAKE_CHECKS } from './socket-handshake.ts'
import { SOCKET_HELD_CHECKS } from './socket-held.ts'
import { SOCKET_LIFE_CHECKS } from './socket-life.ts'
import { SOCKET_MESSAGE_CHECKS } from './socket-messages.ts'
import { SOCKET_MOMENT_CHECKS } from './socket-moments.ts'
import { SOCKET_OPENING_CHECKS } from './socket-opening.ts'
import { SOCKET_PATH_CHECKS } from './socket-paths.ts'
import { SOCKET_PLACE_CHECKS } from './socket-places.ts'
import { SOCKET_PRESSURE_CHECKS } from './socket-pressure.ts'
import { SOCKET_SENDING_CHECKS } from './socket-sending.ts'
import { SOCKET_TICKET_CHECKS } from './socket-tickets.ts'
import { SOCKET_UNPAUSED_CHECKS } from './socket-unpaused.ts'
import { SOCKET_URL_CHECKS } from './socket-url.ts'
import { SOCKET_WEBHOOK_CHECKS } from './socket-webhooks.ts'
import { SSE_CHECKS } from './sse.ts'
import { SSE_ENDING_CHECKS } from './sse-ending.ts'
import { SSE_EVENT_CHECKS } from './sse-events.ts'
import { SSE_LAST_ID_CHECKS } from './sse-last-id.ts'
import { SSE_LIFETIME_CHECKS } from './sse-lifetime.ts'
import { SSE_PLACE_CHECKS } from './sse-places.ts'
import { SSE_PRESSURE_CHECKS } from './sse-pressure.ts'
import { SSE_RETURN_CHECKS } from './sse-return.ts'
import { SSE_TRANSPORT_CHECKS } from './sse-transports.ts'
import { TOKEN_CHECKS } from './token.ts'
import { TOKEN_CLIENT_ID_CHECKS } from './token-client-id.ts'
import { TOKEN_LIFE_CHECKS } from './token-life.ts'
import { WEBHOOK_REQUEST_CHECKS } from './webhook-requests.ts'
import { WEBHOOK_SENDING_CHECKS } from './webhook-sending.ts'
import { WEBHOOK_TARGET_CHECKS } from './webhook-target.ts'

/** The registry. */
export const CHECKS: readonly Check[] = [
  ...TOKEN_CHECKS,
  ...TOKEN_CLIENT_ID_CHECKS,
  ...TOKEN_LIFE_CHECKS,
  ...CONNECTION_OPENING_CHECKS,
  ...CONNECTION_WELCOME_CHECKS,
  ...CONNECTION_TAKEOVER_CHECKS,
  ...CONNECTION_TOKEN_CHECKS,
  ...CONNECTION_ENDING_CHECKS,
  ...CONNECTION_HEARTBEAT_CHECKS,
  ...CONNECTION_FRAME_CHECKS,
  ...CONNECTION_SLOW_CHECKS,
  ...CONNECTION_DRAIN_CHECKS,
  ...CONNECTION_RATE_CHECKS,
  ...CONNECTION_LOSS_CHECKS,
  ...MESSAGE_CHECKS,
  ...RESTART_CHECKS,
  ...MESSAGE_DATA_CHECKS,
  ...BROADCAST_CHECKS,
  ...BROADCAST_STREAM_CHECKS,
  ...BROADCAST_DATA_CHECKS,
  ...[
    ...RESUME_CURSOR_CHECKS,
    ...RESUME_CHECKS,
    ...RESUME_UNKNOWN_CHECKS,
    ...RESUME_REPLAY_CHECKS,
    ...RESUME_HELD_CHECKS,
    ...RESUME_BOUND_CHECKS,
    ...RESUME_BESIDE_CHECKS,
  ].map(withCursors),
  ...BATCH_CHECKS,
  ...BATCH_ITEM_CHECKS,
  ...BATCH_SIZE_CHECKS,
  ...PRESENCE_EVENT_CHECKS,
  ...PRESENCE_GRACE_CHECKS,
  ...PRESENCE_VERSION_CHECKS,
  ...PRESENCE_READING_CHECKS,
  ...PRESENCE_READS_CHECKS,
  ...PRESENCE_SLOW_CHECKS,
  ...WEBHOOK_REQUEST_CHECKS,
  ...WEBHOOK_SENDING_CHECKS,
  ...WEBHOOK_TARGET_CHECKS,
  ...SOCKET_URL_CHECKS,
  ...SOCKET_OPENING_CHECKS,
  ...SOCKET_RATE_CHECKS,
  ...SOCKET_TICKET_CHECKS,
  ...SOCKET_PATH_CHECKS,
  ...SOCKET_HANDSHAKE_CHECKS,
  ...SOCKET_HELD_CHECKS,
  ...SOCKET_MESSAGE_CHECKS,
  ...SOCKET_PRESSURE_CHECKS,
  ...SOCKET_MOMENT_CHECKS,
  ...SOCKET_PLACE_CHECKS,
  ...SOCKET_FRAME_CHECKS,
  ...SOCKET_SENDING_CHECKS,
  ...SOCKET_BROADCAST_CHECKS,
  ...SOCKET_CLOSED_CHECKS,
  ...SOCKET_END_CHECKS,
  ...SOCKET_WEBHOOK_CHECKS,
  ...SOCKET_UNPAUSED_CHECKS,
  ...SOCKET_LIFE_CHECKS,
  ...SSE_CHECKS,
  ...SSE_EVENT_CHECKS,
  ...SSE_PLACE_CHECKS,
  ...SSE_LAST_ID_CHECKS,
  ...SSE_RETURN_CHECKS,
  ...SSE_ENDING_CHECKS,
  ...SSE_LIFETIME_CHECKS,
  ...SSE_PRESSURE_CHECKS,
  ...SSE_RATE_CHECKS,
  ...SSE_TRANSPORT_CHECKS,
  ...CLUSTER_CHECKS,
  ...CLUSTER_SOCKET_CHECKS,
  ...CLUSTER_PRESENCE_CHECKS,
  ...GAE_CHECKS,
  ...GAE_CONNECTING_CHECKS,
  ...GAE_OPENING_CHECKS,
  ...GAE_MESSAGE_CHECKS,
  ...GAE_CLOSING_CHECKS,
  ...GAE_ENDING_CHECKS,
  ...GAE_RETURN_CHECKS,
  ...GAE_TOKEN_CHECKS,
  ...APPLICATION_VERSION_CHECKS,
  ...APPLICATION_REPORT_CHECKS,
  ...APPLICATION_USERS_CHECKS,
  ...APPLICATION_CHECKS,
  ...APPLICATION_POST_CHECKS,
  ...APPLICATION_PROOF_CHECKS,
  ...IDEMPOTENCY_KEY_CHECKS,
  ...IDEMPOTENCY_CHECKS,
  ...IDEMPOTENCY_TWIN_CHECKS,
  ...IDEMPOTENCY_KEEPING_CHECKS,
  ...IDEMPOTENCY_RESULTS_CHECKS,
  ...CONTROL_CHECKS,
  ...CONTROL_HELD_CHECKS,
  ...CONTROL_PRESENCE_CHECKS,
  ...CONTROL_REVOCATION_CHECKS,
  ...DISCOVERY_CHECKS,
  ...PROBLEM_CHECKS,
  ...PROBLEM_INPUT_CHECKS,
  ...PROBLEM_DISCLOSURE_CHECKS,
  ...PROBLEM_RATE_CHECKS,
  ...PROBLEM_NEIGHBOUR_CHECKS,
  ...PROBLEM_SPELLING_CHECKS,
  ...SECURITY_CHECKS,
  ...EXACT_LIFE_CHECKS,
  ...EXACT_WINDOW_CHECKS,
  ...EXACT_SILENCE_CHECKS,
  ...EXACT_SCHEDULE_CHECKS,
  ...INVARIANTS,
]
