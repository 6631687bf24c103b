/** The program: the service and the samples in one process, on one port; the only place that exits. */
import { makeApplication } from '@channel-protocol/reference-server/application'
import { FAULTS } from '../src/faults/index.ts'
import { makeLog } from '../src/log.ts'
import { isLoopback, isWildcard } from '../src/loopback.ts'
import { startServer } from '../src/server.ts'
import { HelpWanted, readSettings, SettingError, type Settings } from '../src/settings.ts'
import { DEMO_HELP, DemoFlagError, type DemoFlags, readDemoFlags } from './demo-flags.ts'
import { findFreePort } from './free-port.ts'
import { makePrograms } from './live/programs.ts'
import { makeTap } from './live/tap.ts'
import { makeMovableClock } from './push-chat/clock.ts'
import { makeSamples, type SamplesParts } from './samples.ts'
import { openStore } from './store.ts'

const usageStatus = 2

interface DemoSettings {
  flags: DemoFlags
  settings: Settings
  /** Where the samples and the service reach each other. */
  localUrl: string
  /** The public base. */
  origin: string
  isLocal: boolean
}

function isLocalOnly({ host, baseUrl }: Settings): boolean {
  return isLoopback(host) && (!baseUrl || isLoopback(new URL(baseUrl).hostname))
}

/** What a demo leaves quiet and quick unless somebody asked otherwise. */
function makeDefaults(env: NodeJS.ProcessEnv): string[] {
  return [
    ...(env.CHANNEL_LOG_LEVEL ? [] : ['--log-level', 'warn']),
    ...(env.CHANNEL_DRAIN_SECONDS ? [] : ['--drain-seconds', '1']),
  ]
}

async function readAll(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<DemoSettings> {
  const { flags, rest } = readDemoFlags(argv)
  const given = [...makeDefaults(env), ...rest]
  const { host, port, baseUrl } = readSettings(given, env)
  const chosen = port === 0 ? await findFreePort(host) : port
  const name = isWildcard(host) ? '127.0.0.1' : host
  const localUrl = `http://${name.includes(':') ? `[${name}]` : name}:${chosen}`
  const own = ['--port', String(chosen), '--application-base', localUrl]
  const settings = readSettings([...given, ...own], env)
  if (baseUrl !== undefined && new URL(baseUrl).pathname !== '/')
    throw new SettingError('--base-url: the samples are at the root; give a base without a path')
  if (settings.faults.length > 0)
    throw new SettingError('--fault: the service of the demo is never broken; see --break')
  const isLocal = isLocalOnly(settings)
  if (flags.breaks && !isLocal)
    throw new SettingError('--break starts programs: it is for loopback only')
  return {
    flags,
    settings,
    localUrl,
    origin: (baseUrl ?? localUrl).replace(/\/+$/, ''),
    isLocal,
  }
}

/** What a mail gateway and a scheduler prove themselves with. */
function readSecrets(env: NodeJS.ProcessEnv): SamplesParts['secrets'] {
  return {
    ...(env.NOTES_MAIL_SECRET ? { mailSecret: env.NOTES_MAIL_SECRET } : {}),
    ...(env.CHAT_CLEAN_UP_SECRET ? { cleanUpSecret: env.CHAT_CLEAN_UP_SECRET } : {}),
  }
}

function explainAndExit(error: unknown): never {
  if (error instanceof HelpWanted) {
    process.stdout.write(DEMO_HELP + error.message)
    return process.exit(0)
  }
  const { code, message, stack } = error as NodeJS.ErrnoException
  const isTold = error instanceof SettingError || error instanceof DemoFlagError
  const isTaken = code === 'EADDRINUSE'
  const isStore = code === 'ERR_SQLITE_ERROR'
  const why = isStore ? `--store: ${message}` : message
  const line = isTaken ? 'another program listens there; choose another --port' : why
  process.stderr.write(`demo: ${isTold || code !== undefined ? line : stack}\n`)
  return process.exit(usageStatus)
}

function describe({ flags, origin, settings }: DemoSettings): string {
  const places = [
    ['push chat', '/push/'],
    ['simple chat', '/'],
    ['notes', '/notes/'],
    ['sockets', '/sockets/'],
    ['live view', '/live/'],
  ]
  return [
    `Channel Protocol demo at ${origin}/`,
    ...places.map(([name, path]) => `  ${`${name}:`.padEnd(13)}${origin}${path}`),
    `  credentials: ${settings.development ? 'the published development credentials (loopback only)' : 'your own'}`,
    ...(flags.breaks
      ? ['  --break:     the live view breaks a second service and has it judged']
      : []),
    '  Ctrl-C ends it.\n',
  ].join('\n')
}

async function main(): Promise<void> {
  const demo = await readAll(process.argv.slice(2), process.env).catch(explainAndExit)
  const { flags, settings, localUrl, origin, isLocal } = demo
  const log = makeLog(settings.logLevel, 2)
  const [applicationKey = ''] = settings.applicationKeys
  const { webhookSecrets } = settings
  const application = makeApplication({ baseUrl: localUrl, applicationKey, webhookSecrets })
  const samples = (() => {
    try {
      const store = openStore(flags.store)
      const all = makeSamples({
        application,
        origin,
        store,
        clock: makeMovableClock(),
        complain: (message, cause) => log.warn({ cause: (cause as Error).message }, message),
        flags,
        secrets: readSecrets(process.env),
        breaking: flags.breaks ? { faults: FAULTS, programs: makePrograms() } : undefined,
      })
      return { ...all, close: () => store.close() }
    } catch (error) {
      return explainAndExit(error)
    }
  })()
  const tap = { name: 'tap', misdeed: '', breaks: [] }
  const server = await startServer(settings, { log, elsewhere: samples.origin }, [
    { ...tap, ...makeTap({ emit: samples.emit, showsText: isLocal }) },
  ]).catch(explainAndExit)
  process.stdout.write(describe(demo))

  let asked = false
  const end = async (): Promise<void> => {
    if (asked) process.exit(1)
    asked = true
    await server.drain()
    await Promise.all([samples.stop(), application.stop()])
    samples.close()
    process.exit(0)
  }
  process.on('SIGTERM', () => void end())
  process.on('SIGINT', () => void end())
}

await main()
