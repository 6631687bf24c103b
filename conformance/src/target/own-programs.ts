/** Starts the project's own programs; it alone knows which of them was started before anybody asked for it. */

import { type CommandedChild, startCommanded } from './command-lines.ts'
import {
  environmentOfOwn,
  FAULTY_SERVER,
  findInReferenceServer,
  hasProgram,
  NoReferenceServer,
  SAMPLE_CHAT,
} from './reference-package.ts'

/** The reference server as it is published: without faults, and so sooner ready. */
const SOUND_SERVER = 'src/exec'

/** The suite and its programs keep the processor busy; more threads that compile for them would keep each other waiting. */
const FEW_THREADS = ['--v8-pool-size=1']

const early = new Map<string, CommandedChild>()

/** The program that holds reference servers: with faults where the package has them. Throws {@link NoReferenceServer}. */
export function referenceProgram(): string {
  return hasProgram(FAULTY_SERVER) ? FAULTY_SERVER : SOUND_SERVER
}

/**
 * The program that holds reference servers without faults, and sample chats where the package has them: a process for each
 * would load and compile the same twice. Throws {@link NoReferenceServer}.
 */
export function soundProgram(): string {
  return hasProgram(SAMPLE_CHAT) ? SAMPLE_CHAT : SOUND_SERVER
}

/**
 * Starts the reference server's program while the suite still reads its checks. It ends with the suite where nobody takes
 * it. Does nothing where the package is not installed, which whoever takes it is told.
 */
export function startOwnEarly(): void {
  try {
    const program = soundProgram()
    early.set(program, start(program))
  } catch (error) {
    if (!(error instanceof NoReferenceServer)) throw error
  }
}

/** The program that was started early, once, and later one that is started now. Throws {@link NoReferenceServer}. */
export function takeOwn(program: string): CommandedChild {
  const started = early.get(program) ?? start(program)
  early.delete(program)
  return started
}

function start(program: string): CommandedChild {
  return startCommanded([process.execPath, ...FEW_THREADS, findInReferenceServer(program)], {
    env: environmentOfOwn(),
  })
}
