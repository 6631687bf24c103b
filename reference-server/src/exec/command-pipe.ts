/** The private pipe of a program that is told what to start: it alone knows how a line of JSON becomes a command and its answer another line. */
import { StringDecoder } from 'node:string_decoder'
import type { Log } from '../ports.ts'

/** Thrown where a program is asked for what it cannot do; the message names it, and is answered as `unsupported`. */
export class Unsupported extends Error {}

/**
 * Answers each line of the standard input with one line on the standard output that repeats its `id`: what `run`
 * resolves with, `unsupported` where it threw {@link Unsupported}, or `error` with the message of what else it threw. A
 * line without an `id` cannot be answered and is logged. When the input ends, `stop` is called and the process exits; a
 * defect that nothing caught ends it with 1.
 */
export function serveCommands<Command extends { id: number }>(
  run: (command: Command) => Promise<object>,
  stop: () => Promise<unknown>,
  log: Log,
): void {
  async function answer(line: string): Promise<void> {
    const command = readCommand(line)
    if (!command) {
      log.error(
        { characters: line.length },
        'a line is no JSON object with an id, a whole number from 1',
      )
      return
    }
    let result: object
    try {
      result = await run(command as Command)
    } catch (error) {
      const { message } = error as Error
      result = error instanceof Unsupported ? { unsupported: message } : { error: message }
    }
    process.stdout.write(`${JSON.stringify({ id: command.id, ...result })}\n`)
  }

  function onDefect(cause: unknown): void {
    log.error({ err: cause }, 'a defect that nothing caught')
    process.exit(1)
  }

  process.on('uncaughtException', onDefect)
  process.on('unhandledRejection', onDefect)
  const split = splitLines((line) => void answer(line))
  const decoder = new StringDecoder('utf8')
  process.stdin.on('data', (chunk: Buffer) => split(decoder.write(chunk)))
  process.stdin.on('end', () => void stop().then(() => process.exit(0)))
}

function readCommand(line: string): { id: number } | undefined {
  try {
    const value = JSON.parse(line) as { id?: unknown } | null
    return Number.isInteger(value?.id) && Number(value?.id) >= 1
      ? (value as { id: number })
      : undefined
  } catch {
    return undefined
  }
}

/** Only a line feed ends a line: Node's own reader of lines also stops at separators that JSON leaves unescaped. */
function splitLines(take: (line: string) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') take(line)
  }
}
