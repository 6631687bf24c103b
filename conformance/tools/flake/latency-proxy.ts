/** A TCP proxy that is slow by a little: it alone knows how long each piece is held back. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Bounds of the delay of each piece, in milliseconds. */
const DELAY_MS = { least: 1, most: 20 } as const

/** Bytes of one direction that may be held back: a proxy that takes all that comes would hide what the service leaves unread. */
const MOST_HELD_BYTES = 256 * 1024

/** A proxy that listens. */
export interface LatencyProxy {
  readonly port: number
  /** To which port of loopback new connections go. */
  lead(port: number): void
  /** Takes no new connections; those that it has go on. */
  close(): void
  /** Ends all connections too. */
  stop(): void
}

/** Starts a proxy on a port of loopback that the system chooses; the seed decides all delays. */
export async function startLatencyProxy(seed: number): Promise<LatencyProxy> {
  const sockets = new Set<Socket>()
  let target = 0
  let state = seed >>> 0
  const delay = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return DELAY_MS.least + (state / 2 ** 32) * (DELAY_MS.most - DELAY_MS.least)
  }
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
    }
    join(near, far)
    join(far, near)
  })

  /** Brings each piece, and the end, to the other side a little later and in order. */
  function join(from: Socket, to: Socket): void {
    let last = Promise.resolve()
    const later = (act: () => void): void => {
      const due = new Promise((resolve) => {
        setTimeout(resolve, delay())
      })
      last = Promise.all([last, due]).then(act)
    }
    let heldBytes = 0
    const flowOn = (): void => {
      if (heldBytes <= MOST_HELD_BYTES && !to.writableNeedDrain) from.resume()
    }
    to.on('drain', flowOn)
    from.on('data', (chunk: Buffer) => {
      heldBytes += chunk.length
      if (heldBytes > MOST_HELD_BYTES) from.pause()
      later(() => {
        heldBytes -= chunk.length
        if (to.destroyed) return
        if (to.write(chunk)) flowOn()
        else from.pause()
      })
    })
    from.on('end', () => later(() => to.end()))
    from.on('close', () => {
      sockets.delete(from)
      // A reset is no end: it goes through at once, as on a wire.
      if (!from.readableEnded) to.destroy()
    })
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    lead(port) {
      target = port
    },
    close: () => void server.close(),
    stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
