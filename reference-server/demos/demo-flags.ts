/** The demo's own flags; it alone knows them, and leaves all others to the service. */
import { isTimeZone } from './local-time.ts'

/** What the samples run with beside the service's settings. */
export interface DemoFlags {
  /** Whether the push chat tells addresses. */
  showIp: boolean
  /** Whether the live view breaks services on request. */
  breaks: boolean
  /** The IANA name of the zone that people are shown times in; that of the article where absent. */
  timeZone?: string
  /** How long the tokens of the notes live, in minutes; an hour where absent. */
  notesMinutes?: number
  /** File of the store; memory where absent. */
  store?: string
}

/** A wrong flag, in one line for the person who gave it. */
export class DemoFlagError extends Error {}

/** Help on the flags of this file, one line each. */
export const DEMO_HELP = `npm run demo: the service and its sample applications on one origin
  --show-ip            the push chat tells everybody's address (default: off)
  --time-zone <name>   zone of the times that the chats show (default: Asia/Tokyo)
  --notes-minutes <n>  minutes that a token of the notes lives, 1 to 1440 (default: 60)
  --store <file>       where the samples keep what they are told (default: memory)
  --break              the live view breaks services on request and has them judged; loopback only
  NOTES_MAIL_SECRET    what a mail gateway proves itself with, as Bearer (default: programs of this machine may)
  CHAT_CLEAN_UP_SECRET what a scheduler proves itself with, as Bearer (default: the demo cleans up itself)
and the settings of the service:
`

const switches = ['--show-ip', '--break']
const values = ['--time-zone', '--notes-minutes', '--store']

function readMinutes(text: string): number {
  const minutes = Number(text)
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 1440) return minutes
  throw new DemoFlagError(`--notes-minutes: ${text} is not a whole number from 1 to 1440`)
}

function readTimeZone(text: string): string {
  if (isTimeZone(text)) return text
  throw new DemoFlagError(`--time-zone: ${text} is not the name of a time zone such as Asia/Tokyo`)
}

/** Reads the demo's flags and answers them beside what is left. @throws DemoFlagError for a wrong value */
export function readDemoFlags(argv: readonly string[]): { flags: DemoFlags; rest: string[] } {
  const given = new Map<string, string>()
  const rest: string[] = []
  const left = [...argv]
  for (let one = left.shift(); one !== undefined; one = left.shift()) {
    const [name = '', ...parts] = one.split('=')
    if (switches.includes(one)) given.set(one, '')
    else if (!values.includes(name)) rest.push(one)
    else {
      const value = parts.length > 0 ? parts.join('=') : left.shift()
      if (value === undefined || value === '') throw new DemoFlagError(`${name}: give a value`)
      given.set(name, value)
    }
  }
  const [timeZone, minutes, store] = values.map((name) => given.get(name))
  const flags: DemoFlags = {
    showIp: given.has('--show-ip'),
    breaks: given.has('--break'),
    ...(timeZone === undefined ? {} : { timeZone: readTimeZone(timeZone) }),
    ...(minutes === undefined ? {} : { notesMinutes: readMinutes(minutes) }),
    ...(store === undefined ? {} : { store }),
  }
  return { flags, rest }
}
