/** Many clients in one process: it alone knows how they come, what each was told, and how each ended. */
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { WebSocket } from 'ws'
import { makeApplication } from '../../application/application.ts'

/** An envelope, as far as tests look at it. */
export interface Envelope {
  type: string
  epoch?: number
  seq?: number
  data?: string
  resumed?: boolean
  cursor?: string
  broadcast_cursor?: string
  after_seconds?: number
}

/** How a connection ended. */
export interface End {
  code: number
  reason: string
  /** By the clock of this process that only runs forward, in milliseconds. */
  atMs: number
}

/** One client of a crowd. */
export interface Member {
  clientId: string
  token: string
  socket: WebSocket
  /** Every envelope since its connection was made. */
  heard: Envelope[]
  ended: Promise<End>
}

/** How a crowd comes. */
export interface CrowdOptions {
  baseUrl: string
  clientIds: readonly string[]
  /** Connections that are made at a time; 50 where absent. */
  atOnce?: number
  /** Query of the connect URL of a client, with its question mark. */
  query?(clientId: string): string
  /** A token in place of a new one. */
  token?(clientId: string): string
}

const KEY = DEVELOPMENT.application_keys[0]

/** Names for so many clients. */
export function nameClients(count: number, prefix = 'client'): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix} ${at}`)
}

/** Connects them all, and resolves when each was welcomed. Rejects where one is not. */
export async function connectCrowd(options: CrowdOptions): Promise<Member[]> {
  const { baseUrl, clientIds, atOnce = 50, query, token } = options
  const application = makeApplication({ baseUrl, applicationKey: KEY, connections: 16 })
  const waiting = [...clientIds]
  const members: Member[] = []
  const connectSome = async (): Promise<void> => {
    for (let clientId = waiting.shift(); clientId; clientId = waiting.shift()) {
      const known = token?.(clientId)
      const bearer = known ?? (await application.createChannel(clientId)).token
      members.push(await connectMember(baseUrl, clientId, bearer, query?.(clientId)))
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, connectSome))
  } finally {
    await application.stop()
  }
  return members
}

/** Connects one client, and resolves when it was welcomed; rejects with the end of its connection otherwise. */
export async function connectMember(
  baseUrl: string,
  clientId: string,
  token: string,
  query = '',
): Promise<Member> {
  const url = `${baseUrl.replace('http', 'ws')}/v1/connect${query}`
  const socket = new WebSocket(url, ['channel-protocol.v1', `channel-token.${token}`])
  const heard: Envelope[] = []
  let cause = 'no cause'
  socket.on('error', (error: Error) => {
    cause = error.message
  })
  const ended = new Promise<End>((resolve) => {
    socket.once('close', (code, reason) =>
      resolve({ code, reason: String(reason), atMs: performance.now() }),
    )
  })
  const welcomed = new Promise<'welcome'>((resolve) => {
    socket.on('message', (frame) => {
      const envelope = JSON.parse(String(frame)) as Envelope
      heard.push(envelope)
      if (envelope.type === 'welcome') resolve('welcome')
    })
  })
  const first = await Promise.race([welcomed, ended])
  if (first !== 'welcome')
    throw new Error(`${clientId} was not welcomed: ${first.code} ${first.reason} (${cause})`)
  return { clientId, token, socket, heard, ended }
}

/** Breaks every connection without a word, and resolves when each is gone. */
export async function dropCrowd(members: readonly Member[]): Promise<void> {
  for (const { socket } of members) socket.terminate()
  await Promise.all(members.map(({ ended }) => ended))
}

/** Resolves when every client was pinged so often, and rejects with the end of the first that ended before. */
export async function hearPings(crowd: readonly Member[], times: number): Promise<void> {
  const pinged = crowd.map(({ socket }) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let count = 0
    socket.on('ping', () => {
      count += 1
      if (count === times) resolve()
    })
    return promise
  })
  const anyEnd = Promise.race(crowd.map(({ ended }) => ended)).then(({ code, reason }) => {
    throw new Error(`a client that answers pings was ended: ${code} ${reason}`)
  })
  await Promise.race([Promise.all(pinged), anyEnd])
}
