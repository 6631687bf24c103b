/** The second implementation: where it is, how large, and the sentence that the README and RESULTS.md say about it. */

import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../examples/python/', import.meta.url)

/** Path of the program, from the root of the repository. */
export const PYTHON_SERVER = 'conformance/examples/python/server.py'

/** The profiles that it offers, in the order in which it announces them. */
export const PYTHON_PROFILES = ['core', 'presence', 'presence-sync', 'broadcast', 'sockets']

/** Paths of the programs that are broken on purpose, from the root of the repository, with the clauses that each breaks first. */
export const BROKEN_SERVERS: readonly (readonly [path: string, clauses: readonly string[]])[] = [
  [
    'conformance/examples/python/broken/keeps_replaced.py',
    ['connection.takeover.close', 'connection.takeover.split'],
  ],
  ['conformance/examples/python/broken/signs_another_body.py', ['webhook.signature.valid']],
  [
    'conformance/examples/python/broken/honours_expired.py',
    ['token.expired.refused', 'token.expiry.close'],
  ],
]

/** Lines of each file of the program, without those of the broken ones. */
export function linesOfFiles(): ReadonlyMap<string, number> {
  const rooms = readdirSync(new URL('channel/', folder))
    .filter((name) => name.endsWith('.py'))
    .map((name) => `channel/${name}`)
  return new Map(
    ['server.py', ...rooms].map((name) => [
      name,
      readFileSync(new URL(name, folder), 'utf8').trimEnd().split('\n').length,
    ]),
  )
}

/** Lines of the program, all files together. */
export function countLines(): number {
  return [...linesOfFiles().values()].reduce((sum, lines) => sum + lines, 0)
}

/** What is said where it passes. */
export function sentence(): string {
  const passed = `${PYTHON_PROFILES.slice(0, -1).join(', ')} and ${PYTHON_PROFILES.at(-1)}`
  return `the second implementation, ${countLines()} lines of Python's standard library written from the specification alone, passes ${passed}`
}
