/** The types of the protocol's JSON values. Generated from schemas/json/ by `npm run generate`: change the schemas, not this file. */

/**
 * What became of one message of a batch.
 */
export type BatchResult = Receipt | Problem
/**
 * Any envelope of this revision. Clients ignore those of another `type`.
 */
export type Envelope =
  WelcomeEnvelope | MessageEnvelope | BroadcastEnvelope | HeartbeatEnvelope | ReconnectEnvelope
/**
 * A secret, or where it is found.
 */
export type SettingsSecret = string | SettingsVariable

/**
 * Every type that `validate` knows, by its name.
 */
export interface Types {
  LoginAnswer: LoginAnswer
  PresentUser: PresentUser
  PostForm: PostForm
  MessagePush: MessagePush
  PostedMessage: PostedMessage1
  UsersPush: UsersPush
  BatchRequest: BatchRequest
  BatchAnswer: BatchAnswer
  BatchResult: BatchResult
  BroadcastRequest: BroadcastRequest
  BroadcastEnvelope: BroadcastEnvelope
  WelcomeEnvelope: WelcomeEnvelope
  HeartbeatEnvelope: HeartbeatEnvelope
  ReconnectEnvelope: ReconnectEnvelope
  Envelope: Envelope
  DisconnectRequest: DisconnectRequest
  DisconnectAnswer: DisconnectAnswer
  Discovery: Discovery
  ExecCommand: ExecCommand
  ExecStart: ExecStart1
  ExecAdvance: ExecAdvance1
  ExecService: ExecService2
  ExecReply: ExecReply
  ExecReady: ExecReady1
  ExecAdvanced: ExecAdvanced1
  FuzzCase: FuzzCase
  FuzzFinding: FuzzFinding1
  FuzzStep: FuzzStep
  MessageRequest: MessageRequest
  Receipt: Receipt
  MessageEnvelope: MessageEnvelope
  PresenceAnswer: PresenceAnswer
  PresencePage: PresencePage
  Problem: Problem
  Report: Report
  ReportSelection: ReportSelection1
  RecordedService: RecordedService1
  /**
   * What a check or all checks of a requirement say: `warn` is a SHOULD that was not met, `unsupported` a profile that is not announced, `inconclusive` a control arm or set-up that did not work or nothing that was observed, `not-run` a need that was not met, `defect` a fault of the suite itself.
   */
  Verdict: 'pass' | 'fail' | 'warn' | 'unsupported' | 'inconclusive' | 'not-run' | 'defect'
  JudgedRequirement: JudgedRequirement
  CheckResult: CheckResult
  TimelineEvent: TimelineEvent
  SuiteSettings: SuiteSettings
  SettingsSecret: SettingsSecret
  /**
   * The id of a socket: 20 to 64 URL-safe characters that no other socket has had.
   */
  SocketId: string
  SocketRequest: SocketRequest
  SocketAnswer: SocketAnswer
  SocketSendRequest: SocketSendRequest
  SocketSendAnswer: SocketSendAnswer
  SocketBroadcastRequest: SocketBroadcastRequest
  SocketBroadcastAnswer: SocketBroadcastAnswer
  SocketHandshake: SocketHandshake
  SocketMessage: SocketMessage
  SocketClosed: SocketClosed
  CloseEnvelope: CloseEnvelope
  TokenRequest: TokenRequest
  TokenAnswer: TokenAnswer
  PresenceEvent: PresenceEvent
  StartedEvent: StartedEvent
}
/**
 * The body of the 200 that answers `GET /login`.
 */
export interface LoginAnswer {
  /**
   * The new client id of this page.
   */
  client_id: string
  /**
   * The token of that client id, for connecting and for posting.
   */
  token: string
  /**
   * Where the page connects, as the service named it.
   */
  connect_url: string
  /**
   * The present users, this one among them.
   */
  users: PresentUser[]
}
/**
 * One entry of a list of users.
 */
export interface PresentUser {
  /**
   * The client id of the user.
   */
  client_id: string
  /**
   * The address from which the user signed in; absent unless the operator asked for it.
   */
  ip?: string
}
/**
 * The fields of the form that a page sends to `POST /post`, after decoding.
 */
export interface PostForm {
  /**
   * Who posts.
   */
  client_id: string
  /**
   * What is posted; an empty one counts as missing.
   */
  value: string
  /**
   * The token of that client id, as proof; without it the session is the proof.
   */
  token?: string
}
/**
 * The data that carries a post, and the body of the 200 that answers it.
 */
export interface MessagePush {
  message: PostedMessage
}
/**
 * The post.
 */
export interface PostedMessage {
  /**
   * What was posted, unchanged.
   */
  value: string
  /**
   * Who posted it.
   */
  client_id: string
  /**
   * When the application took it: RFC 3339 with an offset or `Z`.
   */
  datetime: string
  /**
   * The address from which it was posted; absent unless the operator asked for it.
   */
  ip?: string
}
/**
 * A post as the users receive it.
 */
export interface PostedMessage1 {
  /**
   * What was posted, unchanged.
   */
  value: string
  /**
   * Who posted it.
   */
  client_id: string
  /**
   * When the application took it: RFC 3339 with an offset or `Z`.
   */
  datetime: string
  /**
   * The address from which it was posted; absent unless the operator asked for it.
   */
  ip?: string
}
/**
 * The data that carries the list of users.
 */
export interface UsersPush {
  /**
   * The present users, each once.
   */
  users: PresentUser[]
}
/**
 * The body of `POST {base}/v1/batches`.
 */
export interface BatchRequest {
  /**
   * The messages, at most the advertised `batch_messages`; each is judged for itself.
   */
  messages: MessageRequest[]
}
/**
 * The body of `POST {base}/v1/messages`.
 */
