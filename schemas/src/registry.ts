/** The registry as constants, in registry order. Generated from schemas/registry/ by `npm run generate`: change the JSON, not this file. */

/** Codes with which a connection ends. The range of a code binds its duty, so that an unknown code is understood. Keyed by slug. */
export const CLOSE_CODES = {
  "closed": {
    "code": 1000,
    "slug": "closed",
    "duty": "stop",
    "profile": "core",
    "presence": "closed",
    "grace": false,
    "meaning": "The client said goodbye.",
    "gae": "close"
  },
  "protocol-error": {
    "code": 1002,
    "slug": "protocol-error",
    "duty": "stop",
    "profile": "robust",
    "presence": "protocol-error",
    "grace": false,
    "meaning": "A frame broke RFC 6455.",
    "gae": "error"
  },
  "unsupported-data": {
    "code": 1003,
    "slug": "unsupported-data",
    "duty": "stop",
    "profile": "sockets",
    "presence": "protocol-error",
    "grace": false,
    "meaning": "A binary frame where only text is taken.",
    "gae": "error"
  },
  "invalid-utf8": {
    "code": 1007,
    "slug": "invalid-utf8",
    "duty": "stop",
    "profile": "robust",
    "presence": "protocol-error",
    "grace": false,
    "meaning": "A text frame was not UTF-8.",
    "gae": "error"
  },
  "frame-too-large": {
    "code": 1009,
    "slug": "frame-too-large",
    "duty": "stop",
    "profile": "robust",
    "presence": "protocol-error",
    "grace": false,
    "meaning": "A client frame was larger than `client_frame_bytes`.",
    "gae": "error"
  },
  "bad-request": {
    "code": 4000,
    "slug": "bad-request",
    "duty": "stop",
    "profile": "core",
    "presence": null,
    "grace": false,
    "meaning": "No token, or several, were offered.",
    "gae": "error"
  },
  "forbidden": {
    "code": 4003,
    "slug": "forbidden",
    "duty": "stop",
    "profile": "core",
    "presence": null,
    "grace": false,
    "meaning": "The origin is not allowed.",
    "gae": "error"
  },
  "protocol-violation": {
    "code": 4008,
    "slug": "protocol-violation",
    "duty": "stop",
    "profile": "core",
    "presence": "protocol-error",
    "grace": false,
    "meaning": "The client sent data on a channel.",
    "gae": "error"
  },
  "replaced": {
    "code": 4009,
    "slug": "replaced",
    "duty": "stop",
    "profile": "core",
    "presence": null,
    "grace": false,
    "meaning": "A newer connection of the same client id took over.",
    "gae": "error"
  },
  "disconnected-by-application": {
    "code": 4010,
    "slug": "disconnected-by-application",
    "duty": "stop",
    "profile": "control",
    "presence": "disconnected-by-application",
    "grace": false,
    "meaning": "The application ended the connection.",
    "gae": "error"
  },
  "over-capacity": {
    "code": 4100,
    "slug": "over-capacity",
    "duty": "back-off",
    "profile": "robust",
    "presence": null,
    "grace": false,
    "meaning": "The service holds as many connections as it can.",
    "gae": "silent"
  },
  "internal-error": {
    "code": 4101,
    "slug": "internal-error",
    "duty": "back-off",
    "profile": "core",
    "presence": "lost",
    "grace": true,
    "meaning": "The service met a defect of its own.",
    "gae": "silent"
  },
  "rate-limited": {
    "code": 4102,
    "slug": "rate-limited",
    "duty": "back-off",
    "profile": "robust",
    "presence": null,
    "grace": false,
    "meaning": "Too many connection attempts.",
    "gae": "silent"
  },
  "slow-consumer": {
    "code": 4103,
    "slug": "slow-consumer",
    "duty": "back-off",
    "profile": "robust",
    "presence": "slow-consumer",
    "grace": true,
    "meaning": "The client did not read what was sent.",
    "gae": "silent"
  },
  "heartbeat-timeout": {
    "code": 4104,
    "slug": "heartbeat-timeout",
    "duty": "back-off",
    "profile": "robust",
    "presence": "heartbeat-timeout",
    "grace": true,
    "meaning": "Nothing was read from the client after a Ping.",
    "gae": "silent"
  },
  "application-unavailable": {
    "code": 4105,
    "slug": "application-unavailable",
    "duty": "back-off",
    "profile": "sockets",
    "presence": null,
    "grace": false,
    "meaning": "The application did not answer a webhook that the socket depends on.",
    "gae": "silent"
  },
  "draining": {
    "code": 4200,
    "slug": "draining",
    "duty": "reconnect",
    "profile": "robust",
    "presence": "draining",
    "grace": true,
    "meaning": "The service is about to stop or move.",
    "gae": "silent"
  },
  "max-lifetime": {
    "code": 4201,
    "slug": "max-lifetime",
    "duty": "reconnect",
    "profile": "sse",
    "presence": "max-lifetime",
    "grace": true,
    "meaning": "The connection reached its longest life.",
    "gae": "silent"
  },
  "state-lost": {
    "code": 4202,
    "slug": "state-lost",
    "duty": "reconnect",
    "profile": "core",
    "presence": "state-lost",
    "grace": true,
    "meaning": "The counters of this client id began a new epoch.",
    "gae": "silent"
  },
  "token-expired": {
    "code": 4300,
    "slug": "token-expired",
    "duty": "refresh",
    "profile": "core",
    "presence": "token-expired",
    "grace": true,
    "meaning": "The token is authentic and too old.",
    "gae": "expired"
  },
  "token-invalid": {
    "code": 4301,
    "slug": "token-invalid",
    "duty": "refresh",
    "profile": "core",
    "presence": null,
    "grace": false,
    "meaning": "The token cannot be verified: forged, forgotten, revoked, or of a retired key.",
    "gae": "invalid"
  }
} as const

