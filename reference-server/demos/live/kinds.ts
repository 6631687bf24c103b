/** The kinds of exchange that the live view shows; it alone knows between whom each is and which requirement it follows. */

/** The three roles of the protocol, in the order of the lanes. */
export const LANES = ['client', 'service', 'application'] as const

/** One of the roles. */
export type Lane = (typeof LANES)[number]

/** What is always so of one kind of exchange. */
export interface Kind {
  readonly from: Lane
  readonly to: Lane
  /** What happens, in few words. */
  readonly label: string
  /** Id of the requirement that makes it happen so. */
  readonly requirement: string
}

function kind(from: Lane, to: Lane, label: string, requirement: string): Kind {
  return { from, to, label, requirement }
}

/** Every kind, by its name on the wire. */
export const KINDS = {
  login: kind('client', 'application', 'signs in', 'application.login.answered'),
  value: kind('client', 'application', 'posts to the application', 'application.post.answered'),
  call: kind('client', 'application', 'calls the application', 'application.secret.hidden'),
  'token-call': kind('client', 'application', 'asks for a token', 'client.token.callback'),

  token: kind('application', 'service', 'token minted', 'token.mint.answer'),
  connect: kind('client', 'service', 'connects', 'connection.upgrade.subprotocol'),
  refused: kind('service', 'client', 'refused', 'connection.client.duty'),
  welcome: kind('service', 'client', 'welcome', 'connection.welcome.first'),
  post: kind('application', 'service', 'message posted', 'message.post.receipt'),
  message: kind('service', 'client', 'message', 'message.post.deliver'),
  'broadcast-post': kind('application', 'service', 'broadcast posted', 'broadcast.post.receipt'),
  broadcast: kind('service', 'client', 'broadcast', 'broadcast.post.deliver'),
  heartbeat: kind('service', 'client', 'heartbeat', 'connection.heartbeat.envelope'),
  reconnect: kind('service', 'client', 'asked to reconnect', 'connection.drain.announced'),

  close: kind('service', 'client', 'closes', 'connection.client.duty'),
  replaced: kind('service', 'client', 'closes the older one', 'connection.takeover.close'),
  expired: kind('service', 'client', 'closes: token expired', 'token.expiry.close'),
  disconnected: kind('service', 'client', 'closes as it was told', 'control.disconnect.close'),
  draining: kind('service', 'client', 'closes: draining', 'connection.drain.close'),
  closed: kind('client', 'service', 'closed its connection', 'presence.closed.reported'),
  lost: kind('client', 'service', 'stayed away for the grace', 'presence.grace.waited'),

  came: kind('service', 'application', 'connected webhook', 'presence.connected.reported'),
  went: kind('service', 'application', 'disconnected webhook', 'presence.lost.reported'),
  left: kind('service', 'application', 'disconnected webhook', 'presence.closed.reported'),
  started: kind('service', 'application', 'started webhook', 'presence.started.reported'),
  failed: kind('application', 'service', 'webhook not taken', 'webhook.failure.retried'),

  'socket-url': kind('application', 'service', 'socket URL made', 'socket.mint.answer'),
  'socket-open': kind('client', 'service', 'opens a socket', 'socket.open.plain'),
  handshake: kind('service', 'application', 'handshake webhook', 'socket.handshake.sent'),
  'socket-says': kind('client', 'service', 'text on a socket', 'socket.message.order'),
  'socket-message': kind('service', 'application', 'message webhook', 'socket.message.sent'),
  'socket-text': kind('service', 'client', 'text for a socket', 'socket.send.deliver'),
  'socket-close': kind('service', 'client', 'closes a socket', 'socket.handshake.refused'),
  'socket-closed': kind('service', 'application', 'closed webhook', 'socket.closed.sent'),
  'socket-failed': kind(
    'application',
    'service',
    'webhook not taken',
    'socket.message.unavailable',
  ),
} as const satisfies Record<string, Kind>

/** Name of a kind. */
export type KindName = keyof typeof KINDS

/** One thing that happened. It never holds a token, a key, a ticket or a session. */
export interface Exchange {
  readonly kind: KindName
  /** Milliseconds since 1970. */
  readonly atMs: number
  /** The client id, or the path of a socket or a call; shortened, and absent where nobody is known. */
  readonly who?: string
  /** A few words more: a number, a status, a close code, or the beginning of a text. */
  readonly note?: string
}

/** Clients of the live view itself, which it does not show. */
export const LIVE_PREFIX = 'live-'

const calls: readonly { method: string; path: string; kind: KindName }[] = [
  { method: 'GET', path: '/login', kind: 'login' },
  { method: 'POST', path: '/post', kind: 'value' },
  { method: 'GET', path: '/notify_token', kind: 'token-call' },
  { method: 'POST', path: '/chat/token', kind: 'token-call' },
  { method: 'POST', path: '/chat/', kind: 'call' },
  { method: 'POST', path: '/newMessage/', kind: 'call' },
  { method: 'POST', path: '/_ah/mail/', kind: 'call' },
  { method: 'POST', path: '/notes/', kind: 'call' },
  { method: 'POST', path: '/sockets/', kind: 'call' },
]

/** What a page's request to the application is; nothing for one that is not shown, such as one for a page. */
export function readCall(method: string, path: string): KindName | undefined {
  const found = calls.find((call) => {
    const isBelow = call.path.endsWith('/') && path.startsWith(call.path)
    return call.method === method && (path === call.path || isBelow)
  })
  return found?.kind
}
