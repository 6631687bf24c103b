/** The steps to the profile robust: a service that holds up on the open network. */

import type { Step } from './step.ts'

const profile = 'robust'

/** In the order in which one builds. */
export const ROBUST_STEPS: readonly Step[] = [
  {
    title: 'Notice silence',
    profile,
    build:
      'Send a heartbeat envelope after heartbeat_seconds without one, and a Ping after as long without a byte from the client; close a client that does not answer within pong_timeout_seconds, and answer its own Pings. One timer wheel for all connections is enough.',
    requirements: [
      'connection.heartbeat.**',
      'connection.ping.answered',
      'presence.unresponsive.reported',
    ],
  },
  {
    title: 'Bound what clients send',
    profile,
    build:
      'Clients owe you nothing but Pongs and a Close: a frame that is too large, malformed or no UTF-8 closes the connection with the code of its row. After your Close frame read on and discard, so that the client can read it, and then end the TCP connection.',
    requirements: [
      'connection.frame.**',
      'connection.close.lingering',
      'connection.close.ended',
      'connection.upgrade.malformed',
    ],
  },
  {
    title: 'Bound what calls send',
    profile,
    build:
      'Other methods, other media types, bad UTF-8, deep nesting, large bodies and headers and slow senders are each refused with a problem of their own, and nobody else notices. What only is spelt otherwise is treated alike: chunks, the case of header names, escapes and order in JSON. Idempotency-Key is refused as long as you do not offer idempotency.',
    requirements: [
      'problem.method.refused',
      'problem.media-type.refused',
      'problem.body.**',
      'problem.*.alike',
      'problem.headers.too-large',
      'problem.idempotency.refused',
      'problem.cors.none',
      'problem.neighbours.undisturbed',
    ],
  },
  {
    title: 'Give each its own',
    profile,
    build:
      'Message ids and connection ids never come twice, a welcome says how long its token lives, and a connection carries text frames alone. Whoever comes with a token that is expired or revoked takes the place of nobody. A lone surrogate in data is refused or becomes U+FFFD.',
    requirements: [
      'connection.welcome.**',
      'connection.takeover.refused',
      'connection.envelope.text',
      'message.id.unique',
      'message.data.surrogate',
      'resume.absent.unresumed',
    ],
  },
  {
    title: 'Limit rates, queues and numbers',
    profile,
    build:
      'A post beyond messages_per_second is refused with 429 and Retry-After, a call beyond calls_per_second and a handshake beyond the two rates of handshakes too, a connection beyond the limit is refused, and a client that does not read is ended before its queue grows past queue_bytes. Idle TCP connections end by request_timeout_seconds.',
    requirements: [
      'message.rate.**',
      'problem.rate.**',
      'connection.capacity.**',
      'connection.rate.**',
      'connection.slow.**',
      'presence.slow.reported',
      'connection.idle.ended',
    ],
  },
  {
    title: 'Stop politely',
    profile,
    build:
      'Asked to stop, send every connection a reconnect envelope with its own after_seconds, spread over the drain, and close all of them within drain_seconds. New connections go elsewhere.',
    requirements: ['connection.drain.**', 'presence.draining.reported'],
  },
  {
    title: 'Keep secrets',
    profile,
    build:
      'Take two application keys at a time, send WWW-Authenticate with 401 and no-store with tokens, and build URLs from your configuration, never from Host. No problem and no close reason repeats a key or a token, and nothing on the public listener changes your clock or your settings.',
    requirements: ['token.**', 'problem.detail.safe', 'security.**'],
  },
]
