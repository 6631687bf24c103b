/** A server whose process does to itself what a test says: it alone knows how it is told. */
import { on } from 'node:events'
import { type ServerProcess, startServerProcess } from '../../soak/server-process.ts'
import type { Disturbance } from './disturbed-server.ts'

/** Starts a server that can be disturbed. */
export function startDisturbedServer(flags: readonly string[]): Promise<ServerProcess> {
  return startServerProcess({ flags, preload: new URL('./disturbed-server.ts', import.meta.url) })
}

/** Disturbs a server, calls `meanwhile` when that has begun, and resolves when it is over. */
export async function disturb(
  server: ServerProcess,
  disturbance: Disturbance,
  meanwhile = (): void => {},
): Promise<void> {
  const words = on(server.process, 'message')
  server.process.send(disturbance)
  await words.next()
  meanwhile()
  await words.next()
  await words.return?.()
}
