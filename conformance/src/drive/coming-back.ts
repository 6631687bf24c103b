/** Clients that go and come back: what they read, what they miss, and the cursors with which they ask for it. */

import { asking, type Cursors } from './asking.ts'
import { startBroadcasting } from './broadcasting.ts'
import type { Drive } from './drive.ts'
import { SetUpFailed } from './set-up-failed.ts'
import type { Connection } from './socket.ts'

/** Room for broadcasts that arrive closer together than they were sent. */
const SPACING = 1.25

/** Characters that take more room in UTF-8 than in other counts, or in JSON than in UTF-8. */
const FILLING = 'é"\u0001😀€\\'

/** Which of the two streams a scene plays in. */
export type Kind = 'messages' | 'broadcasts'

/** One stream and one client id that comes and goes. */
export interface Scene {
  readonly clientId: string
  /** Name of the parameter of the connect URL. */
  readonly parameter: keyof Cursors
  /** Name of the member of token answers and welcomes. */
  readonly member: 'cursor' | 'broadcast_cursor'
  /** Posts these one after the other; the ids of their receipts, empty where there is none. */
  post(as: string, ...texts: readonly string[]): Promise<string[]>
  /** Posts so many texts that nobody has used. */
  postSome(as: string, count: number): Promise<string[]>
  /** Posts so many new texts all at once, each in a role of {@link together}; `meanwhile` is called just before. */
  postTogether(as: string, count: number, meanwhile?: () => void): Promise<void>
  /** Connects, asking for this stream behind a cursor, or for nothing without one. */
  come(as: string, cursor?: string): Promise<Connection>
  /** Comes behind a cursor and waits for the envelope that carries a text, where one is to come. */
  comeFor(as: string, cursor: string, last?: string): Promise<Connection>
  /** Waits for the envelope that carries a text. */
  arrival(connection: Connection, text: string): Promise<Record<string, unknown> | undefined>
  /** Posts a text that nobody has used and waits until it has arrived. */
  fence(connection: Connection, as: string): Promise<void>
  /** The cursor in a token's answer or a welcome; empty where there is none. */
  cursorIn(body: Readonly<Record<string, unknown>> | undefined): string
  /** Connects, reads one post of role `read`, and answers its cursor. Throws {@link SetUpFailed} where it does not arrive. */
  read(as: string): Promise<{ readonly connection: Connection; readonly cursor: string }>
}

/**
 * A text of its own with exactly this many bytes of UTF-8, of fewer characters and of more bytes in JSON. Throws
 * {@link SetUpFailed} where data may not be so long.
 */
export function textOfBytes(drive: Drive, bytes: number): string {
  const { data_bytes: longest = 0 } = drive.advertised.limits
  if (bytes > longest) throw new SetUpFailed(`data has at most ${longest} bytes, not ${bytes}`)
  const start = drive.text()
  const room = Math.max(0, bytes - Buffer.byteLength(start))
  const fillings = Math.floor(room / Buffer.byteLength(FILLING))
  const rest = room - fillings * Buffer.byteLength(FILLING)
  return start + FILLING.repeat(fillings) + 'x'.repeat(rest)
}

/** The roles of posts that are made at once. */
export function together(as: string, count: number): string[] {
  return Array.from({ length: count }, (_, place) => `${as} ${place + 1}`)
}

/** A scene with a client id that nobody has used. */
export function startScene(drive: Drive, kind: Kind, clientId = drive.clientId()): Scene {
  const broadcasting = startBroadcasting(drive)
  const isMessages = kind === 'messages'
  const type = isMessages ? 'message' : 'broadcast'
  const parameter = isMessages ? 'after' : 'after_broadcast'
  const member = isMessages ? 'cursor' : 'broadcast_cursor'
  const postOne = (as: string, text: string): Promise<Record<string, unknown> | undefined> =>
    isMessages ? drive.post(as, clientId, text) : broadcasting.post(as, text)

  const post: Scene['post'] = async (as, ...texts) => {
    const ids: string[] = []
    for (const text of texts) ids.push(textOf((await postOne(as, text))?.id))
    return ids
  }
  const come: Scene['come'] = (as, cursor) =>
    drive.connect(
      as,
      clientId,
      cursor === undefined ? {} : { query: asking({ [parameter]: cursor }) },
    )
  const arrival: Scene['arrival'] = (connection, text) =>
    connection.envelope((envelope) => envelope.type === type && envelope.data === text)

  return {
    clientId,
    parameter,
    member,
    post,
    postSome: (as, count) => post(as, ...Array.from({ length: count }, () => drive.text())),
    async postTogether(as, count, meanwhile) {
      if (!isMessages)
        await drive.pass((count * SPACING) / (drive.advertised.limits.broadcasts_per_second ?? 1))
      meanwhile?.()
      await Promise.all(
        together(as, count).map((role) =>
          isMessages
            ? drive.post(role, clientId, drive.text())
            : drive.call(role, 'POST', '/v1/broadcasts', { json: { data: drive.text() } }),
        ),
      )
    },
    come,
    async comeFor(as, cursor, last) {
      const connection = await come(as, cursor)
      if (last !== undefined) await arrival(connection, last)
      return connection
    },
    arrival,
    async fence(connection, as) {
      const text = drive.text()
      await post(as, text)
      await arrival(connection, text)
    },
    cursorIn: (body) => textOf(body?.[member]),
    async read(as) {
      const connection = await come(as)
      const text = drive.text()
      const [cursor = ''] = await post('read', text)
      if (cursor === '' || !(await arrival(connection, text)))
        throw new SetUpFailed(`${as} was sent no ${type} with an id`)
      return { connection, cursor }
    },
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