/** The registry name of a close code. */
export type CloseSlug = keyof typeof CLOSE_CODES

/** What each duty asks of a client. */
export const CLOSE_DUTIES = {
  "stop": "Stop and tell the user.",
  "back-off": "Come back after a random wait between 1 s and a bound that starts at 2 s, doubles to 30 s, and starts again after 30 s welcomed.",
  "reconnect": "Come back at once (after `after_seconds` where a `reconnect` envelope gave it) plus 0 to 1 s of jitter.",
  "refresh": "Fetch a fresh token once and come back, plus 0 to 1 s of jitter; a second 43xx without a welcome between counts as 41xx."
} as const

/** What the goog.appengine script tells its page of an ending; of `error`, the close code itself and its reason. */
export const GAE_CALLBACKS = {
  "silent": {
    "onerror": null,
    "onclose": false
  },
  "close": {
    "onerror": null,
    "onclose": true
  },
  "error": {
    "onerror": {
      "code": "the close code",
      "description": "its reason"
    },
    "onclose": true
  },
  "expired": {
    "onerror": {
      "code": 401,
      "description": "Token+timed+out."
    },
    "onclose": true
  },
  "invalid": {
    "onerror": {
      "code": 401,
      "description": "Invalid+token."
    },
    "onclose": true
  }
} as const

/** The URI below which problem types lie. */
export const PROBLEM_TYPE_BASE = "https://channel-protocol.org/problems/" as const

