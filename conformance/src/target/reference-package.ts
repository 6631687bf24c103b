/** The reference server's package, which need not be there: it alone knows where the programs of it lie. */

import { existsSync } from 'node:fs'
import { createRequire, getCompileCacheDir } from 'node:module'
import { dirname, join } from 'node:path'
import { EXTENSION } from '../program-file.ts'

/** Thrown where a program of the reference server is wanted, and its package is not there. */
export class NoReferenceServer extends Error {
  constructor() {
    super(
      'no target: give a URL or --exec, or install @channel-protocol/reference-server beside this package',
    )
  }
}

/** The path of a program of the package, given without its extension. Throws {@link NoReferenceServer}. */
export function findInReferenceServer(program: string): string {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      '@channel-protocol/reference-server/package.json',
    )
    return join(dirname(manifest), program) + EXTENSION
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    throw new NoReferenceServer()
  }
}

/** The program that holds sample chats, and reference servers without faults; part of the repository only. */
export const SAMPLE_CHAT = 'demos/host'
/** The program that breaks rules on purpose; part of the repository only. */
export const FAULTY_SERVER = 'src/faults/host'

/** The environment of programs of the package: what was compiled once is read back by them too, where this process does so. */
export function environmentOfOwn(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir()
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(cache) }
}

/** Whether the package holds a program: as it is published it has neither the sample chat nor faults. Throws {@link NoReferenceServer}. */
export function hasProgram(program: string): boolean {
  return existsSync(findInReferenceServer(program))
}