export interface MessageRequest {
  /**
   * The client that the message is for.
   */
  client_id: string
  /**
   * The text to deliver, unchanged.
   */
  data: string
}
/**
 * The body of the 200 that answers a batch.
 */
export interface BatchAnswer {
  /**
   * For each message, in the order of the request, its receipt or the problem that refused it.
   */
  results: BatchResult[]
}
/**
 * The body of the 200 that answers an accepted message.
 */
export interface Receipt {
  /**
   * The name of the message.
   */
  id: string
  /**
   * The number of the message.
   */
  seq: number
  /**
   * The scope of that number.
   */
  epoch: number
  /**
   * Open connections to which the message was queued; 0 where nobody is connected.
   */
  connections: number
  /**
   * Whether it is held for replay; present where the profile `resume` is offered.
   */
  stored?: boolean
}
/**
 * Why a request was refused: `status`, `code`, `type` and `title` are those of one row of the registry.
 */
export interface Problem {
  /**
   * The status of the answer.
   */
  status: number
  /**
   * The slug: what programs switch on.
   */
  code:
    | 'malformed-request'
    | 'invalid-client-id'
    | 'invalid-data'
    | 'invalid-ttl'
    | 'invalid-path'
    | 'invalid-application-key'
    | 'forbidden'
    | 'not-found'
    | 'method-not-allowed'
    | 'request-timeout'
    | 'idempotency-in-progress'
    | 'payload-too-large'
    | 'unsupported-media-type'
    | 'idempotency-key-reused'
    | 'upgrade-required'
    | 'rate-limited'
    | 'headers-too-large'
    | 'internal-error'
    | 'profile-not-supported'
    | 'over-capacity'
    | 'unavailable'
  /**
   * The URI of the problem type; it ends in the slug.
   */
  type: string
  /**
   * The problem in words, the same for every occurrence.
   */
  title: string
  /**
   * What was wrong this time and what to do.
   */
  detail?: string
  /**
   * Whether the same request may succeed later.
   */
  retryable?: boolean
  /**
   * The limit that was exceeded.
   */
  max_bytes?: number
  /**
   * The places in the body that are wrong.
   */
  errors?: ProblemError[]
}
/**
 * One place that is wrong.
 */
export interface ProblemError {
  /**
   * A JSON Pointer (RFC 6901) into the body of the request.
   */
  pointer: string
  /**
   * What is wrong there.
   */
  detail: string
}
/**
 * The body of `POST {base}/v1/broadcasts`.
 */
export interface BroadcastRequest {
  /**
   * The text to deliver to everybody, unchanged.
   */
  data: string
}
/**
 * A broadcast on its way to the client; the epoch is the `broadcast_epoch` of the welcome.
 */
export interface BroadcastEnvelope {
  /**
   * Tells the envelope from the others.
   */
  type: 'broadcast'
  /**
   * The id of the receipt.
   */
  id: string
  /**
   * The seq of the receipt.
   */
  seq: number
  /**
   * The data of the post.
   */
  data: string
}
/**
 * The first frame: the client is connected.
 */
export interface WelcomeEnvelope {
  /**
   * Tells the envelope from the others.
   */
  type: 'welcome'
  /**
   * The client id of the token.
   */
  client_id: string
  /**
   * The name of this connection.
   */
  connection_id: string
  /**
   * The epoch of every message on this connection.
   */
  epoch: number
  /**
   * The seq of the newest accepted message, or of the cursor where `resumed` is true: the first on this connection has one more.
   */
  seq: number
  /**
   * Silence after which a heartbeat comes; 0 where none ever does.
   */
  heartbeat_seconds: number
  /**
   * When the token dies and the connection is closed.
   */
  expires_at: string
  /**
   * The seconds left until then, for clients whose clock is wrong.
   */
  expires_in_seconds: number
  /**
   * Whether everything later than the cursors that the client gave follows; false without the profile `resume`.
   */
  resumed: boolean
  /**
   * The epoch of every broadcast on this connection; present where the profile `broadcast` is offered.
   */
  broadcast_epoch?: number
  /**
   * As `seq`, of broadcasts; present with `broadcast_epoch`.
   */
  broadcast_seq?: number
  /**
   * The place of `seq`; present where the profile `resume` is offered.
   */
  cursor?: string
  /**
   * The place of `broadcast_seq`; present where `resume` and `broadcast` are offered.
   */
  broadcast_cursor?: string
}
/**
 * A sign of life where no other envelope was due.
 */
export interface HeartbeatEnvelope {
  /**
   * Tells the envelope from the others.
   */
  type: 'heartbeat'
}
/**
 * A notice that the connection will soon be closed with 4200.
 */
export interface ReconnectEnvelope {
  /**
   * Tells the envelope from the others.
   */
  type: 'reconnect'
  /**
   * How long to wait after that close before coming back.
   */
  after_seconds: number
}
/**
 * A message on its way to the client; the epoch is that of the welcome.
 */
export interface MessageEnvelope {
  /**
   * Tells the envelope from the others.
   */
  type: 'message'
  /**
   * The id of the receipt.
   */
  id: string
  /**
   * The seq of the receipt.
   */
  seq: number
  /**
   * The data of the post.
   */
  data: string
}
/**
 * The body of `POST {base}/v1/disconnects`.
 */
export interface DisconnectRequest {
  /**
   * The client that is to go.
   */
  client_id: string
  /**
   * Whether the tokens that were minted for it before are to die; false where absent.
   */
  revoke_tokens?: boolean
}
/**
 * The body of the 200 that answers it.
 */
export interface DisconnectAnswer {
  /**
   * Open connections that were closed: 0 or 1.
   */
  connections: number
}
/**
 * The answer to `GET {base}/v1`.
 */
