/** A whole service as a process of its own, for tests that kill it. */
import { type Program, runProgram } from './run-program.ts'
import { makeCalls, type TestCalls } from './start-service.ts'

/** A service that a test asks, and may kill. */
export interface ServiceProcess extends TestCalls {
  baseUrl: string
  program: Program
  /** Kills it, as the system does where memory runs out, and resolves when it is dead. */
  kill(): Promise<void>
  /** Ends it as an operator does, and resolves with its exit code. */
  end(): Promise<number | null>
}

/** Starts the program with these flags, on a port that the system chooses, and resolves when it listens. */
export async function startProcess(flags: readonly string[]): Promise<ServiceProcess> {
  const program = runProgram('main.ts', ['--port', '0', '--private-port', '0', ...flags])
  const listening = async (): Promise<string> => {
    for (;;) {
      const [, url] = /server at (http:\S+)/.exec(await program.next()) ?? []
      if (url !== undefined) return url
    }
  }
  const ended = program.ended.then(({ errors }) => {
    throw new Error(`the program ended: ${errors}`)
  })
  const baseUrl = await Promise.race([listening(), ended])
  ended.catch(() => {})
  const endBy = (signal: 'SIGKILL' | 'SIGTERM') => async () => {
    program.process.kill(signal)
    return (await program.ended).code
  }
  const kill = endBy('SIGKILL')
  return {
    ...makeCalls(baseUrl),
    baseUrl,
    program,
    kill: async () => void (await kill()),
    end: endBy('SIGTERM'),
  }
}
