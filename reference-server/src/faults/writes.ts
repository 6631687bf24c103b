/** What faults of several chapters do to what is written; it alone knows how to tell the type of a written frame. */
import type { Pulse } from '../outbound/connection.ts'
import type { Wraps } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'

/** More than waits for a client that reads. */
const BACKLOG_BYTES = 65_536

/** One frame and what it encodes. */
export type Written = Parameters<ConnectionWriter['write']>

/** Whether a frame is the envelope of this type. */
export function isOfType(frame: Written[0], type: string): frame is string {
  return typeof frame === 'string' && frame.startsWith(`{"type":"${type}"`)
}

/** Sends one Ping on each connection, or socket, and then no other. */
export const pingsOnce: Wraps['writer'] = (writer, _whose, pulse) => {
  const { ping } = pulse
  let isDone = false
  pulse.ping = (onSent) => {
    if (!isDone) ping(onSent)
    isDone = true
  }
  return writer
}

/** Sends a newer connection, behind its welcome, the last frame of this type that the older one was sent. */
export function repeatsAfterTakeover(type: 'message' | 'broadcast'): Wraps['writer'] {
  const newest = new Map<string, { writer: ConnectionWriter; written: Written }>()
  return (writer, clientId) => {
    const write: ConnectionWriter['write'] = (...written) => {
      writer.write(...written)
      const [frame] = written
      const last = newest.get(clientId)
      if (isOfType(frame, 'welcome') && last?.writer.isOpen()) writer.write(...last.written)
      if (isOfType(frame, type)) newest.set(clientId, { writer, written })
    }
    return { ...writer, write }
  }
}

/** Drops the frames that `isDropped` names, of so many connections, while much waits for another connection. */
export function waitsForSlow(
  isDropped: (frame: Written[0], openConnections: number) => boolean,
): Wraps['writer'] {
  const everyone = new Map<Pulse, ConnectionWriter>()
  return (writer, _clientId, own) => {
    everyone.set(own, writer)
    const mayWrite = (frame: Written[0]): boolean => {
      const open = [...everyone].filter(([, { isOpen }]) => isOpen())
      const slow = open.find(([pulse]) => pulse !== own && pulse.queuedBytes() > BACKLOG_BYTES)
      return slow === undefined || !isDropped(frame, open.length)
    }
    const write: ConnectionWriter['write'] = (...written) => {
      if (mayWrite(written[0])) writer.write(...written)
    }
    return { ...writer, write }
  }
}