export interface Discovery {
  /**
   * The protocol and its major version.
   */
  protocol: 'channel-protocol.v1'
  implementation: Implementation
  /**
   * The profiles that the service offers; unknown names are to be ignored.
   *
   * Items: The name of a profile.
   */
  profiles: string[]
  limits: Limits
  timings: Timings
  /**
   * Whether pages of any origin may connect, or only listed ones.
   */
  origins: 'any' | 'listed'
  /**
   * Whether some value lies outside its range, for tests.
   */
  test_timings: boolean
}
/**
 * Which program answers.
 */
export interface Implementation {
  /**
   * Its name.
   */
  name: string
  /**
   * Its version.
   */
  version: string
}
/**
 * How large and how many things may be: the advertised limits of the profiles that are offered.
 */
export interface Limits {
  /**
   * Longest client id. In bytes of UTF-8; profile `core`.
   */
  client_id_bytes: number
  /**
   * Longest data of a message. In bytes of UTF-8; profile `core`.
   */
  data_bytes: number
  /**
   * Open connections that the service takes in all. In connections; profile `robust`.
   */
  connections?: number
  /**
   * Messages accepted per client id: this many at once, refilled at this rate. In messages per second and client id; profile `robust`.
   */
  messages_per_second?: number
  /**
   * Calls taken with one application key: this many at once, refilled at this rate. In calls per second and application key; profile `robust`.
   */
  calls_per_second?: number
  /**
   * Handshakes looked at in all: this many at once, refilled at this rate. In handshakes per second; profile `robust`.
   */
  handshakes_per_second?: number
  /**
   * Handshakes looked at that come from one address: this many at once, refilled at this rate. In handshakes per second and address; profile `robust`.
   */
  address_handshakes_per_second?: number
  /**
   * Bytes that may wait in the service's own queue for one slow reader. In bytes; profile `robust`.
   */
  queue_bytes?: number
  /**
   * Largest header section of a request. In bytes; profile `robust`.
   */
  header_bytes?: number
  /**
   * Webhook requests in flight at once, in all. In requests; profile `presence`.
   */
  webhook_concurrency?: number
  /**
   * Online clients on one page of the list. In clients; profile `presence-sync`.
   */
  presence_page?: number
  /**
   * Broadcasts accepted in all: this many at once, refilled at this rate. In broadcasts per second; profile `broadcast`.
   */
  broadcasts_per_second?: number
  /**
   * Longest path of a socket. In bytes of UTF-8; profile `sockets`.
   */
  socket_path_bytes?: number
  /**
   * Text that is held for a socket whose handshake is not answered yet. In bytes of UTF-8; profile `sockets`.
   */
  socket_held_bytes?: number
  /**
   * Sockets that one send names. In sockets; profile `sockets`.
   */
  sockets_per_send?: number
  /**
   * Webhook requests of sockets in flight at once, in all. In requests; profile `sockets`.
   */
  socket_concurrency?: number
  /**
   * Messages in one batch. In messages; profile `batch`.
   */
  batch_messages?: number
  /**
   * Largest body of a batch. In bytes; profile `batch`.
   */
  batch_bytes?: number
  /**
   * Newest messages of one client id, or newest broadcasts, that are held for replay. In messages; profile `resume`.
   */
  resume_messages?: number
  /**
   * Data of the messages of one client id, or of broadcasts, that are held for replay. In bytes of UTF-8; profile `resume`.
   */
  resume_bytes?: number
  /**
   * Data of all messages and broadcasts that are held for replay, of all client ids together. In bytes of UTF-8; profile `resume`.
   */
  resume_total_bytes?: number
  /**
   * Results that are kept for repeated posts: one for each answer, in a batch or a send to sockets one for each of its results. In results; profile `idempotency`.
   */
  idempotency_results?: number
}
/**
 * How long things take: the advertised timers of the profiles that are offered.
 */
export interface Timings {
  /**
   * Life of a token where the request names none. In seconds; profile `core`.
   */
  token_ttl_seconds: number
  /**
   * How long the service reads and discards after it wrote Close, before it ends the TCP connection. In seconds; profile `robust`.
   */
  close_timeout_seconds?: number
  /**
   * Silence after which a Ping, or a heartbeat envelope, is sent. 0 without the profile. In seconds; profile `robust`.
   */
  heartbeat_seconds?: number
  /**
   * Silence after a Ping that ends a connection. In seconds; profile `robust`.
   */
  pong_timeout_seconds?: number
  /**
   * Time without progress of queued bytes that makes a slow reader. In seconds; profile `robust`.
   */
  stall_timeout_seconds?: number
  /**
   * Time in which a request's header section, and then its body, has arrived. In seconds; profile `robust`.
   */
  request_timeout_seconds?: number
  /**
   * Time over which a draining service spreads the ends of its connections. In seconds; profile `robust`.
   */
  drain_seconds?: number
  /**
   * Wait between a loss and the disconnected event. In seconds; profile `presence`.
   */
  presence_grace_seconds?: number
  /**
   * Least time from the first attempt of one version of a client to that of the next, where the next is above 2. In seconds; profile `presence`.
   */
  presence_interval_seconds?: number
  /**
   * Time in which a webhook is answered; after it the attempt has failed. In seconds; profiles `presence` and `sockets`.
   */
  webhook_timeout_seconds?: number
  /**
   * Waits before the second, third and later attempts, each within 20 % of its value; given up after the last, or after `webhook_give_up_seconds`. In seconds; profiles `presence` and `sockets`.
   *
   * @minItems 1
   *
   * Items: A duration in seconds, fractions allowed.
   */
  webhook_retry_seconds?: number[]
  /**
   * A duration in seconds, fractions allowed.
   */
  webhook_pause_seconds?: number
  /**
   * A duration in seconds, fractions allowed.
   */
  socket_ttl_seconds?: number
  /**
   * A duration in seconds, fractions allowed.
   */
  resume_window_seconds?: number
  /**
   * A duration in seconds, fractions allowed.
   */
  sse_lifetime_seconds?: number
  /**
   * A duration in seconds, fractions allowed.
   */
  idempotency_window_seconds?: number
}
/**
 * A line that the suite writes: an `id` and exactly one command. Commands may follow each other before the first is answered.
 */