/** Refusals of HTTP requests (RFC 9457). `code` is what programs switch on; `type` is `type_base` followed by it. Keyed by code. */
export const PROBLEMS = {
  "malformed-request": {
    "status": 400,
    "code": "malformed-request",
    "title": "The request cannot be read",
    "retryable": false,
    "profile": "core"
  },
  "invalid-client-id": {
    "status": 400,
    "code": "invalid-client-id",
    "title": "The client id is not 1 to 256 bytes of UTF-8 without control characters",
    "retryable": false,
    "profile": "core"
  },
  "invalid-data": {
    "status": 400,
    "code": "invalid-data",
    "title": "The data is not a string of at least one byte",
    "retryable": false,
    "profile": "core"
  },
  "invalid-ttl": {
    "status": 400,
    "code": "invalid-ttl",
    "title": "The time to live is not a number of seconds within the range",
    "retryable": false,
    "profile": "core"
  },
  "invalid-path": {
    "status": 400,
    "code": "invalid-path",
    "title": "The socket path is not allowed",
    "retryable": false,
    "profile": "sockets"
  },
  "invalid-application-key": {
    "status": 401,
    "code": "invalid-application-key",
    "title": "A live application key is needed",
    "retryable": false,
    "profile": "core"
  },
  "forbidden": {
    "status": 403,
    "code": "forbidden",
    "title": "This caller may not do this",
    "retryable": false,
    "profile": "application"
  },
  "not-found": {
    "status": 404,
    "code": "not-found",
    "title": "There is nothing at this path",
    "retryable": false,
    "profile": "core"
  },
  "method-not-allowed": {
    "status": 405,
    "code": "method-not-allowed",
    "title": "This path does not take this method",
    "retryable": false,
    "profile": "robust"
  },
  "request-timeout": {
    "status": 408,
    "code": "request-timeout",
    "title": "The request did not arrive in time",
    "retryable": true,
    "profile": "robust"
  },
  "idempotency-in-progress": {
    "status": 409,
    "code": "idempotency-in-progress",
    "title": "A request with this key is still running",
    "retryable": true,
    "profile": "idempotency"
  },
  "payload-too-large": {
    "status": 413,
    "code": "payload-too-large",
    "title": "The body or the data is larger than the limit",
    "retryable": false,
    "profile": "core"
  },
  "unsupported-media-type": {
    "status": 415,
    "code": "unsupported-media-type",
    "title": "The body is not of the media type this path takes",
    "retryable": false,
    "profile": "robust"
  },
  "idempotency-key-reused": {
    "status": 422,
    "code": "idempotency-key-reused",
    "title": "This key belongs to another request",
    "retryable": false,
    "profile": "idempotency"
  },
  "upgrade-required": {
    "status": 426,
    "code": "upgrade-required",
    "title": "This path takes a WebSocket upgrade that offers channel-protocol.v1",
    "retryable": false,
    "profile": "core"
  },
  "rate-limited": {
    "status": 429,
    "code": "rate-limited",
    "title": "Too many requests",
    "retryable": true,
    "profile": "robust"
  },
  "headers-too-large": {
    "status": 431,
    "code": "headers-too-large",
    "title": "The header section is larger than the limit",
    "retryable": false,
    "profile": "robust"
  },
  "internal-error": {
    "status": 500,
    "code": "internal-error",
    "title": "The service met a defect of its own",
    "retryable": true,
    "profile": "core"
  },
  "profile-not-supported": {
    "status": 501,
    "code": "profile-not-supported",
    "title": "The service does not offer this profile",
    "retryable": false,
    "profile": "core"
  },
  "over-capacity": {
    "status": 503,
    "code": "over-capacity",
    "title": "The service cannot take more at the moment",
    "retryable": true,
    "profile": "robust"
  },
  "unavailable": {
    "status": 503,
    "code": "unavailable",
    "title": "The service cannot reach what it needs",
    "retryable": true,
    "profile": "robust"
  }
} as const

/** The registry name of a problem. */
export type ProblemCode = keyof typeof PROBLEMS

