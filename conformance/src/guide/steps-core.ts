/** The steps to a server of the profile core. */

import type { Step } from './step.ts'

const profile = 'core'

/** In the order in which one builds. */
export const CORE_STEPS: readonly Step[] = [
  {
    title: 'Answer discovery',
    profile,
    build:
      'An HTTP server that answers GET {base}/v1, without credentials, with 200 and the discovery document as JSON. It says which profiles you offer (begin with core alone) and the limits and timings that you keep; the tables in spec/discovery.md have the ranges.',
    requirements: [
      'discovery.document.answer',
      'discovery.values.range',
      'discovery.cache.allowed',
    ],
  },
  {
    title: 'Refuse unknown paths',
    profile,
    build:
      'Every other path below {base}/v1 is refused with 404 and a problem document: Content-Type application/problem+json, and status, code, type and title of the row not-found. Write one function for all problems; spec/problem.md has the table of them. What belongs to a profile that you do not offer is refused with 404 or 501 in the same way.',
    requirements: ['problem.path.unknown', 'discovery.profile.refused'],
  },
  {
    title: 'Mint tokens',
    profile,
    build:
      'POST {base}/v1/tokens with {"client_id": ...} is answered with 201 and a token, the client id, expires_at and connect_url, the ws:// or wss:// address of GET {base}/v1/connect. A token is opaque to everybody else: sign client id, expiry and a nonce with a secret of your own, and you need no table. ttl_seconds, where given, is a number from 1 to 86400.',
    requirements: ['token.mint.answer', 'token.ttl.honour', 'token.ttl.refuse'],
  },
  {
    title: 'Take messages',
    profile,
    build:
      'POST {base}/v1/messages with client_id and data is answered with 200 and a receipt: a unique id, seq, epoch and the number of connections that it was queued to, 0 for now. seq counts the messages of one client id from 1 in one epoch; the epoch is a number that you choose when your counters begin, such as the microseconds since 1970.',
    requirements: [
      'message.data.accept',
      'message.data.refuse',
      'message.data.too-large',
      'message.epoch.grows',
    ],
  },
  {
    title: 'Ask for the application key',
    profile,
    build:
      'Every call but discovery carries Authorization: Bearer <application key>. Look at it before anything else of the call, and answer 401 invalid-application-key where it is absent or wrong. The suite sends the development keys of schemas/registry/development.json until you give it others with --application-key.',
    requirements: ['token.key.required'],
  },
  {
    title: 'Read calls without trust',
    profile,
    build:
      'A body is a JSON object or 400 malformed-request. A client id is 1 to 256 bytes of UTF-8 without control characters, and returned byte for byte; anything else is 400 invalid-client-id.',
    requirements: ['problem.body.malformed', 'token.client-id.accept', 'token.client-id.refuse'],
  },
  {
    title: 'Open connections',
    profile,
    build:
      'GET {base}/v1/connect is a WebSocket upgrade that offers two subprotocols: channel-protocol.v1 and channel-token.<token>. Answer with Sec-WebSocket-Protocol: channel-protocol.v1, never with the token, and send the welcome envelope as the first text frame.',
    requirements: [
      'connection.upgrade.subprotocol',
      'token.live.accept',
      'connection.upgrade.required',
      'connection.origin.accept',
    ],
  },
  {
    title: 'Deliver messages',
    profile,
    build:
      'Each accepted message goes out as one text frame, a message envelope, on the current connection of its client id, and on no other, in the order of seq. The data is a string and leaves as it came. The welcome says which seq was the newest.',
    requirements: [
      'message.post.receipt',
      'connection.welcome.first',
      'message.post.deliver',
      'message.seq.contiguous',
      'message.order.delivered',
      'message.post.connections',
      'message.post.isolated',
      'connection.welcome.seq',
    ],
  },
  {
    title: 'Refuse what may not connect',
    profile,
    build:
      'Browsers cannot read the status of a refused upgrade, so complete it and close with a code: 4300 token-expired, 4301 token-invalid and the like; spec/connection.md has the table. Send nothing before that Close frame.',
    requirements: [
      'token.invalid.refused',
      'token.expired.refused',
      'connection.token.count',
      'connection.origin.refuse',
    ],
  },
  {
    title: 'Keep one connection for each client',
    profile,
    build:
      'A newer connection of the same client id replaces the older one, which is closed with 4009 replaced. Messages up to the seq of the newer welcome belong to the older connection, later ones to the newer, so switch both in one step.',
    requirements: [
      'connection.takeover.close',
      'connection.takeover.split',
      'connection.epoch.constant',
    ],
  },
  {
    title: 'End connections',
    profile,
    build:
      'Answer a Close frame with one of the same code, close with 4008 a client that sends data, and close with 4300 at the expiry of the token, at most 2 seconds late. Nothing that was posted after the expiry goes out.',
    requirements: [
      'connection.close.answered',
      'connection.data.refused',
      'token.expiry.close',
      'token.expiry.silent',
    ],
  },
  {
    title: 'Say everything in its form',
    profile,
    build:
      'Everything that you send has a schema in schemas/json: envelopes, answers, problems. The checks of this step look at all of them once more, and at what you make of requests with members and parameters that nobody knows: they are ignored. No URL that you write holds a token.',
    requirements: [
      'problem.document.shape',
      'problem.answer.schema',
      'connection.envelope.schema',
      'problem.unknown.ignored',
      'token.url.absent',
    ],
  },
]