export interface ExecCommand {
  /**
   * Names the command; its reply repeats it.
   */
  id: number
  start?: ExecStart
  advance?: ExecAdvance
  drain?: ExecService
  stop?: ExecService1
}
/**
 * Start a service.
 */
export interface ExecStart {
  /**
   * Application keys that it accepts.
   *
   * Items: An application key.
   */
  application_keys: string[]
  /**
   * Secrets that it signs webhooks with, each `whsec_` and base64.
   *
   * Items: A webhook secret.
   */
  webhook_secrets: string[]
  /**
   * Its application base: the URL below which webhooks go, without a trailing slash.
   */
  webhook_base: string
  /**
   * The origins that it lists.
   *
   * Items: An origin.
   */
  origins: string[]
  /**
   * Values of the timings registry, in seconds, that it runs with and advertises; with any of them below the least of production it advertises `test_timings`. Those that it does not know it ignores.
   */
  timings: {
    /**
     * Seconds, or the list of `webhook_retry_seconds`.
     */
    [k: string]: number | number[]
  }
  /**
   * `virtual` for a clock that stands still but for `advance`; an implementation without one runs in real time and says so in `ready`.
   */
  clock: 'real' | 'virtual'
  /**
   * Values of the limits registry that it runs with and advertises; the others as it likes. Where it cannot, it answers `unsupported` with `limits`, and so with the members below.
   */
  limits?: {
    /**
     * The limit.
     */
    [k: string]: number
  }
  /**
   * The profiles that it offers; all that it has where absent.
   *
   * Items: The name of a profile.
   */
  profiles?: string[]
  /**
   * The base URL under which it is public; where it listens on loopback, with the path of this, is what `ready` names.
   */
  base_url?: string
  /**
   * The nodes that it may consist of, at most, each at an address of its own; an implementation without `cluster` ignores this.
   */
  nodes?: number
  /**
   * Where the webhooks of single events go, and not below `webhook_base`.
   */
  webhook_urls?: {
    /**
     * An absolute URL.
     */
    [k: string]: string
  }
}
/**
 * Move the virtual clock of a service.
 */
export interface ExecAdvance {
  /**
   * The `url` that its `ready` named.
   */
  url: string
  /**
   * Seconds, at most; 0 moves nothing. The clock stands on whole milliseconds: a wait that ends between two of them ends at the later.
   */
  seconds: number
}
/**
 * End a service as its operator would.
 */
export interface ExecService {
  /**
   * The `url` that its `ready` named.
   */
  url: string
}
/**
 * End a service at once.
 */
export interface ExecService1 {
  /**
   * The `url` that its `ready` named.
   */
  url: string
}
/**
 * The command that starts a service, answered with `ready`, and what it shall be. It listens on the loopback address at a port that the system chooses.
 */
export interface ExecStart1 {
  /**
   * Application keys that it accepts.
   *
   * Items: An application key.
   */
  application_keys: string[]
  /**
   * Secrets that it signs webhooks with, each `whsec_` and base64.
   *
   * Items: A webhook secret.
   */
  webhook_secrets: string[]
  /**
   * Its application base: the URL below which webhooks go, without a trailing slash.
   */
  webhook_base: string
  /**
   * The origins that it lists.
   *
   * Items: An origin.
   */
  origins: string[]
  /**
   * Values of the timings registry, in seconds, that it runs with and advertises; with any of them below the least of production it advertises `test_timings`. Those that it does not know it ignores.
   */
  timings: {
    /**
     * Seconds, or the list of `webhook_retry_seconds`.
     */
    [k: string]: number | number[]
  }
  /**
   * `virtual` for a clock that stands still but for `advance`; an implementation without one runs in real time and says so in `ready`.
   */
  clock: 'real' | 'virtual'
  /**
   * Values of the limits registry that it runs with and advertises; the others as it likes. Where it cannot, it answers `unsupported` with `limits`, and so with the members below.
   */
  limits?: {
    /**
     * The limit.
     */
    [k: string]: number
  }
  /**
   * The profiles that it offers; all that it has where absent.
   *
   * Items: The name of a profile.
   */
  profiles?: string[]
  /**
   * The base URL under which it is public; where it listens on loopback, with the path of this, is what `ready` names.
   */
  base_url?: string
  /**
   * The nodes that it may consist of, at most, each at an address of its own; an implementation without `cluster` ignores this.
   */
  nodes?: number
  /**
   * Where the webhooks of single events go, and not below `webhook_base`.
   */
  webhook_urls?: {
    /**
     * An absolute URL.
     */
    [k: string]: string
  }
}
/**
 * The command that moves the virtual clock of a service, answered with `advanced`: to the first instant at which something is due, or the whole way where nothing is; it may stop at instants at which nothing can be seen. What reached the service before the line is dealt with before the clock moves. With 0 seconds it moves nothing, and is answered when the service has caught up with all that it was sent.
 */
export interface ExecAdvance1 {
  /**
   * The `url` that its `ready` named.
   */
  url: string
  /**
   * Seconds, at most; 0 moves nothing. The clock stands on whole milliseconds: a wait that ends between two of them ends at the later.
   */
  seconds: number
}
/**
 * Which service of this process is to `drain`, ended as its operator would with its clients sent away, and answered with `drained` when it has ended; or to `stop` at once, its state lost, answered with `stopped`.
 */
export interface ExecService2 {
  /**
   * The `url` that its `ready` named.
   */
  url: string
}
/**
 * A line that the implementation writes: the `id` of a command and exactly one of what became of it.
 */
