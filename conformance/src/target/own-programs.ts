/** Starts the project's own programs; it alone knows which of them was started before anybody asked for it. */

import { type CommandedChild, startCommanded } from './command-lines.ts'
import {
  environmentOfOwn,
  FAULTY_SERVER,
  findInReferenceServer,
  hasProgram,
  NoReferenceServer,
} from './reference-package.ts'

/** The reference server as it is published: without faults, and so sooner ready. */
export const SOUND_SERVER = 'src/exec'

const early = new Map<string, CommandedChild>()

/** The program that holds reference servers: with faults where the package has them. Throws {@link NoReferenceServer}. */
export function referenceProgram(): string {
  return hasProgram(FAULTY_SERVER) ? FAULTY_SERVER : SOUND_SERVER
}

/**
 * Starts the reference server's program while the suite still reads its checks. It ends with the suite where nobody takes
 * it. Does nothing where the package is not installed, which whoever takes it is told.
 */
export function startOwnEarly(): void {
  try {
    early.set(SOUND_SERVER, start(SOUND_SERVER))
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
  return startCommanded([process.execPath, findInReferenceServer(program)], {
    env: environmentOfOwn(),
  })
}
