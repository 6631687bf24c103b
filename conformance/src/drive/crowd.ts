/** Many TCP connections that never say anything, recorded as one. */

import { connect, type Socket } from 'node:net'
import type { Recorder } from '../timeline/recorder.ts'

/** Opens `count` connections to the host and port of a URL; the function returned ends them. */
export async function openCrowd(
  recorder: Recorder,
  as: string,
  url: URL,
  count: number,
  patienceMs: number,
): Promise<() => void> {
  const sockets: Socket[] = []
  const settled = Array.from(
    { length: count },
    () =>
      new Promise<void>((resolve) => {
        const socket = connect({
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: Number(url.port || 80),
        })
        sockets.push(socket)
        socket.once('connect', () => resolve())
        socket.once('close', () => resolve())
        // A service may turn any of them away; that is its answer to a crowd.
        socket.on('error', () => {})
        socket.resume()
      }),
  )
  await recorder.clock.during(recorder.clock.within(Promise.all(settled), patienceMs))
  recorder.record({ kind: 'sent', as, what: `${count} TCP connections that say nothing` })
  return () => {
    for (const socket of sockets.splice(0)) socket.destroy()
  }
}