/** Bounds on sizes and counts. `floor` is what every service supports outside test timings; `advertised` rows appear in the discovery document's `limits`. Keyed by name. */
export const LIMITS = {
  "client_id_bytes": {
    "name": "client_id_bytes",
    "unit": "bytes of UTF-8",
    "default": 256,
    "floor": 256,
    "max": 256,
    "test": 256,
    "advertised": true,
    "profiles": [
      "core"
    ],
    "meaning": "Longest client id."
  },
  "data_bytes": {
    "name": "data_bytes",
    "unit": "bytes of UTF-8",
    "default": 32767,
    "floor": 32767,
    "max": 1048576,
    "test": 32767,
    "advertised": true,
    "profiles": [
      "core"
    ],
    "meaning": "Longest data of a message."
  },
  "token_bytes": {
    "name": "token_bytes",
    "unit": "bytes",
    "default": 4096,
    "floor": 4096,
    "max": 4096,
    "test": 4096,
    "advertised": false,
    "profiles": [
      "core"
    ],
    "meaning": "Longest token."
  },
  "connections": {
    "name": "connections",
    "unit": "connections",
    "default": 20000,
    "floor": 100,
    "max": null,
    "test": 250,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Open connections that the service takes in all."
  },
  "messages_per_second": {
    "name": "messages_per_second",
    "unit": "messages per second and client id",
    "default": 500,
    "floor": 50,
    "max": null,
    "test": 200,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Messages accepted per client id: this many at once, refilled at this rate."
  },
  "calls_per_second": {
    "name": "calls_per_second",
    "unit": "calls per second and application key",
    "default": 50000,
    "floor": 100,
    "max": null,
    "test": 20000,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Calls taken with one application key: this many at once, refilled at this rate."
  },
  "handshakes_per_second": {
    "name": "handshakes_per_second",
    "unit": "handshakes per second",
    "default": 20000,
    "floor": 100,
    "max": null,
    "test": 10000,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Handshakes looked at in all: this many at once, refilled at this rate."
  },
  "address_handshakes_per_second": {
    "name": "address_handshakes_per_second",
    "unit": "handshakes per second and address",
    "default": 10000,
    "floor": 20,
    "max": null,
    "test": 5000,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Handshakes looked at that come from one address: this many at once, refilled at this rate."
  },
  "client_frame_bytes": {
    "name": "client_frame_bytes",
    "unit": "bytes of payload",
    "default": 4096,
    "floor": 4096,
    "max": 4096,
    "test": 4096,
    "advertised": false,
    "profiles": [
      "robust"
    ],
    "meaning": "Largest frame or assembled message that is read from a client of a channel."
  },
  "queue_bytes": {
    "name": "queue_bytes",
    "unit": "bytes",
    "default": 1048576,
    "floor": 262144,
    "max": 16777216,
    "test": 262144,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Bytes that may wait in the service's own queue for one slow reader."
  },
  "header_bytes": {
    "name": "header_bytes",
    "unit": "bytes",
    "default": 16384,
    "floor": 8192,
    "max": 65536,
    "test": 16384,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Largest header section of a request."
  },
  "webhook_concurrency": {
    "name": "webhook_concurrency",
    "unit": "requests",
    "default": 16,
    "floor": 1,
    "max": 256,
    "test": 16,
    "advertised": true,
    "profiles": [
      "presence"
    ],
    "meaning": "Webhook requests in flight at once, in all."
  },
  "presence_page": {
    "name": "presence_page",
    "unit": "clients",
    "default": 1000,
    "floor": 1,
    "max": 1000,
    "test": 5,
    "advertised": true,
    "profiles": [
      "presence-sync"
    ],
    "meaning": "Online clients on one page of the list."
  },
  "broadcasts_per_second": {
    "name": "broadcasts_per_second",
    "unit": "broadcasts per second",
    "default": 50,
    "floor": 5,
    "max": null,
    "test": 50,
    "advertised": true,
    "profiles": [
      "broadcast"
    ],
    "meaning": "Broadcasts accepted in all: this many at once, refilled at this rate."
  },
  "socket_path_bytes": {
    "name": "socket_path_bytes",
    "unit": "bytes of UTF-8",
    "default": 1024,
    "floor": 1024,
    "max": 2048,
    "test": 1024,
    "advertised": true,
    "profiles": [
      "sockets"
    ],
    "meaning": "Longest path of a socket."
  },
  "socket_held_bytes": {
    "name": "socket_held_bytes",
    "unit": "bytes of UTF-8",
    "default": 65536,
    "floor": 65536,
    "max": 1048576,
    "test": 65536,
    "advertised": true,
    "profiles": [
      "sockets"
    ],
    "meaning": "Text that is held for a socket whose handshake is not answered yet."
  },
  "sockets_per_send": {
    "name": "sockets_per_send",
    "unit": "sockets",
    "default": 1000,
    "floor": 100,
    "max": 10000,
    "test": 100,
    "advertised": true,
    "profiles": [
      "sockets"
    ],
    "meaning": "Sockets that one send names."
  },
  "socket_concurrency": {
    "name": "socket_concurrency",
    "unit": "requests",
    "default": 64,
    "floor": 1,
    "max": 1024,
    "test": 64,
    "advertised": true,
    "profiles": [
      "sockets"
    ],
    "meaning": "Webhook requests of sockets in flight at once, in all."
  },
  "batch_messages": {
    "name": "batch_messages",
    "unit": "messages",
    "default": 1000,
    "floor": 1000,
    "max": 1000,
    "test": 1000,
    "advertised": true,
    "profiles": [
      "batch"
    ],
    "meaning": "Messages in one batch."
  },
  "batch_bytes": {
    "name": "batch_bytes",
    "unit": "bytes",
    "default": 4194304,
    "floor": 1048576,
    "max": 67108864,
    "test": 1048576,
    "advertised": true,
    "profiles": [
      "batch"
    ],
    "meaning": "Largest body of a batch."
  },
  "resume_messages": {
    "name": "resume_messages",
    "unit": "messages",
    "default": 100,
    "floor": 100,
    "max": 100000,
    "test": 50,
    "advertised": true,
    "profiles": [
      "resume"
    ],
    "meaning": "Newest messages of one client id, or newest broadcasts, that are held for replay."
  },
  "resume_bytes": {
    "name": "resume_bytes",
    "unit": "bytes of UTF-8",
    "default": 262144,
    "floor": 262144,
    "max": 67108864,
    "test": 65536,
    "advertised": true,
    "profiles": [
      "resume"
    ],
    "meaning": "Data of the messages of one client id, or of broadcasts, that are held for replay."
  },
  "resume_total_bytes": {
    "name": "resume_total_bytes",
    "unit": "bytes of UTF-8",
    "default": 67108864,
    "floor": 16777216,
    "max": null,
    "test": 67108864,
    "advertised": true,
    "profiles": [
      "resume"
    ],
    "meaning": "Data of all messages and broadcasts that are held for replay, of all client ids together."
  },
  "idempotency_results": {
    "name": "idempotency_results",
    "unit": "results",
    "default": 100000,
    "floor": 1000,
    "max": null,
    "test": 2000,
    "advertised": true,
    "profiles": [
      "idempotency"
    ],
    "meaning": "Results that are kept for repeated posts: one for each answer, in a batch or a send to sockets one for each of its results."
  }
} as const