export interface ExecReply {
  /**
   * Names the command; its reply repeats it.
   */
  id: number
  ready?: ExecReady
  advanced?: ExecAdvanced
  /**
   * The service has ended after its drain.
   */
  drained?: {}
  /**
   * The service has ended.
   */
  stopped?: {}
  /**
   * What this implementation cannot do: the command, or the member of `start`, by its name. What the suite does not know is answered so too.
   */
  unsupported?: string
  /**
   * What went wrong, for a person.
   */
  error?: string
}
/**
 * The service listens.
 */
export interface ExecReady {
  /**
   * Its base URL, without a trailing slash.
   */
  url: string
  /**
   * The name of the implementation.
   */
  name: string
  /**
   * Its version.
   */
  version: string
  /**
   * The clock that it runs on; `real` where absent.
   */
  clock?: 'real' | 'virtual'
  /**
   * The instant at which its virtual clock stands, in whole milliseconds since 1970; the suite's own time where absent. A service that is started later in the same process stands no earlier than one before it had come to.
   */
  now?: number
  /**
   * The base URLs of its further nodes, without a trailing slash, where it consists of several.
   *
   * Items: A base URL.
   */
  nodes?: string[]
  /**
   * Whether this process takes further `start` commands while this service runs; where false or absent the suite starts a process for each service.
   */
  many?: boolean
}
/**
 * The clock has moved.
 */
export interface ExecAdvanced {
  /**
   * Seconds; less than was asked for where something became due sooner.
   */
  seconds: number
}
/**
 * A service that listens.
 */
export interface ExecReady1 {
  /**
   * Its base URL, without a trailing slash.
   */
  url: string
  /**
   * The name of the implementation.
   */
  name: string
  /**
   * Its version.
   */
  version: string
  /**
   * The clock that it runs on; `real` where absent.
   */
  clock?: 'real' | 'virtual'
  /**
   * The instant at which its virtual clock stands, in whole milliseconds since 1970; the suite's own time where absent. A service that is started later in the same process stands no earlier than one before it had come to.
   */
  now?: number
  /**
   * The base URLs of its further nodes, without a trailing slash, where it consists of several.
   *
   * Items: A base URL.
   */
  nodes?: string[]
  /**
   * Whether this process takes further `start` commands while this service runs; where false or absent the suite starts a process for each service.
   */
  many?: boolean
}
/**
 * How far the clock has moved. All that became due has been done and written out, and webhooks that it caused have been sent: their bytes are written, and whoever moves the clock again before having answered them lets them time out.
 */
export interface ExecAdvanced1 {
  /**
   * Seconds; less than was asked for where something became due sooner.
   */
  seconds: number
}
/**
 * One saved sequence.
 */
export interface FuzzCase {
  /**
   * What it is called.
   */
  name: string
  found: FuzzFinding
  /**
   * What was done, in order.
   *
   * @minItems 1
   */
  steps: FuzzStep[]
  /**
   * What it was found on.
   */
  target?: string
  /**
   * With which seed.
   */
  seed?: number
  /**
   * Where fast-check finds it among the sequences of that seed, of at most `most_steps` steps.
   */
  path?: string
  /**
   * Length of the longest sequence that the seed was used for.
   */
  most_steps?: number
}
/**
 * What it showed.
 */
export interface FuzzFinding {
  /**
   * Id of the requirement that it breaks.
   */
  requirement: string
  /**
   * Cell of a state table that says so, as `connection: current x newer`.
   */
  cell?: string
  /**
   * What the model expects.
   */
  expected: string
  /**
   * What came.
   */
  got: string
}
/**
 * One step of a sequence.
 */
export interface FuzzStep {
  /**
   * What is done.
   */
  do: string
  /**
   * In which way.
   */
  how: string
  /**
   * The client that it concerns; absent where it concerns everybody.
   */
  who?: 'ada' | 'bob'
}
/**
 * A disagreement of the model and a service.
 */
export interface FuzzFinding1 {
  /**
   * Id of the requirement that it breaks.
   */
  requirement: string
  /**
   * Cell of a state table that says so, as `connection: current x newer`.
   */
  cell?: string
  /**
   * What the model expects.
   */
  expected: string
  /**
   * What came.
   */
  got: string
}
/**
 * The answer to `GET {base}/v1/presence?client_id=`.
 */
export interface PresenceAnswer {
  /**
   * The client id that was asked for.
   */
  client_id: string
  /**
   * Whether it is online; true during the grace too.
   */
  online: boolean
  /**
   * The scope of the version.
   */
  epoch: number
  /**
   * The number of this state.
   */
  version: number
  /**
   * The current connection; absent during the grace and offline.
   */
  connection_id?: string
  /**
   * When the client id came online; present with `connection_id`.
   */
  since?: string
}
/**
 * The answer to `GET {base}/v1/presence` without a client id. Absence from a page says nothing.
 */
export interface PresencePage {
  /**
   * Clients that are online.
   */
  clients: PresenceEntry[]
  /**
   * What to send as `cursor` for the next page; absent on the last.
   */
  next_cursor?: string
}
/**
 * A client that is online.
 */
export interface PresenceEntry {
  /**
   * Its client id.
   */
  client_id: string
  /**
   * The scope of the version.
   */
  epoch: number
  /**
   * The number of its state: odd, as it is online.
   */
  version: number
}
/**
 * A run of the suite against one target.
 */
export interface Report {
  /**
   * The version of this form.
   */
  report: '1.0'
  suite: ReportSuite
  target: ReportTarget
  run: ReportRun
  verdict: ReportVerdict
  /**
   * The requirements that the selected checks are about, in the order of the specification.
   */
  requirements: JudgedRequirement[]
  /**
   * What every selected check said.
   */
  results: CheckResult[]
}
/**
 * What judged.
 */
export interface ReportSuite {
  /**
   * The name of the program.
   */
  name: string
  /**
   * Its version.
   */
  version: string
  /**
   * The revision of the specification whose requirements were judged.
   */
  revision: string
}
/**
 * What was judged, in its own words where it said something.
 */
