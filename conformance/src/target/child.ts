/** A program that the suite starts: without a shell, in a process group of its own that is ended whole; its output is bounded. */

import { spawn } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import { within } from '../drive/waiting.ts'
import { cut } from '../timeline/cut.ts'
import { quote } from './shell-word.ts'

/** How a program is started. */
export interface ChildOptions {
  /** Its environment; that of the suite where absent. */
  readonly env?: NodeJS.ProcessEnv
  /**
   * Takes each line of its standard output, without the line feed. Where absent, standard output is evidence like
   * standard error, and standard input is empty.
   */
  readonly onLine?: (line: string) => void
}

/** A program that was started. */
export interface Child {
  /** The program and its arguments, as a person types them. */
  readonly name: string
  /** Resolves with how it ended, in words with its last lines, whoever ended it. */
  readonly ended: Promise<string>
  /** How it ended; undefined while it runs. */
  how(): string | undefined
  /** Resolves likewise, but only where nobody asked it to end. */
  readonly gone: Promise<string>
  /** The last whole lines of its standard error, without control characters. */
  evidence(): string
  /** Writes a line to its standard input; does nothing where it has ended. */
  write(line: string): void
  /** Asks it to end, as an operator would, and then what it leaves behind; it has ended when all of that has. */
  terminate(): void
  /** Ends its standard input, and itself with all that it started where it has not ended `graceMs` later. */
  end(graceMs: number): Promise<void>
}

/** How much of standard error is kept, in UTF-16 code units. */
const EVIDENCE = 2000
/** Longest line of standard output, in UTF-16 code units. */
const LONGEST_LINE = 4 * 1024 * 1024

const groups = new Set<number>()

/** Starts a program; that it cannot be started is seen as its end. */
export function startChild(program: readonly string[], options: ChildOptions = {}): Child {
  const [file = '', ...args] = program
  const { onLine } = options
  const child = spawn(file, args, {
    stdio: [onLine ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    detached: true,
    ...(options.env && { env: options.env }),
  })
  if (child.pid !== undefined) watchGroup(child.pid)
  const ended = Promise.withResolvers<string>()
  const gone = Promise.withResolvers<string>()
  const tail = keepTail()
  const name = program.map(quote).join(' ')
  let how: string | undefined
  let isWanted = false
  let isTerminated = false
  const finish = (what: string): void => {
    if (how !== undefined) return
    tail.end()
    const evidence = tail.text()
    how = `${name} ${what}${evidence === '' ? '' : `; the end of its standard error:\n${evidence}`}`
    ended.resolve(how)
    if (!isWanted) gone.resolve(how)
  }
  const kill = (): void => {
    if (child.pid !== undefined) endGroup(child.pid)
  }
  child.stdin?.on('error', () => {})
  child.stderr?.on('data', tail.take)
  child.stdout?.on('data', onLine ? readLines(onLine, kill) : tail.take)
  child.on('error', (error) => finish(`cannot be started: ${error.message}`))
  child.on('exit', () => {
    // A wrapper that ends at the signal may have kept it from what it wraps.
    if (isTerminated && child.pid !== undefined) signalGroup(child.pid, 'SIGTERM')
    else kill()
  })
  child.on('close', (code, signal) => finish(describeEnd(code, signal)))
  return {
    name,
    ended: ended.promise,
    gone: gone.promise,
    how: () => how,
    evidence: tail.text,
    write(line) {
      if (child.stdin?.writable) child.stdin.write(`${line}\n`)
    },
    terminate() {
      isWanted = true
      isTerminated = true
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    },
    async end(graceMs) {
      isWanted = true
      child.stdin?.end()
      if (graceMs > 0) await within(ended.promise, graceMs)
      kill()
      await ended.promise
    },
  }
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `was ended by the signal ${signal}` : `has ended with exit code ${code}`
}

/** A group is ended with the suite, however that ends, and whatever its leader has left behind. */
function watchGroup(pid: number): void {
  if (groups.size === 0) process.on('exit', endGroups)
  groups.add(pid)
}

function endGroups(): void {
  for (const pid of groups) endGroup(pid)
}

function endGroup(pid: number): void {
  // Once it has been ended, its number may be that of another.
  if (!groups.delete(pid)) return
  if (groups.size === 0) process.off('exit', endGroups)
  signalGroup(pid, 'SIGKILL')
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Only a line feed ends a line: Node's own reader of lines also stops at separators that JSON leaves unescaped. */
function readLines(take: (line: string) => void, onTooLong: () => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
    if (rest.length <= LONGEST_LINE) return
    take(rest)
    rest = ''
    onTooLong()
  }
}

/** Keeps the last lines of a stream, whole: from the middle of one, a secret could not be told. */
export function keepTail(): { take(chunk: Buffer): void; end(): void; text(): string } {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const lines: string[] = []
  let length = 0
  const add = (line: string): void => {
    const plain = cut(line.replace(/\p{Cc}/gu, ' ').trimEnd(), EVIDENCE)
    if (plain === '') return
    lines.push(plain)
    length += plain.length
    while (length > EVIDENCE && lines.length > 1) length -= lines.shift()?.length ?? 0
  }
  return {
    take(chunk) {
      const parts = (rest + decoder.write(chunk)).split('\n')
      rest = parts.pop() ?? ''
      for (const part of parts) add(part)
      // An endless line is not kept whole: what is over begins another.
      if (rest.length <= 2 * EVIDENCE) return
      add(rest)
      rest = ''
    },
    end() {
      add(rest)
      rest = ''
    },
    text: () => lines.join('\n'),
  }
}