/** The name of a limit. */
export type LimitName = keyof typeof LIMITS

/** Timers, in seconds. `default` and [`min`, `max`] hold in production; `test` is the value and `test_floor` the least allowed with test timings; `largest_delay` is how late a conforming service may act. `advertised` rows appear in the discovery document's `timings`. Keyed by name. */
export const TIMINGS = {
  "token_ttl_seconds": {
    "name": "token_ttl_seconds",
    "default": 7200,
    "min": 1,
    "max": 86400,
    "test": 7200,
    "test_floor": 1,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "core"
    ],
    "meaning": "Life of a token where the request names none."
  },
  "close_timeout_seconds": {
    "name": "close_timeout_seconds",
    "default": 2,
    "min": 1,
    "max": 5,
    "test": 0.5,
    "test_floor": 0.2,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "How long the service reads and discards after it wrote Close, before it ends the TCP connection."
  },
  "heartbeat_seconds": {
    "name": "heartbeat_seconds",
    "default": 25,
    "min": 5,
    "max": 60,
    "test": 1,
    "test_floor": 0.2,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Silence after which a Ping, or a heartbeat envelope, is sent. 0 without the profile."
  },
  "pong_timeout_seconds": {
    "name": "pong_timeout_seconds",
    "default": 10,
    "min": 5,
    "max": 30,
    "test": 2,
    "test_floor": 0.2,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Silence after a Ping that ends a connection."
  },
  "stall_timeout_seconds": {
    "name": "stall_timeout_seconds",
    "default": 10,
    "min": 5,
    "max": 30,
    "test": 1,
    "test_floor": 0.5,
    "largest_delay": 3,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Time without progress of queued bytes that makes a slow reader."
  },
  "request_timeout_seconds": {
    "name": "request_timeout_seconds",
    "default": 10,
    "min": 5,
    "max": 60,
    "test": 1,
    "test_floor": 0.5,
    "largest_delay": 3,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Time in which a request's header section, and then its body, has arrived."
  },
  "drain_seconds": {
    "name": "drain_seconds",
    "default": 10,
    "min": 1,
    "max": 300,
    "test": 1,
    "test_floor": 0.2,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "robust"
    ],
    "meaning": "Time over which a draining service spreads the ends of its connections."
  },
  "presence_grace_seconds": {
    "name": "presence_grace_seconds",
    "default": 10,
    "min": 0,
    "max": 120,
    "test": 1,
    "test_floor": 0,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "presence"
    ],
    "meaning": "Wait between a loss and the disconnected event."
  },
  "presence_interval_seconds": {
    "name": "presence_interval_seconds",
    "default": 1,
    "min": 1,
    "max": 60,
    "test": 0.25,
    "test_floor": 0.1,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "presence"
    ],
    "meaning": "Least time from the first attempt of one version of a client to that of the next, where the next is above 2."
  },
  "webhook_timeout_seconds": {
    "name": "webhook_timeout_seconds",
    "default": 10,
    "min": 5,
    "max": 30,
    "test": 2,
    "test_floor": 0.5,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "presence",
      "sockets"
    ],
    "meaning": "Time in which a webhook is answered; after it the attempt has failed."
  },
  "webhook_retry_seconds": {
    "name": "webhook_retry_seconds",
    "default": [
      1,
      5,
      15,
      60,
      300,
      900,
      1800
    ],
    "min": 1,
    "max": 3600,
    "test": [
      0.2,
      0.4,
      0.8
    ],
    "test_floor": 0.1,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "presence",
      "sockets"
    ],
    "meaning": "Waits before the second, third and later attempts, each within 20 % of its value; given up after the last, or after `webhook_give_up_seconds`."
  },
  "webhook_pause_seconds": {
    "name": "webhook_pause_seconds",
    "default": 1,
    "min": 1,
    "max": 60,
    "test": 0.5,
    "test_floor": 0.1,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "presence"
    ],
    "meaning": "Least time between the beginnings of two attempts, of whichever clients, while the whole target is unwell."
  },
  "webhook_give_up_seconds": {
    "name": "webhook_give_up_seconds",
    "default": 3600,
    "min": 3600,
    "max": 3600,
    "test": 3600,
    "test_floor": 1,
    "largest_delay": 2,
    "advertised": false,
    "profiles": [
      "presence",
      "sockets"
    ],
    "meaning": "Time after the beginning of a version's first attempt beyond which no further one is scheduled."
  },
  "webhook_retry_after_max_seconds": {
    "name": "webhook_retry_after_max_seconds",
    "default": 300,
    "min": 60,
    "max": 3600,
    "test": 300,
    "test_floor": 1,
    "largest_delay": 2,
    "advertised": false,
    "profiles": [
      "presence",
      "sockets"
    ],
    "meaning": "Longest `Retry-After` that is honoured; a longer one counts as this."
  },
  "webhook_tolerance_seconds": {
    "name": "webhook_tolerance_seconds",
    "default": 300,
    "min": 300,
    "max": 300,
    "test": 300,
    "test_floor": 300,
    "largest_delay": 0,
    "advertised": false,
    "profiles": [
      "presence",
      "sockets"
    ],
    "meaning": "Age at which a receiver refuses a webhook."
  },
  "webhook_memory_seconds": {
    "name": "webhook_memory_seconds",
    "default": 600,
    "min": 600,
    "max": 600,
    "test": 600,
    "test_floor": 600,
    "largest_delay": 0,
    "advertised": false,
    "profiles": [
      "presence",
      "sockets"
    ],
    "meaning": "How long a receiver remembers a webhook-id."
  },
  "socket_ttl_seconds": {
    "name": "socket_ttl_seconds",
    "default": 60,
    "min": 1,
    "max": 86400,
    "test": 60,
    "test_floor": 1,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "sockets"
    ],
    "meaning": "Time in which a socket URL opens sockets where the request names none."
  },
  "resume_window_seconds": {
    "name": "resume_window_seconds",
    "default": 120,
    "min": 10,
    "max": 3600,
    "test": 8,
    "test_floor": 0.5,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "resume"
    ],
    "meaning": "Time for which a message or broadcast is held for replay."
  },
  "sse_lifetime_seconds": {
    "name": "sse_lifetime_seconds",
    "default": 300,
    "min": 30,
    "max": 3600,
    "test": 10,
    "test_floor": 1,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "sse"
    ],
    "meaning": "Life of an event stream, after which it ends with 4201."
  },
  "idempotency_window_seconds": {
    "name": "idempotency_window_seconds",
    "default": 300,
    "min": 60,
    "max": 86400,
    "test": 4,
    "test_floor": 0.5,
    "largest_delay": 2,
    "advertised": true,
    "profiles": [
      "idempotency"
    ],
    "meaning": "Time for which the answer to a post with an `Idempotency-Key` is kept."
  }
} as const

