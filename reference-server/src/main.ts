/** The program: flags to a running server, signals to its end; the only place that exits. */
import { FAULTS } from './faults/index.ts'
import { makeLog } from './log.ts'
import { makeMetrics } from './metrics.ts'
import { startPrivateListener } from './private-listener.ts'
import { type RunningServer, startServer } from './server.ts'
import { HelpWanted, readSettings, SettingError, type Settings } from './settings.ts'
import { describeStart } from './start-lines.ts'

const USAGE = 2

function readOrExit(): Settings {
  try {
    const settings = readSettings(process.argv.slice(2), process.env)
    const unknown = settings.faults.find((name) => !FAULTS.some((fault) => fault.name === name))
    if (unknown === undefined) return settings
    const names = FAULTS.map(({ name }) => name).join(', ')
    throw new SettingError(`--fault: there is no fault ${unknown}; there are ${names}`)
  } catch (error) {
    if (error instanceof HelpWanted) {
      process.stdout.write(error.message)
      return process.exit(0)
    }
    if (!(error instanceof SettingError)) throw error
    process.stderr.write(`channel-server: ${error.message}\n`)
    return process.exit(USAGE)
  }
}

function explainListenFailure(error: unknown): never {
  const { code, message, address, port } = error as NodeJS.ErrnoException & {
    address?: string
    port?: number
  }
  const where = address === undefined ? '' : ` on ${address}:${port}`
  const what =
    code === 'EADDRINUSE' ? 'another program listens there; choose another port' : message
  process.stderr.write(`channel-server: cannot listen${where}: ${what}\n`)
  process.exit(USAGE)
}

function endOnSignals(server: RunningServer, stopPrivate: () => Promise<void>): void {
  let asked = false
  const onSignal = (): void => {
    if (asked) process.exit(1)
    asked = true
    void server
      .drain()
      .then(stopPrivate)
      .then(() => process.exit(0))
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

async function main(): Promise<void> {
  const settings = readOrExit()
  const log = makeLog(settings.logLevel, 1)
  const metrics = makeMetrics(true)
  const onDefect = (cause: unknown): never => {
    log.error({ err: cause }, 'a defect that nothing caught')
    return process.exit(1)
  }
  process.on('uncaughtException', onDefect)
  process.on('unhandledRejection', onDefect)

  const faults = FAULTS.filter(({ name }) => settings.faults.includes(name))
  const server = await startServer(settings, { log, metrics }, faults).catch(explainListenFailure)
  const address = { host: '127.0.0.1', port: settings.privatePort }
  const probes = { isReady: () => !server.isDraining(), metrics }
  const operators = settings.privatePort
    ? await startPrivateListener(address, probes).catch(explainListenFailure)
    : undefined
  process.stdout.write(describeStart(settings, server.baseUrl, operators?.url, faults))
  endOnSignals(server, async () => operators?.stop())
}

await main()
