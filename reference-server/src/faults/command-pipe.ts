/** The private pipe of a host: it alone knows how a line of JSON becomes a command and its answer another line. */
import { createInterface } from 'node:readline'
import type { Log } from '../ports.ts'

/**
 * Answers each line of the standard input with one line on the standard output that repeats its `id`: what `run`
 * resolves with, or `error` with the message of what it threw. When the input ends, `stop` is called and the process
 * exits; a defect that nothing caught ends it with 1.
 */
export function serveCommands<Command extends { id: number }>(
  run: (command: Command) => Promise<object>,
  stop: () => Promise<unknown>,
  log: Log,
): void {
  async function answer(line: string): Promise<void> {
    let id: number | null = null
    let result: object
    try {
      const command = JSON.parse(line) as Command
      id = command.id
      result = await run(command)
    } catch (error) {
      result = { error: error instanceof Error ? error.message : String(error) }
    }
    process.stdout.write(`${JSON.stringify({ id, ...result })}\n`)
  }

  function onDefect(cause: unknown): void {
    log.error({ err: cause }, 'a defect that nothing caught')
    process.exit(1)
  }

  process.on('uncaughtException', onDefect)
  process.on('unhandledRejection', onDefect)
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    if (line.trim() !== '') void answer(line)
  })
  lines.on('close', () => void stop().then(() => process.exit(0)))
}