/** The name of a timer. */
export type TimingName = keyof typeof TIMINGS

/** Parts of the protocol that are announced and judged apart. `paths` are below {base} and belong to that profile alone; `reserved` profiles get their chapter in a later revision. Keyed by name. */
export const PROFILES = {
  "core": {
    "name": "core",
    "role": "service",
    "status": "specified",
    "requires": [],
    "paths": [
      {
        "method": "GET",
        "path": "/v1"
      },
      {
        "method": "POST",
        "path": "/v1/tokens"
      },
      {
        "method": "POST",
        "path": "/v1/messages"
      }
    ],
    "meaning": "Discovery, application key, tokens, connect, welcome, messages with receipts, order, takeover, expiry, close codes, problems."
  },
  "presence": {
    "name": "presence",
    "role": "service",
    "status": "specified",
    "requires": [
      "core"
    ],
    "paths": [],
    "meaning": "Connected and disconnected webhooks: fields, signature, retry, versions, grace."
  },
  "presence-sync": {
    "name": "presence-sync",
    "role": "service",
    "status": "specified",
    "requires": [
      "presence"
    ],
    "paths": [
      {
        "method": "GET",
        "path": "/v1/presence"
      }
    ],
    "meaning": "Presence read, the list of online clients, the started webhook."
  },
  "robust": {
    "name": "robust",
    "role": "service",
    "status": "specified",
    "requires": [
      "core"
    ],
    "paths": [],
    "meaning": "Heartbeat, slow readers, drain, overload and rate limits, bad input."
  },
  "broadcast": {
    "name": "broadcast",
    "role": "service",
    "status": "specified",
    "requires": [
      "core"
    ],
    "paths": [
      {
        "method": "POST",
        "path": "/v1/broadcasts"
      }
    ],
    "meaning": "One post to every open channel."
  },
  "sockets": {
    "name": "sockets",
    "role": "service",
    "status": "specified",
    "requires": [
      "core"
    ],
    "paths": [
      {
        "method": "POST",
        "path": "/v1/sockets"
      },
      {
        "method": "POST",
        "path": "/v1/sockets/messages"
      },
      {
        "method": "POST",
        "path": "/v1/sockets/broadcasts"
      }
    ],
    "meaning": "Sockets as web hooks."
  },
  "batch": {
    "name": "batch",
    "role": "service",
    "status": "specified",
    "requires": [
      "core"
    ],
    "paths": [
      {
        "method": "POST",
        "path": "/v1/batches"
      }
    ],
    "meaning": "Many messages in one post."
  },
  "resume": {
    "name": "resume",
    "role": "service",
    "status": "specified",
    "requires": [
      "core"
    ],
    "paths": [],
    "meaning": "Bounded replay after a loss."
  },
  "sse": {
    "name": "sse",
    "role": "service",
    "status": "specified",
    "requires": [
      "resume"
    ],
    "paths": [],
    "meaning": "The event-stream twin of the connection."
  },
  "idempotency": {
    "name": "idempotency",
    "role": "service",
    "status": "specified",
    "requires": [
      "core"
    ],
    "paths": [],
    "meaning": "Posts that are safe to repeat."
  },
  "control": {
    "name": "control",
    "role": "service",
    "status": "specified",
    "requires": [
      "core"
    ],
    "paths": [
      {
        "method": "POST",
        "path": "/v1/disconnects"
      }
    ],
    "meaning": "Disconnect a client and revoke its tokens."
  },
  "cluster": {
    "name": "cluster",
    "role": "service",
    "status": "specified",
    "requires": [
      "core"
    ],
    "paths": [],
    "meaning": "The same rules through any node of several."
  },
  "gae": {
    "name": "gae",
    "role": "service",
    "status": "specified",
    "requires": [
      "core"
    ],
    "paths": [
      {
        "method": "GET",
        "path": "/_ah/channel/jsapi"
      }
    ],
    "meaning": "The goog.appengine.Channel script."
  },
  "application": {
    "name": "application",
    "role": "application",
    "status": "specified",
    "requires": [],
    "paths": [],
    "meaning": "Sign-in, post and webhook handlers of a web application."
  },
  "client": {
    "name": "client",
    "role": "client",
    "status": "specified",
    "requires": [],
    "paths": [],
    "meaning": "What a client library owes."
  }
} as const

