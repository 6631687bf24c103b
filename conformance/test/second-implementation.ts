/** The second implementation: where it is, how large, and the sentence that the README and RESULTS.md say about it. */

import { readFileSync } from 'node:fs'

const source = new URL('../examples/python/server.py', import.meta.url)

/** Path of the program, from the root of the repository. */
export const PYTHON_SERVER = 'conformance/examples/python/server.py'

/** Lines of the program. */
export function countLines(): number {
  return readFileSync(source, 'utf8').trimEnd().split('\n').length
}

/** What is said where it passes. */
export function sentence(): string {
  return `the second implementation, ${countLines()} lines of Python's standard library written from the specification alone, passes core and presence`
}
