/** Where the services of one process keep their state; it alone knows how one setting becomes one for each of them. */
import { parseArgs } from 'node:util'

/** Answers the flags of the next service. */
export type NextFlags = () => string[]

/**
 * Reads `--broker`, a setting that every service gets; of `sqlite:<file>` each gets a file of its own, with its number
 * before the end of the name, and of a Redis a database of its own, that of the setting and those behind it. Throws an
 * Error for any other flag.
 */
export function readBrokerFlags(argv: readonly string[]): NextFlags {
  const { broker } = parseArgs({
    args: [...argv],
    options: { broker: { type: 'string', default: 'memory' } },
  }).values
  let services = 0
  return () => {
    services += 1
    return ['--broker', makeOwn(broker, services)]
  }
}

function makeOwn(broker: string, service: number): string {
  if (broker.startsWith('sqlite:'))
    return broker.replace(/(\.[^./]*)?$/, (end) => `-${service}${end}`)
  if (!/^rediss?:/.test(broker)) return broker
  const url = new URL(broker)
  url.pathname = `/${Number(url.pathname.slice(1)) + service - 1}`
  return url.href
}
