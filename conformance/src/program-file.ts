/** Where programs that the suite starts lie: it alone knows that sources run as `.ts` and the published package as `.js`. */

import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** With its dot: what the suite and the packages beside it are made of. */
export const EXTENSION = extname(import.meta.url)

/** The path of a program of the suite's own, given without its extension, such as `new URL('process', import.meta.url)`. */
export function programFile(program: URL): string {
  return fileURLToPath(program) + EXTENSION
}
