/** The calls that send, each with somebody who receives, so that what is carried out twice shows. */

import { startBroadcasting } from './broadcasting.ts'
import type { Drive } from './drive.ts'

/** The role of whoever receives, and that of what is sent last. */
export const RECEIVER = 'client'
export const FENCE = 'fence'

/** A post that is ready to be sent. */
export interface Staged {
  readonly body: object
  /** Changes what the same post would be answered if it were carried out now. */
  change(): Promise<void>
  /** Sends something else after it, and waits until that has arrived. */
  fence(): Promise<void>
}

/** Prepares a post; `isWatched` says whether somebody receives from the beginning. */
export type Staging = (drive: Drive, isWatched: boolean) => Promise<Staged>

/** One message. */
export const stageMessage: Staging = (drive, isWatched) =>
  stageClient(drive, isWatched, (clientId) => ({ client_id: clientId, data: drive.text() }))

/** Several messages at once, one of them no good. */
export const stageBatch: Staging = (drive, isWatched) =>
  stageClient(drive, isWatched, (clientId) => ({
    messages: [drive.text(), '', drive.text()].map((data) => ({ client_id: clientId, data })),
  }))

async function stageClient(
  drive: Drive,
  isWatched: boolean,
  make: (clientId: string) => object,
): Promise<Staged> {
  const clientId = drive.clientId()
  let client = isWatched ? await drive.connect(RECEIVER, clientId) : undefined
  return {
    body: make(clientId),
    async change() {
      client ??= await drive.connect(RECEIVER, clientId)
    },
    async fence() {
      const data = drive.text()
      await drive.post(FENCE, clientId, data)
      await client?.message(data)
    },
  }
}

/** One broadcast. */
export const stageBroadcast: Staging = async (drive, isWatched) => {
  const broadcasting = startBroadcasting(drive)
  const connect = (): ReturnType<Drive['connect']> => drive.connect(RECEIVER, drive.clientId())
  let client = isWatched ? await connect() : undefined
  return {
    body: { data: drive.text() },
    async change() {
      client ??= await connect()
    },
    async fence() {
      if (client) await broadcasting.fence(FENCE, client)
    },
  }
}

/** A text for one socket and for one that nobody has. */
export const stageSocketSend: Staging = async (drive) => {
  const { page, id, webhooks } = await acceptSocket(drive, RECEIVER)
  return {
    body: { sockets: [id, drive.clientId()], body: drive.text() },
    async change() {
      page.close(1000)
      await page.ended()
      await webhooks.event('closed')
    },
    fence: () => fenceSocket(drive, page, id),
  }
}

/** A text for every socket. */
export const stageSocketBroadcast: Staging = async (drive) => {
  const { page, id } = await acceptSocket(drive, RECEIVER)
  return {
    body: { body: drive.text() },
    async change() {
      await acceptSocket(drive, 'another')
    },
    fence: () => fenceSocket(drive, page, id),
  }
}

type Accepted = Awaited<ReturnType<Drive['sockets']['connect']>>

async function acceptSocket(drive: Drive, as: string): Promise<Accepted> {
  const socket = await drive.sockets.connect(as)
  await drive.sockets.send(`to ${as}`, socket.id, drive.text())
  await socket.page.texts(1)
  return socket
}

async function fenceSocket(drive: Drive, page: Accepted['page'], id: string): Promise<void> {
  const body = drive.text()
  await drive.sockets.send(FENCE, id, body)
  await page.frames.find(({ text }) => text === body, drive.patienceMs)
}
