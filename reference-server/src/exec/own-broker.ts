/** Where the services of one process keep their state; it alone knows how one setting becomes one for each of them. */
import { parseArgs } from 'node:util'

/** Answers the flags of the next service. */
export type NextFlags = () => string[]

/**
 * Reads `--broker`, a setting that every service gets; of `sqlite:<file>` each gets a file of its own, with its number
 * before the end of the name. Throws an Error for any other flag.
 */
export function readBrokerFlags(argv: readonly string[]): NextFlags {
  const { broker } = parseArgs({
    args: [...argv],
    options: { broker: { type: 'string', default: 'memory' } },
  }).values
  let services = 0
  return () => {
    services += 1
    const own = broker.startsWith('sqlite:')
      ? broker.replace(/(\.[^./]*)?$/, (end) => `-${services}${end}`)
      : broker
    return ['--broker', own]
  }
}
