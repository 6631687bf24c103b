/** A program of this package as its own process. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process whose lines a test takes one by one. */
export interface Program {
  process: ChildProcessWithoutNullStreams
  /** The next line of standard output. */
  next(): Promise<string>
  /** Exit code, and everything that was written to standard output and standard error. */
  ended: Promise<{ code: number | null; output: string; errors: string }>
}

/** Runs a file below `src/` with the tests' own node. */
export function runProgram(file: string, args: readonly string[] = []): Program {
  const path = fileURLToPath(new URL(`../src/${file}`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: 'pipe' })
  const arrived: string[] = []
  const waiting: ((line: string) => void)[] = []
  let output = ''
  let errors = ''
  createInterface({ input: child.stdout }).on('line', (line) => {
    output += `${line}\n`
    const taker = waiting.shift()
    if (taker) taker(line)
    else arrived.push(line)
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  return {
    process: child,
    next: () => {
      const line = arrived.shift()
      return line === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(line)
    },
    ended: new Promise((resolve) =>
      child.once('close', (code) => resolve({ code, output, errors })),
    ),
  }
}
