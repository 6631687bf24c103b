/** The reference server as its own process: it alone knows how one is started, watched and ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const READY = /reference server at (\S+)$/

/** How a server is started. */
export interface ServerOptions {
  /** Flags of the command line. */
  flags: readonly string[]
  /** A module that is loaded before the program, for what only its own process can do to it. */
  preload?: URL
  /** Files that it may have open at once; as many as this process where absent. */
  openFiles?: number
}

/** A server that runs, until somebody ends it. */
export interface ServerProcess {
  baseUrl: string
  port: number
  process: ChildProcess
  /** Sends a signal, and resolves with exit code and signal when the process has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<readonly [number | null, NodeJS.Signals | null]>
  /** What it wrote to standard error so far. */
  errors(): string
}

/** Starts a server, and resolves when it listens. Rejects with what it said where it ends before. */
export async function startServerProcess(options: ServerOptions): Promise<ServerProcess> {
  const child = spawnServer(options)
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    // The last words are the ones that say why.
    errors = (errors + text).slice(-10_000)
  })
  const baseUrl = await Promise.race([readBaseUrl(child), ended.then(() => undefined)])
  if (baseUrl === undefined)
    throw new Error(`the server ended before it listened: ${errors.trim()}`)
  return {
    baseUrl,
    port: Number(new URL(baseUrl).port),
    process: child,
    end: (signal) => {
      child.kill(signal)
      return ended
    },
    errors: () => errors,
  }
}

function spawnServer({ flags, preload, openFiles }: ServerOptions): ChildProcess {
  const args = [...(preload ? ['--import', preload.href] : []), PROGRAM, ...flags]
  const stdio: ('ignore' | 'pipe' | 'ipc')[] = [
    'ignore',
    'pipe',
    'pipe',
    ...(preload ? ['ipc' as const] : []),
  ]
  if (openFiles === undefined) return spawn(process.execPath, args, { stdio })
  const limited = `ulimit -n ${openFiles} && exec "$0" "$@"`
  return spawn('/bin/sh', ['-c', limited, process.execPath, ...args], { stdio })
}

/** The address that a server names when it listens; the rest of its output is read and dropped. */
function readBaseUrl(child: ChildProcess): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  if (!child.stdout) return Promise.resolve(undefined)
  createInterface({ input: child.stdout })
    .on('line', (line) => {
      const baseUrl = READY.exec(line)?.[1]
      if (baseUrl !== undefined) resolve(baseUrl)
    })
    .on('close', () => resolve(undefined))
  return promise
}
