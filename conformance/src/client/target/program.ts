/** Starts the program that holds the client under test, without a shell, and ends it with all that it started. */

import { spawn } from 'node:child_process'
import { within } from '../../drive/waiting.ts'
import { keepTail } from '../../target/child.ts'
import { TargetUnavailable } from '../../target/target.ts'
import { type Adapter, makeAdapter } from './adapter.ts'

const READY_MS = 10_000
const END_MS = 2000
const BETWEEN_MS = 5

/** Starts `program` and waits for its greeting; rejects with TargetUnavailable, and the end of its standard error. */
export async function startProgram([program = '', ...args]: readonly string[]): Promise<Adapter> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const ended = Promise.withResolvers<void>()
  const tail = keepTail()
  const making = makeAdapter({
    betweenMs: BETWEEN_MS,
    write: (line) => {
      if (child.stdin.writable) child.stdin.write(`${line}\n`)
    },
    async stop() {
      child.stdin.end()
      await within(ended.promise, END_MS)
      if (child.pid !== undefined) killGroup(child.pid)
    },
  })
  child.stdin.on('error', () => {})
  child.stderr.on('data', tail.take)
  const read = splitLines(making.take)
  child.stdout.setEncoding('utf8').on('data', read)
  const end = (how: string): void => {
    ended.resolve()
    tail.end()
    making.end(`${program} ${how}${describe(tail.text())}`)
  }
  child.on('error', (error) => end(`cannot be started: ${error.message}`))
  child.on('close', (code, signal) => end(`has ended (${signal ?? code})`))
  try {
    const adapter = await within(making.ready, READY_MS)
    if (adapter) return adapter
    throw new Error(
      `${program} did not say that it is ready within ${READY_MS / 1000} s; conformance/src/client/README.md says how${describe(tail.text())}`,
    )
  } catch (error) {
    if (child.pid !== undefined) killGroup(child.pid)
    throw new TargetUnavailable((error as Error).message)
  }
}

function describe(complaints: string): string {
  return complaints === '' ? '' : `: ${complaints}`
}

/** Only a line feed ends a line: Node's own reader of lines also stops at separators that JSON leaves unescaped. */
function splitLines(take: (line: string) => void): (chunk: string) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  }
}

/** Ends what is left of the process group of a program that this suite started. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