/** The name of a profile. */
export type ProfileName = keyof typeof PROFILES

/** HTTP headers that the protocol gives a meaning. Keyed by name. */
export const HEADERS = {
  "Authorization": {
    "name": "Authorization",
    "from": "application",
    "to": "service",
    "value": "Bearer <application key>",
    "meaning": "Proves the application on every call but discovery; also from the client that asks for an event stream, where it carries the token, profile sse."
  },
  "Sec-WebSocket-Protocol": {
    "name": "Sec-WebSocket-Protocol",
    "from": "client",
    "to": "service",
    "value": "channel-protocol.v1, channel-token.<token>",
    "meaning": "Offers the protocol and carries the token; the answer is exactly channel-protocol.v1."
  },
  "Origin": {
    "name": "Origin",
    "from": "client",
    "to": "service",
    "value": "RFC 6454 origin",
    "meaning": "The page's origin; decides together with the configured list."
  },
  "Cache-Control": {
    "name": "Cache-Control",
    "from": "service",
    "to": "application",
    "value": "no-store on a minted token",
    "meaning": "Keeps tokens out of caches."
  },
  "WWW-Authenticate": {
    "name": "WWW-Authenticate",
    "from": "service",
    "to": "application",
    "value": "Bearer",
    "meaning": "Accompanies 401 invalid-application-key."
  },
  "Retry-After": {
    "name": "Retry-After",
    "from": "service",
    "to": "application",
    "value": "whole seconds",
    "meaning": "Accompanies 429 and 503; honoured by the webhook sender too."
  },
  "Allow": {
    "name": "Allow",
    "from": "service",
    "to": "application",
    "value": "list of methods",
    "meaning": "Accompanies 405 method-not-allowed."
  },
  "Idempotency-Key": {
    "name": "Idempotency-Key",
    "from": "application",
    "to": "service",
    "value": "1*255 of %x20-7E, a space neither first nor last",
    "meaning": "Names a post that may be sent again; profile idempotency."
  },
  "Accept": {
    "name": "Accept",
    "from": "client",
    "to": "service",
    "value": "text/event-stream",
    "meaning": "Asks at the connect URL for an event stream; profile sse."
  },
  "Last-Event-ID": {
    "name": "Last-Event-ID",
    "from": "client",
    "to": "service",
    "value": "the id of the last event",
    "meaning": "Says how far an event stream was read; profile sse."
  },
  "webhook-id": {
    "name": "webhook-id",
    "from": "service",
    "to": "application",
    "value": "1*64 of A-Z a-z 0-9 - _ .",
    "meaning": "One per client, epoch and version; the same over retries."
  },
  "webhook-timestamp": {
    "name": "webhook-timestamp",
    "from": "service",
    "to": "application",
    "value": "whole seconds since 1970",
    "meaning": "Instant of this attempt."
  },
  "webhook-signature": {
    "name": "webhook-signature",
    "from": "service",
    "to": "application",
    "value": "v1,<base64> separated by spaces",
    "meaning": "HMAC-SHA256 over id, timestamp and raw body, one for each live secret."
  }
} as const