export interface ReportTarget {
  /**
   * What the suite calls the target.
   */
  name: string
  /**
   * The base URL.
   */
  url: string
  implementation?: ReportImplementation
  /**
   * The profiles that it announces.
   *
   * Items: The name of a profile, as announced.
   */
  profiles: string[]
  /**
   * Whether it announces values outside their ranges, for tests.
   */
  test_timings: boolean
  /**
   * Its limits as judges knew them; present where the run was recorded.
   */
  limits?: {
    /**
     * The limit.
     */
    [k: string]: number
  }
  /**
   * Its timings as judges knew them; present where the run was recorded.
   */
  timings?: {
    /**
     * Seconds, or a list of them.
     */
    [k: string]: number | number[]
  }
  /**
   * `any` or `listed`; present where the run was recorded.
   */
  origins?: string
  /**
   * Published secrets in place of its webhook secrets: a recorded signature that was right was made again with them over the recorded body, and a wrong one stays wrong.
   *
   * Items: A secret that protects nothing.
   */
  stand_in_secrets?: string[]
}
/**
 * Which program answered; absent where it does not say so.
 */
export interface ReportImplementation {
  /**
   * Its name, as advertised.
   */
  name: string
  /**
   * Its version, as advertised.
   */
  version: string
}
/**
 * What is needed to make the run again.
 */
export interface ReportRun {
  /**
   * The number that decided the order of the checks.
   */
  seed: number
  /**
   * When the run began.
   */
  started_at: string
  /**
   * A duration in seconds, fractions allowed.
   */
  seconds: number
  /**
   * Whether what was seen is kept of every check, so that the run can be judged again.
   */
  recorded?: boolean
  /**
   * Whether valid traffic carried noise.
   */
  grease?: boolean
  selection?: ReportSelection
}
/**
 * What was to be judged.
 */
export interface ReportSelection {
  /**
   * The profiles that were judged.
   *
   * Items: The name of a profile.
   */
  profiles: string[]
  /**
   * Whether checks of these profiles were left out on purpose.
   */
  partial?: boolean
  /**
   * The patterns over ids of what was left out by name.
   *
   * Items: A pattern.
   */
  skipped?: string[]
  /**
   * Whether a MUST that was not judged forbids a verdict.
   */
  strict?: boolean
  /**
   * What was found wrong before the first check and forbids a verdict; absent where nothing was.
   */
  trouble?: string
}
/**
 * The verdict over the whole run.
 */
export interface ReportVerdict {
  /**
   * The exit code of the program: 0 conformant, 1 not conformant, 3 no verdict, 5 a defect of the suite.
   */
  exit_code: number
  /**
   * The verdict in words.
   */
  words: string
  /**
   * How many of the binding requirements of the judged profiles got a verdict.
   */
  musts_judged: number
  /**
   * How many of them there are.
   */
  musts_total: number
  /**
   * Why the others got none; the counts add up to the difference.
   */
  not_judged: ReportNotJudged[]
  checks: ReportChecks
}
/**
 * A reason and how many requirements it holds for.
 */
export interface ReportNotJudged {
  /**
   * Why no verdict was possible.
   */
  reason: string
  /**
   * How many requirements.
   */
  count: number
}
/**
 * How many checks ended with each verdict.
 */
export interface ReportChecks {
  /**
   * Checks with the verdict `pass`.
   */
  pass: number
  /**
   * Checks with the verdict `fail`.
   */
  fail: number
  /**
   * Checks with the verdict `warn`.
   */
  warn: number
  /**
   * Checks with the verdict `unsupported`.
   */
  unsupported: number
  /**
   * Checks with the verdict `inconclusive`.
   */
  inconclusive: number
  /**
   * Checks with the verdict `not-run`.
   */
  'not-run': number
  /**
   * Checks with the verdict `defect`.
   */
  defect: number
}
/**
 * A requirement of the specification and its verdict: the worst of its checks.
 */
export interface JudgedRequirement {
  /**
   * Its id, as in the text of the specification.
   */
  id: string
  /**
   * Its keyword.
   */
  level: 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY'
  /**
   * The profile that it belongs to.
   */
  profile: string
  /**
   * The chapter that it stands in.
   */
  chapter: string
  /**
   * The heading that it stands under; empty above the first.
   */
  section: string
  /**
   * The requirement itself.
   */
  text: string
  /**
   * The verdict over it.
   */
  verdict: 'pass' | 'fail' | 'warn' | 'unsupported' | 'inconclusive' | 'not-run' | 'defect'
  /**
   * The ids of the checks that judge it.
   *
   * Items: The id of a check.
   */
  checks: string[]
}
/**
 * What one check said and what it saw.
 */
