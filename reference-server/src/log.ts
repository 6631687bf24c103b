/** The log; it alone knows the library that writes it. */
import { pino } from 'pino'
import type { Log } from './ports.ts'
import { describeError, makeHiding } from './redaction.ts'

/**
 * A log of JSON lines on a file descriptor: 1 is standard output, 2 standard error.
 * Those who write to it name ids, slugs and causes, never a key, a secret, a token or data; of an error it keeps what
 * tells the place and the kind. Where one of `secrets`, or what looks like one, stands in a line all the same, it is hidden.
 * @spec security.secrets.unlogged
 */
export function makeLog(
  level: string,
  descriptor: 1 | 2 | string,
  secrets: readonly string[] = [],
): Log {
  const options = {
    level,
    serializers: { err: (thrown: unknown) => describeError(thrown) },
    hooks: { streamWrite: makeHiding(secrets) },
  }
  return pino(options, pino.destination({ dest: descriptor, sync: true }))
}
