/** A process that serves many targets: JSON lines in, JSON lines out; it alone knows how one is asked and ended. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { TargetUnavailable } from './target.ts'

/** A running host. */
export interface HostProcess {
  /** Sends a command and resolves with its reply; rejects with TargetUnavailable where it is refused or late. */
  ask(verb: string, members: object): Promise<Reply>
  /** Ends its standard input, and soon the process. */
  end(): Promise<void>
}

type Reply = Readonly<Record<string, unknown>> & { readonly id: number; readonly error?: string }

const START_MS = 20_000
const END_MS = 5000

/** The path of a file of the reference server's package. */
export function findInReferenceServer(path: string): string {
  const manifest = createRequire(import.meta.url).resolve(
    '@channel-protocol/reference-server/package.json',
  )
  return join(dirname(manifest), path)
}

/** Starts a program of the reference server's package that speaks JSON lines. */
export function startHostProcess(path: string): HostProcess {
  const child = spawn(process.execPath, [findInReferenceServer(path)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return {
    ask: makeAsking(child),
    async end() {
      const gone = new Promise<void>((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) resolve()
        else child.once('exit', () => resolve())
      })
      child.stdin?.end()
      const hard = setTimeout(() => child.kill('SIGKILL'), END_MS)
      await gone
      clearTimeout(hard)
    },
  }
}

/** Requests and replies over the process's standard streams, joined by `id`. */
function makeAsking(child: ChildProcess): HostProcess['ask'] {
  const waiting = new Map<
    number,
    { resolve: (reply: Reply) => void; reject: (error: Error) => void }
  >()
  let complaints = ''
  let last = 0
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString('utf8')).slice(-4000)
  })
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const reply = JSON.parse(line) as Reply
      const asked = waiting.get(reply.id)
      waiting.delete(reply.id)
      if (reply.error === undefined) asked?.resolve(reply)
      else
        asked?.reject(new TargetUnavailable(`the reference server did not start: ${reply.error}`))
    })
  }
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) {
      reject(
        new TargetUnavailable(
          `the reference server ended (${signal ?? code}): ${complaints.trim()}`,
        ),
      )
    }
    waiting.clear()
  })
  return (verb, members) => {
    last += 1
    const id = last
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(id)
        reject(
          new TargetUnavailable(
            `the reference server did not answer ${verb} within ${START_MS / 1000} s`,
          ),
        )
      }, START_MS)
      waiting.set(id, {
        resolve: (reply) => {
          clearTimeout(late)
          resolve(reply)
        },
        reject: (error) => {
          clearTimeout(late)
          reject(error)
        },
      })
      if (child.exitCode !== null || child.signalCode !== null || child.stdin?.writableEnded) {
        waiting
          .get(id)
          ?.reject(new TargetUnavailable(`the reference server has ended: ${complaints.trim()}`))
        waiting.delete(id)
      } else child.stdin?.write(`${JSON.stringify({ id, [verb]: members })}\n`)
    })
  }
}
