/** A process that serves many servers at once, each with its own faults: JSON lines in, JSON lines out. */
import type { LimitName } from '@channel-protocol/schemas/registry'
import { makeLog } from '../log.ts'
import type { Parts } from '../parts.ts'
import { type RunningServer, startServer } from '../server.ts'
import { flagOf } from '../setting-rows.ts'
import { readSettings, type Settings } from '../settings.ts'
import { IMPLEMENTATION } from '../version.ts'
import { serveCommands } from './command-pipe.ts'
import { FAULTS } from './index.ts'
import { applyFault, watchParts } from './reach.ts'

/** How one server shall be started; everything has the default of the command line. */
interface StartWish {
  faults?: string[]
  test_timings?: boolean
  webhook_base?: string
  webhook_secrets?: string[]
  application_keys?: string[]
  origins?: string[]
  profiles?: string[]
  /** Public base; what is told back is where the server listens, with the path of this. */
  base_url?: string
  limits?: Partial<Record<LimitName, number>>
  webhook_urls?: Record<string, string>
  /** Under what name to note what this server asks for. */
  watch?: string
}

interface Command {
  id: number
  start?: StartWish
  drain?: { url: string }
  stop?: { url: string }
  /** Asks what the servers watched under this name have asked for; they are watched no longer. */
  watched?: { name: string }
  /** Asks for the faults that a server may be started with. */
  list?: object
}

const log = makeLog('warn', 2)
const servers = new Map<string, RunningServer>()
const asked = new Map<string, Set<string>>()

function readWish(wish: StartWish): Settings {
  const many = (flag: string, values: readonly string[] | undefined): string[] =>
    (values ?? []).flatMap((value) => [flag, value])
  const flags = [
    ...['--port', '0', '--private-port', '0'],
    ...(wish.test_timings ? ['--test-timings'] : []),
    ...many('--application-base', wish.webhook_base === undefined ? [] : [wish.webhook_base]),
    ...many('--webhook-secret', wish.webhook_secrets),
    ...many('--application-key', wish.application_keys),
    ...many('--origin', wish.origins),
    ...many('--profiles', wish.profiles),
    ...many('--base-url', wish.base_url === undefined ? [] : [wish.base_url]),
    ...Object.entries(wish.limits ?? {}).flatMap(([name, limit]) => [
      `--${flagOf(name as LimitName)}`,
      String(limit),
    ]),
    ...Object.entries(wish.webhook_urls ?? {}).flatMap(([event, url]) => [
      `--webhook-${event}-url`,
      url,
    ]),
    ...many('--fault', wish.faults),
  ]
  return readSettings(flags, {})
}

async function start(wish: StartWish): Promise<object> {
  const settings = readWish(wish)
  const faults = settings.faults.map((name) => {
    const fault = FAULTS.find((one) => one.name === name)
    if (!fault) throw new Error(`there is no fault ${name}`)
    return fault
  })
  const changed: string[] = []
  const watched = faults.map((fault) => ({
    ...fault,
    apply(parts: Parts) {
      changed.push(...applyFault(fault, parts))
    },
  }))
  const { watch } = wish
  if (watch !== undefined) {
    const places = asked.get(watch) ?? new Set()
    asked.set(watch, places)
    watched.push({
      name: watch,
      misdeed: '',
      breaks: [],
      apply: (parts) => void watchParts(parts, places),
    })
  }
  const server = await startServer(settings, { log }, watched)
  const { pathname } = new URL(server.baseUrl)
  const url = `http://${settings.host}:${server.port}${pathname.replace(/\/$/, '')}`
  servers.set(url, server)
  return { ready: { url, ...IMPLEMENTATION, changed } }
}

async function end(url: string, how: 'drain' | 'stop'): Promise<object> {
  const server = servers.get(url)
  if (!server) throw new Error(`no server of this process is at ${url}`)
  await server[how]()
  servers.delete(url)
  return how === 'drain' ? { drained: {} } : { stopped: {} }
}

async function run(command: Command): Promise<object> {
  if (command.start) return start(command.start)
  if (command.drain) return end(command.drain.url, 'drain')
  if (command.stop) return end(command.stop.url, 'stop')
  if (command.watched) {
    const { name } = command.watched
    const places = [...(asked.get(name) ?? [])]
    asked.delete(name)
    return { asked: places }
  }
  if (command.list) {
    return { faults: FAULTS.map(({ name, misdeed, breaks }) => ({ name, misdeed, breaks })) }
  }
  throw new Error('a command is one of start, drain, stop, watched and list')
}

serveCommands<Command>(
  run,
  () => Promise.all([...servers.values()].map((server) => server.stop())),
  log,
)
