/** A client that comes back where it was: it alone knows the cursors, and what arrived on all its connections together. */
import { WebSocket } from 'ws'

/** An envelope as it came. */
export interface Arrived {
  type: string
  id?: string
  seq?: number
  data?: string
  resumed?: boolean
  cursor?: string
  broadcast_cursor?: string
}

/** Where a connection is opened, and from which places on. */
export interface Coming {
  connectUrl: string
  token: string
  after: string
  afterBroadcast: string
}

/** What a transport tells of one connection. */
export interface Hearing {
  onEnvelope(envelope: Arrived): void
  /** Called once, when nothing comes any more. */
  onEnd(): void
}

/** Opens one connection; the answer destroys it without a word. */
export type Transport = (coming: Coming, hearing: Hearing) => () => void

/** A client that is connected, or about to be again. */
export interface ResumingClient {
  /** Messages in the order in which they came, whatever their connection. */
  messages: Arrived[]
  broadcasts: Arrived[]
  /** `resumed` of each welcome. */
  resumed: boolean[]
  /** Destroys the connection, or the attempt at one, and comes back. */
  drop(): void
  /** Connections that were destroyed. */
  drops(): number
  /** Resolves as soon as `isDone` after an envelope; rejects where a welcome says that something may be lost. */
  until(isDone: (client: ResumingClient) => boolean): Promise<void>
  /** Ends the connection for good. */
  stop(): void
}

/** The WebSocket of a channel. */
export const overWebSocket: Transport = ({ connectUrl, token, after, afterBroadcast }, hearing) => {
  const url = `${connectUrl}?${new URLSearchParams({ after, after_broadcast: afterBroadcast })}`
  const socket = new WebSocket(url, ['channel-protocol.v1', `channel-token.${token}`])
  socket.on('message', (frame) => hearing.onEnvelope(JSON.parse(String(frame)) as Arrived))
  // An error is followed by `close`.
  socket.on('error', () => {})
  socket.on('close', () => hearing.onEnd())
  return () => socket.terminate()
}

/** Connects with the cursors of a token's answer, and from then on with those of what came last. */
export function startResumingClient(transport: Transport, first: Coming): ResumingClient {
  const { promise: lost, reject } = Promise.withResolvers<never>()
  lost.catch(() => {})
  let { after, afterBroadcast } = first
  let onChange = (): void => {}
  let destroy = (): void => {}
  let drops = 0
  let connection = 0

  const client: ResumingClient = {
    messages: [],
    broadcasts: [],
    resumed: [],
    drops: () => drops,
    drop: () => {
      drops += 1
      leave()
      connect()
    },
    until: (isDone) => {
      const { promise: done, resolve } = Promise.withResolvers<void>()
      onChange = () => {
        if (isDone(client)) resolve()
      }
      onChange()
      return Promise.race([done, lost])
    },
    stop: leave,
  }

  /** What a destroyed connection still had is not heard, as if it had been on its way. */
  function leave(): void {
    connection += 1
    destroy()
  }

  function connect(): void {
    connection += 1
    const own = connection
    destroy = transport(
      { ...first, after, afterBroadcast },
      {
        onEnvelope: (envelope) => {
          if (own === connection) take(envelope)
        },
        onEnd: () => {
          if (own === connection) connect()
        },
      },
    )
  }

  function take(envelope: Arrived): void {
    if (envelope.type === 'welcome') welcome(envelope)
    if (envelope.type === 'message') {
      client.messages.push(envelope)
      after = envelope.id ?? after
    }
    if (envelope.type === 'broadcast') {
      client.broadcasts.push(envelope)
      afterBroadcast = envelope.id ?? afterBroadcast
    }
    onChange()
  }

  function welcome({ resumed = false }: Arrived): void {
    client.resumed.push(resumed)
    if (!resumed) reject(new Error('a welcome says that something may be lost'))
  }

  connect()
  return client
}
