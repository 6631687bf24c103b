/** Posts to everybody, never faster than the advertised rate, and waits for what arrives. */

import { readObject } from '../timeline/timeline.ts'
import type { Drive } from './drive.ts'
import type { Reader } from './reader.ts'
import type { CallOptions } from './requests.ts'

/** Room for requests that arrive closer together than they were sent. */
const SPACING = 1.25

/** What an application does with broadcasts. */
export interface Broadcasting {
  /** Posts data; the answer's body where it is an object. */
  post(
    as: string,
    data: unknown,
    options?: CallOptions,
  ): Promise<Record<string, unknown> | undefined>
  /** Posts several at once. */
  postTogether(as: string, texts: readonly string[]): Promise<void>
  /** Posts a text that nobody has used and waits until it has arrived on all of these. */
  fence(as: string, ...connections: readonly Reader[]): Promise<void>
}

/** Broadcasts of one drive; whatever went on before, none of them exceeds the rate. */
export function startBroadcasting(drive: Drive): Broadcasting {
  const seconds = SPACING / (drive.advertised.limits.broadcasts_per_second ?? 1)
  const send: Broadcasting['post'] = async (as, data, options = {}) => {
    const answer = await drive.call(as, 'POST', '/v1/broadcasts', { json: { data }, ...options })
    return answer && readObject(answer.body)
  }
  const post: Broadcasting['post'] = async (...facts) => {
    await drive.pass(seconds)
    return send(...facts)
  }
  return {
    post,
    async postTogether(as, texts) {
      await drive.pass(seconds * texts.length)
      await Promise.all(texts.map((text) => send(as, text)))
    },
    async fence(as, ...connections) {
      const data = drive.text()
      await post(as, data)
      await Promise.all(connections.map((connection) => broadcastOn(connection, data)))
    },
  }
}

/** Waits for the broadcast that carries this data. */
export function broadcastOn(connection: Reader, data: string): Promise<unknown> {
  return connection.envelope(({ type, data: got }) => type === 'broadcast' && got === data)
}
