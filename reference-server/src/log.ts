/** The log; it alone knows the library that writes it. */
import { pino } from 'pino'
import type { Log } from './ports.ts'

/**
 * A log of JSON lines on a file descriptor: 1 is standard output, 2 standard error.
 * Those who write to it name ids, slugs and causes, never a key, a secret, a token or data.
 * @spec security.secrets.unlogged
 */
export function makeLog(level: string, descriptor: 1 | 2): Log {
  return pino({ level }, pino.destination({ dest: descriptor, sync: true }))
}