/** Events that the service reports to the application. `path` follows the application base, without a slash at its end, where no URL is configured for the event; `type` is the schema of the form. Keyed by event. */
export const WEBHOOKS = {
  "connected": {
    "event": "connected",
    "type": "PresenceEvent",
    "profiles": [
      "presence"
    ],
    "path": "/_ah/channel/connected/"
  },
  "disconnected": {
    "event": "disconnected",
    "type": "PresenceEvent",
    "profiles": [
      "presence"
    ],
    "path": "/_ah/channel/disconnected/"
  },
  "started": {
    "event": "started",
    "type": "StartedEvent",
    "profiles": [
      "presence-sync",
      "sockets"
    ],
    "path": "/_ah/channel/started/"
  },
  "handshake": {
    "event": "handshake",
    "type": "SocketHandshake",
    "profiles": [
      "sockets"
    ],
    "path": "/_ah/websocket/handshake/"
  },
  "message": {
    "event": "message",
    "type": "SocketMessage",
    "profiles": [
      "sockets"
    ],
    "path": "/_ah/websocket/message/"
  },
  "closed": {
    "event": "closed",
    "type": "SocketClosed",
    "profiles": [
      "sockets"
    ],
    "path": "/_ah/websocket/closed/"
  }
} as const

/** The name of an event that is reported. */
export type WebhookEvent = keyof typeof WEBHOOKS

/** Published credentials for trying things on one machine. A service uses them only where its listening address and its base are loopback and no key is configured, and refuses them everywhere else. */
export const DEVELOPMENT = {
  "listen": {
    "host": "127.0.0.1",
    "port": 8080
  },
  "application_keys": [
    "development-key-one-not-secret-0001",
    "development-key-two-not-secret-0002"
  ],
  "webhook_secrets": [
    "whsec_ZGV2ZWxvcG1lbnQtc2VjcmV0LW5vdC1zZWNyZXQtMDAwMQ==",
    "whsec_ZGV2ZWxvcG1lbnQtc2VjcmV0LW5vdC1zZWNyZXQtMDAwMg=="
  ],
  "webhook_base": "http://127.0.0.1:9090",
  "origins": [
    "https://page.example"
  ]
} as const
