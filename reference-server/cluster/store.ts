/** A Redis for trying, as a process of its own; it alone knows how that is found, started and ended. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findFreePort } from '../demos/free-port.ts'

/** No Redis was given, and none can be started. */
export class StoreMissing extends Error {}

/** A Redis that runs. */
export interface TriedStore {
  url: string
  /** Ends it, and what it kept. */
  end(): Promise<void>
}

/** Starts a Redis on a free port of this machine, and resolves when it listens. Rejects with StoreMissing where there is none. */
export async function startStore(): Promise<TriedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'channel-cluster-'))
  const port = await findFreePort('127.0.0.1')
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const child = spawn('redis-server', args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve()
    })
  })
  const ended = once(child, 'exit')
  const failed = ended.then(
    () => {
      throw new StoreMissing('redis-server ended at once; give a Redis with --redis')
    },
    () => {
      throw new StoreMissing(
        'redis-server is not installed (Debian: apt-get install redis-server); give a Redis with --redis redis://host:port',
      )
    },
  )
  await Promise.race([ready, failed]).catch(async (error: unknown) => {
    await rm(folder, { recursive: true })
    throw error
  })
  failed.catch(() => {})
  return {
    url: `redis://127.0.0.1:${port}`,
    end: async () => {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}