export interface CheckResult {
  /**
   * The id of the check.
   */
  check: string
  /**
   * The id of the requirement that it judges.
   */
  requirement: string
  /**
   * The keyword of the requirement.
   */
  level: 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY'
  /**
   * The text of the requirement.
   */
  clause: string
  /**
   * What the check says.
   */
  verdict: 'pass' | 'fail' | 'warn' | 'unsupported' | 'inconclusive' | 'not-run' | 'defect'
  /**
   * Why it is `inconclusive`, `not-run`, `unsupported` or a `defect`; absent otherwise.
   */
  reason?: string
  /**
   * What a conforming target does; present with `fail` and `warn`.
   */
  expected?: string
  /**
   * What this one did instead; present with `fail` and `warn`.
   */
  got?: string
  /**
   * The `n` of the event that breaks the requirement, where one does.
   */
  offender?: number
  /**
   * `worked`, or what became of the control arm, which is the same stimulus without the defect; absent where there is none.
   */
  control?: string
  /**
   * How long the check took, in milliseconds; 0 where it was not made.
   */
  duration_ms: number
  /**
   * The command that makes this check again.
   */
  reproduce: string
  /**
   * What was seen, in order; absent where the check was not made, and where it passed in a run that was not recorded.
   */
  events?: TimelineEvent[]
  /**
   * Which clock gave the verdict: `virtual` where the suite moved the clock of the service, exactly and at once; absent where nothing was waited for.
   */
  clock?: 'real' | 'virtual'
  service?: RecordedService
  /**
   * Texts of the same shape in place of the secrets in `events`, that of `<secret 1>` first: with them what was seen can be judged again. Present where the run was recorded.
   *
   * Items: A text that opens nothing.
   */
  stand_ins?: string[]
  /**
   * The check during which an invariant over all timelines saw what `events` show; absent where it was its own.
   */
  seen_in?: string
  /**
   * How many observations an invariant over all timelines judged; absent of other checks.
   */
  observed?: number
}
/**
 * Something that the suite did or saw while a check ran. What else an event carries depends on its kind: method, URL, headers and body of a request, status and body of an answer, code and reason of a close.
 */
export interface TimelineEvent {
  /**
   * Its position, from 1.
   */
  n: number
  /**
   * Milliseconds since 1970 on the suite's clock.
   */
  atMs: number
  /**
   * The role that the check gave to this request, connection or delivery, such as `control`.
   */
  as: string
  /**
   * What happened: `request`, `sent` and `webhook-answer` are the suite's doing, `instance` and `note` its remarks, the others the target's.
   */
  kind:
    | 'request'
    | 'answer'
    | 'failure'
    | 'open'
    | 'frame'
    | 'sent'
    | 'close'
    | 'end'
    | 'webhook'
    | 'webhook-answer'
    | 'instance'
    | 'token-request'
    | 'attempt'
    | 'told'
    | 'page'
    | 'note'
}
/**
 * The service that the check was made on, where it is not the target as it advertises itself.
 */
export interface RecordedService {
  /**
   * Its base URL.
   */
  url?: string
  /**
   * The profiles that it announces.
   *
   * Items: The name of a profile, as announced.
   */
  profiles?: string[]
  /**
   * Whether it announces values outside their ranges, for tests.
   */
  test_timings?: boolean
  /**
   * Limits that differ.
   */
  limits?: {
    /**
     * The limit.
     */
    [k: string]: number
  }
  /**
   * Timings that differ.
   */
  timings?: {
    /**
     * Seconds, or a list of them.
     */
    [k: string]: number | number[]
  }
  /**
   * `any` or `listed`.
   */
  origins?: string
}
/**
 * What was to be judged.
 */
export interface ReportSelection1 {
  /**
   * The profiles that were judged.
   *
   * Items: The name of a profile.
   */
  profiles: string[]
  /**
   * Whether checks of these profiles were left out on purpose.
   */
  partial?: boolean
  /**
   * The patterns over ids of what was left out by name.
   *
   * Items: A pattern.
   */
  skipped?: string[]
  /**
   * Whether a MUST that was not judged forbids a verdict.
   */
  strict?: boolean
  /**
   * What was found wrong before the first check and forbids a verdict; absent where nothing was.
   */
  trouble?: string
}
/**
 * What the service of one check advertised, as far as it differs from the target; of limits and timings only those that differ.
 */
export interface RecordedService1 {
  /**
   * Its base URL.
   */
  url?: string
  /**
   * The profiles that it announces.
   *
   * Items: The name of a profile, as announced.
   */
  profiles?: string[]
  /**
   * Whether it announces values outside their ranges, for tests.
   */
  test_timings?: boolean
  /**
   * Limits that differ.
   */
  limits?: {
    /**
     * The limit.
     */
    [k: string]: number
  }
  /**
   * Timings that differ.
   */
  timings?: {
    /**
     * Seconds, or a list of them.
     */
    [k: string]: number | number[]
  }
  /**
   * `any` or `listed`.
   */
  origins?: string
}
/**
 * What is judged, and with what.
 */
export interface SuiteSettings {
  /**
   * The base URL of the server.
   */
  url?: string
  /**
   * The program that the suite starts as the server, and its arguments.
   *
   * @minItems 1
   *
   * Items: The program, or an argument.
   */
  exec?: string[]
  /**
   * Whether the program takes its settings from its environment, and not commands.
   */
  plain?: boolean
  /**
   * The base URL of an application, which is judged in place of a server.
   */
  application?: string
  /**
   * The base URL of the server that the application uses.
   */
  service?: string
  /**
   * Application keys of the server.
   *
   * @minItems 1
   */
  application_keys?: SettingsSecret[]
  /**
   * Webhook secrets of the server.
   *
   * @minItems 1
   */
  webhook_secrets?: SettingsSecret[]
  /**
   * The URL at which the suite listens for webhooks, or false where it shall listen nowhere.
   */
  webhooks?: string | false
  /**
   * An origin that the server lists.
   */
  origin?: string
  /**
   * The only profiles that are judged.
   *
   * @minItems 1
   *
   * Items: The name of a profile.
   */
  profiles?: string[]
  /**
   * Patterns over ids of what is left out.
   *
   * @minItems 1
   *
   * Items: A pattern.
   */
  skip?: string[]
  /**
   * The weakest level that is judged.
   */
  level?: 'must' | 'should' | 'may'
  /**
   * The longest wait for the timers of one check.
   */
  budget_seconds?: number
  /**
   * Checks in flight at once.
   */
  concurrency?: number
  /**
   * Whether a MUST that was not judged forbids a verdict.
   */
  strict?: boolean
}
/**
 * The environment variable that holds it, so that the file holds no secret.
 */
export interface SettingsVariable {
  /**
   * The name of the variable.
   */
  env: string
}
/**
 * The body of `POST {base}/v1/sockets`.
 */
