/** The demo as a process of its own: service and samples behind one origin, as `npm run demo` starts them. */
import { runProgram } from '../run-program.ts'

/** A demo that answers. */
export interface RunningDemo {
  /** Its origin. */
  readonly url: string
  /** Ends it as a terminal does, and answers when it has ended. */
  stop(): Promise<void>
}

/**
 * Starts the demo on the loopback port given, by default one that the system chooses; `flags` are those of its command
 * line. Rejects with what it wrote where it ends instead.
 */
export async function startDemo(flags: readonly string[] = [], port = 0): Promise<RunningDemo> {
  const places = ['--port', String(port), '--private-port', '0']
  const program = runProgram('../demos/main.ts', [...places, ...flags])
  const ended = program.ended.then(({ code, errors }) => {
    throw new Error(`the demo ended with ${code}: ${errors}`)
  })
  ended.catch(() => {})
  for (;;) {
    const line = await Promise.race([program.next(), ended])
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (!url) continue
    return {
      url,
      stop: async () => {
        program.process.kill('SIGTERM')
        await program.ended
      },
    }
  }
}
