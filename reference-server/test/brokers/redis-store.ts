/** A Redis of tests: a process of its own on a free port, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findFreePort } from '../../demos/free-port.ts'

/** A Redis that runs. */
export interface RedisStore {
  /** Where it is reached; the path names the database. */
  url: string
  /** Ends the process without a word, and starts it again on the same port; what it kept on disk is there. */
  restart(): Promise<void>
  /** Ends the process without a word. */
  kill(): Promise<void>
  /** Starts the process that was ended. */
  start(): Promise<void>
  /** Sends a signal to the process. */
  signal(signal: NodeJS.Signals): void
  /** Ends the process and frees its folder. */
  stop(): Promise<void>
}

/** Starts a Redis that keeps nothing on disk, unless `args` say otherwise. */
export async function startRedisStore(args: readonly string[] = []): Promise<RedisStore> {
  const folder = await mkdtemp(join(tmpdir(), 'channel-redis-'))
  const port = await findFreePort('127.0.0.1')
  const all = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    ...args,
  ]
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const started = spawn('redis-server', all, { stdio: ['ignore', 'pipe', 'inherit'] })
    child = started
    const failed = once(started, 'exit').then(() => {
      throw new Error('redis-server ended before it was ready')
    })
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: started.stdout }).on('line', (line) => {
        if (line.includes('Ready to accept connections')) resolve()
      })
    })
    failed.catch(() => {})
    await Promise.race([ready, failed])
  }
  async function kill(): Promise<void> {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null) return
    const ended = once(ending, 'exit')
    ending.kill('SIGKILL')
    await ended
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    restart: async () => {
      await kill()
      await start()
    },
    signal: (signal) => child?.kill(signal),
    stop: async () => {
      await kill()
      await rm(folder, { recursive: true })
    },
  }
}
