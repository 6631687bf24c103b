/** The decisions of the suite's own small client, gathered so that a wrong client can take exactly one of them otherwise; pure. */

/** What a token callback answers, as far as the client reads it. */
export interface Answer {
  readonly token: string
  readonly connect_url: string
  readonly cursor?: string
  readonly broadcast_cursor?: string
}

export type Duty = 'stop' | 'back-off' | 'reconnect' | 'refresh'
export type Stream = 'message' | 'broadcast'

/** An envelope, or whatever came in its place. */
export type Envelope = Readonly<Record<string, unknown>>

/** The places that a client knows, of each stream the newest. */
export type Places = Readonly<Partial<Record<Stream, string>>>

/** Where a client stands when it decides which places to give. */
export interface Standing {
  readonly answer: Answer
  /** Places of welcomes and of what was given. */
  readonly known: Places
  readonly wasWelcomed: boolean
}

/** Why a connection ended. */
export type Cause = 'code' | 'callback' | 'silence' | 'abandoned'

const STOPS = [1000, 1002, 1003, 1007, 1009]
const RANGES: Readonly<Record<number, Duty>> = { 40: 'stop', 42: 'reconnect', 43: 'refresh' }

/** How a conforming client decides. Seconds throughout; `chance` is a random number from 0 to 1. */
export const RULES = {
  answer: (newest: Answer, _first: Answer): Answer => newest,
  url: ({ connect_url }: Answer): string => connect_url,
  protocols: ({ token }: Answer): string[] => ['channel-protocol.v1', `channel-token.${token}`],
  places: ({ answer, known, wasWelcomed }: Standing): Places =>
    wasWelcomed ? known : placesOf(answer),
  advances: (_stream: Stream): boolean => true,
  /** When the page is told that it is connected. */
  tellsOpen: { atUpgrade: false, atWelcome: true, whenBack: false, atRenewal: false },
  tellsReturn: true,
  isComplete: (
    welcome: Envelope,
    last: { readonly epoch: unknown; readonly seq: unknown },
  ): boolean =>
    welcome.resumed === true ||
    (welcome.cursor === undefined && welcome.epoch === last.epoch && welcome.seq === last.seq),
  openingSeconds: 30,
  callbackSeconds: 30,

  /** What of a frame reaches the page; undefined where it is nothing. */
  data: (data: string): string | undefined => data,
  isKnown: (type: unknown): type is Stream => type === 'message' || type === 'broadcast',
  isTaken: (_envelope: Envelope): boolean => true,
  /** What makes two envelopes one and the same; undefined for what is never the same. */
  /** Whose epoch it is that a broadcast has. */
  epochOfBroadcasts: 'broadcast_epoch' as 'broadcast_epoch' | 'epoch',
  identity: (stream: Stream, epoch: unknown, seq: unknown): string | undefined =>
    `${stream} ${epoch} ${seq}`,
  atBadFrame: 'nothing' as 'nothing' | 'tell' | 'end',
  atBinary: 'nothing' as 'nothing' | 'end',
  atUnknownType: 'nothing' as 'nothing' | 'end' | 'give',
  endsAtType: (_type: string): boolean => false,

  duty: (code: number): Duty =>
    STOPS.includes(code) ? 'stop' : (RANGES[Math.floor(code / 100)] ?? 'back-off'),
  dutyBeforeOpen: (): Duty => 'back-off',
  dutyOf: (_cause: Exclude<Cause, 'code'>): Duty => 'back-off',
  bound: (rounds: number): number => Math.min(2 ** (rounds + 1), 30),
  backOff: (bound: number, chance: number, _rounds: number): number => 1 + chance * (bound - 1),
  /** The endings in a row that count after one whose duty is another. */
  roundsAfterOther: (rounds: number, _duty: Duty): number => rounds,
  isRested: (welcomedSeconds: number): boolean => welcomedSeconds >= 30,
  reconnect: (afterSeconds: number, chance: number): number => afterSeconds + chance * 0.8,
  refresh: (chance: number): number => chance * 0.8,
  afterSeconds: (given: number, _duty: Duty): number => given,
  /** Whether what a `reconnect` envelope said outlives its connection. */
  keepsAfterSeconds: false,
  isRefreshedStill: (_wasWelcomed: boolean, isRefreshed: boolean): boolean =>
    isRefreshed && !_wasWelcomed,
  refreshesAgain: (isRefreshed: boolean): boolean => !isRefreshed,
  excuses: (abandonedSecondsAgo: number, isExcused: boolean): boolean =>
    abandonedSecondsAgo < 60 && !isExcused,

  tellsEnd: (code: number): readonly { readonly event: string; readonly code?: number }[] => [
    ...(code === 1000 ? [] : [{ event: 'error', code }]),
    { event: 'close', code },
  ],

  renewal: (lifetime: number, chance: number): number => lifetime * (0.75 + chance * 0.2),
  holdSeconds: 2,
  /** What happens to the older of two connections when the newer is welcomed. */
  keepsOlder: true,
  /** Whether 4009 is the end of the older connection while the newer has no welcome yet. */
  awaitsNewer: true,
  atReplacedEnd: 'nothing' as 'nothing' | 'tell' | 'come-back',

  silence: (heartbeat: number): number => (heartbeat > 0 ? heartbeat + 10 : Infinity),
  isSignOfLife: (_type: unknown): boolean => true,

  closeCode: 1000 as number | undefined | 'none',
  closesBeforeWelcome: true,
  closesRenewals: true,
  closesStreams: true,
  /** Whether a goodbye waits for the WebSocket to open. */
  awaitsOpening: true,
  forgetsTimersAtClose: true,
  forgetsQuestionsAtClose: true,
  tellsClose: [{ event: 'close', code: 1000 }] as readonly {
    readonly event: string
    readonly code?: number
  }[],

  /** After how many WebSockets that never opened a stream is tried. */
  webSocketsBeforeStream: 2,
  authorization: (token: string): string | undefined => `Bearer ${token}`,
  readsStreams: true,
  streamUrl: (url: string, _token: string): string => url,
  streamText: (text: string): string => text,
  streamEnd: (code: number): number => code,
}

/** Every rule. */
export type Rules = typeof RULES

/** The places that came with an answer or a welcome. */
export function placesOf(holder: Envelope | Answer): Places {
  const { cursor, broadcast_cursor } = holder
  return {
    ...(typeof cursor === 'string' && { message: cursor }),
    ...(typeof broadcast_cursor === 'string' && { broadcast: broadcast_cursor }),
  }
}
