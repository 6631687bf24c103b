/** What a soak runs with; it alone knows the flags of its command line. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

/** The settings of one soak. */
export interface Settings {
  minutes: number
  seed: number
  /** Client ids. */
  clients: number
  /** Posts per second, as a mean. */
  rate: number
  /** As `--broker` of the server: where state lives. */
  broker: string
  /** More flags of the server. */
  serverFlags: readonly string[]
}

/** What `--help` says. */
export const HELP = `npm run soak -- [--minutes 10] [--seed <number>] [--clients 40] [--rate 120]
    [--broker memory] [-- <flags of the server>]

Keeps a server under mixed load while it, its clients and the application die and come back at random, in rounds.
After each round everything accepted has to have been delivered or announced as lost, and the application has to know
who is online and which sockets are open. A broker that outlives the process may lose nothing at all.

--rate is posts a second. --broker is that of the server; sqlite alone takes a new file, and redis alone one of its own,
where redis-server is installed. The same seed gives the same plan of disturbances.
Exit codes: 0 all promises were kept, 1 not, 2 usage, 3 no verdict.
`

/** Reads flags; answers nothing where help was asked for. Throws an Error that says which of them is wrong. */
export function readSettings(argv: readonly string[]): Settings | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    args: [...argv],
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      clients: { type: 'string', default: '40' },
      rate: { type: 'string', default: '120' },
      broker: { type: 'string', default: 'memory' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  return {
    minutes: readNumber('minutes', values.minutes, 0.1, 10_000),
    seed: readNumber('seed', values.seed, 0, 2 ** 32),
    clients: Math.floor(readNumber('clients', values.clients, 4, 500)),
    rate: readNumber('rate', values.rate, 1, 2000),
    broker: values.broker,
    serverFlags: positionals,
  }
}

function readNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= min && value <= max) return value
  throw new Error(`--${flag} ${text} is not a number from ${min} to ${max}`)
}
