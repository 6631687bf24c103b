/** One node for trying, as a process of its own; it alone knows how that is started and ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A node that runs, or was killed. */
export interface TriedNode {
  pid: number
  /** Its base, once it listens; rejects where it ends instead, and has said why. */
  url: Promise<string>
  /** By what it ended: a signal, or a status. */
  ended: Promise<string>
  /** Ends it, where it did not end, and resolves then. */
  end(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('../src/main.ts', import.meta.url))

// A short drain, as nobody is served here.
const DEFAULTS = ['--private-port', '0', '--drain-seconds', '1']

/** Starts a node with these flags; `hear` is given each line of its log. */
export function startNode(flags: readonly string[], hear: (line: string) => void): TriedNode {
  const child = spawn(process.execPath, [PROGRAM, ...DEFAULTS, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C ends the nodes in the order of this program, and not all at once.
    detached: true,
  })
  const ended = once(child, 'exit').then(([status, signal]) => signal ?? `status ${status}`)
  return {
    pid: child.pid ?? 0,
    url: Promise.race([readLines(child, hear), failed(ended)]),
    ended,
    end: async () => {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Answers the base that a node says it listens at. */
function readLines({ stdout }: ChildProcess, hear: (line: string) => void): Promise<string> {
  return new Promise((resolve) => {
    if (!stdout) return
    createInterface({ input: stdout }).on('line', (line) => {
      const [, url] = /server at (http:\S+)/.exec(line) ?? []
      if (url !== undefined) resolve(url)
      if (line.startsWith('{')) hear(line)
    })
  })
}

async function failed(ended: Promise<string>): Promise<never> {
  throw new Error(`a node could not be started (${await ended})`)
}