export interface SocketRequest {
  /**
   * What the handlers of the application find behind their URL; the section Paths says what is legal.
   */
  path?: string
  /**
   * How long the URL is to open sockets; the advertised `socket_ttl_seconds` where absent.
   */
  ttl_seconds?: number
}
/**
 * The body of the 201 that answers it.
 */
export interface SocketAnswer {
  /**
   * Where the page opens its WebSocket; the last segment is a secret.
   */
  url: string
  /**
   * Until when it opens sockets.
   */
  expires_at: string
}
/**
 * The body of `POST {base}/v1/sockets/messages`.
 */
export interface SocketSendRequest {
  /**
   * The id of one socket, or a list of them.
   */
  sockets: string | string[]
  /**
   * The text to send, unchanged; it may be empty.
   */
  body: string
}
/**
 * The body of the 200 that answers it.
 */
export interface SocketSendAnswer {
  /**
   * One for each entry of `sockets`, in their order.
   *
   * @minItems 1
   */
  results: SocketResult[]
}
export interface SocketResult {
  /**
   * The entry.
   */
  socket: string
  /**
   * Whether the service took the text for that socket.
   */
  delivered: boolean
}
/**
 * The body of `POST {base}/v1/sockets/broadcasts`.
 */
export interface SocketBroadcastRequest {
  /**
   * The text to send, unchanged; it may be empty.
   */
  body: string
}
/**
 * The body of the 200 that answers it.
 */
export interface SocketBroadcastAnswer {
  /**
   * To how many sockets the text was queued.
   */
  sockets: number
}
/**
 * The form of `handshake`.
 */
export interface SocketHandshake {
  /**
   * What happened; the receiver checks it against its route.
   */
  event: 'handshake'
  /**
   * The id of a socket: 20 to 64 URL-safe characters that no other socket has had.
   */
  from: string
  /**
   * The path, without a leading slash; empty where there is none.
   */
  path: string
  /**
   * When the socket was opened, in microseconds since 1970, or the floor of the latest `started` where that is larger.
   */
  epoch: string
  /**
   * When it happened.
   */
  time: string
}
/**
 * The form of `message`.
 */
export interface SocketMessage {
  /**
   * What happened; the receiver checks it against its route.
   */
  event: 'message'
  /**
   * The id of a socket: 20 to 64 URL-safe characters that no other socket has had.
   */
  from: string
  /**
   * The path, without a leading slash; empty where there is none.
   */
  path: string
  /**
   * When the socket was opened, in microseconds since 1970, or the floor of the latest `started` where that is larger.
   */
  epoch: string
  /**
   * When it happened.
   */
  time: string
  /**
   * The text that the page sent, unchanged; it may be empty.
   */
  body: string
}
/**
 * The form of `closed`.
 */
export interface SocketClosed {
  /**
   * What happened; the receiver checks it against its route.
   */
  event: 'closed'
  /**
   * The id of a socket: 20 to 64 URL-safe characters that no other socket has had.
   */
  from: string
  /**
   * The path, without a leading slash; empty where there is none.
   */
  path: string
  /**
   * When the socket was opened, in microseconds since 1970, or the floor of the latest `started` where that is larger.
   */
  epoch: string
  /**
   * When it happened.
   */
  time: string
  /**
   * The code of the first Close frame, 1005 where it had none, 1006 where there was no frame.
   */
  code: string
  /**
   * The text beside the code; it may be empty.
   */
  reason: string
}
/**
 * The last event of a stream that the service ends: what the Close frame is on a WebSocket.
 */
export interface CloseEnvelope {
  /**
   * Tells the envelope from the others.
   */
  type: 'close'
  /**
   * The close code, whose range binds the duty of the client.
   */
  code: number
  /**
   * The slug of the code.
   */
  reason: string
}
/**
 * The body of `POST {base}/v1/tokens`.
 */
export interface TokenRequest {
  /**
   * The client that the token is for.
   */
  client_id: string
  /**
   * How long the token is to live; the advertised `token_ttl_seconds` where absent.
   */
  ttl_seconds?: number
}
/**
 * The body of the 201 that answers it.
 */
export interface TokenAnswer {
  /**
   * The token, to be handed to the page.
   */
  token: string
  /**
   * The client id of the request, byte for byte.
   */
  client_id: string
  /**
   * When the token dies.
   */
  expires_at: string
  /**
   * Where the client opens its WebSocket; it has no token and no fragment in it.
   */
  connect_url: string
  /**
   * The place of the newest message when the token was minted; present where the profile `resume` is offered.
   */
  cursor?: string
  /**
   * The place of the newest broadcast when the token was minted; present where `resume` and `broadcast` are offered.
   */
  broadcast_cursor?: string
}
/**
 * The form of `connected` and `disconnected`.
 */
export interface PresenceEvent {
  /**
   * What happened; the receiver checks it against its route.
   */
  event: 'connected' | 'disconnected'
  /**
   * The client id.
   */
  from: string
  /**
   * The connection that came or went.
   */
  connection_id: string
  /**
   * The scope of the version.
   */
  epoch: string
  /**
   * The number of this state: odd for connected, even for disconnected.
   */
  version: string
  /**
   * When the state changed.
   */
  time: string
  /**
   * Why the client went; present with `disconnected`.
   */
  reason?:
    | 'closed'
    | 'lost'
    | 'token-expired'
    | 'disconnected-by-application'
    | 'protocol-error'
    | 'slow-consumer'
    | 'heartbeat-timeout'
    | 'max-lifetime'
    | 'state-lost'
    | 'draining'
    | 'node-lost'
}
/**
 * The form of `started`: presence state with a smaller epoch is void.
 */
export interface StartedEvent {
  /**
   * What happened.
   */
  event: 'started'
  /**
   * The floor of every epoch from now on.
   */
  epoch: string
  /**
   * When the service started.
   */
  time?: string
}
